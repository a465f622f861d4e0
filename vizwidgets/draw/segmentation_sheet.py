"""Segmentations as one picture: image, truth, what networks predict, and where they are wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from .class_key import ClassKey
from .label_picture import (
    BOTH,
    FALSE_ALARM,
    MISSED,
    VOID,
    WRONG,
    LabelLook,
    error_picture,
    error_words,
    image_picture,
    label_picture,
)
from .page import FAINT, INK, Page
from .patterns import dotted, hatched
from .pixels import Bytes, to_bytes

MARGIN, GAP, TITLE, WORDS, LEGEND = 12, 10, 22, 20, 22  # pixels of the page
SWATCH = 14


@dataclass(frozen=True)
class SegmentationRow:
    """An image, its truth, and what networks predict.

    Parameters
    ----------
    image : Tensor or array
        (C, H, W) in [0, 1].
    labels : Tensor or array, optional
        (H, W) whole numbers, the truth.
    predictions : mapping of str to Tensor or array
        By the network's name, (H, W) whole numbers.
    title : str
        Of the image.
    words : mapping of str to str
        By the network's name, a short line such as its mean IoU.
    """

    image: Any
    labels: Any = None
    predictions: Mapping[str, Any] = field(default_factory=dict)
    title: str = "image"
    words: Mapping[str, str] = field(default_factory=dict)


class LabelPanel(NamedTuple):
    """One picture of a sheet, with a title and a short line."""

    title: str
    picture: Bytes
    words: str = ""


class Entry(NamedTuple):
    """One entry of a legend: how it is drawn, its name, and whether it is brought out."""

    swatch: Bytes
    words: str
    is_picked: bool = False


def segmentation_sheet(
    rows: Sequence[SegmentationRow],
    key: ClassKey,
    look: LabelLook | None = None,
    ious: Mapping[str, float] | None = None,
    columns: int = 4,
) -> Bytes:
    """Draw images with their label images side by side, and the legend beneath.

    One network: image, truth, prediction and errors in a line. Several: the image over its truth, and each
    prediction over its errors.

    Parameters
    ----------
    rows : sequence of SegmentationRow
        Images of one size.
    key : ClassKey
        Names and colours.
    look : LabelLook, optional
        Zoom, strength, and the class that is brought out.
    ious : mapping of str to float, optional
        Intersection over union by the name of the class, written in the legend; NaN is a dash.
    columns : int
        Most pictures in a line, where there is one network: 2 makes a square of four.

    Returns
    -------
    array
        (H, W, 3) uint8.

    Raises
    ------
    ValueError
        If there are no rows, sizes differ, or a label image holds a number that no class has.

    Examples
    --------
    >>> from .class_key import class_key
    >>> truth = np.zeros((4, 8), int)
    >>> row = SegmentationRow(np.zeros((3, 4, 8)), truth, {"net": truth})
    >>> segmentation_sheet([row], class_key(["sky", "road"]), LabelLook(zoom=20)).shape
    (232, 748, 3)
    """
    look = look or LabelLook()
    lines = [line for row in rows for line in panel_lines(row, key, look, columns)]
    if not lines:
        raise ValueError("there is no image to show.")
    height, width = (length / 2 for length in lines[0][0].picture.shape[:2])  # of a panel, on the page
    across = 2 * MARGIN + max(map(len, lines)) * (width + GAP) - GAP
    legend = legend_entries(key, look, ious, has_errors=any(row.predictions for row in rows))
    places = _flow(legend, across - 2 * MARGIN)
    heights = [TITLE + height + (WORDS if any(panel.words for panel in line) else 4) for line in lines]
    page = Page(across, sum(heights) + (places[-1][1] + 1) * LEGEND + MARGIN, 2)
    for number, line in enumerate(lines):
        _draw_line(page, line, sum(heights[:number]), (width, height))
    for entry, (x, line_number) in zip(legend, places, strict=True):
        _draw_entry(page, entry, MARGIN + x, sum(heights) + line_number * LEGEND + LEGEND / 2)
    return np.asarray(page.sheet)


def _draw_line(page: Page, line: Sequence[LabelPanel], top: float, size: tuple[float, float]) -> None:
    width, height = size
    for place, panel in enumerate(line):
        left = MARGIN + place * (width + GAP)
        page.words(left, top + TITLE / 2 + 2, panel.title, 13, width=width, is_bold=True)
        page.picture(left, top + TITLE, panel.picture, width, height)
        page.words(left, top + TITLE + height + 10, panel.words, 11, ink=FAINT, width=width)


def panel_lines(
    row: SegmentationRow, key: ClassKey, look: LabelLook, columns: int = 4
) -> list[list[LabelPanel]]:
    """Return the pictures of one image, in one line or in two."""
    size = to_bytes(row.image).shape[:2]
    image = LabelPanel(row.title, image_picture(row.image, look.zoom))
    said = [
        LabelPanel(name, label_picture(labels, key, row.image, look), row.words.get(name, ""))
        for name, labels in row.predictions.items()
    ]
    if row.labels is None:
        return [[image, *said]]
    truth = LabelPanel("truth", label_picture(row.labels, key, row.image, look))
    errors = [
        LabelPanel(
            "errors" if len(said) == 1 else f"errors: {name}",
            error_picture(key.read(labels, name, size), row.labels, key, row.image, look),
            error_words(labels, row.labels, key, look.picked),
        )
        for name, labels in row.predictions.items()
    ]
    if len(said) > 1:
        return [[image, *said], [truth, *errors]]
    panels = [image, truth, *said, *errors]
    return [panels[start : start + columns] for start in range(0, len(panels), columns)]


def legend_entries(
    key: ClassKey, look: LabelLook, ious: Mapping[str, float] | None = None, has_errors: bool = True
) -> list[Entry]:
    """Return what the colours and patterns mean."""
    shape, zoom = (2 * SWATCH, 2 * SWATCH), 3
    entries = []
    for number, (name, color) in enumerate(zip(key.names, key.colors, strict=True)):
        known = (ious or {}).get(name)
        iou = "" if known is None else " –" if np.isnan(known) else f" {known:.2f}"
        entries.append(Entry(_filled(shape, color), name + iou, number == look.picked))
    meanings = [("void", hatched(shape, zoom, *VOID))]
    if has_errors and look.picked is None:
        meanings.append(("wrong", _filled(shape, WRONG)))
    elif has_errors:
        meanings.append((f"{key.names[look.picked or 0]} in both", _filled(shape, BOTH)))
        meanings.append(("missed", hatched(shape, zoom, *MISSED)))
        meanings.append(("false alarm", dotted(shape, zoom, *FALSE_ALARM)))
    return [*entries, *(Entry(swatch.astype(np.uint8), words) for words, swatch in meanings)]


def _filled(shape: tuple[int, int], color: tuple[int, int, int]) -> Bytes:
    return np.full((*shape, 3), color, np.uint8)


def _flow(entries: Sequence[Entry], width: float) -> list[tuple[float, int]]:
    """Return for each entry where it begins and in which line it stands."""
    measure = Page(1, 1, 2)
    places, left, line = [], 0.0, 0
    for entry in entries:
        needed = SWATCH + 5 + measure.length(entry.words, 12) + 16
        if left and left + needed - 16 > width:
            left, line = 0.0, line + 1
        places.append((left, line))
        left += needed
    return places


def _draw_entry(page: Page, entry: Entry, x: float, y: float) -> None:
    frame = 2.0 if entry.is_picked else 0.5
    top = y - SWATCH / 2
    page.box(x - frame, top - frame, SWATCH + 2 * frame, SWATCH + 2 * frame, INK)
    page.picture(x, top, entry.swatch, SWATCH, SWATCH)
    page.words(x + SWATCH + 5, y, entry.words, 12, is_bold=entry.is_picked)
