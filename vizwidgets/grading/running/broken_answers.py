"""Why a check found no function: the cell of its answer ended with an error."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from ..results import CellResult
from ..sheets.sheet import is_answer, mark_of, names_of
from .outcomes import CellOutcome


class BrokenAnswers:
    """The answers of one sheet whose cells ended with an error.

    Parameters
    ----------
    answers : mapping
        The functions that each answer defines in the source: a cell with a syntax error defines none itself.
    ran : iterable of (cell, CellOutcome)
        What was run.

    Examples
    --------
    >>> cell = {"metadata": {"nbgrader": {"grade_id": "q1", "solution": True}}}
    >>> broken = BrokenAnswers({"q1": ("f",)}, [(cell, CellOutcome("q1", error="NameError: x"))])
    >>> broken.explained(CellResult("q1_check", 2, 0.0), "assert f(2) == 4").problem
    "your answer's cell ended with NameError: x"
    """

    def __init__(
        self, answers: Mapping[str, tuple[str, ...]], ran: Iterable[tuple[Mapping[str, Any], CellOutcome]]
    ) -> None:
        self._errors: dict[str, str] = {}  # by functions
        for cell, outcome in ran:
            if is_answer(cell) and outcome.error:
                names = answers.get(str(mark_of(cell).get("grade_id")), ())
                self._errors.update(dict.fromkeys(names, outcome.error))

    def explained(self, result: CellResult, source: str) -> CellResult:
        """Return the result of a check that lost points with the error of its answer, if there is one.

        Parameters
        ----------
        result : CellResult
            Its points stay as they are.
        source : str
            Of the check.
        """
        errors = {self._errors[name] for name in names_of(source) if name in self._errors}
        if not errors or result.reached is None or result.reached >= result.points:
            return result
        words = f"your answer's cell ended with {'; '.join(sorted(errors))}"
        return dataclasses.replace(result, problem="; ".join(filter(None, (result.problem, words))))
