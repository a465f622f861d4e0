"""The film of a `SaliencyExplorer`: its maps one after the other, each clearing up as it was computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from torch import Tensor

from vizwidgets.draw.film import Scene, encode_picture
from vizwidgets.draw.film_scenes import SHARP
from vizwidgets.draw.saliency_sheet import ZOOM, ImageRow, Panel, saliency_sheet

from .recorder import Recorder, spread_out
from .saliency_order import TITLES, Job, Subject
from .saliency_stepper import SaliencyStepper
from .saliency_tiles import SaliencyTiles

MOST_STAGES = 10  # of one map


@dataclass(frozen=True, eq=False)
class Stage:
    """A map on its way.

    Parameters
    ----------
    reduce : str
        How the channels of its attribution were reduced.
    values : Tensor
        (H, W), 0 or more, in half precision: finer than any colour scale.
    """

    reduce: str
    values: Tensor


class SaliencyStages:
    """Notes maps while they are computed; finished ones are kept by the stepper itself.

    Parameters
    ----------
    stepper : SaliencyStepper
        What computes them.
    tiles : SaliencyTiles
        What knows their values, and what is said of them.
    """

    def __init__(self, stepper: SaliencyStepper, tiles: SaliencyTiles) -> None:
        self._stepper, self._tiles = stepper, tiles
        self._recorders: dict[Job, Recorder[Stage]] = {}

    @property
    def seconds(self) -> float:
        """What all notes took so far."""
        return sum(recorder.seconds for recorder in self._recorders.values())

    def note(self, reduce: str) -> None:
        """Note the map that is being computed, if it is due."""
        if self._stepper.current is None:
            return
        subject, method = self._stepper.current
        known = self._stepper.explanation(subject, method)
        if known is None:
            return

        def look() -> tuple[str, Stage]:
            values = self._tiles.values(subject, method, reduce)
            assert values is not None
            return self._tiles.pieces(subject, method), Stage(reduce, values.half())

        job = self._stepper.job(subject, method)
        if job not in self._recorders:
            self._forget_others()
        self._recorders.setdefault(job, Recorder(MOST_STAGES)).note(known.done, look)

    def _forget_others(self) -> None:
        """Keep the stages of the maps that are asked for, and no others."""
        wanted = {self._stepper.job(*pair) for pair in self._pairs()}
        self._recorders = {job: kept for job, kept in self._recorders.items() if job in wanted}

    def _pairs(self) -> list[tuple[Subject, str]]:
        order = self._stepper.order
        return [(subject, method) for subject in order.subjects for method in order.in_turn]

    # -- scenes ---------------------------------------------------------------------------------------

    def sheets(self, reduce: str) -> list[tuple[int, str, list[ImageRow]]]:
        """Return what the sheet shows at each stage: number of pieces computed, words, and its rows.

        The last one shows what is on the page now; before it maps come in the order in which they are
        computed, also those that were known from an earlier order.
        """
        shown = [(subject, row) for subject, row in zip(
            self._stepper.order.subjects, self._tiles.sheet_rows(reduce), strict=True)]  # fmt: skip
        panels: dict[tuple[str, str], Panel] = {}
        sheets, pieces = [(0, "the images", self._rows(shown, panels))], 0
        for subject, method in self._pairs():
            known, place = self._stepper.explanation(subject, method), (subject.sha256, method)
            whole = self._panel(shown, subject, method)
            if known is None or whole.values is None:
                panels[place] = whole
                continue
            for done, words, values in self._stages(subject, method, reduce, known.done):
                panels[place] = replace(whole, values=values, words=words)
                sheets.append((pieces + done, _said(whole.title, words), self._rows(shown, panels)))
            pieces, panels[place] = pieces + known.done, whole
            sheets.append((pieces, _said(whole.title, whole.words), self._rows(shown, panels)))
        return sheets

    def _stages(self, subject: Subject, method: str, reduce: str, done: int) -> list[tuple[int, str, Tensor]]:
        recorder = self._recorders.get(self._stepper.job(subject, method))
        notes = () if recorder is None else recorder.notes
        return [
            (note.step, note.words, note.seen.values.float())
            for note in notes
            if note.step < done and note.seen.reduce == reduce and bool((note.seen.values > 0).any())
        ]

    def _panel(self, shown: Sequence[tuple[Subject, ImageRow]], subject: Subject, method: str) -> Panel:
        """Return the panel of a map as the page shows it now."""
        row = next(row for each, row in shown if each is subject)
        return row.panels[self._stepper.order.methods.index(method)]

    def _rows(
        self, shown: Sequence[tuple[Subject, ImageRow]], panels: dict[tuple[str, str], Panel]
    ) -> list[ImageRow]:
        """Return the rows of the sheet with these panels; of the others there is nothing yet."""
        methods = self._stepper.order.methods
        empty = [Panel(TITLES[method]) for method in methods]
        return [
            replace(row, panels=[panels.get((subject.sha256, method), panel)
                                 for method, panel in zip(methods, empty, strict=True)])
            for subject, row in shown
        ]  # fmt: skip


def saliency_scenes(sheets: Sequence[tuple[int, str, list[ImageRow]]], most: int, **look: Any) -> list[Scene]:
    """Draw sheets, at most so many, with a look: the arguments of `saliency_sheet`."""
    chosen = [sheets[index] for index in spread_out(len(sheets), most)]
    return [
        Scene(step, encode_picture(np.asarray(saliency_sheet(rows, **look).reduce(ZOOM)), SHARP), words)
        for step, words, rows in chosen
    ]


def _said(title: str, words: str) -> str:
    return f"{title}: {words}" if words else title
