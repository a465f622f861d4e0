"""Reuse a network for another task, live: `TransferLab`."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np

from vizwidgets.core.measurement import Measurements
from vizwidgets.core.phases import STRATEGIES
from vizwidgets.core.trial import Order, Trial
from vizwidgets.data.measurement_store import MeasurementStore
from vizwidgets.models.transfer_trial import TransferOrder, target_task, transfer_trial

from .errand import Errand
from .transfer_controls import TransferControls
from .transfer_facts import GRID, facts_of
from .transfer_points import NEW, NOTHING, new_ones, with_photographs
from .transfer_sheet import transfer_sheet
from .transfer_traits import (
    CHOSEN,
    TASKS,
    USUAL,
    TransferTraits,
    first_strategy,
    first_target,
    is_fitting,
    order_of,
    usual_settings,
)
from .transfer_words import lab_code
from .trial_lab import TrialLab
from .trial_tasks import short_name


class TransferLab(TransferTraits, TrialLab):
    """Choose what is reused for what, queue runs, watch them train, and see what the reuse has brought.

    Every run lands as a point: accuracy on test images against the number of labelled images. Points of
    several seeds show their spread, and gains are said seed by seed. Hollow points were precomputed.

    Parameters
    ----------
    source : str
        The task that the network comes from: "MNIST digits", "digits 0-4", "ImageNet" …
    target : str
        The task it is reused for: "small digits", "textures" …, or the path of a folder of photographs.
    store : MeasurementStore, optional
        Where points are kept.
    **chosen
        ``num_labels=10, strategy="head, then all", seed=0``, ``cut="dense1"`` (this layer and all after it
        begin anew), ``frozen="conv1"`` (stays as it is to the end), ``num_steps``, ``head_lr``,
        ``backbone_lr``.

    Raises
    ------
    TypeError, ValueError
        If source, target and settings do not fit each other; the message says what does.
    ArtifactError
        If a network or images are needed that are not in the cache and can not be fetched.
    """

    lab_name = "transfer"

    def __init__(
        self,
        source: str = "MNIST digits",
        target: str | None = None,
        *,
        store: MeasurementStore | None = None,
        **chosen: Any,
    ) -> None:
        self._changing, self._is_adapting = threading.RLock(), False
        self._take(source, target, chosen)
        super().__init__(MeasurementStore("transfer") if store is None else store, STRATEGIES)
        self.controls = TransferControls(self, self.bar.say)
        self._errand: Errand[tuple[str, str]] = Errand(self._look, self._on_trouble)
        self.observe(self._on_change, [*TASKS, *CHOSEN, *USUAL])
        subtitle = "Few labelled images: does it pay to begin with what was learned before?"
        task, run, depth, learning = self.controls.groups()
        side = [task, run, self.panel, depth, learning]
        self._assemble("What does reuse bring?", subtitle, side, [self.board])

    # -- for Python -----------------------------------------------------------------------------------

    @property
    def points(self) -> Measurements:
        """The points that the chart shows: of this source and target, and of a small new network."""
        source, target = self._values["source"], self._values["target"]
        known = with_photographs(self.store.all, self._values["photographs"])
        here = known.where(source=source, target=target)
        return here if source == NOTHING else here + new_ones(known, target)

    def run_to_end(self) -> None:
        """Work off the queue in the calling thread, as Start does: for scripts, tests and handouts."""
        self._errand.wait()
        super().run_to_end()

    @property
    def usual_counts(self) -> tuple[int, ...]:
        """Few, more and many labels per class."""
        return GRID if self.facts is None else self.facts.grid

    @property
    def chance(self) -> float | None:
        """What guessing reaches."""
        return None if self.facts is None else 1 / len(self.facts.task.class_names)

    def orders(self, which: str = "this run") -> list[Order]:
        """Return what can be added at once; see `TrialLab.orders`."""
        trouble = self.depth_trouble()
        if trouble:
            raise ValueError(trouble)
        self._look_again()
        return super().orders(which)

    def code(self) -> str:
        """Return the Python that measures the point which the controls describe."""
        return lab_code(self._order())

    # -- settings -------------------------------------------------------------------------------------

    def _take(self, source: str, target: str | None, chosen: dict[str, Any]) -> None:
        """Take over what was given, in an order in which each can be checked."""
        unknown = set(chosen) - {*CHOSEN, *USUAL}
        if unknown:
            raise TypeError(f"TransferLab has no {', '.join(sorted(unknown))}; see help(TransferLab).")
        self.source = source
        self.target = first_target(source) if target is None else target
        facts = facts_of(self.source, self.target)
        self.know(facts)
        self.strategy = chosen.pop("strategy", first_strategy(source))
        self.num_labels = min(self.num_labels, facts.task.max_labels)
        for name, value in {**usual_settings(self.source, self.strategy), **chosen}.items():
            setattr(self, name, value)
        self._values = self.values()

    def _order(self, **changes: Any) -> TransferOrder:
        return order_of({**self._values, **changes})

    def _reference(self) -> TransferOrder:
        """Return the order that gains are compared with: as many steps, with its own learning rate."""
        return self._order(strategy=self.over, head_lr=None)

    def _compared(self) -> tuple[str, str]:
        label, over = super()._compared()
        labels = self.points.labels
        return label, NEW if over not in labels and NEW in labels else over

    def _comparable(self) -> Measurements:
        source = self._values["source"]
        return Measurements(replace(point, source=source) for point in self.points)

    def _on_change(self, change: dict[str, Any]) -> None:
        """Fit the other settings to one that was changed, and show what holds now."""
        with self._changing:
            if self._is_adapting:
                return
            self._is_adapting = True
            try:
                self._adapt(change["name"])
            finally:
                self._is_adapting = False
            # where they do not fit, another thread is changing the source and shows them when it is done
            if is_fitting(self.source, self.target, self.strategy):
                self._show_settings()
        if change["name"] in TASKS:
            self.controls.wait()
            self._errand.ask((self.source, self.target))

    def _adapt(self, name: str) -> None:
        if name in TASKS:
            self.facts = None
        if name == "source":
            self.cut = self.frozen = ""
            if not is_fitting(self.source, self.target, self.strategy):
                self.target, self.strategy = first_target(self.source), first_strategy(self.source)
        if name in ("source", "strategy"):
            for usual, value in usual_settings(self.source, self.strategy).items():
                setattr(self, usual, value)

    def _show_settings(self) -> None:
        self._values = self.values()
        self.controls.follow()
        self.bar.clear()
        self.refresh_board()

    def _look(self, tasks: tuple[str, str]) -> None:
        """Look source and target up, on the worker's thread."""
        facts = facts_of(*tasks)
        with self._changing:
            if (self.source, self.target) != tasks:
                return  # changed again in the meantime: that was asked for, too
            self._is_adapting = True
            try:
                self.know(facts)
                self.num_labels = min(self.num_labels, facts.task.max_labels)
                if self.strategy not in self.usual_strategies:
                    self.strategy = first_strategy(self.source)
            finally:
                self._is_adapting = False
            self._show_settings()
        self.run.refresh()  # the picture, too

    def _look_again(self) -> None:
        """Take over what has changed in a folder of photographs since it was looked up."""
        facts = self.facts
        if facts is None or not facts.task.fingerprint:
            return
        try:
            now = facts_of(facts.source, facts.target)
        except OSError as gone:
            raise ValueError(str(gone)) from gone
        if now.task.fingerprint != facts.task.fingerprint:
            self.know(now)
            self._show_settings()

    def _on_trouble(self, words: str) -> None:
        self.controls.give_up(words)
        self.bar.say(words)

    # -- what the frame asks --------------------------------------------------------------------------

    def _make_trial(self, order: TransferOrder) -> Trial:
        return transfer_trial(order)

    def _draw_trial(self, trial: Trial | None) -> np.ndarray:
        """Return test images with the answers of the network of the moment."""
        is_over = self.queue.entry is None
        if trial is None or (is_over and trial.order.target != self._values["target"]):
            return self._sheet if self.facts is None else transfer_sheet(self.facts.task)
        return transfer_sheet(target_task(trial.order.target), trial)

    def _now(self) -> str:
        words, trial = super()._now(), self.queue.trial
        if trial is None:
            return words
        phase = trial.training.phase
        tasks = trial.order.source, trial.order.target
        here = self._values["source"], self._values["target"]
        named = "" if tasks == here else f" · {' → '.join(tasks)}"
        return words + ("" if phase is None else f": {phase.name}") + named

    def _title(self) -> str:
        tested = "" if self.facts is None else f" on {len(self.facts.task.test[1]):,} test images"
        return f"{self._values['source']} → {short_name(self._values['target'])}: accuracy{tested}"

    def _words(self) -> str:
        return f"reuse of {self._values['source']} for {self._values['target']}"
