"""What the page of one student says, as values that the template lays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from vizwidgets.grading.checks import NOT_ANSWERED
from vizwidgets.grading.results import CellResult, SheetResult
from vizwidgets.grading.scores import CriterionResult
from vizwidgets.grading.sheets.sheet import Sheet, id_of

from .code_html import code_html
from .marks import Mark, Marks
from .questions import Question, question_of, questions_of
from .safe_markdown import safe_markdown
from .text_answers import answer_in, without_marker

KINDS = {"check": "Checks that you could see", "hidden": "Further checks, with fresh inputs"}


@dataclass(frozen=True)
class Group:
    """The criteria of one cell.

    Parameters
    ----------
    heading : str
        Which checks these are.
    criteria : tuple of CriterionResult
        One by one.
    problem : str
        Why the cell could not be scored as usual.
    """

    heading: str
    criteria: tuple[CriterionResult, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Part:
    """One question on the page.

    Parameters
    ----------
    title : str
        Its heading.
    points : float
        What it is worth.
    reached : float, optional
        None while a person has still to read it.
    groups : tuple of Group
        Its checks.
    is_begun : bool
        Whether anything was answered.
    code, text, beside : Markup
        What the student wrote; a text perhaps in a cell of its own.
    comment : str
        What a person says about it.
    """

    title: str
    points: float
    reached: float | None
    groups: tuple[Group, ...] = ()
    is_begun: bool = True
    code: Markup = field(default_factory=Markup)
    text: Markup = field(default_factory=Markup)
    beside: Markup = field(default_factory=Markup)
    comment: str = ""

    @property
    def share(self) -> float:
        """Points reached in per cent."""
        return share(self.reached, self.points)


@dataclass(frozen=True)
class Total:
    """The sum of a page.

    Parameters
    ----------
    checks, checks_points : float
        Reached in what is checked by programs, and what it is worth.
    text : float, optional
        Reached in what a person reads; None while it is not read.
    text_points : float
        What that is worth.
    """

    checks: float
    checks_points: float
    text: float | None
    text_points: float

    @property
    def reached(self) -> float:
        """All that is known so far."""
        return self.checks + (self.text or 0.0)

    @property
    def points(self) -> float:
        """What all of the sheet is worth."""
        return self.checks_points + self.text_points

    @property
    def share(self) -> float:
        """Points reached in per cent."""
        return share(self.reached, self.points)


def share(reached: float | None, points: float) -> float:
    """Return points reached in per cent, 0..100.

    Examples
    --------
    >>> share(1, 4), share(None, 4), share(0, 0)
    (25.0, 0.0, 0.0)
    """
    return round(100 * (reached or 0.0) / points, 2) if points else 0.0


def total_of(result: SheetResult, texts: Sequence[str]) -> Total:
    """Return the sums of a result.

    Parameters
    ----------
    result : SheetResult
        With the marks in it.
    texts : sequence of str
        Ids of the cells that a person reads.
    """
    read = [cell for cell in result.cells if cell.cell in texts]
    checked = [cell for cell in result.cells if cell.cell not in texts]
    known = [cell.reached for cell in read if cell.reached is not None]
    is_read = len(known) == len(read)
    return Total(
        checks=sum(cell.reached or 0.0 for cell in checked),
        checks_points=sum(cell.points for cell in checked),
        text=sum(known) if is_read else None,
        text_points=sum(cell.points for cell in read),
    )


def parts_of(result: SheetResult, release: Sheet, submission: Sheet | None, marks: Marks) -> list[Part]:
    """Return the questions of a page: nothing of hidden checks but what each demands, and how it ended.

    Parameters
    ----------
    result : SheetResult
        With the marks in it.
    release : Sheet
        The sheet as the class got it.
    submission : Sheet, optional
        What the student handed in; None if it can not be read.
    marks : mapping
        Points and comments of a person, by (student, cell).
    """
    cells = {cell.cell: cell for cell in result.cells}
    parts = []
    for question in questions_of(release):
        own = [cells[name] for name in question.cells if name in cells]
        mark = marks.get((result.student, question.name), Mark(None))
        parts.append(_part(question, own, release, submission, mark))
    others = [cell for cell in result.cells if question_of(cell.cell, release.answers) == cell.cell]
    others = [cell for cell in others if cell.cell not in release.answers and (cell.points or cell.problem)]
    if others:
        parts.append(_whole_sheet(others))
    return parts


def _part(
    question: Question, cells: Sequence[CellResult], release: Sheet, submission: Sheet | None, mark: Mark
) -> Part:
    waits = any(cell.reached is None for cell in cells)
    reached = None if waits else sum(cell.reached or 0.0 for cell in cells)
    points = sum(cell.points for cell in cells)
    if question.name in release.texts:
        own = _texts(submission, question.name, release)
        return Part(question.title, points, reached, (), **own, comment=mark.comment)
    groups = tuple(_group(cell) for cell in cells)
    code = _code(submission, question.name)
    return Part(question.title, points, reached, groups, _is_begun(cells), Markup(code_html(code)))


def _texts(submission: Sheet | None, name: str, release: Sheet) -> dict[str, Any]:
    """Return what a student wrote, and whether it is anything; a placeholder is no text."""
    if submission is None:
        return {}
    answer = answer_in(submission.cells, name, release)
    text = "" if answer.is_placeholder else answer.text
    shown = {"text": text, "beside": answer.beside}
    html = {key: Markup(safe_markdown(words) if words else "") for key, words in shown.items()}
    return {"is_begun": bool(text or answer.beside), **html}


def _group(cell: CellResult) -> Group:
    kind = cell.cell.rsplit("_", 1)[-1]
    return Group(KINDS.get(kind, "Checks"), cell.criteria, _problem(cell))


def _problem(cell: CellResult) -> str:
    """Return the problem as a sentence that names the cell."""
    if not cell.problem:
        return ""
    words = cell.problem.rstrip(".")
    named = words.replace("the cell", f"the cell {cell.cell}", 1)
    named = named if named != words else f"{words} (cell {cell.cell})"
    return f"{named[0].upper()}{named[1:]}."


def _whole_sheet(cells: Sequence[CellResult]) -> Part:
    reached = sum(cell.reached or 0.0 for cell in cells)
    points = sum(cell.points for cell in cells)
    return Part("The sheet as a whole", points, reached, tuple(_group(cell) for cell in cells))


def _is_begun(cells: Sequence[CellResult]) -> bool:
    criteria = [criterion for cell in cells for criterion in cell.criteria]
    return not criteria or any(criterion.reason != NOT_ANSWERED for criterion in criteria)


def _code(submission: Sheet | None, name: str) -> str:
    cells = submission.cells if submission else []
    sources = [cell.source for cell in cells if cell.cell_type == "code" and id_of(cell) == name]
    return without_marker(sources[0]) if sources else ""
