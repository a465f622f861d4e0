"""The points of a cell: nbgrader's rule, but nothing is given without evidence.

nbgrader reads the text of the last expression, and gives full points when there is none, or when it is no
number, or below 0. Here points are given only for a plain float between 0 and the cell's points, behind
which exactly one `Checks` stands that says the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..results import CellResult
from ..scores import Score
from ..sheets.sheet import id_of, is_answer, mark_of
from .outcomes import ENDINGS, CellOutcome

UNTOUCHED = "left as it was handed out"


def score_cell(
    cell: Mapping[str, Any], outcome: CellOutcome | None, release: Mapping[str, Any] | None = None
) -> CellResult:
    """Return the points of a graded cell.

    Parameters
    ----------
    cell : notebook cell
        As it was run, with nbgrader's metadata.
    outcome : CellOutcome, optional
        What came of it; None if it was not run.
    release : notebook cell, optional
        The same cell as students got it: a text that is still the same has 0 points, as with nbgrader.

    Returns
    -------
    CellResult
        ``reached`` is None for a text, which a person has to read; otherwise 0..points, and where it is 0
        for another reason than failed criteria, ``problem`` says why.

    Examples
    --------
    >>> cell = {"metadata": {"nbgrader": {"grade_id": "q1_check", "grade": True, "points": 2}}}
    >>> score_cell(cell, CellOutcome("q1_check")).problem
    'no points: the last expression is no plain number'
    >>> from vizwidgets.grading.scores import CriterionResult
    >>> criteria = (CriterionResult("shape", 1.5, True), CriterionResult("values", 0.5, False))
    >>> score = Score("Q1", points=2, reached=1.5, criteria=criteria)
    >>> score_cell(cell, CellOutcome("q1_check", value=1.5, text="1.5", scores=(score,))).reached
    1.5
    """
    name, points = id_of(cell), float(mark_of(cell)["points"])
    if is_answer(cell):
        if release is not None and cell["source"].strip() == release["source"].strip():
            return CellResult(name, points, 0.0, problem=UNTOUCHED)
        return CellResult(name, points, None)
    if outcome is None:
        return CellResult(name, points, 0.0, problem=f"no points: the cell {ENDINGS['skipped']}")
    score = outcome.scores[0] if len(outcome.scores) == 1 else None
    criteria, seed = (score.criteria, score.seed) if score else ((), None)
    problem = _ending(outcome) or (_doubt(outcome, points) if points else "")
    if problem:
        return CellResult(name, points, 0.0, criteria, seed, f"no points: {problem}")
    return CellResult(name, points, outcome.value if points else 0.0, criteria, seed)


def _ending(outcome: CellOutcome) -> str:
    """Say why the cell did not come to its end."""
    if outcome.ending and outcome.ending != "output":
        words = f" ({outcome.error})" if outcome.error else ""
        return f"the cell {ENDINGS[outcome.ending]}{words}"
    if outcome.error:
        return f"the cell ended with {outcome.error}"
    return "the cell wrote to stderr, which graders take for an error" if outcome.stderr else ""


def _doubt(outcome: CellOutcome, points: float) -> str:
    """Say why the value of a cell is not believed."""
    if outcome.value is None:
        return "the last expression is no plain number"
    if not (math.isfinite(outcome.value) and 0 <= outcome.value <= points):
        return f"the last expression must be in 0..{points:g}; got {outcome.value:g}"
    if len(outcome.scores) != 1:
        return f"exactly one score must stand behind the points; got {len(outcome.scores)}"
    return _disagreement(outcome.scores[0], outcome.value, points)


def _disagreement(score: Score, value: float, points: float) -> str:
    if not math.isclose(score.points, points):
        return f"the checks are worth {score.points:g} points, the cell {points:g}"
    met = math.fsum(criterion.points for criterion in score.criteria if criterion.is_met)
    if not (math.isclose(score.reached, value) and math.isclose(min(met, points), value)):
        return f"the last expression is {value:g}, but the criteria reached {met:g}"
    return ""
