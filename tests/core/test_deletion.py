"""Deletion and insertion, against a loop over pixels on networks whose probabilities are known."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.core.nets import seeded, small_net
from tests.core.test_saliency import assert_same, state, well_used_net
from vizwidgets.core.deletion import deletion_curve, insertion_curve
from vizwidgets.core.objectives import channel
from vizwidgets.core.saliency import SaliencyMap, saliency_map
from vizwidgets.core.transforms import blur


def looped(
    net: nn.Module, before: Tensor, after: Tensor, values: Tensor, target: int, steps: int
) -> list[float]:
    """Replace one pixel after the other, in the order of the map, and ask at each S-th of the way."""
    height, width = values.shape
    places = sorted(
        ((row, column) for row in range(height) for column in range(width)),
        key=lambda place: -float(values[place]),
    )
    mixed, found = before.clone(), []
    for count in range(height * width + 1):
        if count * steps % (height * width) == 0:
            with torch.no_grad():
                found.append(float(net(mixed[None]).softmax(dim=1)[0, target]))
        if count < height * width:
            row, column = places[count]
            mixed[:, row, column] = after[:, row, column]
    return found


@pytest.mark.parametrize("baseline", ["gray", "image", "blur"])
@pytest.mark.parametrize("kind", ["deletion", "insertion"])
def test_a_curve_is_its_loop_over_pixels(kind: str, baseline: str) -> None:
    net, images, values = small_net(height=6, width=8), torch.rand(2, 3, 6, 8), torch.rand(2, 6, 8)
    net[7].weight.data.mul_(5)
    others = {
        "gray": torch.full_like(images, 0.25),
        "image": torch.rand(1, 3, 6, 8).expand_as(images),
        "blur": blur(images, 6 / 20),
    }[baseline]
    given: Any = {"gray": 0.25, "image": others[:1], "blur": "blur"}[baseline]
    ask = deletion_curve if kind == "deletion" else insertion_curve
    curve = ask(net, images, values, [3, 0], baseline=given, num_steps=12)
    assert torch.allclose(curve.shares, torch.arange(13) / 12)
    for number, target in enumerate((3, 0)):
        before, after = images[number], others[number]
        if kind == "insertion":
            before, after = after, before
        expected = looped(net, before, after, values[number], target, 12)
        assert curve.probabilities[number].tolist() == pytest.approx(expected, abs=1e-5)
        area = sum((a + b) / 2 for a, b in zip(expected[:-1], expected[1:], strict=True)) / 12
        assert float(curve.area[number]) == pytest.approx(area, abs=1e-5)
    assert curve.target.tolist() == [3, 0] and curve.kind == kind


class Corner(nn.Module):
    """The first class lives in the brightness of the upper left quarter, the second has the score 0."""

    def forward(self, images: Tensor) -> Tensor:
        score = 20 * images[:, :, :4, :4].mean(dim=(1, 2, 3)) - 10
        return torch.stack([score, torch.zeros_like(score)], dim=1)


def test_a_map_that_knows_beats_random_maps_and_a_map_that_does_not_loses() -> None:
    image, knows = torch.ones(1, 3, 8, 8), torch.zeros(1, 8, 8)
    knows[:, :4, :4] = 1
    for ask in (deletion_curve, insertion_curve):
        good, bad = (ask(Corner(), image, values, 0, baseline=0.0) for values in (knows, 1 - knows))
        assert good.is_better.all() and not bad.is_better.any()
        assert torch.allclose(good.random_probabilities[:, [0, -1]], good.probabilities[:, [0, -1]])
        assert "beats random maps on 1 of 1 image." in str(good) and "on 0 of 1 image." in repr(bad)
    assert float(deletion_curve(Corner(), image, knows, 0, baseline=0.0).area) < 0.2
    assert float(insertion_curve(Corner(), image, knows, 0, baseline=0.0).area) > 0.8


def test_chance_orders_equal_values_and_the_seed_decides() -> None:
    image, flat = torch.rand(1, 3, 8, 8), torch.zeros(1, 8, 8)
    first, again, other = (deletion_curve(Corner(), image, flat, 0, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(first.probabilities, again.probabilities)
    assert not torch.equal(first.probabilities, other.probabilities)
    halfway = deletion_curve(Corner(), torch.ones(1, 3, 8, 8), flat, 0, baseline=0.0).probabilities[0, 16]
    assert 0.001 < float(halfway) < 0.999  # not row by row: the upper half would be gone


def test_without_a_target_it_is_that_of_the_map_and_else_the_predicted_one() -> None:
    net, images = small_net(), torch.rand(2, 3, 16, 16)
    found = saliency_map(net, images, ["dog", "goat"])
    assert deletion_curve(net, images, found, num_steps=1).target.tolist() == [1, 3]
    assert deletion_curve(net, images, found, "cat", num_steps=1).target.tolist() == [0, 0]
    predicted = net(images).argmax(dim=1).tolist()
    assert deletion_curve(net, images, found.values, num_steps=1).target.tolist() == predicted


def test_the_model_comes_back_bit_by_bit() -> None:
    net = well_used_net()
    before, images = state(net), torch.rand(2, 3, 8, 8)
    kept = images.clone()
    with torch.inference_mode():
        deletion_curve(net, images, torch.rand(2, 8, 8), num_steps=2)
    insertion_curve(net, images, torch.rand(2, 8, 8), num_steps=2)
    assert_same(before, state(net))
    assert torch.equal(images, kept)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (dict(saliency=torch.rand(1, 16, 16)), r"its values \(2, 16, 16\); got \(1, 16, 16\)"),
        (dict(saliency=[1.0]), r"its values \(2, 16, 16\); got list"),
        (dict(saliency=torch.full((2, 16, 16), float("nan"))), "holds NaN, so its pixels have no order"),
        (dict(num_steps=0), "num_steps must be a whole number of 1 or more; got 0"),
        (dict(num_steps=2.5), "num_steps must be a whole number of 1 or more; got 2.5"),
        (dict(baseline="noise"), "baseline must be a gray in .0, 1., an image, or \"blur\"; got 'noise'"),
        (dict(baseline=2), "baseline must be a number in 0..1; got 2"),
        (dict(baseline=torch.rand(3, 4, 4)), r"an image \(3, 16, 16\); got shape \(1, 3, 4, 4\)"),
        (dict(target=[1]), None),
        (dict(target=[1, 2, 3]), "one for each of 2 images; got 3"),
        (dict(target=7), "class must be in 0..3; got 7"),
        (dict(seed=1.5), "seed must be a whole number"),
    ],
)
def test_what_does_not_fit_is_answered_in_words(changes: dict[str, Any], words: str | None) -> None:
    given: dict[str, Any] = {
        "image": torch.rand(2, 3, 16, 16),
        "saliency": torch.rand(2, 16, 16),
        "num_steps": 1,
    }
    if words is None:
        assert deletion_curve(small_net(), **{**given, **changes}).target.tolist() == [1, 1]
        return
    with pytest.raises(ValueError, match=words):
        deletion_curve(small_net(), **{**given, **changes})


def test_a_network_that_computes_nan_has_no_curve() -> None:
    net = small_net()
    net[7].weight.data[1, 0] = float("nan")
    with pytest.raises(ValueError, match="scores for image 0 are NaN or infinite"):
        deletion_curve(net, torch.rand(1, 3, 16, 16), torch.rand(1, 16, 16), num_steps=2)


def test_a_map_of_another_unit_needs_a_class() -> None:
    net, image = small_net(), torch.rand(1, 3, 16, 16)
    objective = channel("block2_conv1", 2)
    found = SaliencyMap(torch.rand(1, 16, 16), torch.rand(1, 3, 16, 16), objective, "gradient")
    with pytest.raises(ValueError, match="explains another unit of the network; give a class"):
        insertion_curve(net, image, found)
    assert insertion_curve(net, image, found, "goat", num_steps=1).target.tolist() == [3]


def test_a_model_without_classes_says_so() -> None:
    net: Any = nn.Conv2d(3, 2, 3)
    with pytest.raises(ValueError, match="a class score needs an output"):
        deletion_curve(net, torch.rand(1, 3, 8, 8), torch.rand(1, 8, 8))
    net.no_classes = "this model ends at its convolutions."
    with pytest.raises(ValueError, match="ends at its convolutions"):
        deletion_curve(net, torch.rand(1, 3, 8, 8), torch.rand(1, 8, 8))


def test_mixtures_do_not_change_each_other_where_a_batch_is_normalized_by_itself() -> None:
    norm = nn.BatchNorm2d(4, track_running_stats=False)
    net = seeded(nn.Sequential(nn.Conv2d(3, 4, 3), norm, nn.ReLU(), nn.Flatten(), nn.Linear(96, 3))).eval()
    image, values = torch.rand(1, 3, 6, 8), torch.rand(1, 6, 8)
    curve = deletion_curve(net, image, values, 1, baseline=0.25, num_steps=12)
    expected = looped(net, image[0], torch.full_like(image[0], 0.25), values[0], 1, 12)
    # at the end all pixels are equal, and what rounding leaves is divided by a variance of 0
    assert curve.probabilities[0].tolist() == pytest.approx(expected, abs=1e-3)
