"""What the run of a lab drives: orders that wait, the one that trains now, and the points that come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from vizwidgets.core.measurement import Measurement
from vizwidgets.core.trial import Order, Trial, with_details
from vizwidgets.data.measurement_store import MeasurementStore
from vizwidgets.draw.curves import Curves

from .trial_clock import Clock
from .trial_entries import Added, Entries, Entry

SMOOTH = 10  # batches whose mean is drawn: the accuracy of one batch alone jumps
BEFORE = dict.fromkeys(("loss", "training_accuracy", "test_accuracy"), float("nan"))


class TrialQueue:
    """Works through orders, one training step at a time; a `Run` drives it.

    A training that diverges or fails is skipped with its reason, and the queue goes on. Orders may be given
    from any thread.

    Parameters
    ----------
    make : callable
        Takes an order and returns its `Trial`, nothing trained yet.
    store : MeasurementStore
        Keeps each point as soon as it is measured.
    """

    furthest = 0  # a queue does not go back

    def __init__(self, make: Callable[[Any], Trial], store: MeasurementStore) -> None:
        if not isinstance(store, MeasurementStore):
            raise TypeError(
                "store must be a MeasurementStore, such as vw.MeasurementStore('mine'); "
                f"got {type(store).__name__}."
            )
        self._make, self.store = make, store
        self.num_taken = 0  # steps of the training of the moment
        self._is_dropped = False
        self._clock = Clock()
        self._tested: dict[str, float] = {}
        self.entries = Entries()
        self.entry: Entry | None = None  # that is worked on
        self.trial: Trial | None = None  # that trains now, or that trained last
        self.curves = _new_curves()
        self.landed: list[Measurement] = []  # of this session, the newest last
        self.trouble = ""  # of the disk, in words

    # -- what a run asks ------------------------------------------------------------------------------

    def step(self) -> None:
        """Prepare the next order, or train its network by one step, or test it.

        Raises
        ------
        StopIteration
            When no order is left.
        """
        if self._is_dropped:
            self._close("skipped")
        elif self.entry is None:
            self.entry = self.entries.take()  # seen before what may take long
        else:
            self._go_on(self.entry)
        self.num_taken = 0 if self.trial is None else self.trial.training.num_taken
        if self.entry is None and not self.entries.num_waiting:
            raise StopIteration

    def rewind(self, num_taken: int) -> None:
        """Begin the training of the moment anew (the run allows no other place)."""
        self.reset()

    def reset(self) -> None:
        """Let the order of the moment wait again; its training begins anew."""
        entry, self.entry, self.num_taken = self.entry, None, 0
        self._is_dropped, self.trial, self.curves = False, None, _new_curves()
        if entry is not None:
            self.entries.change(entry, "waiting")

    # -- what a lab asks ------------------------------------------------------------------------------

    def add(self, orders: Iterable[Order], again: bool = False) -> Added:
        """Append orders; those that were measured already only if they are to be run again."""
        return self.entries.add(orders, (lambda order: None) if again else self.store.find)

    def drop(self) -> None:
        """Leave the training of the moment: the next step goes on with the next order."""
        self._is_dropped = self.entry is not None

    @property
    def is_leaving(self) -> bool:
        """Whether the training of the moment is left as soon as its step is over."""
        return self._is_dropped

    def take_over(self) -> None:
        """Leave it at once: nothing runs that would do so."""
        if self._is_dropped:
            self._close("skipped")

    @property
    def live_score(self) -> float | None:
        """What the network of the moment reaches on the test images, when they were looked at last."""
        if self.entry is None or self.entry.state != "training":
            return None
        return self._tested.get("test_mean_iou", self._tested.get("test_accuracy"))

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the queue is empty, as far as can be told; None before the first steps."""
        training = None if self.entry is None or self.trial is None else self.trial.training
        return self._clock.seconds_left(training, self.entries.num_waiting)

    # -- one order ------------------------------------------------------------------------------------

    def _go_on(self, entry: Entry) -> None:
        try:
            if self.trial is None or entry.state == "preparing":
                self._prepare(entry)
            elif self.trial.training.is_done:
                self._finish(entry, self.trial)
            else:
                with self._clock:
                    step = self.trial.training.step()
                self._note(step, self.trial.training.steps)
        except FloatingPointError as divergence:
            self._close("diverged", str(divergence))
        except Exception as failure:  # an order that can not be carried out: its line says why
            self._close("failed", f"{type(failure).__name__}: {failure}")

    def _prepare(self, entry: Entry) -> None:
        trial = self._make(entry.order)
        self.curves, self._tested = _new_curves(), {}
        self._clock.begin()
        self.trial = trial
        self.entries.change(entry, "training")

    def _note(self, step: Any, steps: list[Any]) -> None:
        looked = {"test_accuracy": step.test_accuracy, "test_mean_iou": step.test_mean_iou}
        self._tested.update({name: value for name, value in looked.items() if value is not None})
        lately = steps[-SMOOTH:]
        mean = sum(each.accuracy for each in lately) / len(lately)
        self.curves.append({"loss": step.loss, "training_accuracy": mean, **self._tested})

    def _finish(self, entry: Entry, trial: Trial) -> None:
        before = self.store.find(entry.order)
        point = with_details(trial.finish(), seconds=round(self._clock.seconds, 2))
        self._clock.end()
        self.trouble = self.store.add(point)
        self.landed.append(point)
        was = "" if before is None else f" ({before.origin} before: {before.score:.1%})"
        self._close("done", f"{point.score:.1%}{was}")

    def _close(self, state: str, words: str = "") -> None:
        entry, self.entry, self._is_dropped = self.entry, None, False
        if entry is not None:
            self.entries.change(entry, state, words)


def _new_curves() -> Curves:
    curves = Curves()
    curves.append(BEFORE)
    return curves
