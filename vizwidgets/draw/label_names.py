"""Names of classes written into their regions, where there is room."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from .class_key import ClassKey
from .fonts import font
from .pixels import Bytes

FEWEST = 40  # pixels of a region that is worth a name
SMALLEST = 8  # pixels of letters that can be read


def write_names(
    picture: Bytes, values: np.ndarray, key: ClassKey, height: float, picked: int | None = None, zoom: int = 3
) -> Bytes:
    """Write each class's name into the roomiest place of its pixels.

    Parameters
    ----------
    picture : array
        (H, W, 3) bytes.
    values : array
        (H, W) label image of the same, enlarged size.
    key : ClassKey
        The names.
    height : float
        Of the letters, in pixels of the picture.
    picked : int, optional
        Write this one alone.
    zoom : int
        How many times the label image is enlarged.

    Returns
    -------
    array
        (H, W, 3) bytes, a new picture.
    """
    sheet = Image.fromarray(picture)
    pen = ImageDraw.Draw(sheet)
    small = values[zoom // 2 :: zoom, zoom // 2 :: zoom]
    letters = font(max(SMALLEST, round(height)))
    for number, name in enumerate(key.names):
        if picked not in (None, number) or (small == number).sum() < FEWEST:
            continue
        place = roomiest(small == number, letters.getlength(name) / zoom + 2, letters.size / zoom + 1)
        if place is not None:
            row, column = place
            spot = (column + 0.5) * zoom, (row + 0.5) * zoom
            edge = max(1, zoom // 2)
            pen.text(spot, name, "white", letters, "mm", stroke_width=edge, stroke_fill="black")
    return np.asarray(sheet)


def roomiest(mask: np.ndarray, width: float, height: float) -> tuple[int, int] | None:
    """Return the middle of the place in a region at which a box has most room, or None if it fits nowhere.

    Parameters
    ----------
    mask : array
        (H, W) bool.
    width, height : float
        Of the box, in pixels of the mask.

    Examples
    --------
    >>> mask = np.zeros((9, 20), bool)
    >>> mask[2:7, 4:15] = True
    >>> roomiest(mask, 7, 3), roomiest(mask, 12, 3)
    ((4, 9), None)
    """
    across, down = int(np.ceil(width)) // 2, int(np.ceil(height)) // 2
    left = _thinned(mask, down, across)
    if not left.any():
        return None
    while (smaller := _peeled(left)).any():
        left = smaller
    rows, columns = np.nonzero(left)
    away = (rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2
    nearest = int(away.argmin())  # a pixel of what is left: its mean may lie outside of a ring
    return int(rows[nearest]), int(columns[nearest])


def _thinned(mask: np.ndarray, down: int, across: int) -> np.ndarray:
    """Return the pixels around which so many rows and columns on each side are in the mask."""
    for axis, reach in enumerate((down, across)):
        counts = np.cumsum(np.pad(mask, _only(axis, reach + 1, reach)), axis=axis)
        size, window = mask.shape[axis], 2 * reach + 1
        upper, lower = (np.take(counts, range(start, start + size), axis) for start in (window, 0))
        mask = upper - lower == window
    return mask


def _peeled(mask: np.ndarray) -> np.ndarray:
    """Return the pixels whose eight neighbours are all in the mask."""
    inner = np.zeros_like(mask)
    if min(mask.shape) > 2:
        rows = mask[:-2] & mask[1:-1] & mask[2:]
        inner[1:-1, 1:-1] = rows[:, :-2] & rows[:, 1:-1] & rows[:, 2:]
    return inner


def _only(axis: int, before: int, after: int) -> tuple[tuple[int, int], tuple[int, int]]:
    return ((before, after), (0, 0)) if axis == 0 else ((0, 0), (before, after))
