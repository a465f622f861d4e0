"""Receptive fields and strides, against the gradient of a network whose weights are all positive."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.core.nets import seeded
from vizwidgets.core.layers import list_layers
from vizwidgets.core.receptive_field import Field

SIDE = 72


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 2, 5, stride=2, padding=2)
        self.inner = nn.Conv2d(2, 2, 3, padding=2, dilation=2)
        self.last = nn.Conv2d(2, 2, 3, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        stem = functional.relu(self.stem(image))
        return self.last(functional.relu(self.inner(stem) + stem))


class Branches(nn.Module):
    """The second branch sees more, and more in a row than in a column."""

    def __init__(self) -> None:
        super().__init__()
        self.short, self.wide = nn.Conv2d(1, 2, 1), nn.Conv2d(1, 2, (3, 9), padding=(1, 4))
        self.last = nn.Conv2d(2, 2, 3)

    def forward(self, image: Tensor) -> Tensor:
        return self.last(self.short(image) + self.wide(image))


class FunctionalPool(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 2, 3)
        self.last = nn.Conv2d(4, 2, 3)

    def forward(self, image: Tensor) -> Tensor:
        first = functional.avg_pool2d((image - 0.5) / 0.2, 3, 2)
        first = functional.max_pool2d(torch.relu_(self.first(first)), 2)
        return self.last(torch.cat([first, first * 2], dim=1))


NETS: dict[str, Any] = {
    "stacked": lambda: nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Conv2d(2, 2, 5)),
    "strided": lambda: nn.Sequential(nn.Conv2d(1, 2, 7, 2, 3), nn.BatchNorm2d(2), nn.Conv2d(2, 2, 3, 2)),
    "dilated": lambda: nn.Sequential(nn.Conv2d(1, 2, 3, dilation=3), nn.Conv2d(2, 2, 3, dilation=2)),
    "average pool": lambda: nn.Sequential(nn.Conv2d(1, 2, 3), nn.AvgPool2d(3, 2), nn.Conv2d(2, 2, 3)),
    "max pool": lambda: nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2), nn.Conv2d(2, 2, 3)),
    "dilated pool": lambda: nn.Sequential(nn.MaxPool2d(3, 2, dilation=2), nn.Conv2d(1, 2, 3)),
    "depthwise": lambda: nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.Conv2d(4, 4, 5, 2, groups=4), nn.Conv2d(4, 2, 1)
    ),
    "row then column": lambda: nn.Sequential(nn.Conv2d(1, 2, (1, 7)), nn.Conv2d(2, 2, (7, 1))),
    "unequal strides": lambda: nn.Sequential(nn.Conv2d(1, 2, 3, stride=(1, 2)), nn.Conv2d(2, 2, (3, 5))),
    "residual": Residual,
    "branches": Branches,
    "functional pool": FunctionalPool,
}


def reach(net: nn.Module, name: str) -> int:
    """Side of the part of the image that moves the unit at the centre of a layer."""
    kept: list[Tensor] = []
    module = net.get_submodule(name)
    hook = module.register_forward_hook(lambda m, i, o: kept.append(o))
    # noise, so that a maximum can come from any place of its window; several images show them all
    image = torch.rand(32, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(0), requires_grad=True)
    net(image)
    hook.remove()
    output = kept[0]
    output[:, 0, output.shape[2] // 2, output.shape[3] // 2].sum().backward()
    assert image.grad is not None
    touched = image.grad.abs().sum(dim=(0, 1)) > 0
    sides = []
    for axis in (0, 1):
        places = touched.any(dim=1 - axis).nonzero()
        sides.append(int(places.max() - places.min() + 1))
    return max(sides)


@pytest.mark.parametrize("kind", NETS)
def test_the_receptive_field_is_the_part_of_the_image_that_a_gradient_reaches(kind: str) -> None:
    net = NETS[kind]().eval()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(parameter.abs() + 0.1)
    table = list_layers(net, (1, SIDE, SIDE))
    assert len(table) == sum(1 for module in net.modules() if not any(module.children()))
    for layer in table:
        assert layer.receptive_field == reach(net, layer.name), layer


def test_the_stride_is_the_shift_of_the_image_that_moves_a_map_by_one_unit() -> None:
    net = nn.Sequential(nn.Conv2d(1, 3, 3, 2), nn.MaxPool2d(2), nn.Conv2d(3, 2, 3)).eval()
    image = torch.rand(1, 1, SIDE, SIDE)
    for layer in list_layers(net, (1, SIDE, SIDE)):
        part = net[: int(layer.name) + 1]
        assert layer.stride is not None
        moved = part(image[..., layer.stride :])
        assert torch.allclose(moved, part(image)[..., 1:], atol=1e-6)
        assert not torch.allclose(part(image[..., 1:])[..., :5], part(image)[..., 1:6], atol=1e-6)


@pytest.mark.parametrize("mixer", [nn.AdaptiveAvgPool2d(4), nn.Upsample(scale_factor=2), nn.GroupNorm(1, 2)])
def test_after_a_mixing_of_all_places_the_receptive_field_is_the_whole_image(mixer: nn.Module) -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), mixer, nn.Conv2d(2, 2, 3)).eval()
    fields = [layer.receptive_field for layer in list_layers(net, (1, 16, 16))]
    assert fields == [3, None, None]


class Cropped(nn.Module):
    """Pads by hand, more above than to the left, and cuts off rows and columns."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(1, 2, 3, stride=2), nn.Conv2d(2, 2, 3)

    def forward(self, image: Tensor) -> Tensor:
        first = self.first(functional.pad(image, (1, 2, 3, 0)))
        return self.last(first[:, :, 1:, 2:-1])


