"""Saliency of a real network on a real photograph, against Captum; and its ReLU6, which Captum overlooks.

Methods of many passes are compared in float64. In float32 some of their images have a unit within rounding of
a kink, and maps that round differently, theirs among themselves too, are then some 1e-3 apart.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from captum.attr import GuidedBackprop, IntegratedGradients, LayerGradCam, NoiseTunnel, Occlusion, Saliency
from torch import Generator, Tensor, nn
from torch.nn.functional import interpolate

from vizwidgets.core.saliency import saliency_map
from vizwidgets.data.photos import photo

CLASS = 285  # Egyptian cat


@pytest.fixture(scope="module")
def cat() -> Tensor:
    return photo("cat", 224)


@pytest.fixture(autouse=True)
def gradients(no_gradients: None) -> Any:
    with torch.enable_grad():
        yield


def difference(ours: Tensor, theirs: Tensor) -> float:
    """Return the largest difference, in units of the largest value."""
    return float((ours - theirs.detach()).abs().max() / theirs.detach().abs().max())


def test_the_gradient_equals_captums(lite0: nn.Module, cat: Tensor) -> None:
    theirs = Saliency(lite0).attribute(cat.clone().requires_grad_(), target=CLASS, abs=False)
    assert difference(saliency_map(lite0, cat, CLASS).attribution, theirs) < 1e-5


def test_integrated_gradients_equal_captums(lite0: nn.Module, cat: Tensor) -> None:
    exact = copy.deepcopy(lite0).double()
    theirs = IntegratedGradients(exact).attribute(
        cat.double(), target=CLASS, n_steps=6, method="riemann_middle", internal_batch_size=3
    )
    ours = saliency_map(exact, cat, CLASS, "integrated", num_steps=6).attribution
    assert difference(ours, theirs) < 1e-5


def test_smoothgrad_equals_captums_with_the_same_noise(
    lite0: nn.Module, cat: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact, generator = copy.deepcopy(lite0).double(), Generator().manual_seed(0)
    noise = torch.stack([torch.randn(3, 224, 224, generator=generator) for _ in range(3)]).double()
    monkeypatch.setattr(torch, "normal", lambda _, deviation: noise * deviation)
    theirs = NoiseTunnel(Saliency(exact)).attribute(
        cat.double().requires_grad_(),
        nt_samples=3,
        stdevs=0.15 * float(cat.double().max() - cat.double().min()),
        target=CLASS,
        abs=False,
    )
    ours = saliency_map(exact, cat, CLASS, "smoothgrad", num_samples=3).attribution
    assert difference(ours, theirs) < 1e-5


def test_grad_cam_equals_captums(lite0: Any, cat: Tensor) -> None:
    small = LayerGradCam(lite0, lite0.network.head_relu).attribute(cat, target=CLASS)
    theirs = interpolate(small, (224, 224), mode="bilinear", align_corners=False)
    assert difference(saliency_map(lite0, cat, CLASS, "gradcam").attribution, theirs) < 1e-5


def test_occlusion_equals_captums(lite0: nn.Module, cat: Tensor) -> None:
    exact = copy.deepcopy(lite0).double()
    theirs = Occlusion(exact).attribute(
        cat.double(), (3, 56, 56), strides=(3, 56, 56), baselines=0.5, target=CLASS, perturbations_per_eval=4
    )
    ours = saliency_map(exact, cat, CLASS, "occlusion", window=56, stride=56).attribution
    assert difference(ours.expand_as(theirs), theirs) < 1e-5


class GuidedRelu6(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        ctx.save_for_backward(values)
        return values.clamp(0, 6)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (values,) = ctx.saved_tensors
        return gradients[0] * (values > 0) * (values < 6) * (gradients[0] > 0)


class GuidedModule(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return GuidedRelu6.apply(values)


def test_guided_backpropagation_passes_relu6_by_its_rule_and_captum_does_not(lite0: Any, cat: Tensor) -> None:
    by_hand = copy.deepcopy(lite0)
    for name, module in list(by_hand.named_modules()):
        if isinstance(module, nn.ReLU6):
            by_hand.get_submodule(name.rpartition(".")[0]).add_module(name.rpartition(".")[2], GuidedModule())
    leaf = cat.clone().requires_grad_()
    by_hand(leaf)[0, CLASS].backward()
    assert leaf.grad is not None
    ours = saliency_map(lite0, cat, CLASS, "guided").attribution
    assert difference(ours, leaf.grad) < 1e-5
    plain = saliency_map(lite0, cat, CLASS).attribution
    with pytest.warns(UserWarning, match="backward hooks"):
        captums = GuidedBackprop(lite0).attribute(cat.clone().requires_grad_(), target=CLASS)
    assert difference(captums, plain) < 1e-5 < 0.5 < difference(ours, plain)
