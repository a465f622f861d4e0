"""A training with a shortcut as one picture, quickly drawn: a scene of a film."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from .page import FAINT, INK, Page
from .pixels import Bytes
from .shortcut_figure import Bar

WIDTH, GAP = 420, 28  # pixels: of the right half, and around it
NAME, NUMBER, HEIGHT = 118, 52, 16  # of a bar: its name, its number, itself
LINE = 25
TRACK, FILL = "#e4e4e4", "#0072B2"


def shortcut_sheet(wall: Bytes, bars: Sequence[Bar], scene: tuple[Bytes, str], says: Sequence[Bar]) -> Bytes:
    """Draw training images with the answers of the network, what it gets right, and what it says of a scene.

    Parameters
    ----------
    wall : array
        (H, W, 3) bytes, the training images.
    bars : sequence of (str, float or None)
        Accuracies, 0 to 1; None: not known yet.
    scene : (array, str)
        One picture of (H, W, 3) bytes, and what is to be seen in it.
    says : sequence of (str, float or None)
        The probability of each class, for that picture.

    Examples
    --------
    >>> black = np.zeros((200, 200, 3), np.uint8)
    >>> shortcut_sheet(black, [("training", 1.0)], (black, "a goat"), [("sheep", 0.9), ("goat", None)]).shape
    (341, 676, 3)
    """
    picture, words = scene
    top = GAP + LINE * (len(bars) + 1) + GAP
    height = max(wall.shape[0], top + LINE + picture.shape[0] + 10)
    page = Page(wall.shape[1] + WIDTH + 2 * GAP, height, zoom=1)
    page.sheet.paste(Image.fromarray(wall), (0, 0))
    left = wall.shape[1] + GAP
    page.words(left, GAP, "What it gets right", 15, is_bold=True)
    _draw_bars(page, bars, left, GAP + LINE, WIDTH)
    page.words(left, top, f"The network says of {words}", 15, is_bold=True, width=WIDTH)
    page.sheet.paste(Image.fromarray(picture), (left, top + LINE - 8))
    beside = picture.shape[1] + 14
    _draw_bars(page, says, left + beside, top + LINE + 8, WIDTH - beside, name=52)
    return np.asarray(page.sheet)


def _draw_bars(
    page: Page, bars: Sequence[Bar], left: float, top: float, width: float, name: float = NAME
) -> None:
    """Draw bars under each other, with a thin line where guessing is."""
    track = width - name - NUMBER
    for row, (title, share) in enumerate(bars):
        middle = top + (row + 0.5) * LINE
        page.words(left, middle, title, 14, ink=INK, width=name - 6)
        page.box(left + name, middle - HEIGHT / 2, track, HEIGHT, TRACK)
        if share:
            page.box(left + name, middle - HEIGHT / 2, max(1.0, share * track), HEIGHT, FILL)
        page.box(left + name + track / 2 - 1, middle - HEIGHT / 2 - 3, 2, HEIGHT + 6, FAINT)
        number = "–" if share is None else f"{100 * share:.0f} %"
        page.words(left + width, middle, number, 14, anchor="rm")
