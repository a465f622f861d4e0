"""How long trainings take, and so how long a queue will."""

from __future__ import annotations

from time import monotonic
from typing import Any


class Clock:
    """Times the steps of one training after the other: ``with clock: training.step()``.

    Examples
    --------
    >>> clock = Clock()
    >>> clock.seconds_left(None, 3) is None  # nothing is known yet
    True
    """

    def __init__(self) -> None:
        self._finished: list[float] = []
        self.begin()

    def begin(self) -> None:
        """Begin another training."""
        self.seconds, self._num_steps = 0.0, 0

    def end(self) -> None:
        """The training is over: the next ones will take about as long."""
        self._finished.append(self.seconds)

    def __enter__(self) -> None:
        self._begun = monotonic()

    def __exit__(self, *_: object) -> None:
        self.seconds, self._num_steps = self.seconds + monotonic() - self._begun, self._num_steps + 1

    def seconds_left(self, training: Any, num_waiting: int) -> float | None:
        """Return the rest of a training, and what as many as wait will take; None if nothing is known yet.

        Parameters
        ----------
        training : Training, optional
            The one that runs.
        num_waiting : int
            Trainings after it.
        """
        known = sum(self._finished) / len(self._finished) if self._finished else None
        if training is None:
            return None if known is None else known * num_waiting
        if not self._num_steps:
            return None
        each = self.seconds / self._num_steps
        whole = each * training.num_steps if known is None else known
        return each * (training.num_steps - training.num_taken) + whole * num_waiting
