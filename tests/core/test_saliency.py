"""Saliency maps, against finite differences; the model stays as it was."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.core.nets import seeded, small_net
from vizwidgets.core.saliency import saliency_map


def state(model: nn.Module) -> tuple[Any, ...]:
    """Everything that must come back as it was."""
    return (
        {name: value.clone() for name, value in model.state_dict().items()},
        [module.training for module in model.modules()],
        [(p.requires_grad, None if p.grad is None else p.grad.clone()) for p in model.parameters()],
        [len(module._forward_hooks) + len(module._backward_hooks) for module in model.modules()],
    )


def assert_same(before: tuple[Any, ...], after: tuple[Any, ...]) -> None:
    assert all(torch.equal(before[0][name], after[0][name]) for name in before[0])
    assert before[1] == after[1] and before[3] == after[3]
    for (needs, grad), (still_needs, same) in zip(before[2], after[2], strict=True):
        assert needs == still_needs
        assert (grad is None and same is None) or torch.equal(grad, same)


def well_used_net() -> Any:
    """A net in training mode with batch norm, dropout, gradients and a frozen weight."""
    net: Any = nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(inplace=True),
        nn.Dropout(),
        nn.Flatten(),
        nn.Linear(144, 3),
    )
    seeded(net)
    net.train()[0].weight.requires_grad_(False)
    net(torch.rand(4, 3, 8, 8)).sum().backward()
    net[1].eval()
    return net


@pytest.mark.parametrize("target", [0, 3])
def test_the_attribution_is_the_gradient_by_finite_differences(target: int) -> None:
    net = small_net(height=6, width=7).double()
    image = torch.rand(2, 3, 6, 7)
    found = saliency_map(net, image, target=target)
    assert found.attribution.dtype == torch.float64
    step, place = 1e-6, torch.zeros(2, 3, 6, 7, dtype=torch.float64)
    expected = torch.empty_like(place)
    with torch.no_grad():
        for index in range(place[0].numel()):
            nudge = torch.zeros_like(place)
            nudge.view(2, -1)[:, index] = step
            above, below = (net(image.double() + sign * nudge)[:, target] for sign in (1, -1))
            expected.view(2, -1)[:, index] = (above - below) / (2 * step)
    assert torch.allclose(found.attribution, expected, rtol=1e-5, atol=1e-8)
    assert float(expected.abs().max()) > 0.01


@pytest.mark.parametrize(
    ("reduce", "one"),
    [
        ("max", lambda colors: max(abs(value) for value in colors)),
        ("mean", lambda colors: sum(abs(value) for value in colors) / len(colors)),
        ("l2", lambda colors: sum(value * value for value in colors) ** 0.5),
    ],
)
def test_each_reduction_is_its_double_loop_over_pixels(reduce: str, one: Any) -> None:
    found = saliency_map(small_net(height=6, width=7), torch.rand(2, 3, 6, 7), reduce=reduce)
    assert found.values.shape == (2, 6, 7)
    for number in range(2):
        for row in range(6):
            for column in range(7):
                expected = one(found.attribution[number, :, row, column].tolist())
                assert float(found.values[number, row, column]) == pytest.approx(expected, rel=1e-5)


def test_without_a_target_it_explains_the_predicted_class_of_each_image() -> None:
    net, images = small_net(), torch.rand(6, 3, 16, 16)
    net[7].weight.data.mul_(5)
    found = saliency_map(net, images)
    predicted = net(images).argmax(dim=1)
    assert torch.equal(found.target, predicted)
    for index, label in enumerate(predicted.tolist()):
        alone = saliency_map(net, images[index], target=label)
        assert torch.allclose(alone.attribution[0], found.attribution[index], atol=1e-6)


def test_targets_may_be_names_or_one_for_each_image() -> None:
    net, images = small_net(), torch.rand(3, 3, 16, 16)
    by_name = saliency_map(net, images, "goat")
    assert by_name.target.tolist() == [3, 3, 3]
    each = saliency_map(net, images, ["cat", 1, "goat"])
    assert each.target.tolist() == [0, 1, 3]
    assert torch.allclose(each.attribution[2], by_name.attribution[2], atol=1e-7)
    for numbers in (torch.tensor([0, 1, 3]), np.array([0, 1, 3]), (0, np.int64(1), torch.tensor(3))):
        assert saliency_map(net, images, numbers).target.tolist() == [0, 1, 3]
    assert saliency_map(net, images, np.int32(3)).target.tolist() == [3, 3, 3]


def test_many_images_are_the_same_as_one_at_a_time() -> None:
    net, images = small_net(height=6, width=6), torch.rand(70, 3, 6, 6)
    together = saliency_map(net, images).values
    assert torch.allclose(together[69], saliency_map(net, images[69]).values[0], atol=1e-6)


@pytest.mark.parametrize("with_gradients", [True, False])
def test_the_model_comes_back_bit_by_bit(with_gradients: bool) -> None:
    net = well_used_net()
    before, images = state(net), torch.rand(2, 3, 8, 8)
    kept = images.clone()
    with torch.set_grad_enabled(with_gradients):
        found = saliency_map(net, images)
    assert_same(before, state(net))
    assert torch.equal(images, kept) and not found.attribution.requires_grad
    assert float(found.values.max()) > 0


def test_the_model_comes_back_after_an_exception_in_its_forward_pass() -> None:
    net = well_used_net()
    before = state(net)
    with pytest.raises(ValueError, match="does not take these images"):
        saliency_map(net, torch.rand(1, 3, 9, 9), target=0)
    assert_same(before, state(net))
    assert torch.is_grad_enabled()


def test_it_is_measured_in_eval_mode() -> None:
    net = well_used_net()
    images = torch.rand(2, 3, 8, 8)
    calm = copy.deepcopy(net).eval()
    assert torch.equal(saliency_map(net, images).values, saliency_map(calm, images).values)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (dict(method="magic"), "method must be one of gradient, .*; got 'magic'"),
        (dict(reduce="median"), "reduce must be one of max, mean, l2"),
        (dict(target=[0, 1]), "one for each of 3 images; got 2"),
        (dict(target=4), "class must be in 0..3; got 4"),
        (dict(target="gaot"), "no class named 'gaot'"),
        (dict(target=-1), "class must be in 0..3; got -1"),
        (dict(target=1.5), "by its name or index, a whole number; got 1.5"),
        (dict(target=True), "got True"),
        (dict(target={"class": 1}), "got .'class': 1"),
        (dict(target=[None, 1, 2]), "got None"),
        (dict(target=torch.zeros(3, 2)), "got .0.0, 0.0."),
        (dict(target=np.array([0.5, 1, 2])), "got 0.5"),
        (dict(method=["gradient"]), "method must be one of gradient, .*; got .'gradient'"),
        (dict(image=torch.rand(3, 1, 16, 16)), "3 channels"),
        (dict(image=torch.full((3, 16, 16), 2.0)), "must be in .0, 1."),
    ],
)
def test_what_does_not_fit_is_answered_in_words(changes: dict[str, Any], words: str) -> None:
    arguments: dict[str, Any] = {"image": torch.rand(3, 3, 16, 16), **changes}
    with pytest.raises(ValueError, match=words):
        saliency_map(small_net(), **arguments)


def test_a_model_without_classes_says_so() -> None:
    net: Any = nn.Conv2d(3, 2, 3)
    with pytest.raises(ValueError, match="a class score needs an output"):
        saliency_map(net, torch.rand(1, 3, 8, 8))
    net.no_classes = "this model ends at its convolutions."
    with pytest.raises(ValueError, match="ends at its convolutions"):
        saliency_map(net, torch.rand(1, 3, 8, 8))
    with pytest.raises(TypeError, match="must be a torch.nn.Module"):
        saliency_map(Tensor, torch.rand(1, 3, 8, 8))  # type: ignore[arg-type]


def test_a_first_layer_may_work_in_place() -> None:
    weights = torch.tensor([[1.0, -2.0, 3.0, 0.5], [0.0, 1.0, 1.0, 1.0]])
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 2, bias=False))
    net[1].weight.data.copy_(weights)
    images = torch.rand(2, 1, 2, 2) + 0.01
    found = saliency_map(nn.Sequential(nn.ReLU(inplace=True), net), images.clamp(max=1), target=0)
    assert torch.allclose(found.attribution.flatten(1), weights[[0, 0]])


class Fixed(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return torch.tensor([[1.0, 2.0]]).expand(len(images), 2)


class Sealed(nn.Sequential):
    def forward(self, images: Tensor) -> Tensor:
        with torch.no_grad():
            return super().forward(images)


@pytest.mark.parametrize("net", [Fixed(), Sealed(nn.Flatten(), nn.Linear(12, 2))])
def test_a_score_without_a_gradient_is_answered_in_words(net: nn.Module) -> None:
    with pytest.raises(ValueError, match="the score has no gradient with respect to the image"):
        saliency_map(net, torch.rand(1, 3, 2, 2), target=1)


def test_images_of_another_size_are_answered_in_words() -> None:
    net: Any = nn.Sequential(nn.Flatten(), nn.Linear(48, 2))
    net.input_shape = (3, 4, 4)
    for images in (torch.rand(2, 3, 5, 5), torch.rand(3, 5, 5)):
        for target in (None, 1):
            with pytest.raises(ValueError, match=r"does not take these images, \(3, 5, 5\).* \(3, 4, 4\)"):
                saliency_map(net, images, target)
