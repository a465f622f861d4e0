"""One pixel nudged: against a linear network, finite differences, and the edge of the colour cube."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from vizwidgets.core.explainer import Explainer
from vizwidgets.core.nudge import nudge
from vizwidgets.core.objectives import class_score, unit
from vizwidgets.core.saliency import saliency_map

from .nets import FunctionalNet, seeded, small_net


def image_of(*shape: int, seed: int = 1) -> torch.Tensor:
    return 0.2 + 0.6 * torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def test_in_a_linear_network_the_prediction_is_the_weight_times_the_step_and_exact():
    net = nn.Sequential(nn.Flatten(), seeded(nn.Linear(3 * 4 * 5, 2)))
    weights = net[1].weight[1].detach().view(3, 4, 5)
    found = nudge(net, image_of(3, 4, 5), 1, row=2, column=4, size=-0.1)
    assert found.derivative == pytest.approx(weights[:, 2, 4])
    assert found.predicted == pytest.approx(-0.1 * weights[:, 2, 4], abs=1e-6)
    assert found.actual == pytest.approx(-0.1 * weights[:, 2, 4], abs=1e-5)


def test_the_actual_change_is_that_of_a_loop_over_the_channels_and_the_derivative_that_of_small_steps():
    net, image, (row, column) = small_net().double(), image_of(1, 3, 16, 16).double(), (7, 3)
    net.input_shape = (3, 16, 16)
    found = nudge(net, image, "goat", row, column, size=0.15)
    for channel in range(3):
        for step, wanted in ((0.15, found.actual[channel]), (1e-4, 1e-4 * found.derivative[channel])):
            moved = image.clone()
            moved[0, channel, row, column] += step
            with torch.no_grad():
                change = net(moved)[0, 3] - net(image)[0, 3]
            assert float(wanted) == pytest.approx(float(change), rel=2e-3, abs=1e-7)
    with torch.no_grad():
        assert found.score == pytest.approx(float(net(image)[0, 3]), rel=1e-5)


def test_a_pixel_stays_in_0_to_1_and_the_step_says_how_far_it_went():
    net = nn.Sequential(nn.Flatten(), seeded(nn.Linear(3 * 2 * 2, 2)))
    image = image_of(3, 2, 2)
    image[:, 0, 0] = torch.tensor([1.0, 0.95, 0.5])
    found = nudge(net, image, 0, 0, 0, size=0.2)
    weights = net[1].weight[0].detach().view(3, 2, 2)[:, 0, 0]
    steps = torch.tensor([0.0, 0.05, 0.2])
    assert found.step == pytest.approx(steps, abs=1e-6)
    assert found.predicted == pytest.approx(steps * weights, abs=1e-6)
    assert found.actual == pytest.approx(steps * weights, abs=1e-5)
    assert found.actual[0] == 0


def test_the_target_may_be_the_predicted_class_a_name_an_index_or_an_objective():
    net, image = small_net(), image_of(3, 16, 16)
    with torch.no_grad():
        best = int(net(image[None]).argmax())
    by_index = nudge(net, image, best, 4, 5)
    for same in (None, net.class_names[best], class_score(best)):
        assert nudge(net, image, same, 4, 5).actual == pytest.approx(by_index.actual, abs=1e-6)
    node = nudge(net, image, unit("block1_conv1", (2, 4, 5)), 4, 5, 0.1)
    assert node.derivative == pytest.approx(net[0].weight[2, :, 1, 1].detach())
    assert node.actual == pytest.approx(0.1 * net[0].weight[2, :, 1, 1].detach(), abs=1e-6)


def test_an_explainer_and_a_gradient_that_is_known_give_the_same():
    net, image = FunctionalNet(), image_of(1, 3, 12, 12)
    target = unit("third", (1, 6, 6))
    found = nudge(net, image, target, 6, 6)
    known = saliency_map(net, image, target).attribution
    again = nudge(Explainer(net), image, target, 6, 6, gradient=known)
    for name in ("derivative", "predicted", "actual"):
        assert torch.equal(getattr(found, name), getattr(again, name))
    assert nudge(net, image, target, 6, 6, gradient=torch.zeros(3, 12, 12)).predicted.tolist() == [0, 0, 0]


def test_the_image_the_model_and_the_mode_of_gradients_stay_as_they_are():
    net, image = small_net(inplace=True).train(), image_of(3, 16, 16)
    before, weights = image.clone(), {name: value.clone() for name, value in net.state_dict().items()}
    with torch.no_grad():
        outside = nudge(net, image, 0, 1, 2)
    with torch.inference_mode():
        inside = nudge(net, image, 0, 1, 2)
    assert torch.equal(outside.derivative, inside.derivative) and bool(outside.derivative.any())
    assert torch.equal(image, before) and net.training
    assert all(torch.equal(value, weights[name]) for name, value in net.state_dict().items())
    assert all(each.grad is None and each.requires_grad for each in net.parameters())


def test_a_single_channel_has_one_derivative():
    found = nudge(small_net(colors=1), image_of(1, 16, 16), 2, 3, 3)
    assert found.derivative.shape == found.actual.shape == (1,)


@pytest.mark.parametrize("colors", [1, 3])
def test_a_nudge_is_read_as_a_table(colors):
    found = nudge(small_net(colors=colors), image_of(colors, 16, 16), 2, 3, 3)
    head, *lines = str(found).splitlines()
    assert head.split()[-4:] == ["derivative", "step", "predicted", "actual"] and len(lines) == colors
    numbers = torch.tensor([[float(word) for word in line.split()[1:]] for line in lines])
    columns = torch.stack([found.derivative, found.step, found.predicted, found.actual], dim=1)
    assert torch.allclose(numbers, columns, rtol=5e-3) and repr(found) == str(found)


@pytest.mark.parametrize(
    "changed, words",
    [
        ({"row": 16}, r"row must be a whole number in 0\.\.15; got 16"),
        ({"column": -1}, r"column must be a whole number in 0\.\.15; got -1"),
        ({"row": 1.5}, "row must be a whole number"),
        ({"size": 0}, r"size must be a number in -1\.\.1 and not 0; got 0"),
        ({"size": float("nan")}, "size must be a number"),
        ({"size": 2}, "size must be a number"),
        ({"size": True}, "size must be a number"),
        ({"target": 4}, r"class must be in 0\.\.3; got 4"),
        ({"image": torch.rand(2, 3, 16, 16)}, "one image is nudged at a time; got 2"),
        ({"image": torch.rand(1, 16, 16)}, r"takes 3 channels \(RGB\)"),
        ({"gradient": torch.rand(3, 8, 8)}, r"the gradient must be \(1, 3, 16, 16\), as the image"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(changed, words):
    arguments = {"image": torch.rand(3, 16, 16), "target": 0, "row": 0, "column": 0} | changed
    with pytest.raises(ValueError, match=words):
        nudge(small_net(), **arguments)


def test_a_map_in_place_of_its_attribution_is_refused_in_words():
    image = torch.rand(3, 16, 16)
    found = saliency_map(small_net(), image, 0)
    with pytest.raises(TypeError, match="the `attribution` of a saliency map; got SaliencyMap"):
        nudge(small_net(), image, 0, 0, 0, gradient=found)
    assert nudge(small_net(), image, 0, 0, 0, gradient=found.attribution).score


def test_a_score_without_a_gradient_is_refused_in_words():
    class Rounds(nn.Module):
        def forward(self, image):
            return image.detach().flatten(1)[:, :2]

    with pytest.raises(ValueError, match="the score has no gradient"):
        nudge(Rounds(), torch.rand(3, 4, 4), 0, 0, 0)
