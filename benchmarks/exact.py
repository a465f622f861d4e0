"""The same maps in double precision, by plain loops: how far each library is from them."""

from __future__ import annotations

import copy

import torch
from explainers import SAMPLES, STEPS, Case, captum
from torch import Tensor


def exact(case: Case, method: str) -> Tensor | None:
    """Return an attribution in double precision, None where nobody but us has one (guided through ReLU6)."""
    exact_case = Case(copy.deepcopy(case.model).double(), case.image.double(), case.target, case.at_once)
    if method in ("guided", "gradcam"):
        way = captum(exact_case, method)
        return None if isinstance(way, str) else way()
    total = sum(_gradient(exact_case, image) for image in _points(case, method))
    if method == "gradient":
        return total
    return total / SAMPLES if method == "smoothgrad" else case.image.double() * total / STEPS


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


def _gradient(case: Case, image: Tensor) -> Tensor:
    leaf = image.double().requires_grad_()
    (gradient,) = torch.autograd.grad(case.model(leaf)[0, case.target], leaf)
    return gradient
