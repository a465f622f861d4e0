"""Saliency maps over their images, side by side, each with its scale in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor

from .color_scale import TOP, ColorScale, color_scale, laid_over, palette
from .page import EMPTY, FAINT, INK, SMALLEST, Page
from .page_lines import wrapped
from .pixels import Bytes, to_bytes
from .saliency_layout import Cell, SaliencyLayout, lay_out

SCALES = ("image", "row", "global")
MOST_PANELS, MOST_ROWS = 6, 4
BAR = 9  # height of a colour bar
TITLE, WORDS, NUMBERS = 15, 14, 13  # pixels of letters; a slide shows them larger
ZOOM = 2


@dataclass(frozen=True)
class Panel:
    """One map of a sheet.

    Parameters
    ----------
    title : str
        The method in plain words.
    values : Tensor, array or None
        (H, W), 0 or more, of the image's size; None where there is no map (yet).
    words : str
        A short line beneath; where there is no map, why.
    """

    title: str
    values: Any = None
    words: str = ""


@dataclass(frozen=True)
class ImageRow:
    """An image and its maps.

    Parameters
    ----------
    image : Tensor
        (C, H, W) in [0, 1].
    panels : sequence of Panel
        Up to six.
    title, words : str
        What it is, above the image; and beneath it, for example what the network says of it.
    """

    image: Tensor
    panels: Sequence[Panel]
    title: str = "image"
    words: str = ""


def saliency_sheet(
    rows: Sequence[ImageRow],
    *,
    strength: float = 0.7,
    scale: str = "image",
    mark: tuple[int, int] | None = None,
    top: float = TOP,
    zoom: int = ZOOM,
) -> Image.Image:
    """Draw images with their saliency maps laid over them.

    Parameters
    ----------
    rows : sequence of ImageRow
        Up to four. The maps of a single image stand in a grid, those of several in lines.
    strength : float
        0: the images alone; 1: the maps alone.
    scale : str
        "image": each map has a scale of its own; "row": the maps of an image share one; "global": all do.
    mark : (int, int), optional
        Row and column of a pixel that is marked on every picture.
    top : float
        Percent of the pixels that a scale covers (`color_scale`); a last line says what that means.
    zoom : int
        Pixels of the sheet for each one on the page; 2 is sharp on any screen, 1 is quick.

    Raises
    ------
    ValueError
        If there are too many rows or maps, a map has another size, or a setting does not exist.

    Examples
    --------
    >>> import torch
    >>> row = ImageRow(torch.zeros(1, 8, 8), [Panel("gradient", torch.eye(8))])
    >>> saliency_sheet([row]).size
    (1416, 896)
    """
    scales = _scales(rows, scale, top)
    layout = sheet_layout(rows, scale)
    page = Page(layout.width, layout.height, zoom)
    for row, cells, its_scales in zip(rows, layout.cells, scales, strict=True):
        _draw_image(page, row, cells[0], layout.side)
        pixels = to_bytes(row.image)
        for panel, cell, its_scale in zip(row.panels, cells[1:], its_scales, strict=False):
            _draw_map(page, panel, cell, pixels, its_scale, strength)
            _draw_words(page, panel, cell, layout.side, its_scale if scale == "image" else None)
        if mark is not None:
            _draw_mark(page, cells, mark, pixels.shape)
    for bar, shared in zip(layout.bars, scales, strict=False):
        draw_bar(page, *bar, shared[0])
    if any(each.is_cut for row in scales for each in row):
        page.words(12, layout.height - 14, cut_words(top), NUMBERS, ink=FAINT, width=layout.width - 24)
    return page.sheet


def sheet_layout(rows: Sequence[ImageRow], scale: str = "image") -> SaliencyLayout:
    """Return where everything stands on the sheet of these rows."""
    sizes = [(int(row.image.shape[-2]), int(row.image.shape[-1])) for row in rows]
    return lay_out(sizes, [len(row.panels) for row in rows], scale)


def cut_words(top: float) -> str:
    """Return what "≥" at the end of a bar means."""
    return f"≥: the strongest {100 - top:.2g} % of the pixels share the last colour."


def draw_bar(page: Page, left: float, top: float, width: float, scale: ColorScale) -> None:
    """Draw which colour is which number."""
    page.picture(left, top, np.broadcast_to(palette(), (1, 256, 3)).copy(), width, BAR)
    ticks = scale.ticks()
    size = WORDS
    while size > SMALLEST and page.length(ticks[0][1] + ticks[-1][1], size) + 10 > width:
        size -= 1
    zero, half, end = (page.length(text, size) for _, text in ticks)
    has_room = half / 2 + max(zero, end) + 6 < width / 2
    for share, text in ticks if has_room else ticks[::2]:
        anchor = "lm" if share == 0 else "rm" if share == 1 else "mm"
        page.words(left + share * width, top + BAR + 10, text, size, anchor=anchor)


def _scales(rows: Sequence[ImageRow], scale: str, top: float) -> list[list[ColorScale]]:
    """Return the scale of each map."""
    if scale not in SCALES:
        raise ValueError(f"scale must be one of {', '.join(SCALES)}; got {scale!r}.")
    if not 1 <= len(rows) <= MOST_ROWS or any(len(row.panels) > MOST_PANELS for row in rows):
        raise ValueError(f"a sheet has 1 to {MOST_ROWS} images with up to {MOST_PANELS} maps each.")
    maps = [[[] if panel.values is None else [panel.values] for panel in row.panels] for row in rows]
    if scale == "image":
        return [[color_scale(each, top) for each in row] for row in maps]
    if scale == "row":
        return [[color_scale(sum(row, []), top)] * max(1, len(row)) for row in maps]
    everything = color_scale([each for row in maps for one in row for each in one], top)
    return [[everything] * max(1, len(row)) for row in maps]


def _draw_image(page: Page, row: ImageRow, cell: Cell, side: int) -> None:
    page.words(cell.left, cell.top - 11, row.title, TITLE, width=side)
    page.picture(cell.left, cell.top, to_bytes(row.image), cell.width, cell.height)
    page.words(cell.left, cell.foot + 12, row.words, WORDS, width=side)


def _draw_map(
    page: Page, panel: Panel, cell: Cell, pixels: Bytes, scale: ColorScale, strength: float
) -> None:
    note = _note(panel)
    if not note:
        drawn = laid_over(pixels, panel.values, scale, strength)
        page.picture(cell.left, cell.top, drawn, cell.width, cell.height)
        return
    page.box(cell.left, cell.top, cell.width, cell.height, EMPTY)
    size = WORDS if min(cell.width, cell.height) >= 140 else 11
    lines = wrapped(note, cell.width - 8, size, most=int(cell.height / (1.5 * size)))
    page.lines(cell.left + cell.width / 2, cell.top + cell.height / 2, lines, size, INK)


def _draw_words(page: Page, panel: Panel, cell: Cell, side: int, scale: ColorScale | None) -> None:
    """Write the title above a map, and beneath it what is said of it, after the bar of its own scale."""
    page.words(cell.left, cell.top - 11, panel.title, TITLE, width=side)
    has_bar = scale is not None and scale.end > 0
    if scale is not None and has_bar:
        draw_bar(page, cell.left, cell.foot + 6, side, scale)
    if panel.values is not None:
        page.words(cell.left, cell.foot + (41 if has_bar else 12), panel.words, WORDS, ink=FAINT, width=side)


def _note(panel: Panel) -> str:
    """Return what stands in the place of a map that cannot be shown."""
    if panel.values is None:
        return panel.words or "…"
    return "" if bool((panel.values > 0).any()) else "0 everywhere"


def _draw_mark(page: Page, cells: Sequence[Cell], mark: tuple[int, int], shape: tuple[int, ...]) -> None:
    height, width = shape[:2]
    if not (0 <= mark[0] < height and 0 <= mark[1] < width):
        raise ValueError(f"mark must be a pixel (row, column) of an image of {height} × {width}; got {mark}.")
    for cell in cells:
        x = cell.left + (mark[1] + 0.5) / width * cell.width
        y = cell.top + (mark[0] + 0.5) / height * cell.height
        page.ring(x, y)
