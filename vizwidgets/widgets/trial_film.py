"""The film of a queue: its trainings one after the other, and the points that land on the chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vizwidgets.draw.film import Scene, encode_picture
from vizwidgets.draw.film_scenes import SHARP
from vizwidgets.draw.lab_scene import chart_picture, is_wide, lab_scene, steady
from vizwidgets.draw.learning_chart import LearningChart
from vizwidgets.draw.pixels import Bytes

from .recorder import Note, Recorder
from .trial_queue import TrialQueue

Look = Callable[[], tuple[str, "TrialSeen"]]


@dataclass(frozen=True, eq=False)
class TrialSeen:
    """What is noted of a step.

    Parameters
    ----------
    draw : callable
        Draws the network of the moment, (H, W, 3) bytes.
    chart : LearningChart
        The points that have landed; the same object as long as they are the same.
    title : str
        Above the chart.
    """

    draw: Callable[[], Bytes]
    chart: LearningChart
    title: str


class TrialTape:
    """Notes the trainings of a queue; their steps are counted on from one to the next, their curves joined.

    Parameters
    ----------
    queue : TrialQueue
        What is followed.
    """

    def __init__(self, queue: TrialQueue) -> None:
        self.recorder: Recorder[TrialSeen] = Recorder()
        self._queue = queue
        self._curves = queue.curves  # of the training of the moment,
        self._is_training = False  # if there is one
        self._past: list[tuple[tuple[str, ...], np.ndarray]] = []  # curves of those before it
        self._num_landed = len(queue.landed)

    @property
    def step(self) -> int:
        """The number of the step that is shown, counted through all trainings."""
        return sum(values.shape[1] for _, values in self._past) + self._queue.num_taken

    def follow(self, look: Look, is_resting: bool) -> None:
        """Note where the queue is: when it rests, begins a training or a point has landed, in any case.

        Where nothing was trained since, controls may have been set to another task: that is no scene.
        """
        is_new = self._queue.curves is not self._curves
        if is_new:
            self._turn_over()
        has_landed = len(self._queue.landed) != self._num_landed
        self._num_landed = len(self._queue.landed)
        is_known = any(note.step == self.step for note in self.recorder.notes[-1:])
        if is_new or has_landed or (is_resting and not is_known):
            self.recorder.keep(self.step, look)
        elif not is_resting:
            self.recorder.note(self.step, look)

    def _turn_over(self) -> None:
        """Put the training of the moment to those of the past; one that is begun anew is forgotten."""
        before, self._curves = self._curves, self._queue.curves
        if self._is_training and self._queue.trial is not None:
            self._past.append((before.names, before.values.copy()))
        self._is_training = self._queue.trial is not None

    def curves(self) -> tuple[tuple[str, ...], np.ndarray]:
        """Return names and values (series, steps) of all trainings; each begins with a gap."""
        parts = [*self._past, (self._curves.names, self._curves.values)]
        names = tuple(dict.fromkeys(name for own, _ in parts for name in own))
        joined = [
            [values[own.index(name)] if name in own else np.full(values.shape[1], np.nan) for name in names]
            for own, values in parts
        ]
        return names, np.concatenate([np.asarray(part, np.float32) for part in joined], axis=1)


def trial_scenes(notes: Sequence[Note[TrialSeen]]) -> list[Scene]:
    """Draw what was noted, all pictures of one size, and charts that are of one title on the same axes."""
    sheets = [note.seen.draw() for note in notes]
    height, width = np.max([sheet.shape[:2] for sheet in sheets], axis=0).tolist()
    charts = _charts(notes, width if is_wide((height, width)) else None)
    pictures = (
        lab_scene(sheet, charts[id(note.seen.chart)], (height, width))
        for note, sheet in zip(notes, sheets, strict=True)
    )
    return [
        Scene(note.step, encode_picture(picture, SHARP), note.words)
        for note, picture in zip(notes, pictures, strict=True)
    ]


def _charts(notes: Sequence[Note[TrialSeen]], width: int | None) -> dict[int, Bytes]:
    """Draw each chart once."""
    by_title: dict[str, dict[int, LearningChart]] = {}
    for note in notes:
        by_title.setdefault(note.seen.title, {})[id(note.seen.chart)] = note.seen.chart
    sized = {} if width is None else {"width": width}
    return {
        key: chart_picture(chart, title, **sized)
        for title, charts in by_title.items()
        for key, chart in zip(charts, steady(list(charts.values())), strict=True)
    }
