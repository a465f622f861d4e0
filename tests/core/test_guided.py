"""Guided backpropagation, against its rule written out with matrices; however a ReLU is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from captum.attr import GuidedBackprop, Saliency
from torch import Tensor, nn
from torch.nn import functional

from tests.core.nets import seeded, small_net
from tests.core.test_saliency import assert_same, state, well_used_net
from vizwidgets.core.saliency import saliency_map

WAYS: dict[str, Callable[[Tensor], Tensor]] = {
    "module": nn.ReLU(),
    "module in-place": nn.ReLU(inplace=True),
    "functional": functional.relu,
    "functional in-place": lambda values: functional.relu(values, inplace=True),
    "torch.relu": torch.relu,
    "torch.relu_": torch.relu_,
    "method": lambda values: values.relu(),
    "clamp from 0": lambda values: values.clamp(min=0),
    "clip from 0": lambda values: torch.clip(values, min=0.0),
    "threshold": lambda values: functional.threshold(values, 0.0, 0.0),
    "ReLU6": nn.ReLU6(),
    "ReLU6 in-place": nn.ReLU6(inplace=True),
    "functional relu6": functional.relu6,
    "hardtanh from 0": lambda values: functional.hardtanh(values, 0.0, 6.0),
}


class Layered(nn.Module):
    """Three dense layers with the same ReLU, or one after each of them, between."""

    def __init__(self, rectify: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.rectify = rectify
        self.first, self.second, self.third = nn.Linear(12, 20), nn.Linear(20, 20), nn.Linear(20, 3)
        seeded(self)
        self.first.weight.data.mul_(4)  # so that some units pass 6

    def forward(self, images: Tensor) -> Tensor:
        inner = self.rectify(self.second(self.rectify(self.first(images.flatten(1)))))
        return self.third(inner)


def by_matrices(net: Layered, image: Tensor, target: int, top: float) -> Tensor:
    """Go forwards and backwards by hand: a ReLU lets positive gradients of positive activations through."""
    before, gates = image.flatten(), []
    for layer in (net.first, net.second):
        values = layer.weight @ before + layer.bias
        gates.append((values > 0) & (values < top))
        before = values.clamp(0, top)
    gradient = net.third.weight[target]
    for layer, gate in ((net.second, gates[1]), (net.first, gates[0])):
        gradient = layer.weight.T @ torch.where(gate & (gradient > 0), gradient, torch.zeros(()))
    return gradient.detach().view(image.shape)


@pytest.mark.parametrize("way", WAYS)
def test_it_is_the_rule_however_the_relu_is_written(way: str) -> None:
    net, images = Layered(WAYS[way]).eval(), torch.rand(4, 3, 2, 2)
    top = 6.0 if "6" in way or "hardtanh" in way else float("inf")
    with torch.no_grad():
        if top == 6:
            assert float(net.first(images.flatten(1)).max()) > 6
    found = saliency_map(net, images, target=[0, 1, 2, 0], method="guided").attribution
    for index, target in enumerate((0, 1, 2, 0)):
        expected = by_matrices(net, images[index], target, top)
        assert torch.allclose(found[index], expected, rtol=1e-5, atol=1e-6)
    assert not torch.allclose(found, saliency_map(net, images, [0, 1, 2, 0]).attribution, rtol=0.1)


@pytest.mark.parametrize("way", ["functional", "torch.relu", "ReLU6", "functional relu6"])
def test_where_captum_silently_returns_the_plain_gradient_ours_is_guided(way: str) -> None:
    net, images = Layered(WAYS[way]).eval(), torch.rand(2, 3, 2, 2)
    plain = Saliency(net).attribute(images.clone().requires_grad_(), target=1, abs=False)
    with pytest.warns(UserWarning, match="backward hooks"):
        peer = GuidedBackprop(net).attribute(images.clone().requires_grad_(), target=1)
    assert torch.equal(peer, plain)
    ours = saliency_map(net, images, 1, "guided").attribution
    assert not torch.allclose(ours, plain, rtol=0.1)


def test_it_passes_convolutions_that_go_winograds_way() -> None:
    net: Any = nn.Sequential(
        nn.Conv2d(3, 128, 3), nn.ReLU(), nn.Conv2d(128, 128, 3, padding=1), nn.ReLU(), nn.Flatten(1)
    )
    seeded(net, spread=0.05)
    image = torch.rand(1, 3, 32, 32)
    with pytest.warns(UserWarning, match="backward hooks"):
        peer = GuidedBackprop(net).attribute(image.clone().requires_grad_(), target=5)
    assert float(peer.abs().max()) > 0
    ours = saliency_map(net, image, 5, "guided").attribution
    assert torch.allclose(ours, peer, rtol=1e-4, atol=1e-5 * float(peer.abs().max()))


def viewed(inplace: bool, bend: type[nn.Module] = nn.ReLU) -> nn.Module:
    """A network in which a ReLU meets a view: what InstanceNorm, Flatten and Unflatten return."""
    net = nn.Sequential(
        nn.Conv2d(3, 16, 3),
        nn.ReLU(inplace=inplace),
        nn.Conv2d(16, 16, 3),
        nn.InstanceNorm2d(16),
        bend(inplace=inplace),  # type: ignore[call-arg]
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Linear(64, 8),
        nn.Unflatten(1, (8, 1)),
        nn.ReLU6(inplace=inplace),
        nn.Flatten(),
        nn.Linear(8, 3),
    )
    return seeded(net)


def test_a_relu_in_place_on_a_view_is_guided_as_the_same_relu_elsewhere() -> None:
    image = torch.rand(1, 3, 8, 8)
    apart = saliency_map(viewed(False), image, 0, "guided").attribution
    plain = saliency_map(viewed(False), image, 0).attribution
    in_place = saliency_map(viewed(True), image, 0, "guided").attribution
    assert torch.allclose(in_place, apart, atol=1e-6 * float(apart.abs().max()))
    assert float((plain - apart).abs().max()) > 0.1 * float(apart.abs().max())


@pytest.mark.parametrize("bend", [nn.LeakyReLU, nn.SiLU, nn.Hardswish])
@pytest.mark.parametrize("inplace", [False, True])
def test_another_bend_in_place_on_a_view_is_refused_too(bend: type[nn.Module], inplace: bool) -> None:
    with pytest.raises(ValueError, match="guided backpropagation is defined for ReLUs"):
        saliency_map(viewed(inplace, bend), torch.rand(1, 3, 8, 8), 0, "guided")


class Harmless(nn.Module):
    """ReLUs, and operations that look like bends and bend nothing here."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.gamma = nn.Conv2d(3, 4, 3), nn.Parameter(torch.ones(4, 1, 1))
        self.head = nn.Linear(4, 3)
        seeded(self.conv), seeded(self.head)
        self.register_buffer("aperture", (torch.rand(8, 8) > 0.3).float())

    def forward(self, images: Tensor) -> Tensor:
        inner = self.conv(images * self.aperture).clamp_min(0) * self.gamma
        return self.head(functional.normalize(inner.mean(dim=(2, 3)))).clamp(-20, 20)


