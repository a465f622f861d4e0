"""A wall, or two of them, as one static picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PIL import Image

from vizwidgets.core.wall import RowResult
from vizwidgets.core.wall_plan import WallRow
from vizwidgets.draw.wall_sheet import PAIR_WIDTH, SheetRow, side_for, wall_sheet

from .ascent_words import model_name
from .wall_stepper import WallStepper
from .wall_words import field_words

CAPTION = "images that activate each filter most"


def wall_figure(stepper: WallStepper, beside: WallStepper | None = None) -> Image.Image:
    """Draw a wall as it stands; with another one, its row of the same layer stands at the right of each."""
    if beside is None:
        return wall_sheet(sheet_rows(stepper), heading_of(stepper))
    name, other = model_name(stepper.model), model_name(beside.model)
    rows = [
        _pair(row, partner)
        for row in sheet_rows(stepper)
        for partner in sheet_rows(beside)
        if row.title == partner.title
    ]
    if not rows:
        raise ValueError("walls stand beside each other only if they have a layer in common.")
    side = side_for(max(len(row.captions) for row in rows), PAIR_WIDTH)
    return wall_sheet(rows, f"left {name}, right {other}: {CAPTION}", side)


def heading_of(stepper: WallStepper) -> str:
    """Say what the pictures of a wall are."""
    return f"{model_name(stepper.model)}: {CAPTION}"


def sheet_rows(stepper: WallStepper) -> list[SheetRow]:
    """Return the rows of a wall as they stand."""
    parts = zip(stepper.rows, stepper.results, stepper.pictures(), strict=True)
    return [
        SheetRow(
            title=row.title,
            subtitle=field_words(row),
            captions=tuple(map(str, row.channels)),
            pictures=pictures,
            failures=_failures(row, result),
        )
        for row, result, pictures in parts
    ]


def _failures(row: WallRow, result: RowResult | None) -> tuple[str, ...]:
    if result is None:
        return ("",) * len(row.channels)
    return tuple("" if verdict.is_good else verdict.name for verdict in result.verdicts)


def _pair(row: SheetRow, partner: SheetRow) -> SheetRow:
    """Put two rows of one layer side by side: the filters that both have, or all if they share none."""
    shared = [caption for caption in row.captions if caption in partner.captions]
    left, right = (_only(each, shared or each.captions) for each in (row, partner))
    return replace(
        left,
        captions=(*left.captions, *right.captions),
        pictures=(*(left.pictures or ()), *(right.pictures or ())),
        failures=(*left.failures, *right.failures),
        gap_after=len(left.captions),
    )


def _only(row: SheetRow, captions: Sequence[str]) -> SheetRow:
    """Return a row with some of its filters; those that are not computed yet have no picture."""
    places = [row.captions.index(caption) for caption in captions]
    pictures = [None if row.pictures is None else row.pictures[place] for place in places]
    failures = tuple(row.failures[place] for place in places)
    return replace(row, captions=tuple(captions), pictures=pictures, failures=failures)
