"""Where the images and maps of a saliency sheet stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

MARGIN, GAP = 12, 12
HEAD = 22  # for the titles above a line of pictures
FOOT = 52  # for bar, numbers and words beneath
WORDS = 26  # for words alone
SHARED = 34  # for a bar that several maps share
NOTE = 20  # for a last line, also where it stays empty: a sheet that is drawn again must not change its size
ALONE = {1: 336, 2: 336, 3: 224, 4: 168}  # side of a picture for so many columns: one image
STACKED = {1: 168, 2: 168, 3: 168, 4: 168, 5: 136, 6: 116, 7: 100}  # several images, one under the other


class Cell(NamedTuple):
    """Where one picture stands on the page, and where its bar begins."""

    left: float
    top: float
    width: float
    height: float
    foot: float


@dataclass(frozen=True)
class SaliencyLayout:
    """Places of all pictures of a sheet, in pixels of the page.

    Attributes
    ----------
    width, height : float
        Of the sheet.
    side : int
        Of the square in which each picture stands.
    cells : tuple of tuple of Cell
        For each image its own place, then those of its maps.
    bars : tuple of (float, float, float)
        Left, top and width of the bars that several maps share: none, one, or one for each image.
    """

    width: float
    height: float
    side: int
    cells: tuple[tuple[Cell, ...], ...]
    bars: tuple[tuple[float, float, float], ...]


def lay_out(sizes: Sequence[tuple[int, int]], counts: Sequence[int], scale: str = "image") -> SaliencyLayout:
    """Lay out a sheet: one image and its maps as a grid, several images as lines under each other.

    Parameters
    ----------
    sizes : sequence of (int, int)
        Height and width of each image.
    counts : sequence of int
        How many maps each image has.
    scale : str
        "image": a bar under each map; "row": one for the maps of an image; "global": one for all.

    Examples
    --------
    >>> layout = lay_out([(224, 224)], [2])
    >>> layout.width, len(layout.cells[0]), layout.cells[0][1].left
    (720, 3, 248)
    """
    columns, side = _columns(len(sizes), max(counts) + 1)
    foot = FOOT if scale == "image" else WORDS
    top, rows, bars = float(MARGIN), [], []
    width = 2 * MARGIN + columns * (side + GAP) - GAP
    for size, count in zip(sizes, counts, strict=True):
        cells: list[Cell] = []
        for line in range(math.ceil((count + 1) / columns)):
            number = min(columns, count + 1 - line * columns)
            cells += _line(number, top + HEAD, side, size)
            top = cells[-1].foot + foot
        rows.append(tuple(cells))
        if scale == "row" or (scale == "global" and len(rows) == len(sizes)):
            bars.append((float(MARGIN), top, width - 2.0 * MARGIN))
            top += SHARED
    return SaliencyLayout(width, top + NOTE + MARGIN / 2, side, tuple(rows), tuple(bars))


def _columns(rows: int, pictures: int) -> tuple[int, int]:
    """Return how many pictures stand beside each other, and the side of their squares."""
    if rows > 1:
        return pictures, STACKED[pictures]
    columns = pictures if pictures <= 4 else 3 if pictures <= 6 else 4
    return columns, ALONE[columns]


def _line(number: int, top: float, side: int, size: tuple[int, int]) -> list[Cell]:
    """Return the places of some pictures beside each other; a rectangle fills its longer side."""
    height, width = (side * length / max(size) for length in size)
    return [Cell(MARGIN + place * (side + GAP), top, width, height, top + height) for place in range(number)]
