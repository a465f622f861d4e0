"""Prototypes with their captions as one picture, quickly drawn: a scene of a film."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .page import FAINT, INK, TINY, Page
from .pixels import Bytes, to_bytes

COLUMNS = 5
SIDE, GAP = 140, 12  # pixels of a picture, and between two
LINE = 20  # of a caption: title with score, what the network says, what went wrong
ALARM = "#a63d00"


def prototype_strip(pictures: np.ndarray, captions: Sequence[Mapping[str, Any]]) -> Bytes:
    """Lay pictures out in rows of five, under each its score, what the network sees, and its verdict.

    Parameters
    ----------
    pictures : array
        (N, H, W, C) bytes; of tiny ones the pixels are shown as squares.
    captions : sequence of mapping
        For each picture ``title``, ``score``, ``says``, ``isRight`` and ``verdict``.

    Returns
    -------
    array
        (H, W, 3) uint8; its size depends on the number and the shape of the pictures alone.

    Examples
    --------
    >>> words = {"title": "7", "score": "22", "says": "7 · 99%", "isRight": True, "verdict": ""}
    >>> prototype_strip(np.zeros((6, 28, 28, 1), np.uint8), [words] * 6).shape
    (430, 760, 3)
    """
    height, width = picture_size(pictures.shape[1:3])
    columns = min(COLUMNS, len(pictures))
    tall, wide = height + 3 * LINE + GAP, max(width, SIDE) + GAP
    page = Page(columns * wide, GAP / 2 + math.ceil(len(pictures) / columns) * tall, zoom=1)
    for index, (picture, words) in enumerate(zip(pictures, captions, strict=True)):
        left, top = GAP / 2 + index % columns * wide, GAP / 2 + index // columns * tall
        page.picture(left, top, to_bytes(picture), width, height)
        _write(page, words, (left, top + height), wide - GAP)
    return np.asarray(page.sheet)


def picture_size(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return how high and wide a picture is drawn: a tiny one by a whole number, so that squares are alike.

    Examples
    --------
    >>> picture_size((28, 28)), picture_size((224, 224)), picture_size((12, 24))
    ((140, 140), (140, 140), (60, 120))
    """
    zoom = SIDE / max(shape)
    if max(shape) <= TINY:
        zoom = max(1, SIDE // max(shape))
    return round(shape[0] * zoom), round(shape[1] * zoom)


def _write(page: Page, words: Mapping[str, Any], corner: tuple[float, float], width: float) -> None:
    left, top = corner
    mark, tone = ("✓", FAINT) if words["isRight"] else ("✗", ALARM)
    title = f"{words['title']}: {words['score']}"
    page.words(left, top + 0.6 * LINE, title, 15, ink=INK, width=width, is_bold=True)
    page.words(left, top + 1.6 * LINE, f"{mark} {words['says']}", 15, ink=tone, width=width)
    page.words(left, top + 2.6 * LINE, words["verdict"], 13, ink=ALARM, width=width)
