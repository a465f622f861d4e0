"""What the checks of a cell found, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CriterionResult:
    """How one criterion ended.

    Parameters
    ----------
    label : str
        What was demanded, in words.
    points : float
        What it is worth.
    is_met : bool
        Whether it holds.
    reason : str
        Why it does not; empty when it does.
    hint : str
        What to think of then.
    """

    label: str
    points: float
    is_met: bool
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Score:
    """How the criteria of one ``Checks`` ended.

    Parameters
    ----------
    title : str
        Name of the exercise.
    points, reached : float
        What all criteria are worth together, and what was reached.
    criteria : tuple of CriterionResult
        In the order in which they stand in the cell.
    seed : int, optional
        Seed of the inputs.
    """

    title: str
    points: float
    reached: float
    criteria: tuple[CriterionResult, ...]
    seed: int | None = None
