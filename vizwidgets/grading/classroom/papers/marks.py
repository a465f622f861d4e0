"""Points that a person gave for text answers: ``texts/<sheet>.csv``."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from vizwidgets.grading.classroom.reading.csv_file import read_csv
from vizwidgets.grading.results import SheetResult
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.sheet import Sheet

CHANGED = "changed"  # begins the note of an answer that is another one than the person read
NEEDED = ("cell", "points", "comment", "student")
_NUMBER = re.compile(r"\d{1,6}([.,]\d{1,6})?")


@dataclass(frozen=True)
class Mark:
    """What a person thinks of a text.

    Parameters
    ----------
    points : float, optional
        None while it is not read.
    comment : str
        For the student.
    is_stale : bool
        Whether the answer has changed since.
    """

    points: float | None
    comment: str = ""
    is_stale: bool = False


Marks = Mapping[tuple[str, str], Mark]


def points_from(text: str, most: float) -> float | None:
    """Return the points that a person wrote; None if nothing is written.

    Raises
    ------
    ValueError
        If it is no number, or not in 0..most.

    Examples
    --------
    >>> points_from(" 2,5 ", most=4), points_from("3.25", most=4), points_from("", most=4)
    (2.5, 3.25, None)
    """
    text = text.strip()
    if not text:
        return None
    points = float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else -1.0
    if not 0 <= points <= most:
        raise ValueError(f"points must be a number in 0..{most:g}, such as 2.5 or 2,5; got {text!r}")
    return points


def marks_file(course: Course, sheet: str) -> Path:
    """Return where the points for the texts of a sheet are filled in."""
    return course.texts / f"{sheet}.csv"


def read_marks(course: Course, sheet: str) -> dict[tuple[str, str], Mark]:
    """Return what was filled in, by (student, cell); nothing if there is no file yet.

    Raises
    ------
    ValueError
        If a row has points outside of the cell's, an unknown student or cell, or stands there twice; every
        such row is named.
    """
    path = marks_file(course, sheet)
    if not path.is_file():
        return {}
    table = read_csv(path)
    missing = [name for name in NEEDED if name not in (each.strip().lower() for each in table.header)]
    if missing:
        raise ValueError(f"texts/{path.name} has lost the column {missing[0]!r}; put it back into row 1.")
    source = Sheet.read(course.source(sheet))
    most = {cell: points for cell, points in source.points.items() if cell in source.texts}
    known = {student for student, _ in course.submissions(sheet)}
    marks: dict[tuple[str, str], Mark] = {}
    refused = []
    for row in table.records():
        try:
            place, mark = _mark(row, most, known)
            if place in marks:
                raise ValueError(f"{place[1]} of {place[0]!r} stands there twice")
            marks[place] = mark
        except ValueError as reason:
            refused.append(f"  number {row.get('number', '').strip() or '?'}: {reason}")
    if refused:
        raise ValueError("\n".join([f"texts/{path.name} can not be read:", *refused]))
    return marks


def _mark(row: Mapping[str, str], most: Mapping[str, float], known: set[str]) -> tuple[tuple[str, str], Mark]:
    student, cell = row["student"].strip(), row["cell"].strip()
    if cell not in most:
        raise ValueError(f"{cell!r} is no text answer of this sheet; there are {', '.join(most) or 'none'}")
    if student not in known and (row["points"].strip() or row["comment"].strip()):
        raise ValueError(f"there is no submission of {student!r}; collect it, or delete the row")
    is_stale = row.get("note", "").strip().startswith(CHANGED)
    return (student, cell), Mark(points_from(row["points"], most[cell]), row["comment"].strip(), is_stale)


def with_marks(result: SheetResult, marks: Marks, texts: Collection[str]) -> SheetResult:
    """Return the result with the points that a person gave for texts; without them, a text is not read yet.

    Parameters
    ----------
    result : SheetResult
        As the checks left it: they give 0 for a text that is still the placeholder.
    marks : mapping
        By (student, cell).
    texts : collection of str
        Ids of the cells that a person reads.

    Examples
    --------
    >>> from vizwidgets.grading.results import CellResult
    >>> result = SheetResult("ann", "a1", cells=(CellResult("q1", 2, 2.0), CellResult("q2", 4, 0.0)))
    >>> with_marks(result, {("ann", "q2"): Mark(3.0)}, ["q2"]).reached, with_marks(result, {}, ["q2"]).pending
    (5.0, ('q2',))
    """
    nothing = Mark(None)
    cells = tuple(
        replace(cell, reached=marks.get((result.student, cell.cell), nothing).points, problem="")
        if cell.cell in texts
        else cell
        for cell in result.cells
    )
    return replace(result, cells=cells)
