"""What the run of a training drives: its steps, its curves, and how long it will take."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

import torch

from vizwidgets.core.metrics import predictions
from vizwidgets.core.training import Training
from vizwidgets.draw.curves import Curves

from .run import Run

NUM_BEFORE = 200  # images that are asked about before the first step
SMOOTH = 10  # batches whose mean is drawn: the accuracy of one batch alone jumps


class TrainingStepper:
    """Steps a training; another learning rate acts on the next step.

    Parameters
    ----------
    begin : callable
        Returns the training at its beginning, from the settings of the moment.
    """

    furthest = 0  # a training goes back to its beginning only

    def __init__(self, begin: Callable[[], Training]) -> None:
        self._begin = begin
        self._good_lr: float | None = None  # that of the last whole epoch, also of an earlier training
        self.reset()

    @property
    def num_taken(self) -> int:
        """Number of steps taken."""
        return self.training.num_taken

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the end, as far as can be told; None before the first steps."""
        if not self._num_timed:
            return None
        return self._seconds / self._num_timed * (self.training.num_steps - self.num_taken)

    def reset(self) -> None:
        """Begin anew from the settings of the moment."""
        self._live: dict[str, Any] = {}
        self._seconds, self._num_timed = 0.0, 0
        training, curves = self._begin(), Curves()
        training.good_lr = self._good_lr
        curves.append(_before(training))
        self.training, self.curves = training, curves

    def ask(self, **live: Any) -> None:
        """Change what the next step uses; any thread, never waits."""
        self._live = {**self._live, **live}

    def take_over(self) -> None:
        """Let what was asked for hold now: nothing runs that would take it over."""
        live, self._live = self._live, {}
        if live:
            self.training.update(**live)

    def step(self) -> None:
        """Take a step.

        Raises
        ------
        StopIteration
            With the last step.
        FloatingPointError
            If the training diverged.
        """
        self.take_over()
        begun = monotonic()
        if not self.training.is_done:
            try:
                self.training.step()
            except FloatingPointError:  # its steps are those of the last whole epoch again
                self.curves.cut(self.num_taken + 1)
                raise
            self._seconds, self._num_timed = self._seconds + monotonic() - begun, self._num_timed + 1
            self._note()
        if self.training.is_done:
            raise StopIteration

    def rewind(self, num_taken: int) -> None:
        """Go back to the beginning (the run allows no other place)."""
        self.reset()

    def _note(self) -> None:
        steps = self.training.steps
        self._good_lr = self.training.good_lr
        lately = steps[-SMOOTH:]
        point = {
            "loss": steps[-1].loss,
            "training_accuracy": sum(step.accuracy for step in lately) / len(lately),
        }
        if self.training.test is not None:
            known = steps[-1].test_accuracy
            before = float(self.curves.values[self.curves.names.index("test_accuracy"), -1])
            point["test_accuracy"] = before if known is None else known
        self.curves.append(point)


def change_live(run: Run, stepper: TrainingStepper, name: str, value: Any) -> None:
    """Change the learning rate or the number of epochs of a training, in whatever state it is.

    The next step uses it; where nothing runs it holds at once. A finished training goes on if it got more
    epochs, one that diverged begins anew with another learning rate.
    """
    stepper.ask(**{name: value})
    if run.state == "failed" and name == "lr":
        run.restart()
    elif run.state != "running":
        run.tell(stepper.take_over)
        training = stepper.training
        has_more = name == "epochs" and value * training.steps_per_epoch > training.num_taken
        if run.state == "done" and has_more and not training.has_stopped_early:
            run.extend()


def _before(training: Training) -> dict[str, float]:
    """Return the first point of the curves: what is right before any training."""
    order = torch.randperm(len(training.labels), generator=torch.Generator().manual_seed(0))
    some = order[:NUM_BEFORE]
    right = predictions(training.model, training.images[some]) == training.labels[some]
    point = {"loss": float("nan"), "training_accuracy": float(right.float().mean())}
    if training.test is not None:
        images, labels = training.test
        point["test_accuracy"] = float((predictions(training.model, images) == labels).float().mean())
    return point
