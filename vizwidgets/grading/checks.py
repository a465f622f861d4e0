"""Criteria of an exercise, each with points, a reason when it fails, and a hint."""

from __future__ import annotations

import contextlib
import io
import logging
import math
import sys
import warnings
from dataclasses import dataclass
from types import TracebackType

from .closeness import refusal
from .placeholders import is_unanswered
from .progress.noting import note_score
from .reasons import reason_of
from .scores import CriterionResult, Score

NOT_ANSWERED = "not answered yet"
MAX_LEFT = 100  # scores that nobody takes, as in a lesson, are not kept for ever

_left: list[Score] = []  # what was scored since a grader last asked


class Checks:
    """The criteria of one exercise; ``score()`` prints them and returns the points.

    Parameters
    ----------
    title : str
        Name of the exercise.
    points : float
        What all criteria are worth together, above 0.
    seed : int, optional
        Seed of the inputs (see `fresh_seed`), shown with the score.

    Raises
    ------
    ValueError
        If the points are not above 0.

    Notes
    -----
    A criterion that raises loses its own points only; the interrupt of a time limit passes through. Inside
    of a criterion nothing is written to stderr, because graders take any text there for a failure.

    Examples
    --------
    >>> c = Checks("Doubling", points=2)
    >>> with c("of a number"):
    ...     assert 2 * 2 == 4
    >>> with c("of a text", hint="repeat it"):
    ...     assert len(2 * "ab") == 5, "too short"
    >>> c.score()
    [ok] 1/1 of a number
    [--] 0/1 of a text | AssertionError: too short | hint: repeat it
    Doubling: 1 of 2 points
    1.0
    """

    def __init__(self, title: str, points: float, *, seed: int | None = None) -> None:
        self.title = title
        self.points = _checked(points)
        self.seed = seed
        self._criteria: list[Criterion] = []

    def __call__(self, label: str, points: float = 1, hint: str = "") -> Criterion:
        """Return the block of a criterion, ``with c("label", points, hint="…"):``.

        Parameters
        ----------
        label : str
            What is demanded, in words.
        points : float
            What it is worth, above 0.
        hint : str
            Shown when it fails.
        """
        criterion = Criterion(label, _checked(points), hint)
        self._criteria.append(criterion)
        return criterion

    def score(self) -> float:
        """Print one line for each criterion and the total; return the points as a plain float.

        Raises
        ------
        ValueError
            If the criteria do not add up to the points of the exercise: a mistake of its author.
        """
        worth = math.fsum(criterion.points for criterion in self._criteria)
        if not math.isclose(worth, self.points):
            raise ValueError(
                f"the criteria of {self.title!r} are worth {worth:g} points together, but Checks says "
                f"{self.points:g}; change Checks(points={worth:g}) or the points of a criterion."
            )
        is_begun = any(criterion.reason != NOT_ANSWERED for criterion in self._criteria)
        lines = [str(criterion) for criterion in self._criteria] if is_begun else []
        reached = math.fsum(criterion.points for criterion in self._criteria if criterion.is_met)
        total = f"{reached:g} of {self.points:g} points" if is_begun else NOT_ANSWERED
        seed = "" if self.seed is None else f" (seed {self.seed})"
        sys.stdout.write("\n".join([*lines, f"{self.title}: {total}{seed}\n"]))
        reached = min(float(reached), self.points)  # a sum such as 0.1 + 0.2 must not exceed the maximum
        found = tuple(criterion.result() for criterion in self._criteria)
        _left.append(Score(self.title, self.points, reached, found, self.seed))
        del _left[:-MAX_LEFT]
        if is_begun:
            note_score(_left[-1])
        return reached


def take_scores() -> tuple[Score, ...]:
    """Return what was scored since this was last asked, oldest first: for whoever runs the cells.

    Examples
    --------
    >>> earlier = take_scores()
    >>> take_scores()
    ()
    """
    taken = tuple(_left)
    _left.clear()
    return taken


@dataclass
class Criterion(contextlib.AbstractContextManager["Criterion"]):
    """One criterion: a block that may fail."""

    label: str
    points: float
    hint: str
    reason: str = "never run"  # why it is not met; empty when it is

    @property
    def is_met(self) -> bool:
        """Whether the block ran to its end."""
        return not self.reason

    def result(self) -> CriterionResult:
        """Return how it ended, as a value."""
        return CriterionResult(self.label, self.points, self.is_met, self.reason, self.hint)

    def __str__(self) -> str:
        if self.is_met:
            return f"[ok] {self.points:g}/{self.points:g} {self.label}"
        parts = [f"[--] 0/{self.points:g} {self.label}", self.reason, self.hint and f"hint: {self.hint}"]
        return " | ".join(part for part in parts if part)

    def __enter__(self) -> Criterion:
        self._first_line = sys._getframe(1).f_lineno
        self._quiet = contextlib.ExitStack()
        self._quiet.enter_context(contextlib.redirect_stderr(io.StringIO()))
        self._quiet.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        self._quiet.callback(logging.disable, logging.root.manager.disable)
        logging.disable(logging.CRITICAL)
        refusal.set("")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._quiet.close()
        if error is None or trace is None:
            self.reason = ""
            return True
        if not isinstance(error, (Exception, SystemExit)):
            return False  # the interrupt of a time limit
        lines = range(self._first_line, trace.tb_lineno + 1)
        is_stub = is_unanswered(error, trace.tb_frame, lines)
        self.reason = NOT_ANSWERED if is_stub else reason_of(error, trace.tb_frame)
        return True


def _checked(points: float) -> float:
    if isinstance(points, bool) or not isinstance(points, (int, float)) or not 0 < points < math.inf:
        raise ValueError(f"points must be a number above 0; got {points!r}.")
    return float(points)
