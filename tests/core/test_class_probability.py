"""The probability of a class as an objective, against closed forms."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import vizwidgets as vw
from tests.core.nets import small_net
from vizwidgets.core.evaluation import evaluate
from vizwidgets.core.network import Probe
from vizwidgets.core.objectives import Objective
from vizwidgets.core.transforms import View


def two_pixel_net(weights: Tensor) -> Any:
    """Scores z = W x of an image of two pixels."""
    linear = nn.Linear(2, len(weights), bias=False)
    linear.weight.data.copy_(weights)
    net: Any = nn.Sequential(nn.Flatten(), linear)
    net.input_shape = (1, 1, 2)
    return net.eval()


def pull(net: Any, objective: Objective, image: Tensor) -> Tensor:
    """Return the gradient of an objective at one image."""
    bound = objective.bind(net)
    seen = evaluate(Probe(net), bound, image, View(), torch.Generator(), may_rescue=False)
    return seen.gradient.flatten()


WEIGHTS = torch.tensor([[3.0, -1.0], [0.5, 2.0], [-2.0, 1.0]])


def test_the_probability_is_the_softmax_written_out() -> None:
    image = torch.tensor([0.3, 0.8])
    scores = [3 * 0.3 - 0.8, 0.5 * 0.3 + 2 * 0.8, -2 * 0.3 + 0.8]
    total = sum(math.exp(score) for score in scores)
    for target, score in enumerate(scores):
        value = vw.activation(two_pixel_net(WEIGHTS), vw.class_probability(target), image.reshape(1, 1, 1, 2))
        assert value.item() == pytest.approx(math.exp(score) / total, rel=1e-5)


def test_its_gradient_is_p_times_the_own_weights_minus_the_mean_weights() -> None:
    image = torch.tensor([0.3, 0.8])
    p = torch.exp(WEIGHTS @ image) / torch.exp(WEIGHTS @ image).sum()
    for target in range(3):
        wanted = p[target] * (WEIGHTS[target] - p @ WEIGHTS)
        found = pull(two_pixel_net(WEIGHTS), vw.class_probability(target), image.reshape(1, 1, 1, 2))
        assert torch.allclose(found, wanted, atol=1e-6)


def test_where_the_network_is_sure_the_gradient_is_gone_and_that_of_the_score_is_not() -> None:
    net, image = two_pixel_net(40 * WEIGHTS), torch.tensor([1.0, 0.0]).reshape(1, 1, 1, 2)
    for target in (0, 2):  # sure that it is, and sure that it is not
        assert pull(net, vw.class_probability(target), image).abs().max() < 1e-6
        assert pull(net, vw.class_score(target), image).abs().max() > 10


def test_the_probability_rises_with_the_fall_of_the_others() -> None:
    net = two_pixel_net(torch.tensor([[0.0, 0.0], [4.0, 4.0]]))  # class 0 has no weights of its own
    image = torch.full((1, 1, 1, 2), 0.5)
    assert pull(net, vw.class_score(0), image).abs().max() == 0
    assert (pull(net, vw.class_probability(0), image) < 0).all()


def test_a_list_of_classes_gives_each_image_its_own() -> None:
    net, images = small_net(), torch.rand(3, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    values = vw.activation(net, vw.class_probability(["goat", "cat", 2]), images)
    with torch.no_grad():
        wanted = net(images).softmax(dim=1)[[0, 1, 2], [3, 0, 2]]
    assert torch.allclose(values, wanted, atol=1e-6)


def test_it_goes_through_code_and_data_unchanged() -> None:
    objective = 2 * vw.class_probability([1, 7]) - vw.total_variation(0.3)
    assert eval(repr(objective), {"vw": vw}) == objective
    assert Objective.from_dict(objective.to_dict()) == objective


@pytest.mark.parametrize(
    ("target", "words"),
    [([], "target must be a class"), (4, "class must be in 0..3"), ("gaot", "did you mean 'goat'")],
)
def test_a_class_that_is_not_there_is_refused(target: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        vw.class_probability(target).bind(small_net())


def test_a_network_of_maps_is_refused_in_words() -> None:
    net: Any = nn.Sequential(nn.Conv2d(1, 3, 3))
    net.input_shape = (1, 8, 8)
    with pytest.raises(ValueError, match=r"needs an output \(N, classes\)"):
        vw.activation(net, vw.class_probability(0), torch.zeros(1, 1, 8, 8))


def test_a_dark_start_has_the_level_that_was_asked_for() -> None:
    start = vw.AscentSettings(level=0.2, spread=0.02, size=64).start(1, 3, torch.device("cpu"))
    assert float(start.mean()) == pytest.approx(0.2, abs=0.002)
    assert float(start.std()) == pytest.approx(0.02, rel=0.05)
    with pytest.raises(ValueError, match=r"level must be in \[0, 1\]"):
        vw.AscentSettings(level=1.5)
