"""What a class got wrong: how often each criterion failed, and what each question brought."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from vizwidgets.grading.checks import NOT_ANSWERED
from vizwidgets.grading.results import CellResult, SheetResult


@dataclass(frozen=True)
class Misconception:
    """One criterion, and how the class met it.

    Parameters
    ----------
    cell, label, hint : str
        Where it stands, what it demands, and what it says when it fails.
    points : float
        What it is worth.
    num_failed : int
        In how many sheets it was answered and failed.
    num_empty : int
        In how many sheets it was not answered.
    num_graded : int
        How many sheets were graded.
    """

    cell: str
    label: str
    hint: str
    points: float
    num_failed: int
    num_empty: int
    num_graded: int

    @property
    def failed_share(self) -> float:
        """Failed, in per cent of the sheets that were graded."""
        return 100 * self.num_failed / self.num_graded

    @property
    def empty_share(self) -> float:
        """Not answered, in per cent of the sheets that were graded."""
        return 100 * self.num_empty / self.num_graded


def misconceptions(results: Iterable[SheetResult]) -> list[Misconception]:
    """Return every criterion of a sheet, the one that failed most often first.

    Examples
    --------
    >>> from vizwidgets.grading.scores import CriterionResult
    >>> def sheet(is_met):
    ...     criterion = CriterionResult("doubles", 1, is_met, "" if is_met else "AssertionError", "twice")
    ...     return SheetResult("ann", "a1", cells=(CellResult("q1_check", 1, float(is_met), (criterion,)),))
    >>> [found] = misconceptions([sheet(True), sheet(False), sheet(True), sheet(True)])
    >>> found.label, found.num_failed, found.failed_share
    ('doubles', 1, 25.0)
    """
    graded = [result for result in results if result.is_graded]
    failed: Counter[tuple[str, str]] = Counter()
    empty: Counter[tuple[str, str]] = Counter()
    seen = {}
    for cell in (cell for result in graded for cell in result.cells):
        for criterion in cell.criteria:
            place = cell.cell, criterion.label
            seen[place] = criterion
            if not criterion.is_met:
                (empty if criterion.reason == NOT_ANSWERED else failed)[place] += 1
    order = [cell.cell for result in graded[:1] for cell in result.cells]
    found = [
        Misconception(*place, criterion.hint, criterion.points, failed[place], empty[place], len(graded))
        for place, criterion in seen.items()
    ]
    return sorted(found, key=lambda each: (-each.num_failed, -each.num_empty, order.index(each.cell)))


@dataclass(frozen=True)
class Ending:
    """Cells that could not be scored as usual, for one kind of reason.

    Parameters
    ----------
    problem : str
        Why, without what differs from sheet to sheet.
    num_cells, num_sheets : int
        How many cells, and in how many sheets.
    """

    problem: str
    num_cells: int
    num_sheets: int


def endings(results: Iterable[SheetResult]) -> list[Ending]:
    """Return what kept cells from being scored, what struck most sheets first."""
    problems = [
        (re.split(r"[:;(]", cell.problem.removeprefix("no points: "))[0].strip(), result.student)
        for result in results
        if result.is_graded
        for cell in result.cells
        if cell.problem
    ]
    cells, sheets = Counter(kind for kind, _ in problems), Counter(kind for kind, _ in set(problems))
    found = [Ending(kind, cells[kind], sheets[kind]) for kind in cells]
    return sorted(found, key=lambda each: (-each.num_sheets, -each.num_cells, each.problem))


def mean_points(results: Sequence[SheetResult], cells: Iterable[str]) -> tuple[float | None, float]:
    """Return the mean of what was reached in some cells, and what they are worth.

    Sheets in which a person has still to read one of them are left out; None if these are all.
    """
    names = set(cells)
    own = [[cell for cell in result.cells if cell.cell in names] for result in results if result.is_graded]
    own = [each for each in own if each]
    points = max((sum(cell.points for cell in each) for each in own), default=0.0)
    reached = [_sum(each) for each in own if all(cell.reached is not None for cell in each)]
    return (mean(reached) if reached else None), points


def _sum(cells: Iterable[CellResult]) -> float:
    return sum(cell.reached or 0.0 for cell in cells)
