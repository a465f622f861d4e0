"""Grades as Canvas takes them: its gradebook's own export with one column filled, or a small file like it.

References
----------
The columns are those that Canvas's gradebook exports and looks for when it imports (`gradebook_exporter.rb`,
`gradebook_importer.rb`): Student or LastName and FirstName, ID, SIS User ID, SIS Login ID, Section, then one
column "Title (number)" for each assignment. A row "Points Possible" and perhaps one of "Manual Posting" stand
before the students. Canvas takes commas or semicolons between fields, and both kinds of decimals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from vizwidgets.grading.classroom.reading.csv_file import CsvFile

from .filled_table import FilledTable, column_named, fill
from .grade_list import Grade
from .platform_rows import Identity

HEADER = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POSSIBLE = "Points Possible"
_TOTALS = re.compile(r"(Current|Final|Override) (Score|Points|Grade|Status)")
_NUMBER = re.compile(r"\s*\(\d+\)$")  # behind the title of an assignment


def canvas_table(grades: Sequence[Grade], title: str, points: float, has_comma: bool = False) -> FilledTable:
    """Return a table that Canvas imports, without one of its own to fill in.

    Parameters
    ----------
    grades : sequence of Grade
        One row each.
    title : str
        Of the assignment; Canvas makes a new one if it has none of that name.
    points : float
        What the sheet is worth.
    has_comma : bool
        Whether decimals stand behind a comma; fields are then divided by semicolons.
    """
    rows = [(*HEADER, title), (f"    {POSSIBLE}", "", "", "", "", f"{points:g}")]
    for grade in grades:
        who = grade.person
        rows.append((who.shown_name, who.canvas_id, "", who.email, "", grade.text(has_comma)))
    people = [grade.person for grade in grades if not grade.person.canvas_id]
    unknown = [who.student for who in people if who.name or who.email]
    homeless = tuple(who.student for who in people if not (who.name or who.email))
    remark = f"students.csv has no canvas_id, Canvas must find them by name: {', '.join(unknown)}"
    filled = sum(grade.points is not None for grade in grades)
    table = CsvFile(tuple(rows), delimiter=";" if has_comma else ",")
    return FilledTable(table, filled, homeless=homeless, remarks=(remark,) if unknown else ())


def fill_canvas(
    template: CsvFile, grades: Sequence[Grade], column: int, points: float, has_comma: bool = False
) -> FilledTable:
    """Return Canvas's own export with one column filled.

    Parameters
    ----------
    template : CsvFile
        The gradebook as Canvas exports it.
    grades : sequence of Grade
        Of whom.
    column : int
        From `canvas_column`.
    points : float
        What the sheet is worth.
    has_comma : bool
        Whether decimals stand behind a comma.
    """
    students = {
        grade.person.student: Identity(grade.person.canvas_id, grade.person.email, grade.person.name)
        for grade in grades
    }
    by_student = {grade.person.student: grade for grade in grades}
    filled = fill(template, column, _people(template), students, by_student, has_comma=has_comma)
    return replace(filled, remarks=(*filled.remarks, *_points_remark(template, column, points)))


def canvas_column(header: Sequence[str], titles: Sequence[str], wanted: str = "") -> int:
    """Return which column of Canvas's export is the assignment.

    Parameters
    ----------
    header : sequence of str
        The first row.
    titles : sequence of str
        How the sheet is called.
    wanted : str
        The title that an instructor named, or a beginning of it.

    Raises
    ------
    ValueError
        If the table is none of Canvas's, or the column can not be told.

    Examples
    --------
    >>> canvas_column(["Student", "ID", "SIS Login ID", "Section", "A1 Looking (77)"], ["a1_looking"])
    4
    """
    names = [name.strip() for name in header]
    if "Section" not in names or "ID" not in names or names[0] not in ("Student", "LastName"):
        raise ValueError(
            f"a gradebook exported by Canvas begins with Student, ID, … Section; got {', '.join(names[:6])}."
        )
    offered = [k for k in range(names.index("Section") + 1, len(names)) if not _TOTALS.search(names[k])]
    if wanted:
        return column_named(header, wanted, offered)
    called = {_essence(title) for title in titles}
    found = [place for place in offered if _essence(_NUMBER.sub("", names[place])) in called]
    if len(found) != 1:
        listed = ", ".join(repr(names[place]) for place in offered) or "none"
        raise ValueError(f"which column is the sheet? Name it with --column. The table has {listed}.")
    return found[0]


def _people(template: CsvFile) -> dict[int, Identity]:
    """Return who stands in which row; rows that describe the assignments hold nobody."""
    names: Mapping[str, int] = {name.strip(): place for place, name in enumerate(template.header)}
    people = {}
    for number, row in enumerate(template.rows[1:], start=1):
        field = {name: row[place].strip() if place < len(row) else "" for name, place in names.items()}
        name = field.get("Student") or f"{field.get('LastName', '')}, {field.get('FirstName', '')}".strip(
            ", "
        )
        if (name or field["ID"]) and POSSIBLE not in name and name != "Student, Test":
            people[number] = Identity(field["ID"], field.get("SIS Login ID", ""), name)
    return people


def _points_remark(template: CsvFile, column: int, points: float) -> list[str]:
    for row in template.rows[1:4]:
        if row and POSSIBLE in row[0] and len(row) > column:
            text = row[column].strip().replace(",", ".")
            if re.fullmatch(r"\d+(\.\d+)?", text) and float(text) != points:
                return [f"Canvas has {float(text):g} points for this column, the sheet is worth {points:g}"]
    return []


def _essence(title: str) -> str:
    return re.sub(r"[\W_]+", " ", title).strip().casefold()
