"""What the run of the randomization test drives: one network after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vizwidgets.core.sanity_report import RandomizationStep


class RandomizationStepper:
    """Drives a randomization test, one layer a step.

    Parameters
    ----------
    begin : callable
        Begins the test with the settings of the moment.
    """

    def __init__(self, begin: Callable[[], Iterator[RandomizationStep]]) -> None:
        self._begin = begin
        self.num_taken = self.furthest = 0
        self.steps: list[RandomizationStep] = []  # the trained network first
        self._work: Iterator[RandomizationStep] | None = None

    def step(self) -> None:
        """Explain one more network; StopIteration when the last layer is random."""
        self._work = self._work or self._begin()
        self.steps.append(next(self._work))
        self.num_taken += 1

    def rewind(self, num_taken: int) -> None:
        """Go back to the beginning, which is the only place behind."""
        self.reset()

    def reset(self) -> None:
        """Forget all steps."""
        self.num_taken, self.steps, self._work = 0, [], None
