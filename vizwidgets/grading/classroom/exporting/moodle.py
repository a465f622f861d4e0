"""Grades as Moodle takes them: the grading worksheet of an assignment, filled, or a small file like it.

References
----------
Moodle (`mod/assign/feedback/offline`) looks for the columns of the participant's number, of the grade and of
its last change by their names in the language of whoever uploads the file, takes the number behind
"Participant", and skips rows without a grade. A decimal point is understood in every language, a comma only
in those that write one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from vizwidgets.grading.classroom.reading.csv_file import CsvFile

from .filled_table import FilledTable, column_named, fill
from .grade_list import Grade
from .platform_rows import Identity

HEADER = (
    "Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed",
    "Last modified (submission)", "Last modified (grade)", "Feedback comments",
)  # fmt: skip
# what the columns are called by Moodle in English and in German
_GRADE = ("Grade", "Bewertung")
_NAME = ("Full name", "Vollständiger Name")
_EMAIL = ("Email address", "E-Mail-Adresse")
_MOST = ("Maximum Grade", "Maximum grade", "Bestwertung", "Höchste Bewertung")
_PARTICIPANT = re.compile(r"\D+?(\d+)")


def moodle_table(grades: Sequence[Grade], points: float, has_comma: bool = False) -> FilledTable:
    """Return a worksheet that an English Moodle imports, without one of its own to fill in.

    Parameters
    ----------
    grades : sequence of Grade
        One row each.
    points : float
        What the sheet is worth.
    has_comma : bool
        Whether decimals stand behind a comma.
    """
    rows: list[tuple[str, ...]] = [HEADER]
    for grade in grades:
        who = grade.person
        number = f"Participant {who.moodle_id}" if who.moodle_id else ""
        known = (number, who.shown_name, who.email, "Submitted for grading", grade.text(has_comma))
        rows.append((*known, f"{points:g}", "Yes", "-", "-", ""))
    unknown = tuple(grade.person.student for grade in grades if not grade.person.moodle_id)
    filled = sum(grade.points is not None for grade in grades)
    return FilledTable(CsvFile(tuple(rows)), filled, homeless=unknown)


def fill_moodle(
    template: CsvFile, grades: Sequence[Grade], column: int, points: float, has_comma: bool = False
) -> FilledTable:
    """Return Moodle's own worksheet with the grades filled in.

    Parameters
    ----------
    template : CsvFile
        The worksheet as Moodle gives it out.
    grades : sequence of Grade
        Of whom.
    column : int
        From `moodle_column`.
    points : float
        What the sheet is worth.
    has_comma : bool
        Whether decimals stand behind a comma.

    Raises
    ------
    ValueError
        If a number belongs to another student there: Moodle numbers them anew in each assignment.
    """
    rows = _people(template)
    students = {
        grade.person.student: Identity(grade.person.moodle_id, grade.person.email, grade.person.name)
        for grade in grades
    }
    _check_numbers(rows, students)
    by_student = {grade.person.student: grade for grade in grades}
    filled = fill(template, column, rows, students, by_student, has_comma=has_comma)
    return replace(filled, remarks=(*filled.remarks, *_points_remark(template, points)))


def grade_column(template: CsvFile, wanted: str = "") -> int:
    """Return which column of Moodle's worksheet takes the grade.

    Parameters
    ----------
    template : CsvFile
        The worksheet.
    wanted : str
        The name of the column, where Moodle speaks neither English nor German.

    Raises
    ------
    ValueError
        If the table is none of Moodle's, or the column can not be told.
    """
    numbers = [row[0].strip() for row in template.rows[1:] if row and row[0].strip()]
    if not numbers or not all(_PARTICIPANT.fullmatch(number) for number in numbers):
        shown = ", ".join(template.header[:4]) or "nothing"
        raise ValueError(
            f"a grading worksheet of Moodle has 'Participant 123' in its first column; got {shown}. "
            "In the assignment: View all submissions, Download grading worksheet."
        )
    offered = range(1, len(template.header))
    if wanted:
        return column_named(template.header, wanted, offered)
    place = _place(template, _GRADE)
    if place is None:
        listed = ", ".join(repr(name) for name in template.header)
        raise ValueError(f"which column takes the grade? Name it with --column. The worksheet has {listed}.")
    return place


def _place(template: CsvFile, names: Sequence[str]) -> int | None:
    return next((place for place, name in enumerate(template.header) if name.strip() in names), None)


def _people(template: CsvFile) -> dict[int, Identity]:
    """Return who stands in which row; a worksheet of blind marking has numbers alone."""
    name, email = _place(template, _NAME), _place(template, _EMAIL)
    people = {}
    for number, row in enumerate(template.rows[1:], start=1):
        found = _PARTICIPANT.fullmatch(row[0].strip()) if row else None
        if found:
            known = [row[place] if place is not None and place < len(row) else "" for place in (email, name)]
            people[number] = Identity(found.group(1), *known)
    return people


def _check_numbers(rows: dict[int, Identity], students: dict[str, Identity]) -> None:
    by_number = {who.number: who for who in rows.values()}
    for who in students.values():
        other = by_number.get(who.number)
        if who.number and other is not None and who.contradicts(other):
            raise ValueError(
                f"participant {who.number} is {other.name!r} in the worksheet, {who.name!r} in students.csv; "
                "is it the worksheet of another assignment? Moodle numbers students anew in each."
            )


def _points_remark(template: CsvFile, points: float) -> list[str]:
    place = _place(template, _MOST)
    texts = {row[place].strip() for row in template.rows[1:] if place is not None and len(row) > place}
    texts = {text.replace(",", ".") for text in texts if re.fullmatch(r"\d+([.,]\d+)?", text)}
    others = sorted({float(text) for text in texts} - {points})
    words = f"Moodle has {others[0]:g} points for this, the sheet is worth {points:g}" if others else ""
    return [words] if words else []