class Bare(Harmless):
    def forward(self, images: Tensor) -> Tensor:
        inner = torch.relu(self.conv(images * self.aperture))
        mean = inner.mean(dim=(2, 3))
        return self.head(mean / mean.norm(dim=1, keepdim=True))


def test_scales_apertures_and_limits_that_nothing_reaches_are_no_relus() -> None:
    images = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    nets = []
    for kind in (Harmless, Bare):
        torch.manual_seed(3)
        nets.append(kind().eval())
    found, expected = (saliency_map(net, images, 1, "guided").attribution for net in nets)
    assert torch.allclose(found, expected, atol=1e-6)


class Masked(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return values * (values > 0)


class MaskedByFloats(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return (values > 0).float() * values


class Chosen(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return torch.where(values > 0, values, torch.zeros(()))


class Larger(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return torch.maximum(values, torch.zeros(()))


class Filled(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return values.masked_fill(values < 0, 0.0)


class Halved(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return (values + values.abs()) / 2


class Lower(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return -torch.minimum(-values, torch.zeros(()))


class Rest(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return values - values.clamp_max(0)


class Fmax(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return torch.fmax(values, torch.zeros(()))


class Signed(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return values * (values.sign() + 1) / 2


class Doubled(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return values * ((values > 0) * 2.0) * 0.5


class Leaking(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return values * ((values > 0) * 0.9 + 0.1)


class Mixed(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return torch.lerp(values, 0 * values, (values < 0).float())


class Divided(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return values / torch.where(values > 0, 1.0, float("inf"))


class Own(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        ctx.save_for_backward(values)
        return values.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gradients[0] * (ctx.saved_tensors[0] > 0)


class Hidden(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return Own.apply(values)


@pytest.mark.parametrize(
    ("bend", "words"),
    [
        (nn.GELU(), r"layer 'bend' \(GELU\) uses gelu"),
        (nn.SiLU(), r"layer 'bend' \(SiLU\) uses silu"),
        (nn.ELU(), r"layer 'bend' \(ELU\)"),
        (nn.SELU(), r"layer 'bend' \(SELU\)"),
        (nn.CELU(), r"layer 'bend' \(CELU\)"),
        (nn.LeakyReLU(), r"layer 'bend' \(LeakyReLU\) uses leaky_relu"),
        (nn.PReLU(), r"layer 'bend' \(PReLU\)"),
        (nn.RReLU(), r"layer 'bend' \(RReLU\)"),
        (nn.Softplus(), r"layer 'bend' \(Softplus\)"),
        (nn.Mish(), r"layer 'bend' \(Mish\)"),
        (nn.Hardswish(), r"layer 'bend' \(Hardswish\)"),
        (nn.Hardtanh(), r"layer 'bend' \(Hardtanh\)"),
        (nn.Threshold(0.5, 0.0), r"layer 'bend' \(Threshold\)"),
        (Masked(), r"a product with a mask.* write torch.relu\(x\)"),
        (MaskedByFloats(), r"a product with a mask.* write torch.relu\(x\)"),
        (Chosen(), r"the model uses where.* write torch.relu\(x\)"),
        (Larger(), r"the model uses maximum.* write torch.relu\(x\)"),
        (Filled(), r"the model uses masked_fill.* write torch.relu\(x\)"),
        (Halved(), r"the model uses abs.* write torch.relu\(x\)"),
        (Lower(), r"the model uses minimum.* write torch.relu\(x\)"),
        (Rest(), r"the model uses clamp_max.* write torch.relu\(x\)"),
        (Fmax(), r"the model uses fmax.* write torch.relu\(x\)"),
        (Signed(), r"the model uses sign.* write torch.relu\(x\)"),
        (Doubled(), r"a product with a mask.* write torch.relu\(x\)"),
        (Leaking(), r"a product with a mask.* write torch.relu\(x\)"),
        (Mixed(), r"the model uses lerp.* write torch.relu\(x\)"),
        (Divided(), r"a division by a mask.* write torch.relu\(x\)"),
        (Hidden(), r"'OwnBackward' hides what it does.* Use torch.relu"),
    ],
)
def test_what_bends_and_is_no_relu_is_refused_by_name(bend: nn.Module, words: str) -> None:
    net: Any = nn.Sequential()
    net.add_module("conv", nn.Conv2d(3, 4, 3))
    net.add_module("relu", nn.ReLU())
    net.add_module("middle", nn.Conv2d(4, 4, 3))
    net.add_module("bend", bend)
    net.add_module("flat", nn.Flatten())
    seeded(net)
    before = state(net)
    with pytest.raises(ValueError, match=words):
        saliency_map(net, torch.rand(1, 3, 8, 8), 1, "guided")
    assert_same(before, state(net))


@pytest.mark.parametrize("inner", [nn.Identity(), nn.Sigmoid(), nn.Tanh()])
def test_a_network_without_relus_is_refused(inner: nn.Module) -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(12, 4), inner, nn.Linear(4, 2))
    with pytest.raises(ValueError, match="this score passes none.*smoothgrad"):
        saliency_map(net, torch.rand(1, 3, 2, 2), 1, "guided")


class Interrupted(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        raise KeyboardInterrupt


@pytest.mark.filterwarnings("ignore:the map.* is 0 everywhere")
@pytest.mark.parametrize("method", ["gradient", "guided", "smoothgrad", "integrated", "gradcam", "occlusion"])
def test_the_model_comes_back_bit_by_bit_also_after_an_interrupt(method: str) -> None:
    net = well_used_net()
    before, images = state(net), torch.rand(2, 3, 8, 8)
    saliency_map(net, images, 1, method)
    assert_same(before, state(net))
    net.append(Interrupted())
    before = state(net)
    with pytest.raises(KeyboardInterrupt):
        saliency_map(net, images, 1, method)
    assert_same(before, state(net))


@pytest.mark.parametrize("method", ["gradient", "guided", "smoothgrad", "integrated", "gradcam", "occlusion"])
@pytest.mark.parametrize("outside", [torch.no_grad, torch.inference_mode])
def test_it_works_where_no_gradients_are_recorded(method: str, outside: Callable[[], Any]) -> None:
    image = torch.rand(1, 3, 16, 16)
    expected = saliency_map(small_net(), image, 1, method).attribution
    with outside():
        net, same = small_net(), image.clone()
        found = saliency_map(net, same, 1, method)
        assert torch.allclose(found.attribution, expected, atol=1e-6)
    assert float(found.values.max()) > 0
