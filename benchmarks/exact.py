"""The same maps in double precision, by plain loops: how far each library is from them."""

from __future__ import annotations

import copy
from typing import Any

import torch
from explainers import SAMPLES, STEPS, Case
from torch import Tensor, nn
from torch.nn.functional import interpolate


def exact(case: Case, method: str) -> Tensor:
    """Return an attribution in double precision."""
    model = copy.deepcopy(case.model).double()
    image = case.image.double()
    if method == "gradcam":
        return _class_activation_map(model, case)
    if method == "guided":
        _replace_relus(model)
    points = _points(case, method)
    mean = torch.stack([_gradient(model, point, case.target) for point in points]).mean(dim=0)
    return image * mean if method == "integrated" else mean


def _points(case: Case, method: str) -> list[Tensor]:
    """Return the images whose gradients are averaged."""
    if method == "smoothgrad":
        noise = torch.Generator().manual_seed(0)
        return [
            case.image + case.sigma * torch.randn(case.image.shape, generator=noise) for _ in range(SAMPLES)
        ]
    if method == "integrated":
        return [case.image.double() * (step + 0.5) / STEPS for step in range(STEPS)]
    return [case.image]


def _gradient(model: nn.Module, image: Tensor, target: int) -> Tensor:
    leaf = image.double().requires_grad_()
    (gradient,) = torch.autograd.grad(model(leaf)[0, target], leaf)
    return gradient


def _class_activation_map(model: nn.Module, case: Case) -> Tensor:
    maps: list[Tensor] = []
    model.get_submodule(case.layer).register_forward_hook(lambda module, inputs, output: maps.append(output))
    score = model(case.image.double())[0, case.target]
    (gradient,) = torch.autograd.grad(score, maps[0])
    weighted = (gradient.mean(dim=(2, 3), keepdim=True) * maps[0]).sum(dim=1, keepdim=True)
    return interpolate(weighted.detach(), case.image.shape[2:], mode="bilinear")


class _Guided(torch.autograd.Function):
    """A ReLU, or one that is capped, that hands back positive gradients only."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, high: float) -> Tensor:
        ctx.save_for_backward((values > 0) & (values < high))
        return values.clamp(0, high)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (is_on,) = ctx.saved_tensors
        return gradients[0].clamp(min=0) * is_on, None


class _GuidedReLU(nn.Module):
    def __init__(self, high: float) -> None:
        super().__init__()
        self.high = high

    def forward(self, values: Tensor) -> Tensor:
        result: Tensor = _Guided.apply(values, self.high)
        return result


def _replace_relus(model: nn.Module) -> None:
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, (nn.ReLU, nn.ReLU6)):
                setattr(module, name, _GuidedReLU(6.0 if isinstance(child, nn.ReLU6) else float("inf")))
