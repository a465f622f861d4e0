"""The grades of a class as a learning platform takes them: a number, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vizwidgets.grading.classroom.papers.marks import Marks
from vizwidgets.grading.classroom.reading.roster import Person, Roster
from vizwidgets.grading.results import SheetResult


@dataclass(frozen=True)
class Grade:
    """What goes into the cell of one student.

    Parameters
    ----------
    person : Person
        Whose.
    points : float, optional
        None while a text is not read, and for what could not be graded: neither is zero.
    why_empty : str
        Why there are no points.
    is_stale : bool
        Whether a text has changed since it was read.
    """

    person: Person
    points: float | None
    why_empty: str = ""
    is_stale: bool = False

    def text(self, has_comma: bool = False) -> str:
        """Return the points with at most two decimals, whatever the language of the computer.

        Examples
        --------
        >>> Grade(Person("ann"), 13.5).text(has_comma=True), Grade(Person("bob"), None).text()
        ('13,5', '')
        """
        if self.points is None:
            return ""
        text = f"{self.points:.2f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if has_comma else text


def grade_list(results: Iterable[SheetResult], marks: Marks, roster: Roster) -> list[Grade]:
    """Return the grades of a sheet.

    Parameters
    ----------
    results : iterable of SheetResult
        With the marks in them.
    marks : mapping
        What a person gave for texts, by (student, cell).
    roster : Roster
        Names and numbers.

    Examples
    --------
    >>> from vizwidgets.grading.results import CellResult
    >>> waiting = SheetResult("ann", "a1", cells=(CellResult("q1", 2, 2.0), CellResult("q2", 4, None)))
    >>> [grade] = grade_list([waiting], {}, Roster())
    >>> grade.points, grade.why_empty
    (None, 'q2 is not read yet')
    """
    return [_grade(result, marks, roster[result.student]) for result in results]


def _grade(result: SheetResult, marks: Marks, person: Person) -> Grade:
    if not result.is_graded:
        return Grade(person, None, f"not graded: {result.problem}")
    if result.pending:
        return Grade(person, None, f"{', '.join(result.pending)} is not read yet")
    own = [marks[place] for place in ((result.student, cell.cell) for cell in result.cells) if place in marks]
    return Grade(person, result.reached, is_stale=any(mark.is_stale for mark in own))
