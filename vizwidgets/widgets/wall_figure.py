"""A wall, or two of them, as one static picture."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from vizwidgets.core.wall import RowResult
from vizwidgets.core.wall_plan import WallRow
from vizwidgets.draw.wall_sheet import SheetRow, wall_sheet

from .ascent_words import model_name
from .wall_stepper import WallStepper
from .wall_words import field_words

CAPTION = "images that activate each filter most"


def wall_figure(stepper: WallStepper, beside: WallStepper | None = None) -> Image.Image:
    """Draw a wall as it stands; with another one, under each row stands its row of the same layer."""
    if beside is None:
        return wall_sheet(sheet_rows(stepper), heading_of(stepper))
    name, other = model_name(stepper.model), model_name(beside.model)
    rows = _interleaved(sheet_rows(stepper, name), sheet_rows(beside, other))
    return wall_sheet(rows, f"{name} above {other}: {CAPTION}")


def heading_of(stepper: WallStepper) -> str:
    """Say what the pictures of a wall are."""
    return f"{model_name(stepper.model)}: {CAPTION}"


def sheet_rows(stepper: WallStepper, name: str = "") -> list[SheetRow]:
    """Return the rows of a wall as they stand; with a name, each says whose it is."""
    parts = zip(stepper.rows, stepper.results, stepper.pictures(), strict=True)
    return [
        SheetRow(
            title=row.title,
            subtitle=f"{name}\n{field_words(row)}" if name else field_words(row),
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


def _interleaved(rows: Sequence[SheetRow], others: Sequence[SheetRow]) -> list[SheetRow]:
    """Put under each row the other wall's row of the same layer; what has no partner comes last."""
    by_title = {row.title: row for row in others}
    pairs = [(row, by_title.pop(row.title, None)) for row in rows]
    return [each for pair in pairs for each in pair if each is not None] + list(by_title.values())
