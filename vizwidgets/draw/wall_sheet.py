"""A filter wall as one picture: rows with their labels, failed pictures marked and never hidden."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from .fonts import font

INK, FAINT, PAPER, EMPTY, ALARM = "#1a1a1a", "#5f5f5f", "#ffffff", "#ececec", "#a63d00"
SIDE, SMALLEST = 144, 40  # pixels of a picture on the sheet
FILM_WIDTH = 1080  # pixels of a sheet that is one scene of many
PAIR_WIDTH = 1400  # pixels of two walls beside each other: a slide shows these letters 15 pixels high
GAP, MARGIN, LABEL, CAPTION, HEAD = 8, 16, 176, 24, 44
BETWEEN = 24  # pixels between two walls
HEADING, TITLE, SMALL = 20, 18, 16  # pixels of letters


@dataclass(frozen=True)
class SheetRow:
    """One row of the sheet.

    Parameters
    ----------
    title, subtitle : str
        The label at the left.
    captions : tuple of str
        One beneath each picture.
    pictures : array, sequence or None
        (N, H, W, C) bytes; None where there are none yet, in place of all or of one.
    failures : tuple of str
        One word per picture: what failed, or the empty string.
    gap_after : int
        After so many pictures another wall begins; 0: there is one only.
    """

    title: str
    subtitle: str
    captions: tuple[str, ...]
    pictures: np.ndarray | Sequence[np.ndarray | None] | None
    failures: tuple[str, ...]
    gap_after: int = 0


def wall_sheet(rows: Sequence[SheetRow], heading: str, side: int = SIDE) -> Image.Image:
    """Draw rows of pictures under each other.

    Parameters
    ----------
    rows : sequence of SheetRow
        From top to bottom.
    heading : str
        Above all.
    side : int
        Side of a picture on the sheet, in pixels.

    Examples
    --------
    >>> row = SheetRow("conv1", "sees 3 × 3 px", ("0", "1"), None, ("", ""))
    >>> wall_sheet([row], "A wall", side=100).size
    (416, 184)
    """
    count = max(len(row.captions) for row in rows)
    between = BETWEEN if any(row.gap_after for row in rows) else 0
    width = 2 * MARGIN + LABEL + count * (side + GAP) - GAP + between
    height = HEAD + len(rows) * (side + CAPTION) + MARGIN
    sheet = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((MARGIN, HEAD / 2), heading, INK, font(HEADING, is_bold=True), anchor="lm")
    for index, row in enumerate(rows):
        _draw_row(sheet, pen, row, HEAD + index * (side + CAPTION), side)
    return sheet


def side_for(count: int, width: int = FILM_WIDTH) -> int:
    """Return how large pictures may be so that a sheet with so many in a row is not wider than this.

    Examples
    --------
    >>> side_for(10), side_for(2), side_for(40)
    (80, 144, 40)
    """
    return max(SMALLEST, min(SIDE, (width - 2 * MARGIN - LABEL + GAP) // count - GAP))


def thumbnails(pictures: Iterable[Any], side: int) -> np.ndarray:
    """Return pictures (N, H, W, C) as small as they stand on a sheet, (N, side, side, 3) bytes."""
    return np.stack([np.asarray(_scaled(picture, side)) for picture in pictures])


def _draw_row(sheet: Image.Image, pen: ImageDraw.ImageDraw, row: SheetRow, top: int, side: int) -> None:
    middle = top + side / 2
    pen.text((MARGIN, middle - 3), _fitted(row.title, TITLE), INK, font(TITLE, is_bold=True), anchor="ls")
    pen.multiline_text((MARGIN, middle + 4), row.subtitle, FAINT, font(SMALL), spacing=3)
    for index, caption in enumerate(row.captions):
        left = MARGIN + LABEL + index * (side + GAP)
        left += BETWEEN if 0 < row.gap_after <= index else 0
        picture = None if row.pictures is None else row.pictures[index]
        if picture is None:
            pen.rectangle((left, top, left + side - 1, top + side - 1), EMPTY)
        else:
            sheet.paste(_scaled(picture, side), (left, top))
        if row.failures[index]:
            _mark(pen, left, top, side, row.failures[index])
        pen.text((left + side / 2, top + side + CAPTION / 2), caption, FAINT, font(SMALL), anchor="mm")


def _scaled(picture: np.ndarray, side: int) -> Image.Image:
    pixels = np.ascontiguousarray(np.broadcast_to(picture, (*picture.shape[:2], 3)))
    is_tiny = max(picture.shape[:2]) <= 48  # of digits and the like the pixels are shown as squares
    way = Image.Resampling.NEAREST if is_tiny else Image.Resampling.LANCZOS
    return Image.fromarray(pixels).resize((side, side), way)


def _mark(pen: ImageDraw.ImageDraw, left: int, top: int, side: int, word: str) -> None:
    """Put a dashed frame around a picture and the word on it."""
    for start in range(0, side, 12):
        end = min(start + 7, side)
        for edge in (0, side - 3):
            pen.rectangle((left + start, top + edge, left + end, top + edge + 2), ALARM)
            pen.rectangle((left + edge, top + start, left + edge + 2, top + end), ALARM)
    place = (left + 7, top + 6)
    box = pen.textbbox(place, word, font(SMALL), anchor="la")
    pen.rectangle((box[0] - 4, box[1] - 3, box[2] + 4, box[3] + 3), ALARM)
    pen.text(place, word, PAPER, font(SMALL), anchor="la")


def _fitted(text: str, size: int) -> str:
    """Shorten a layer's name at its beginning: its end tells layers apart."""
    letters = font(size, is_bold=True)
    while letters.getlength(text) > LABEL - 8 and len(text) > 4:
        text = "…" + text[2:]
    return text
