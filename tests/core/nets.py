"""Tiny networks for the tests of core."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


def seeded(module: nn.Module, seed: int = 0, spread: float = 0.5) -> nn.Module:
    """Fill all weights from a seed."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * spread)
    return module


def small_net(colors: int = 3, height: int = 16, width: int = 16, inplace: bool = False) -> Any:
    """Two convolutions and a classifier of four animals, in eval mode."""
    net: Any = nn.Sequential(
        nn.Conv2d(colors, 6, 3, padding=1),
        nn.ReLU(inplace=inplace),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 8, 3),
        nn.ReLU(inplace=inplace),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 4),
    )
    seeded(net)
    net.input_shape = (colors, height, width)
    net.aliases = {"0": "block1_conv1", "3": "block2_conv1"}
    net.class_names = ("cat", "dog", "water ouzel", "goat")
    return net.eval()


def linear_net(colors: int = 1, side: int = 8) -> Any:
    """One convolution: everything about its ascent has a closed form."""
    net: Any = seeded(nn.Sequential(nn.Conv2d(colors, 3, 3)))
    net.input_shape = (colors, side, side)
    return net.eval()


class FunctionalNet(nn.Module):
    """Residual, with a functional ReLU, in-place when asked."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 6, 3, padding=1)
        self.second = nn.Conv2d(6, 6, 3, padding=1)
        self.third = nn.Conv2d(6, 4, 1)
        self.inplace = inplace
        self.input_shape = (3, 12, 12)
        seeded(self)

    def forward(self, image: Tensor) -> Tensor:
        first = functional.relu(self.first(image), inplace=self.inplace)
        return self.third(functional.relu(self.second(first) + first))


class DictNet(nn.Module):
    """Returns a dict, as segmentation networks do."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Conv2d(3, 5, 3)
        self.input_shape = (3, 12, 12)
        seeded(self)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        return {"logits": self.body(image).mean(dim=(2, 3)), "aux": image}


class Doors(nn.Module):
    """Raises when it is closed, and counts how often it was passed. Its state is shared with copies."""

    closed = False
    passed = 0

    def forward(self, values: Tensor) -> Tensor:
        if Doors.closed:
            raise RuntimeError("this layer must not run")
        Doors.passed += 1
        return values


class Burst(nn.Module):
    """Becomes NaN where the activation is large."""

    def __init__(self, limit: float) -> None:
        super().__init__()
        self.limit = limit

    def forward(self, values: Tensor) -> Tensor:
        return torch.where(values > self.limit, float("nan"), values)


class Halves(nn.Module):
    """Calls a part of itself ``network``, as many do."""

    def __init__(self) -> None:
        super().__init__()
        self.network, self.head = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), nn.Linear(4, 2)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.network(images).mean(dim=(2, 3)))


class NormalizingInPlace(nn.Module):
    """Overwrites the images that it is given, as hand-written networks do."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = small_net()

    def forward(self, images: Tensor) -> Tensor:
        return self.inner(images.sub_(0.5).div_(0.25))
