"""The plan of a filter wall: which layers, which of their channels, and how large their pictures are."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Generator, nn, randperm

from .layers import Layer, find_layer, input_shape_of, list_layers
from .measures import check_channel
from .settings import AscentSettings

MAX_ROWS = 5  # rows of the wall of a model that has no blocks
# Filters that the lecture talks about; the default wall of a VGG-16 shows them first.
LECTURE_CHANNELS = {
    ("block4_conv3", 512): (266, 421),
    ("block5_conv3", 512): (2, 100, 266, 330, 421),
}

Channels = int | Sequence[int] | Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class WallRow:
    """One row of a filter wall: some channels of one layer.

    Parameters
    ----------
    layer : Layer
        The layer.
    channels : tuple of int
        The channels, one picture each, from left to right.
    size : int or (int, int)
        Height and width of the pictures in pixels.
    """

    layer: Layer
    channels: tuple[int, ...]
    size: int | tuple[int, int]

    @property
    def title(self) -> str:
        """The layer's alias, or its name."""
        return self.layer.alias or self.layer.name

    @property
    def sides(self) -> tuple[int, int]:
        """Height and width of the pictures in pixels."""
        return self.size if isinstance(self.size, tuple) else (self.size, self.size)


def plan_wall(
    model: nn.Module,
    layers: str | Sequence[str] | None = None,
    channels: Channels = 10,
    *,
    seed: int = 0,
    size: int | None = None,
) -> tuple[WallRow, ...]:
    """Choose the rows of a filter wall.

    Parameters
    ----------
    model : nn.Module
        Any network with convolutions.
    layers : list of str, optional
        Names or aliases. By default the last convolution of each block where the model has blocks (VGG), else
        up to five convolutions spread over the depth, or the layers that ``channels`` names.
    channels : int, list of int, or dict of str to list of int
        That many channels of each layer, drawn with the seed; or these; or these of each layer.
    seed : int
        Draws the channels.
    size : int, optional
        Side of the pictures in pixels; by default it grows with the receptive field.

    Raises
    ------
    ValueError
        If a layer or channel does not exist, a list is empty, or the model has no convolution.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 8, 3))
    >>> net.input_shape = (3, 32, 32)
    >>> [(row.title, row.channels, row.size) for row in plan_wall(net, channels=[0, 2])]
    [('0', (0, 2), 32), ('2', (0, 2), 32)]
    """
    AscentSettings(size=size)  # its own checks
    by_layer: dict[str, Sequence[int]] = {}
    if isinstance(channels, Mapping):
        by_layer = {find_layer(model, name).name: chosen for name, chosen in channels.items()}
        layers = list(channels) if layers is None else layers
    rows = []
    for layer in _chosen_layers(model, layers):
        wanted = _wanted(layer, by_layer) if isinstance(channels, Mapping) else channels
        side = natural_size(model, layer) if size is None else size
        rows.append(WallRow(layer, _chosen_channels(layer, wanted, seed), side))
    return tuple(rows)


def _wanted(layer: Layer, by_layer: Mapping[str, Sequence[int]]) -> Sequence[int]:
    if layer.name not in by_layer:
        raise ValueError(
            f"channels is a dict, but has no entry for layer {layer.alias or layer.name!r}; "
            "leave layers out to show those of the dict."
        )
    return by_layer[layer.name]


def default_layers(model: nn.Module) -> tuple[Layer, ...]:
    """Return the last convolution of each block, or up to five convolutions spread over the depth."""
    convolutions = [layer for layer in list_layers(model) if layer.kind == "Conv2d"]
    if not convolutions:
        raise ValueError(
            f"this {type(model).__name__} has no convolution, so there are no filters to show; name the "
            "layers whose units you want: FilterWall(model, layers=[...]). vw.list_layers(model) shows them."
        )
    blocks = {}
    for layer in convolutions:
        if match := re.fullmatch(r"(block\d+)_conv\d+", layer.alias):
            blocks[match[1]] = layer
    return tuple(blocks.values()) or _spread(convolutions)


def _spread(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    count = min(MAX_ROWS, len(layers))
    return tuple(layers[round((index + 1) * len(layers) / count) - 1] for index in range(count))


def _chosen_layers(model: nn.Module, layers: str | Sequence[str] | None) -> tuple[Layer, ...]:
    if layers is None:
        return default_layers(model)
    names = [layers] if isinstance(layers, str) else list(layers)
    if not names:
        raise ValueError("layers is empty; name one at least, or leave it out for the default wall.")
    return tuple(dict.fromkeys(find_layer(model, name) for name in names))


def _chosen_channels(layer: Layer, channels: int | Sequence[int], seed: int) -> tuple[int, ...]:
    if isinstance(channels, (int, float)):
        return _drawn(layer, channels, seed)
    where = layer.alias or layer.name
    if isinstance(channels, str) or not len(channels):
        raise ValueError(f"channels for layer {where!r} must be numbers, one at least; got {channels!r}.")
    for number in channels:
        if isinstance(number, bool) or int(number) != number:
            raise ValueError(f"channels for layer {where!r} must be whole numbers; got {number!r}.")
        check_channel(int(number), layer)
    return tuple(dict.fromkeys(int(number) for number in channels))


def _drawn(layer: Layer, count: float, seed: int) -> tuple[int, ...]:
    """Draw channels, the same ones for the same layer name and seed in any model."""
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ValueError(f"channels must be 1 or more, or a list of channels; got {count!r}.")
    title = layer.alias or layer.name
    known = LECTURE_CHANNELS.get((title, layer.channels), ())[:count]
    generator = Generator().manual_seed(zlib.crc32(f"{seed} {title}".encode()))
    drawn = [
        number for number in randperm(layer.channels, generator=generator).tolist() if number not in known
    ]
    return (*known, *sorted(drawn[: count - len(known)]))


def natural_size(model: nn.Module, layer: Layer) -> int | tuple[int, int]:
    """Return a size that shows a few receptive fields side by side, where the model's input is that large."""
    _, height, width = input_shape_of(model)
    if layer.receptive_field is None:  # a vector: what comes before it fits the model's own size only
        return (height, width)
    wanted = 8 * round((40 + 14 * math.log2(max(layer.receptive_field, 2))) / 8)
    return min(wanted, max(height, width, 8))


def work_of(model: nn.Module, row: WallRow) -> float:
    """Estimate the multiplications of one step of a row, to foretell how long it takes."""
    _, height, width = input_shape_of(model)
    total = 0.0
    for layer in list_layers(model):
        total += layer.parameters * math.prod(layer.shape[1:])
        if layer.name == row.layer.name:
            break
    return total * len(row.channels) * math.prod(row.sides) / (height * width)
