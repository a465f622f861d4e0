"""Captions beneath pictures: broken into lines first, and only then in smaller letters, but for one pixel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PIL import ImageDraw

from .fonts import font
from .page_lines import lines_of, shortened

LARGEST, SMALLEST = 14, 8  # pixels; on a slide a sheet is enlarged, and the last row reads the largest
FIRST_LINE, NEXT_LINE = 22, 17  # pixels that captions of one line need, and those for each further one
MOST = 3  # lines


class Captions(NamedTuple):
    """What stands beneath the pictures of a sheet, all in letters of one size.

    Attributes
    ----------
    lines : list of list of str
        For each picture.
    size : int
        Of the letters, in pixels.
    """

    lines: list[list[str]]
    size: int

    @property
    def height(self) -> int:
        """Pixels that the longest of them needs."""
        return FIRST_LINE + NEXT_LINE * (max(map(len, self.lines)) - 1)

    def write(self, pen: ImageDraw.ImageDraw, index: int, middle: float, top: float) -> None:
        """Write one of them, around a middle and from a top down."""
        for number, line in enumerate(self.lines[index]):
            place = middle, top + FIRST_LINE / 2 + number * NEXT_LINE
            pen.text(place, line, "black", font(self.size), anchor="mm")


def captions(labels: Sequence[str], width: int) -> Captions:
    """Fit labels beneath pictures of a width: in several lines, then in smaller letters, then shortened.

    Letters one pixel smaller are taken before that where they save a line.

    Parameters
    ----------
    labels : sequence of str
        One or more.
    width : int
        Of each picture, in pixels.

    Examples
    --------
    >>> captions(["1.0 for the 1: scores 1 and 17"], 160)
    Captions(lines=[['1.0 for the 1: scores 1', 'and 17']], size=14)
    >>> captions(["reads 4: 35.0"], 90)
    Captions(lines=[['reads 4: 35.0']], size=13)
    """
    for size in range(LARGEST, SMALLEST - 1, -1):
        lines = [lines_of(label, width, size) for label in labels]
        if all(len(each) <= MOST and _is_inside(each, width, size) for each in lines):
            found = Captions(lines, size)
            smaller = Captions([lines_of(label, width, size - 1) for label in labels], size - 1)
            return smaller if smaller.height < found.height and size > SMALLEST else found
    return Captions([[shortened(line, width, SMALLEST) for line in each[:MOST]] for each in lines], SMALLEST)


def _is_inside(lines: Sequence[str], width: int, size: int) -> bool:
    return all(font(size).getlength(line) <= width for line in lines)
