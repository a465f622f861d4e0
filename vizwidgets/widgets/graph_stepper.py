"""What the run of an `AutodiffGraph` drives: a place among the steps of two passes."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

from vizwidgets.core.autodiff import Comparison, Evaluation, compare

NAP = 0.01  # seconds; between two looks at the clock, in which other runs have their turns


class GraphStepper:
    """Goes through the steps of an evaluation; live at a pace that one can follow.

    Parameters
    ----------
    evaluation : Evaluation
        The graph with its values.
    is_live : callable
        Whether somebody watches: then a step waits until it is due.

    Examples
    --------
    >>> from vizwidgets.core.autodiff import compute_graph, evaluate
    >>> stepper = GraphStepper(evaluate(compute_graph("x * x"), {"x": 3}))
    >>> stepper.step(); stepper.num_taken, stepper.furthest
    (1, 1)
    """

    def __init__(self, evaluation: Evaluation, is_live: Callable[[], bool] = lambda: False) -> None:
        self.evaluation, self._is_live = evaluation, is_live
        self._table: tuple[Evaluation | None, tuple[Comparison, ...]] = (None, ())
        self.seconds = 1.0
        self.reset()

    def show(self, evaluation: Evaluation) -> None:
        """Take other values, and keep the place; take another graph, and begin anew."""
        if evaluation.graph != self.evaluation.graph:
            self.reset()
        self.evaluation = evaluation

    def table(self) -> tuple[Evaluation, tuple[Comparison, ...]]:
        """Return the evaluation with its gradients three ways, which are found once for all steps."""
        evaluation, (known, rows) = self.evaluation, self._table
        if known is not evaluation:
            rows = compare(evaluation.graph, evaluation.inputs)
            self._table = evaluation, rows
        return evaluation, rows

    def reset(self) -> None:
        """Go back to where only the inputs are known."""
        self.num_taken = self.furthest = 0
        self._due = float("-inf")

    def rewind(self, num_taken: int) -> None:
        """Go to a step."""
        self.num_taken = num_taken

    def step(self) -> None:
        """Take a step, or wait a little if it is not due.

        Raises
        ------
        StopIteration
            With the last step of the backward pass.
        """
        if self._is_live() and monotonic() < self._due:
            sleep(NAP)
            return
        self._due = monotonic() + self.seconds
        self.num_taken = min(self.num_taken + 1, len(self.evaluation.steps))
        self.furthest = max(self.furthest, self.num_taken)
        if self.num_taken == len(self.evaluation.steps):
            raise StopIteration
