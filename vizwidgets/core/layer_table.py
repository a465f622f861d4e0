"""What is known of a layer, and the table of all layers of a network."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from html import escape
from typing import Any

from .receptive_field import WHOLE, Field

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layer:
    """One layer of a network, as the forward pass of one image meets it.

    Parameters
    ----------
    name : str
        Path of the module in the network, e.g. ``"features.14"``.
    alias : str
        The name that papers use, e.g. ``"block3_conv3"``; empty if there is none.
    kind : str
        Class of the module, e.g. ``"Conv2d"``.
    shape : tuple of int
        Output of one image: (channels, height, width), or (channels,) for a vector.
    channels : int
        Number of channels (of units, for a vector).
    receptive_field : int or None
        Side in pixels of the part of the image that one unit can see; None: the whole image.
    stride : int or None
        Pixels of the image between neighbouring units; None for a vector.
    parameters : int
        Number of learned numbers in the layer.
    field : Field
        Where exactly each unit looks, along rows and columns; not in the table.
    """

    name: str
    alias: str
    kind: str
    shape: Shape
    channels: int
    receptive_field: int | None
    stride: int | None
    parameters: int
    field: Field = field(default=WHOLE, repr=False)

    @property
    def is_map(self) -> bool:
        """Whether its output is a feature map; a vector otherwise."""
        return len(self.shape) == 3

    @property
    def map_size(self) -> tuple[int, int]:
        """Height and width of its feature map; (1, 1) for a vector."""
        return (self.shape[1], self.shape[2]) if self.is_map else (1, 1)


class LayerTable(tuple[Layer, ...]):
    """A tuple of layers that shows itself as a table, in a terminal and in a notebook."""

    def _rows(self) -> list[list[str]]:
        return [[_cell(getattr(layer, name)) for name in _columns()] for layer in self]

    def __repr__(self) -> str:
        heads = _columns()
        rows = [heads, *self._rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)

    def _repr_html_(self) -> str:
        heads = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in _columns())
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in self._rows()
        )
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _columns() -> list[str]:
    return [column.name for column in fields(Layer) if column.repr]


def _cell(value: Any) -> str:
    if value is None:
        return "all"
    if isinstance(value, tuple):
        return " × ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) else value