PADDED: dict[str, Any] = NETS | {
    "padded": lambda: nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(2, 2, 5, padding=2)),
    "padded and strided": lambda: nn.Sequential(
        nn.Conv2d(1, 2, 7, 2, 3), nn.MaxPool2d(3, 2, 1), nn.Conv2d(2, 2, 3, padding=1), nn.AvgPool2d(2, 2, 1)
    ),
    "padded and dilated": lambda: nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=2, dilation=2), nn.MaxPool2d(3, 1, 1), nn.Conv2d(2, 2, 3, 2, 1)
    ),
    "unequal padding": lambda: nn.Sequential(
        nn.Conv2d(1, 2, (3, 5), stride=(2, 1), padding=(0, 2)), nn.Conv2d(2, 2, 3, padding=(1, 0))
    ),
    "same": lambda: nn.Sequential(nn.Conv2d(1, 2, 4, padding="same"), nn.Conv2d(2, 2, 3, padding="same")),
    "zero pad": lambda: nn.Sequential(nn.ZeroPad2d((2, 0, 1, 0)), nn.Conv2d(1, 2, 3)),
    "cropped": Cropped,
}


def seen_pixels(net: nn.Module, name: str, place: tuple[int, int], side: int) -> tuple[slice, ...]:
    """Rows and columns of the image that move a unit: brute force, one pixel after the other."""
    kept: list[Tensor] = []
    hook = net.get_submodule(name).register_forward_hook(lambda m, i, o: kept.append(o))
    image = torch.rand(1, side, side)
    changed = image + 10 * torch.eye(side * side).reshape(-1, 1, side, side)  # one pixel far above the others
    with torch.no_grad():
        net(torch.cat([image[None], changed]))
    hook.remove()
    unit = kept[0][:, 0, place[0], place[1]]
    moves = ((unit[1:] - unit[0]).abs() > 1e-4).reshape(side, side)
    along = [moves.any(dim=1 - axis).nonzero() for axis in (0, 1)]
    return tuple(slice(int(found.min()), int(found.max()) + 1) for found in along if len(found))


@pytest.mark.parametrize("kind", PADDED)
def test_a_unit_moves_with_exactly_the_pixels_of_its_field(kind: str) -> None:
    side, net = 29, seeded(PADDED[kind]()).eval()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(parameter.abs() + 0.1)
    for layer in list_layers(net, (1, side, side)):
        height, width = layer.shape[1:]
        for place in {(0, 0), (height // 2, width // 3), (height - 1, 0), (height - 1, width - 1)}:
            moving = seen_pixels(net, layer.name, place, side)
            if moving:  # the unit sees more than padding
                assert layer.field.seen(place, (side, side)) == moving, (layer, place)


def test_the_field_stands_in_no_column_of_the_table() -> None:
    table = list_layers(nn.Sequential(nn.Conv2d(1, 2, 3, padding=1)), (1, 8, 8))
    assert table[0].field == Field((3, 3), (1, 1), (-1, -1))
    assert "Field" not in repr(table) + table._repr_html_()


def test_a_unit_that_sees_only_padding_or_everything_is_given_pixels_all_the_same() -> None:
    assert Field((1, 1), (1, 1), (-2, 9)).seen((0, 0), (8, 8)) == (slice(0, 1), slice(7, 8))
    assert Field(None, (4, 4)).seen((3, 3), (8, 6)) == (slice(0, 8), slice(0, 6))
