"""The three things that are noted: a visit, a prediction, the result of an exercise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar


@dataclass(frozen=True)
class Visit:
    """That a lesson was worked in.

    Parameters
    ----------
    lesson : str
        File name of the notebook without its suffix, "" if unknown.
    at : str
        When last, in local time, ``2026-11-23 13:05``.
    """

    kind: ClassVar[str] = "visits"
    lesson: str
    at: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What it is about; of one key one entry is kept."""
        return (self.kind, self.lesson)

    def after(self, old: Any) -> Visit:
        """Return what is kept when an `old` one is there: the later visit."""
        return max(self, old, key=lambda visit: visit.at)

    joined = after  # of two computers, too, the later visit


@dataclass(frozen=True)
class Prediction:
    """What a student expected.

    Parameters
    ----------
    lesson : str
        File name of the notebook without its suffix, "" if unknown.
    question : str
        What it is about, in a few words.
    answer : str
        What was expected.
    outcome : str
        What came; empty until it was shown.
    at : str
        When the student committed to it.
    """

    kind: ClassVar[str] = "predictions"
    lesson: str
    question: str
    answer: str
    outcome: str = ""
    at: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What it is about; of one key one entry is kept."""
        return (self.kind, self.lesson, self.question)

    def after(self, old: Any) -> Prediction:
        """Return what is kept when an `old` one is there: the new one, with an outcome that was known."""
        return replace(self, outcome=self.outcome or old.outcome)

    def joined(self, other: Any) -> Prediction:
        """Return what is kept of two computers: what was predicted later, and an outcome that is known."""
        later, earlier = (self, other) if self.at >= other.at else (other, self)
        return later.after(earlier)


@dataclass(frozen=True)
class Result:
    """What the checks of an exercise gave.

    Parameters
    ----------
    lesson : str
        File name of the notebook without its suffix, "" if unknown.
    exercise : str
        Title of its checks.
    points, reached : float
        What it is worth, and the most that was reached.
    tries : int
        How often it was checked, unanswered ones not counted.
    at : str
        When the most was reached.

    Examples
    --------
    >>> old = Result("01", "Flip rate", points=3, reached=3, at="2026-11-01 10:00")
    >>> Result("01", "Flip rate", points=3, reached=1, at="2026-11-02 10:00").after(old)
    Result(lesson='01', exercise='Flip rate', points=3, reached=3, tries=2, at='2026-11-01 10:00')
    """

    kind: ClassVar[str] = "exercises"
    lesson: str
    exercise: str
    points: float
    reached: float
    tries: int = 1
    at: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What it is about; of one key one entry is kept."""
        return (self.kind, self.lesson, self.exercise)

    def after(self, old: Any) -> Result:
        """Return what is kept when an `old` one is there: the better one, unless the exercise has changed."""
        tries = self.tries + old.tries
        is_better = old.points != self.points or self.reached > old.reached
        return replace(self if is_better else old, tries=tries)

    def joined(self, other: Any) -> Result:
        """Return what is kept of two computers: the better one; joined once more it stays as it is."""
        return replace(self.after(other), tries=max(self.tries, other.tries))


Entry = Visit | Prediction | Result
KINDS: tuple[type[Entry], ...] = (Visit, Prediction, Result)
