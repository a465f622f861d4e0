"""The randomization test as a strip that grows: the map after each layer that forgets what it learned."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image
from torch import Tensor

from .color_scale import TOP, color_scale, laid_over
from .page import EMPTY, FAINT, INK, PAPER, Page, wrapped
from .pixels import Bytes, to_bytes

WIDTH, MARGIN, GAP = 752, 12, 10
LARGEST = 168  # side of a map
MOST_COLUMNS = 7
HEADING, HEAD, FOOT, LINE = 30, 20, 50, 20  # heights: above all, above a map, under it, of a line of words
RANK, STRUCTURE = "#0072B2", "#D55E00"  # Okabe and Ito's blue and vermilion; the one filled, the other hollow
OWN_SCALE = (
    "Each map has a scale of its own, from 0 (black) to its largest value, "
    f"or to its strongest {100 - TOP:.2g} % of pixels (pale yellow)."
)


@dataclass(frozen=True)
class StripStep:
    """A map on the strip, and how like it is to the first one.

    Parameters
    ----------
    layer : str
        The layer that was made random last; of the first map, that none was.
    values : Tensor or array
        (H, W), 0 or more.
    rank_correlation, structural_similarity : float
        Of this map and the first one, at most 1; NaN where there is nothing to compare.
    """

    layer: str
    values: Any
    rank_correlation: float
    structural_similarity: float


def saliency_strip(
    image: Tensor,
    steps: Sequence[StripStep],
    total: int,
    *,
    heading: str = "",
    words: Sequence[str] = (),
    strength: float = 1.0,
    zoom: int = 2,
) -> Image.Image:
    """Draw the maps that are there so far, each with two bars, and places for those that will come.

    Each map has a scale of its own, since only its pattern is compared.

    Parameters
    ----------
    image : Tensor
        (C, H, W) in [0, 1].
    steps : sequence of StripStep
        The map of the trained network first.
    total : int
        How many layers will be made random.
    heading : str
        Above.
    words : sequence of str
        Lines beneath: what the numbers are for the image's edges, the verdict.
    strength : float
        0: the image; 1: the map alone.
    zoom : int
        Pixels of the strip for each one on the page.

    Raises
    ------
    ValueError
        If there are more maps than there should be, or one has another size than the image.

    Examples
    --------
    >>> import torch
    >>> first = StripStep("as trained", torch.eye(8), 1.0, 1.0)
    >>> saliency_strip(torch.zeros(1, 8, 8), [first], total=3).size
    (1504, 478)
    """
    if not 0 <= len(steps) <= total + 1:
        raise ValueError(f"a strip of {total} random layers has up to {total + 1} maps; got {len(steps)}.")
    pixels = to_bytes(image)
    plan = _Plan(total + 2, pixels.shape[:2], bool(heading))  # the image, and the trained network's map
    lines = [part for text in words for part in wrapped(text, WIDTH - 2 * MARGIN, 13)]
    page = Page(WIDTH, plan.end + (len(lines) + 1) * LINE + MARGIN / 2, zoom)
    page.words(MARGIN, HEADING / 2 + 2, heading, 14, width=WIDTH - 2 * MARGIN, is_bold=True)
    for number in range(plan.count):
        tile = _Tile(page, *plan.place(number), plan.width, plan.height)
        if number == 0:
            tile.show_image(pixels)
        elif number <= len(steps):
            tile.show_step(steps[number - 1], pixels, strength)
        else:
            tile.cover()
    for index, text in enumerate(lines):
        page.words(MARGIN, plan.end + (index + 0.5) * LINE, text)
    page.words(MARGIN, plan.end + (len(lines) + 0.5) * LINE, OWN_SCALE, 11, ink=FAINT)
    return page.sheet


class _Plan:
    """Where the places of a strip are: in as few lines as can be, and these equally long."""

    def __init__(self, count: int, size: tuple[int, ...], has_heading: bool) -> None:
        self.count = count
        self.columns = math.ceil(count / math.ceil(count / MOST_COLUMNS))
        self.side = min(LARGEST, (WIDTH - 2 * MARGIN + GAP) // self.columns - GAP)
        self.height, self.width = (self.side * length / max(size) for length in size)
        self.top = HEADING if has_heading else MARGIN / 2
        self.line = HEAD + self.height + FOOT
        self.end = self.top + math.ceil(count / self.columns) * self.line

    def place(self, number: int) -> tuple[float, float]:
        """Return left and top of a picture."""
        row, column = divmod(number, self.columns)
        return MARGIN + column * (self.side + GAP), self.top + row * self.line + HEAD


class _Tile:
    """One place of the strip."""

    def __init__(self, page: Page, left: float, top: float, width: float, height: float) -> None:
        self.page, self.left, self.top, self.width, self.height = page, left, top, width, height

    def cover(self, note: str = "") -> None:
        """Show that there is no map, and why."""
        self.page.box(self.left, self.top, self.width, self.height, EMPTY)
        middle = self.left + self.width / 2, self.top + self.height / 2
        self.page.lines(*middle, wrapped(note, self.width - 8, 12), ink=INK)

    def show_image(self, pixels: Bytes) -> None:
        """Show the image, and beneath it what the bars mean."""
        self._show("image", pixels)
        for name, color, y in self._bars("rank correlation", "structure"):
            self._bar(self.left, y, 12, color)
            self.page.words(self.left + 17, y + 5, name, 12, width=self.width - 17)

    def show_step(self, step: StripStep, pixels: Bytes, strength: float) -> None:
        """Show a map and its two numbers."""
        scale = color_scale([step.values])
        self._show(step.layer, laid_over(pixels, step.values, scale, strength))
        if scale.end == 0:
            self.cover("0 everywhere")
        room = self.width - 40
        for value, color, y in self._bars(step.rank_correlation, step.structural_similarity):
            self.page.box(self.left, y + 4, room, 2, EMPTY)
            if value > 0:
                self._bar(self.left, y, max(2.0, min(1.0, value) * room), color)
            self.page.words(self.left + self.width, y + 5, _number(value), 13, anchor="rm")

    def _show(self, title: str, pixels: Bytes) -> None:
        self.page.words(self.left, self.top - 10, title, 13, width=self.width)
        self.page.picture(self.left, self.top, pixels, self.width, self.height)

    def _bars(self, rank: Any, structure: Any) -> list[tuple[Any, str, float]]:
        under = self.top + self.height
        return [(rank, RANK, under + 8), (structure, STRUCTURE, under + 26)]

    def _bar(self, left: float, top: float, width: float, color: str) -> None:
        self.page.box(left, top, width, 10, color)
        if color == STRUCTURE and width > 5:
            self.page.box(left + 2, top + 2, width - 4, 6, PAPER)


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")
