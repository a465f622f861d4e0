"""The frame of the labs in which trainings queue, run live, and land as points on one chart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from time import monotonic
from typing import Any

import numpy as np

from vizwidgets.core.measurement import Measurement
from vizwidgets.core.trial import WHICH, Order, Trial
from vizwidgets.data.measurement_store import MeasurementStore
from vizwidgets.draw.film_scenes import SHARP, decode_picture, encode_picture
from vizwidgets.draw.learning_chart import LearningChart

from .explorer import Curves
from .filmed import Reel
from .live_view import LiveView
from .recorder import Recorder, spread_out
from .trial_board import Board
from .trial_entries import Added
from .trial_film import TrialSeen, TrialTape, trial_scenes
from .trial_panel import QueuePanel
from .trial_queue import TrialQueue
from .trial_results import TrialResults
from .trial_view import TrialView

LOOK_SECONDS = 0.5  # the network is asked about the shown images, and the lists are written, not more often
BATCHES = {
    "this run": "the one that the controls describe",
    "3 seeds": "three runs with other labelled images and other new weights: shows the spread",
    "all strategies": "this number of labels and this seed, carried over in every way",
    "all numbers of labels": "this strategy and this seed, from few labels to many",
    "the whole chart": "every point that the chart shows: with Recompute they are all measured here",
}
NUM_SEEDS = 3


class TrialLab(TrialResults):
    """Trainings that queue; a subclass says what is trained, and draws the one of the moment.

    A subclass makes its traits and controls, puts `panel` at the side and `board` at the foot with
    `_assemble`, and answers `_make_trial`, `_draw_trial`, `code`, and what `TrialResults` asks; it calls
    `refresh_board` when other points are to be shown.

    Parameters
    ----------
    store : MeasurementStore
        Where points are kept.
    strategies : sequence of str
        All of them, in the order of their colours.
    """

    def __init__(self, store: MeasurementStore, strategies: Sequence[str]) -> None:
        self.store, self.known = store, tuple(strategies)
        self.queue = TrialQueue(self._make_trial, store)
        super().__init__(self.queue)
        self.tape = TrialTape(self.queue)
        self._charted: tuple[Any, LearningChart] | None = None  # the chart, and what it was drawn for
        self.panel = QueuePanel(self.queue, BATCHES, self._on_add, self.skip, self.clear, self._order)
        self.board = Board(self.lab_name)
        self._looked_at = self._listed_at = float("-inf")
        self._sheet, self._sheet_is_of = np.full((1, 1, 3), 255, np.uint8), -1
        for button in (self.bar.rewind, self.bar.buttons["stop"]):  # a queue is paused, skipped or cleared
            button.layout.display = "none"
        self.bar.buttons["reset"].tooltip = "Begin the training of the moment anew"
        self.add_class("vw-trials")

    # -- what a subclass answers ----------------------------------------------------------------------

    def _make_trial(self, order: Any) -> Trial:
        """Return the trial of an order; nothing is trained yet."""
        raise NotImplementedError

    def _draw_trial(self, trial: Trial | None) -> np.ndarray:
        """Return the picture of the training of the moment, (H, W, 3) bytes; None: of nothing yet."""
        raise NotImplementedError

    @property
    def usual_strategies(self) -> Sequence[str]:
        """The strategies that make sense now, those of "all strategies"."""
        return self.known

    def _make_view(self) -> LiveView:
        """Return the view of the training of the moment; its style sheet holds `trial.css`."""
        return TrialView(on_seen=self.run.seen)

    # -- the queue ------------------------------------------------------------------------------------

    def orders(self, which: str = "this run") -> list[Order]:
        """Return what can be added at once: one of `BATCHES`.

        Raises
        ------
        ValueError
            If there is no such batch, or an order is not possible.
        """
        if which not in BATCHES:
            raise ValueError(f"which must be one of {', '.join(map(repr, BATCHES))}; got {which!r}.")
        if which == "the whole chart":
            return [self._order_of(point) for point in self.points]
        if which == "all strategies":
            return [self._order(strategy=strategy) for strategy in self.usual_strategies]
        if which == "all numbers of labels":
            return [self._order(num_labels=count) for count in self.usual_counts]
        first = self._order()
        return [self._order(seed=first.seed + more) for more in range(NUM_SEEDS if which == "3 seeds" else 1)]

    def _order_of(self, point: Measurement) -> Order:
        """Return the order that a point was measured for."""
        which = {name: getattr(point, name) for name in WHICH}
        return type(self._order())(**which, **point.settings)

    def add(self, which: str | Order | Iterable[Order] = "this run", again: bool = False) -> Added:
        """Append to the queue; Start, or `run_to_end`, works it off.

        Parameters
        ----------
        which : str, Order or iterable of Order
            One of `BATCHES`, an order, or several.
        again : bool
            Whether to measure what is known already once more.

        Returns
        -------
        Added
            What is new, what was in the queue already, and the points that are known already.
        """
        orders = self.orders(which) if isinstance(which, str) else which
        orders = [orders] if isinstance(orders, Order) else orders
        added = self.queue.add(orders, again)
        if added.new:
            self._make_resumable()
        self.panel.update()
        return added

    def skip(self) -> None:
        """Leave the training of the moment; the queue goes on with the next."""
        self.queue.drop()
        if self.run.state != "running":
            self.run.tell(self.queue.take_over)
            self.run.refresh()
        self.panel.update()

    def clear(self) -> None:
        """Take out what still waits; the training of the moment goes on."""
        self.queue.entries.clear()
        self.panel.update()
        self.bar.update()

    def _make_resumable(self) -> None:
        if self.run.state == "done":
            self.run.extend()
        elif self.run.state in ("stopped", "failed"):
            self.run.reset()

    def _on_add(self, which: str, again: bool) -> None:
        is_held = self.run.state in ("running", "paused")
        try:
            added = self.add(which, again)
        except ValueError as refusal:
            self.bar.say(str(refusal))
            return
        if added.new and not is_held:
            self.run.start()
        self.bar.say(added.words, is_trouble=False)

    def refresh_board(self) -> None:
        """Write chart, gains, table and file anew, and the queue: its lines name other targets than this."""
        self.panel.update()
        self._draw_board()
        self.board.tell(self.points, self.gains(), *self._compared(), self.counted)

    def _draw_board(self) -> None:
        self._listed_at = monotonic()
        self.board.draw(self.chart(), self._title(), self.store.made_with)

    # -- what the frame asks --------------------------------------------------------------------------

    def _on_step(self) -> None:
        if monotonic() - self._listed_at > LOOK_SECONDS:
            self.panel.update()
            self._draw_board()
        super()._on_step()
        self.tape.follow(self._noted, is_resting=False)

    def _on_rest(self) -> None:
        super()._on_rest()
        self.tape.follow(self._noted, is_resting=True)

    def _settle(self) -> None:
        if self.run.state != "running":
            self.queue.take_over()  # skipped, then paused: no step comes that would leave it
        if self.run.state == "done" and self.queue.entries.num_waiting:  # added while the last step ended
            self.run.extend()
            self.run.start()
        self.refresh_board()

    def _picture(self) -> np.ndarray:
        if self.run.state != "running" or monotonic() - self._looked_at > LOOK_SECONDS:
            self._draw_sheet()
        return self._sheet

    def _draw_sheet(self) -> None:
        self._looked_at, self._sheet_is_of = monotonic(), self.tape.step
        self._sheet = self._draw_trial(self.queue.trial)

    def _curves(self) -> Curves:
        return self._panels_of(self.queue.curves.names, self.queue.curves.values)

    def _panels_of(self, names: Sequence[str], values: np.ndarray) -> Curves:
        """Return which curves are drawn where."""
        members = [index for index, name in enumerate(names) if name != "loss"]
        return names, values, [("loss", [0]), ("accuracy", members)]

    # -- the film -------------------------------------------------------------------------------------

    def _noted(self) -> tuple[str, TrialSeen]:
        points, landed = (len(self.queue.landed), self._order()), len(self.queue.landed)
        if self._charted is None or self._charted[0] != points:
            self._charted = points, self.chart()
        words = self._now() + (f" · {landed} point{'s' * (landed > 1)} landed" if landed else "")
        return words, TrialSeen(self._seen(), self._charted[1], self._title())

    @property
    def recorder(self) -> Recorder[TrialSeen]:
        """What notes the scenes of a film while networks train."""
        return self.tape.recorder

    def _seen(self) -> Callable[[], np.ndarray]:
        """Return what draws the network of this moment, whatever happens until then."""
        if self._sheet_is_of != self.tape.step:
            self._draw_sheet()
        return partial(decode_picture, encode_picture(self._sheet, SHARP))

    def _reel(self, most: int) -> Reel:
        self.run.wait_for_orders()
        with self.run.held():
            if self.run.state == "running":
                self.tape.follow(self._noted, is_resting=True)  # up to this step, also if it was not due
            notes, curves = self.tape.recorder.notes, self._panels_of(*self.tape.curves())
        if not (self.queue.landed or any(note.step for note in notes)):
            return Reel()
        return Reel(trial_scenes([notes[index] for index in spread_out(len(notes), most)]), curves)

    # -- words ----------------------------------------------------------------------------------------

    def _progress(self) -> str:
        queue, parts = self.queue, []
        if queue.entry is not None and queue.entry.state == "preparing":
            parts.append(f"preparing {queue.entry.order.words}")
        elif queue.entry is not None:
            parts.append(self._now())
        waiting = queue.entries.num_waiting
        if waiting:
            parts.append(f"{waiting} {'waits' if waiting == 1 else 'wait'}")
        elif queue.entry is None:
            parts.append("the queue is empty: choose what to run, and add it")
        left = queue.seconds_left
        if left and self.run.state in ("running", "paused"):
            parts.append(f"{_duration(left)} left")
        return " · ".join([*parts, *filter(None, [queue.trouble, self.store.trouble])])


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
