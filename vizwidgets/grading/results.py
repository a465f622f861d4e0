"""What a grading found: for a cell, for a record that was handed in, for a student's sheet."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from .scores import CriterionResult

GRADED, NOT_GRADED = "graded", "not graded"


@dataclass(frozen=True)
class CellResult:
    """The points of one cell.

    Parameters
    ----------
    cell : str
        Its id, such as ``"q1_hidden"``.
    points : float
        What it is worth.
    reached : float, optional
        What was reached; None while a person has still to read it.
    criteria : tuple of CriterionResult
        One by one.
    seed : int, optional
        Seed of the inputs.
    problem : str
        Why the cell could not be scored as usual, such as ``"ran out of time (30 s)"``.
    """

    cell: str
    points: float
    reached: float | None
    criteria: tuple[CriterionResult, ...] = ()
    seed: int | None = None
    problem: str = ""


@dataclass(frozen=True)
class RecordResult:
    """Whether a record of an exploration gives the same run again.

    Parameters
    ----------
    file : str
        Its name.
    is_replayed : bool
        Whether it does.
    words : str
        What it is a record of, or why it does not.
    """

    file: str
    is_replayed: bool
    words: str


@dataclass(frozen=True)
class SheetResult:
    """What the grading of one student's sheet found.

    Parameters
    ----------
    student, sheet : str
        Whose, and which.
    status : str
        ``"graded"``, or ``"not graded"``: then there are no points, not even zero.
    problem : str
        Why it was not graded, in words.
    cells : tuple of CellResult
        In the order of the sheet.
    records : tuple of RecordResult
        Evidence of exploration, where any was handed in.
    flags : tuple of str
        What a person should look at.
    submission, release : str
        SHA-256 of what was handed in, and fingerprint of the sheet it was graded with.
    seed : int, optional
        Seed of the hidden inputs.
    seconds : float
        How long it took.
    graded_at : str
        When, in ISO 8601 with time zone.

    Examples
    --------
    >>> cells = (CellResult("q1_check", 2, 1.5), CellResult("q2", 4, None))
    >>> result = SheetResult("ann", "a1", cells=cells)
    >>> result.points, result.reached, result.pending
    (6.0, 1.5, ('q2',))
    >>> SheetResult.from_dict(result.to_dict()) == result
    True
    """

    student: str
    sheet: str
    status: str = GRADED
    problem: str = ""
    cells: tuple[CellResult, ...] = ()
    records: tuple[RecordResult, ...] = ()
    flags: tuple[str, ...] = ()
    submission: str = ""
    release: str = ""
    seed: int | None = None
    seconds: float = 0.0
    graded_at: str = ""

    @property
    def is_graded(self) -> bool:
        """Whether there are points at all."""
        return self.status == GRADED

    @property
    def points(self) -> float:
        """What all cells are worth."""
        return math.fsum(cell.points for cell in self.cells)

    @property
    def reached(self) -> float:
        """What was reached in the cells that need no person."""
        return math.fsum(cell.reached for cell in self.cells if cell.reached is not None)

    @property
    def pending(self) -> tuple[str, ...]:
        """Ids of the cells that a person has still to read."""
        return tuple(cell.cell for cell in self.cells if cell.reached is None)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that JSON can hold."""
        return asdict(self)

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> SheetResult:
        """Return the result that `to_dict` gave.

        Raises
        ------
        ValueError
            If it is none: a field is missing or unknown.
        """
        try:
            cells = tuple(_cell(each) for each in data["cells"])
            records = tuple(RecordResult(**each) for each in data["records"])
            plain = {**data, "cells": cells, "records": records, "flags": tuple(data["flags"])}
            return SheetResult(**plain)
        except (KeyError, TypeError) as reason:
            wanted = ", ".join(field.name for field in fields(SheetResult))
            raise ValueError(
                f"this is not the result of a grading: wanted the fields {wanted}; {reason}."
            ) from reason


def _cell(data: Mapping[str, Any]) -> CellResult:
    return CellResult(**{**data, "criteria": tuple(CriterionResult(**each) for each in data["criteria"])})
