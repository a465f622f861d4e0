"""Saliency against Captum, on small networks, to 1e-5 of the largest value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from captum.attr import (
    GuidedBackprop,
    IntegratedGradients,
    LayerGradCam,
    NoiseTunnel,
    Occlusion,
    Saliency,
)
from torch import Generator, Tensor, nn

from tests.core.nets import small_net
from vizwidgets.core.saliency import saliency_map

SHAPE = (3, 20, 18)
TARGETS = [2, 0]


def agree(ours: Tensor, theirs: Tensor) -> bool:
    largest = float(theirs.abs().max())
    return largest > 1e-3 and bool(((ours - theirs).abs() <= 1e-5 * largest).all())


def residual_net() -> Any:
    """With batch normalization, a shortcut and strides, in eval mode, its statistics used."""

    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem, self.bend = nn.Conv2d(3, 8, 3, stride=2), nn.ReLU()
            self.norm, self.conv = nn.BatchNorm2d(8), nn.Conv2d(8, 8, 3, padding=1)
            self.last, self.head = nn.ReLU(), nn.Linear(8, 4)

        def forward(self, images: Tensor) -> Tensor:
            first = self.bend(self.norm(self.stem(images)))
            return self.head(self.last(self.conv(first) + first).mean(dim=(2, 3)))

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        net = Residual()
        net(torch.rand(20, *SHAPE))
    return net.eval()


NETS: dict[str, Callable[[], Any]] = {
    "plain": lambda: small_net(height=20, width=18),
    "residual": residual_net,
}
LAST = {"plain": "4", "residual": "last"}


@pytest.fixture(params=NETS)
def which(request: Any) -> Iterator[str]:
    yield request.param


@pytest.fixture
def images() -> Tensor:
    return torch.rand(2, *SHAPE, generator=Generator().manual_seed(4))


def leaf(images: Tensor) -> Tensor:
    return images.clone().requires_grad_()


def test_the_gradient(which: str, images: Tensor) -> None:
    theirs = Saliency(NETS[which]()).attribute(leaf(images), target=TARGETS, abs=False)
    assert agree(saliency_map(NETS[which](), images, TARGETS).attribution, theirs)


@pytest.mark.filterwarnings("ignore:Setting backward hooks")
def test_guided_backpropagation(which: str, images: Tensor) -> None:
    theirs = GuidedBackprop(NETS[which]()).attribute(leaf(images), target=TARGETS)
    assert agree(saliency_map(NETS[which](), images, TARGETS, "guided").attribution, theirs)


def test_integrated_gradients(which: str, images: Tensor) -> None:
    theirs = IntegratedGradients(NETS[which]().double()).attribute(
        images.double(), baselines=0.25, target=TARGETS, n_steps=20, method="riemann_middle"
    )
    ours = saliency_map(NETS[which]().double(), images, TARGETS, "integrated", num_steps=20, baseline=0.25)
    assert agree(ours.attribution, theirs)


def test_smoothgrad_with_the_same_noise(which: str, images: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = Generator().manual_seed(11)
    noise = torch.stack([torch.randn(SHAPE, generator=generator) for _ in range(6)])

    def same_noise(_: Any, deviation: Tensor) -> Tensor:
        return noise * deviation

    monkeypatch.setattr(torch, "normal", same_noise)
    for image, target in zip(images, TARGETS, strict=True):
        sigma = 0.1 * float(image.max() - image.min())
        theirs = NoiseTunnel(Saliency(NETS[which]())).attribute(
            leaf(image[None]), nt_samples=6, stdevs=sigma, target=target, abs=False
        )
        ours = saliency_map(
            NETS[which](), image, target, "smoothgrad", num_samples=6, noise=0.1, seed=11
        ).attribution
        assert agree(ours, theirs)


def test_grad_cam(which: str, images: Tensor) -> None:
    net = NETS[which]()
    small = LayerGradCam(net, net.get_submodule(LAST[which])).attribute(images, target=TARGETS).detach()
    theirs = nn.functional.interpolate(small, SHAPE[1:], mode="bilinear", align_corners=False)
    assert agree(saliency_map(NETS[which](), images, TARGETS, "gradcam").attribution, theirs)


@pytest.mark.parametrize(("window", "stride"), [((4, 3), (2, 3)), ((7, 7), (3, 2))])
def test_occlusion(which: str, images: Tensor, window: tuple[int, int], stride: tuple[int, int]) -> None:
    net = NETS[which]().double()  # a fall is a small difference of scores
    theirs = Occlusion(net).attribute(
        images.double(),
        (3, *window),
        strides=(3, *stride),
        baselines=0.5,
        target=TARGETS,
        perturbations_per_eval=4,
    )
    ours = saliency_map(net, images, TARGETS, "occlusion", window=window, stride=stride)
    assert agree(ours.attribution.expand_as(theirs), theirs)
