"""Folded batch normalization, against the network as it was."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrizations

from tests.core.nets import seeded
from vizwidgets.core import folding
from vizwidgets.core.folding import fold_batch_norm, unfold
from vizwidgets.core.network import Probe
from vizwidgets.core.private_copy import private_copy
from vizwidgets.core.winograd import WinogradConvolution
from vizwidgets.models.efficientnet import InvertedBottleneck

SHAPE = (3, 12, 11)


def worn(network: nn.Module) -> Any:
    """Fill weights and statistics from a seed, as training would have left them."""
    seeded(network)
    generator = torch.Generator().manual_seed(1)
    for module in network.modules():
        if isinstance(module, folding.NORMS) and module.running_mean is not None:
            module.running_mean = torch.randn(module.num_features, generator=generator)
            module.running_var = torch.rand(module.num_features, generator=generator) + 0.1
    return network.eval()


def check(network: Any, *folded: str, shape: tuple[int, ...] = SHAPE) -> nn.Module:
    """Fold a copy; compare values and gradients with the network in double precision."""
    before = {name: values.clone() for name, values in network.state_dict().items()}
    copy = private_copy(network)
    assert fold_batch_norm(copy, shape) == folded
    image = torch.rand(2, *shape, requires_grad=True)
    output = copy(image)
    (gradient,) = torch.autograd.grad(output.square().sum(), image)
    exact = image.detach().double().requires_grad_()
    expected = private_copy(network).double()(exact)
    (slope,) = torch.autograd.grad(expected.square().sum(), exact)
    assert relative(output, expected) < 1e-6 and relative(gradient, slope) < 1e-6
    after = network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before) and len(before) == len(after)
    assert not any(type(module).__name__.startswith("Folded") for module in network.modules())
    return copy


def relative(found: Tensor, expected: Tensor) -> float:
    return float((found.detach().double() - expected.detach()).norm() / expected.detach().norm())


@pytest.mark.parametrize(
    "source",
    [
        lambda: nn.Conv2d(3, 6, 3),
        lambda: nn.Conv2d(3, 6, 3, padding=1, stride=2, bias=False),
        lambda: nn.Conv2d(3, 6, 3, groups=3),
        lambda: nn.Conv2d(3, 6, 3, dilation=2, padding=2, padding_mode="reflect"),
        lambda: nn.ConvTranspose2d(3, 6, 3, stride=2, output_padding=1),
        lambda: nn.ConvTranspose2d(3, 6, 3, groups=3, dilation=2, bias=False),
    ],
)
@pytest.mark.parametrize("affine", [True, False])
def test_every_kind_of_convolution_takes_its_normalization_in(source: Any, affine: bool) -> None:
    check(worn(nn.Sequential(source(), nn.BatchNorm2d(6, affine=affine), nn.ReLU())), "1")


def test_a_linear_layer_and_the_other_dimensions_too() -> None:
    check(worn(nn.Sequential(nn.Flatten(), nn.Linear(396, 5), nn.BatchNorm1d(5))), "2")
    flat = nn.Sequential(
        nn.Conv1d(3, 4, 3), nn.BatchNorm1d(4), nn.ConvTranspose1d(4, 6, 3), nn.BatchNorm1d(6)
    )
    check(worn(flat), "1", "3", shape=(3, 9))
    deep = nn.Sequential(
        nn.Conv3d(2, 4, 2), nn.BatchNorm3d(4), nn.ConvTranspose3d(4, 2, 2), nn.BatchNorm3d(2)
    )
    check(worn(deep), "1", "3", shape=(2, 4, 5, 6))


def test_a_block_of_an_efficientnet_with_its_shortcut() -> None:
    block = InvertedBottleneck(3, 3, 6, 3, 1)
    check(worn(nn.Sequential(block, nn.Flatten())), "0.expand_bn", "0.depthwise_bn", "0.project_bn")


class Body(nn.Module):
    """A convolution and a normalization, and a forward pass that is handed over."""

    def __init__(
        self, steps: Callable[[Any, Tensor], Any], conv: nn.Module | None = None, **options: Any
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1) if conv is None else conv
        self.norm = nn.BatchNorm2d(3, **options)
        self.other = nn.BatchNorm2d(3)
        self.steps = steps
        worn(self)

    def forward(self, image: Tensor) -> Tensor:
        result: Tensor = self.steps(self, image)
        return result


def test_a_pair_that_only_the_forward_pass_brings_together() -> None:
    check(Body(lambda net, x: net.norm(net.conv(x)).relu_() + x), "norm")


def after(net: Any, x: Tensor) -> Tensor:
    values = net.conv(x)
    return net.norm(values) + values


def aside(net: Any, x: Tensor) -> Tensor:
    values = net.conv(x)
    result: Tensor = net.norm(values)
    return result + values.view(len(x), -1).mean()


TRICKY: dict[str, Callable[[Any, Tensor], Tensor]] = {
    "the output is used again": after,
    "a view of the output is used": aside,
    "the convolution is shared": lambda net, x: net.norm(net.conv(x)) + net.other(net.conv(x.flip(2))),
    "the normalization is shared": lambda net, x: net.norm(net.conv(x)) + net.norm(x),
    "the weights are used elsewhere": lambda net, x: functional.conv2d(
        net.norm(net.conv(x)), net.conv.weight
    ),
    "the bias is used elsewhere": lambda net, x: net.norm(net.conv(x)) + net.conv.bias.sum(),
    "the normalization comes first": lambda net, x: net.conv(net.norm(x)),
    "something stands between": lambda net, x: net.norm(net.conv(x).relu()),
    "the values are changed in place": lambda net, x: net.norm(net.conv(x).mul_(2)),
    "the convolution is functional": lambda net, x: net.norm(functional.conv2d(x, net.conv.weight)),
    "the normalization is functional": lambda net, x: functional.batch_norm(
        net.conv(x), net.norm.running_mean, net.norm.running_var
    ),
    "the normalization is called past its hooks": lambda net, x: net.norm(net.conv(x)) + net.norm.forward(x),
}


@pytest.mark.parametrize("case", TRICKY)
def test_nothing_is_folded_where(case: str) -> None:
    check(Body(TRICKY[case]))


def plain(net: Any, x: Tensor) -> Tensor:
    result: Tensor = net.norm(net.conv(x))
    return result


def test_nothing_is_folded_without_statistics() -> None:
    assert fold_batch_norm(Body(plain, track_running_stats=False), SHAPE) == ()


def test_nothing_is_folded_into_a_convolution_whose_weights_are_computed() -> None:
    check(Body(plain, parametrizations.weight_norm(nn.Conv2d(3, 3, 3))))


@pytest.mark.parametrize("name", ["conv", "norm"])
@pytest.mark.parametrize("kind", ["forward", "forward_pre"])
def test_a_module_with_a_hook_is_left_alone(name: str, kind: str) -> None:
    net = Body(plain)
    getattr(getattr(net, name), f"register_{kind}_hook")(lambda *arguments: None)
    assert fold_batch_norm(net, SHAPE) == ()


def test_a_replaced_forward_is_left_alone() -> None:
    net = Body(plain)
    net.conv.forward = lambda x: x + 1  # type: ignore[method-assign]
    assert fold_batch_norm(net, SHAPE) == ()


def test_an_output_that_is_also_returned_stays_what_it_was() -> None:
    def both(net: Any, x: Tensor) -> dict[str, Tensor]:
        values = net.conv(x)
        return {"before": values, "after": net.norm(values)}

    assert fold_batch_norm(Body(both), SHAPE) == ()


def test_a_normalization_that_goes_on_learning_is_left_alone() -> None:
    def learning(net: Any, x: Tensor) -> Tensor:
        net.norm.train()
        result: Tensor = net.norm(net.conv(x))
        return result

    check_unfolded(Body(learning))


def test_a_network_that_reads_its_own_parts_is_left_as_it_was() -> None:
    def curious(net: Any, x: Tensor) -> Tensor:
        if type(net.norm) is not nn.BatchNorm2d:
            raise RuntimeError("where is my normalization?")
        return plain(net, x)

    check_unfolded(Body(curious))


def check_unfolded(net: Any) -> None:
    before = net.conv.weight.clone()
    assert fold_batch_norm(net, SHAPE) == ()
    assert torch.equal(net.conv.weight, before) and type(net.norm) is nn.BatchNorm2d


def test_a_difference_undoes_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    net, image = Body(plain), torch.rand(2, *SHAPE)
    expected = net(image)
    right = folding._per_output
    monkeypatch.setattr(folding, "_per_output", lambda *arguments: right(*arguments) * 1.0001)
    assert fold_batch_norm(net, SHAPE) == ()
    assert torch.equal(net(image), expected)


def test_a_network_that_can_not_run_on_the_shape_is_left_alone() -> None:
    assert fold_batch_norm(worn(nn.Sequential(nn.Conv2d(3, 4, 9), nn.BatchNorm2d(4))), (3, 4, 4)) == ()


def test_the_random_image_is_nobody_elses() -> None:
    net = Body(lambda net, x: plain(net, x) + 0 * torch.rand(()))
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    fold_batch_norm(net, SHAPE)
    assert torch.equal(torch.rand(3), expected)


def test_unfolding_a_layer_gives_its_own_output_back_and_leaves_the_others() -> None:
    net = worn(nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4)))
    copy, image = check(net, "1", "3"), torch.rand(1, *SHAPE)
    unfold(copy, copy[3])  # type: ignore[index]
    assert [type(module) is nn.BatchNorm2d for module in copy.children()] == [False] * 4
    unfold(copy, copy[0])  # type: ignore[index]
    assert [type(module) is nn.BatchNorm2d for module in copy.children()] == [False, True, False, False]
    assert torch.equal(copy[0](image), net[0](image))  # type: ignore[index]
    unfold(copy)
    assert torch.equal(copy(image), net(image))


def test_a_probe_reads_a_convolution_a_container_and_a_normalization_as_they_are() -> None:
    first = nn.Sequential(nn.Conv2d(3, 4, 3))
    net = worn(nn.Sequential(first, nn.BatchNorm2d(4), nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4), nn.ReLU()))
    image = torch.rand(2, *SHAPE)
    expected = {"0": net[0](image), "1": net[:2](image), "2": net[:3](image), "4": net[:4](image)}
    for layers in (("1", "4"), ("0", "4"), ("2",)):
        outputs = folded_probe(net)(image, layers)
        assert all(torch.allclose(outputs[name], expected[name], atol=1e-5) for name in layers), layers
    outputs = folded_probe(net).sparing(image, ("2",))
    assert torch.allclose(outputs["2"].whole(), expected["2"], atol=1e-5)  # type: ignore[union-attr]


def folded_probe(net: nn.Module) -> Probe:
    probe = Probe(net)
    assert probe.fold(SHAPE) and not probe.fold(SHAPE)
    assert any(type(module).__name__ == "FoldedBatchNorm2d" for module in probe.network.modules())
    return probe


def test_a_wide_convolution_takes_winograds_way_with_the_folded_weights_and_with_its_own() -> None:
    net = worn(nn.Sequential(nn.Conv2d(3, 128, 3), nn.Conv2d(128, 128, 3, padding=1), nn.BatchNorm2d(128)))
    net[1].weight.data.mul_(0.05)
    image = torch.rand(1, 3, 30, 30, requires_grad=True)
    probe = Probe(net)
    before = probe(image, ["output"])["output"]
    probe.fold((3, 30, 30))
    folded = probe(image, ["output"])["output"]
    assert not torch.equal(folded, before) and relative(folded, net(image)) < 1e-5
    assert isinstance(probe.network[1], WinogradConvolution)  # type: ignore[index]
    assert relative(probe(image, ["1"])["1"], net[:2](image)) < 1e-5


def test_bfloat16_is_not_folded() -> None:
    probe = Probe(Body(plain), "bfloat16")
    assert not probe.fold(SHAPE)
    assert type(probe.module("norm")) is nn.BatchNorm2d


def test_a_network_without_normalization_is_not_even_tried() -> None:
    net = seeded(nn.Sequential(nn.Conv2d(3, 4, 3)))
    net[0].forward = None  # type: ignore[index, assignment]
    assert not Probe(net).fold(SHAPE)


def test_a_copy_of_a_folded_network_is_folded_and_unfolds_for_itself() -> None:
    net, image = Body(plain), torch.rand(2, *SHAPE)
    folded = check(net, "norm")
    twin = private_copy(folded)
    assert torch.equal(twin(image), folded(image))
    unfold(twin)
    assert torch.equal(twin(image), net(image))
    assert type(folded.norm).__name__ == "FoldedBatchNorm2d" and not torch.equal(folded(image), twin(image))


def test_a_network_that_normalizes_in_place_is_folded_too() -> None:
    class InPlace(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.norm = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)

        def forward(self, images: Tensor) -> Tensor:
            return self.norm(self.first(images.sub_(0.5).div_(0.25)))

    network, images = worn(InPlace()), torch.rand(2, *SHAPE)
    expected = network(images.clone())
    assert fold_batch_norm(network, SHAPE) == ("norm",)
    assert relative(network(images.clone()), expected) < 1e-6


def batch_normalized() -> Any:
    return worn(nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU()))


@pytest.mark.parametrize("shape", [None, (3, 8), "abc", (0, 8, 8), (3, -1, 8), (3.0, 8, 8), 3])
def test_a_shape_that_no_image_has_is_answered_in_words_and_blocks_nothing(shape: Any) -> None:
    probe = Probe(batch_normalized())
    with pytest.raises(ValueError, match=r"shape must be \(C, H, W\)"):
        probe.fold(shape)
    assert probe.fold((3, 8, 8))


def test_a_shape_that_the_network_does_not_take_blocks_no_later_folding() -> None:
    probe = Probe(batch_normalized())
    assert not probe.fold((1, 8, 8)) and probe.fold((3, 8, 8)) and not probe.fold((3, 8, 8))


def test_a_folded_network_survives_pickling() -> None:
    network, images = batch_normalized(), torch.rand(2, *SHAPE)
    expected = network(images)
    assert fold_batch_norm(network, SHAPE)
    loaded = pickle.loads(pickle.dumps(network))
    assert relative(loaded(images), expected) < 1e-6
    unfold(loaded)
    assert type(loaded[1]) is nn.BatchNorm2d and torch.equal(loaded(images), expected)
