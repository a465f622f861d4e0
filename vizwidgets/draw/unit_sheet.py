"""One unit at work, as one picture: the image, what the unit sees of it, its feature map, and the numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image
from torch import Tensor

from .page import EMPTY, FAINT, INK, PAPER, Page
from .pixels import to_bytes
from .signed import NEGATIVE, POSITIVE, signed, signed_colors

SCALE = 2  # pixels of the sheet for each one on the page: sharp on any screen
WIDTH, SIDE, LEFT, RIGHT = 564, 252, 14, 298  # of the sheet and a panel, and where the two columns begin
TOP, ZOOM_TOP = 28, 344
HEIGHT = ZOOM_TOP + SIDE + 14
MANY = 9  # so many pixels are shown with their numbers
AROUND = 5  # units of the map that are shown with their numbers, along a side
BARS, LINE = 16, 35  # units of a vector that are shown, and the height of each
MARK = "#D55E00"  # on the image
LETTERS, FIGURES = 18, 17  # pixels of the page: of words, and at most of numbers in the squares

Seen = tuple[slice, slice]
Place = tuple[int, ...]


def unit_sheet(
    image: Tensor, seen: Seen, values: np.ndarray, place: Place, names: Sequence[str] = ()
) -> Image.Image:
    """Draw an image and the layer that it activates, with one unit marked.

    Parameters
    ----------
    image : Tensor
        (C, H, W) in [0, 1].
    seen : (slice, slice)
        Rows and columns of the image that the unit sees.
    values : array
        The unit's feature map (H', W'), or all units of a vector (units,).
    place : tuple of int
        (row, column) of the unit in the map, or (number,) in the vector.
    names : sequence of str, optional
        Names of a vector's units.

    Examples
    --------
    >>> import torch
    >>> unit_sheet(torch.zeros(1, 8, 8), (slice(2, 5), slice(2, 5)), np.ones((6, 6)), (2, 2)).size
    (1128, 1220)
    """
    page = _Page(WIDTH, sheet_height(values.shape), SCALE)
    pixels = to_bytes(image)
    _head(page, LEFT, 14, f"image, {pixels.shape[0]} × {pixels.shape[1]} pixels")
    page.picture(LEFT, TOP, pixels, SIDE, SIDE)
    if values.ndim == 1:
        _head(page, LEFT, TOP + SIDE + 16, "the unit sees all of it")
        _draw_bars(page, values, place[0], names)
        return page.sheet
    page.frame(LEFT, TOP, _part(seen, pixels.shape[:2]), MARK)
    _draw_crop(page, image, seen)
    _draw_map(page, values, (place[0], place[1]))
    return page.sheet


def place_at(x: float, y: float, shape: tuple[int, ...], number: int = 0) -> Place | None:
    """Return the unit that is drawn at a point of the sheet.

    Parameters
    ----------
    x, y : float
        Shares of the sheet's width and height, 0..1.
    shape : tuple of int
        (H', W') of the map or (units,) of the vector.
    number : int
        The unit of a vector that is marked now.

    Returns
    -------
    tuple of int or None
        (row, column) or (number,); None beside the map and the bars.

    Examples
    --------
    >>> place_at(0.54, 0.06, (6, 6)), place_at(0.1, 0.1, (6, 6))
    ((0, 0), None)
    """
    left, top = x * WIDTH - RIGHT, y * sheet_height(shape) - TOP
    if len(shape) == 1:
        shown = _shown_bars(shape[0], number)
        line = int(top // LINE)
        return (shown[line],) if 0 <= left < SIDE and 0 <= line < len(shown) else None
    row, column = (int(shape[i] * (top, left)[i] // SIDE) for i in (0, 1))
    return (row, column) if 0 <= row < shape[0] and 0 <= column < shape[1] else None


def sheet_height(shape: tuple[int, ...]) -> int:
    """Return the height of the sheet on the page: a short vector needs less than a map."""
    return HEIGHT if len(shape) == 2 else TOP + max(SIDE + 24, min(shape[0], BARS) * LINE) + 14


class _Page(Page):
    def frame(self, x: float, y: float, part: tuple[float, float, float, float], ink: str = INK) -> None:
        """Mark a part of a panel (top, left, bottom, right, as shares) so that it shows on any ground."""
        top, left, bottom, right = (share * SIDE * SCALE for share in part)
        corners = np.array([x * SCALE + left, y * SCALE + top, x * SCALE + right - 1, y * SCALE + bottom - 1])
        for grow, color in ((5, PAPER), (4, ink), (0, PAPER)):
            outset = corners + np.array([-grow, -grow, grow, grow])
            self.pen.rectangle(tuple(outset), outline=color, width=4 if color == ink else 1)


def _draw_crop(page: _Page, image: Tensor, seen: Seen) -> None:
    crop = image[:, seen[0], seen[1]]
    rows, columns = crop.shape[1:]
    _head(page, LEFT, ZOOM_TOP - 14, f"what it sees: {rows} × {columns} pixels")
    cell = SIDE / max(rows, columns)
    page.picture(LEFT, ZOOM_TOP, to_bytes(crop), columns * cell, rows * cell)
    if max(rows, columns) > MANY or len(crop) > 1:
        return
    for row in range(rows):
        for column in range(columns):
            value = float(crop[0, row, column])
            ink = PAPER if value < 0.5 else INK
            _number(page, LEFT, ZOOM_TOP, cell, (row, column), f"{value:.2f}", ink)


def _draw_map(page: _Page, values: np.ndarray, place: tuple[int, int]) -> None:
    limit = float(np.abs(values).max())
    height, width = values.shape
    _head(page, RIGHT, 14, f"feature map, {height} × {width} units")
    page.picture(RIGHT, TOP, signed_colors(values, limit), SIDE, SIDE)
    row, column = place
    page.frame(RIGHT, TOP, _part((slice(row, row + 1), slice(column, column + 1)), values.shape))
    _draw_scale(page, limit)
    _head(page, RIGHT, ZOOM_TOP - 14, "the unit, its neighbours")
    cell = SIDE / AROUND
    for i in range(AROUND):
        for j in range(AROUND):
            at = row + i - AROUND // 2, column + j - AROUND // 2
            is_inside = 0 <= at[0] < height and 0 <= at[1] < width
            color = signed_colors([[values[at]]], limit) if is_inside else None
            fill = EMPTY if color is None else tuple(color.ravel().tolist())
            page.box(RIGHT + j * cell, ZOOM_TOP + i * cell, cell, cell, fill)
            if color is not None:
                ink = PAPER if color.mean() < 140 else INK
                _number(page, RIGHT, ZOOM_TOP, cell, (i, j), signed(float(values[at]), limit), ink)
    middle = AROUND // 2
    page.frame(RIGHT, ZOOM_TOP, _part((slice(middle, middle + 1),) * 2, (AROUND, AROUND)))


def _draw_scale(page: _Page, limit: float) -> None:
    """Draw which colour is which number, under the map."""
    ramp = signed_colors(np.linspace(-limit, limit, SIDE)[None], limit)
    top = TOP + SIDE + 6
    page.picture(RIGHT, top, ramp, SIDE, 9)
    for share, value, anchor in ((0, -limit, "lm"), (0.5, 0.0, "mm"), (1, limit, "rm")):
        page.words(RIGHT + share * SIDE, top + 19, signed(value, limit), FIGURES, anchor=anchor, ink=FAINT)


def _draw_bars(page: _Page, values: np.ndarray, number: int, names: Sequence[str]) -> None:
    """Draw the unit and its neighbours in a vector as bars around zero, with their numbers."""
    shown = _shown_bars(len(values), number)
    limit = float(np.abs(values).max()) or 1.0
    _head(page, RIGHT, 14, f"units {shown[0]} to {shown[-1]} of {len(values)}")
    middle, reach = RIGHT + 136, 46
    for line, index in enumerate(shown):
        y = TOP + line * LINE
        if index == number:
            page.box(RIGHT, y + 1, SIDE, LINE - 2, EMPTY)
            page.box(RIGHT, y + 1, 3, LINE - 2, INK)
        length = reach * float(values[index]) / limit
        color = POSITIVE if length >= 0 else NEGATIVE
        page.box(middle + min(length, 0), y + 5, max(abs(length), 1), LINE - 10, color)
        name = f"{index}: {names[index]}" if index < len(names) and names[index] != str(index) else str(index)
        room = middle - reach - RIGHT - 10
        page.words(RIGHT + 6, y + LINE / 2, name, LETTERS, width=room)
        value = signed(float(values[index]), limit)
        page.words(RIGHT + SIDE - 4, y + LINE / 2, value, LETTERS, anchor="rm", width=room - 18)
    page.box(middle - 0.5, TOP, 1, len(shown) * LINE, INK)


def _shown_bars(count: int, number: int) -> range:
    """Return which units of a vector are drawn: the marked one and its neighbours."""
    first = min(max(number - BARS // 2, 0), max(count - BARS, 0))
    return range(first, min(first + BARS, count))


def _number(page: _Page, x: float, y: float, cell: float, at: tuple[int, int], text: str, ink: str) -> None:
    place = x + (at[1] + 0.5) * cell, y + (at[0] + 0.5) * cell
    page.words(*place, text, FIGURES, anchor="mm", ink=ink, width=cell - 2)


def _head(page: _Page, x: float, y: float, text: str) -> None:
    page.words(x, y, text, LETTERS, width=SIDE + 8)


def _part(seen: Seen, size: tuple[int, ...]) -> tuple[float, float, float, float]:
    rows, columns = seen
    return rows.start / size[0], columns.start / size[1], rows.stop / size[0], columns.stop / size[1]
