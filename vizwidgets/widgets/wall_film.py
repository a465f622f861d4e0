"""The film of a `FilterWall`: its rows one after the other, each climbing out of its start images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vizwidgets.draw.film import Scene, encode_picture
from vizwidgets.draw.film_scenes import SHARP
from vizwidgets.draw.wall_sheet import SheetRow, thumbnails, wall_sheet

from .recorder import spread_out
from .wall_figure import heading_of, sheet_rows
from .wall_stages import stages_of
from .wall_stepper import WallStepper

Shown = tuple[int, str, list[SheetRow]]  # step, words, rows


def wall_stages(stepper: WallStepper) -> list[Shown]:
    """Return what the wall shows at each stage; the last one is the wall as it stands.

    Rows come from the first to the last, also those from the cache; the one in the making comes at the end.
    """
    rows = [replace(row, pictures=_small(row, stepper.side)) for row in sheet_rows(stepper)]
    seen = [replace(row, pictures=None, failures=("",) * len(row.captions)) for row in rows]
    each, shown = stepper.recipe.settings.num_steps, [(0, "no picture yet", list(seen))]
    there = [place for place, row in enumerate(rows) if row.pictures is not None]
    there.sort(key=lambda place: stepper.results[place] is None)  # in the making
    for number, place in enumerate(there):
        row, result, stages = rows[place], stepper.results[place], stepper.stages.get(place, [])
        taken = each
        if result is None and stepper.ascent is not None:
            taken, stages = stepper.ascent.num_taken, stages_of(stepper.ascent, stepper.side)
        for stage in stages:
            seen[place] = replace(seen[place], pictures=stage.pictures())
            words = f"{row.title}: step {stage.step} of {each}"
            shown.append((number * each + stage.step, words, list(seen)))
        seen[place] = row
        shown.append((number * each + taken, f"{row.title}: step {taken} of {each}", list(seen)))
    return shown


def wall_scenes(stepper: WallStepper, shown: list[Shown], most: int) -> list[Scene]:
    """Draw stages of a wall, at most so many, in a size that fits a page."""
    chosen = [shown[index] for index in spread_out(len(shown), most)]
    heading = heading_of(stepper)
    return [
        Scene(step, encode_picture(np.asarray(wall_sheet(rows, heading, stepper.side)), SHARP), words)
        for step, words, rows in chosen
    ]


def _small(row: SheetRow, side: int) -> np.ndarray | None:
    return None if row.pictures is None else thumbnails(row.pictures, side)
