"""A learning platform's table with the grades of one sheet in it, and what is to be said about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vizwidgets.grading.classroom.reading.csv_file import CsvFile

from .grade_list import Grade
from .platform_rows import Identity, matched_rows

KEPT = {"EX", "N/A"}  # excused, and not assigned to this student: the platform's word stands


@dataclass(frozen=True)
class FilledTable:
    """What is written, and what a person should know of it.

    Parameters
    ----------
    table : CsvFile
        All rows.
    num_filled : int
        How many students have points in it.
    num_without : int
        How many stand in the platform's table and handed nothing in; their cells are as they were.
    homeless : tuple of str
        Students for whom the table has no row.
    remarks : tuple of str
        Whatever else.
    """

    table: CsvFile
    num_filled: int
    num_without: int = 0
    homeless: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def fill(
    template: CsvFile,
    column: int,
    rows: Mapping[int, Identity],
    students: Mapping[str, Identity],
    grades: Mapping[str, Grade],
    *,
    has_comma: bool,
) -> FilledTable:
    """Return a platform's own table with one column filled, and everything else as it was.

    Parameters
    ----------
    template : CsvFile
        As the platform gave it out.
    column : int
        Which column takes the grades.
    rows : mapping
        Row: who stands there.
    students, grades : mapping
        By the students' folders: who they are, and what they reached.
    has_comma : bool
        Whether decimals stand behind a comma.
    """
    places = matched_rows(rows, students)
    lines = [list(row) for row in template.rows]
    excused, num_filled = [], 0
    for row, student in places.items():
        lines[row] += [""] * (column + 1 - len(lines[row]))
        if lines[row][column].strip().upper() in KEPT:
            excused.append(student)
            continue
        lines[row][column] = grades[student].text(has_comma)
        num_filled += grades[student].points is not None
    remarks = [f"the table says {' or '.join(sorted(KEPT))}, which was kept: {', '.join(excused)}"]
    return FilledTable(
        template.with_rows(lines),
        num_filled,
        num_without=len(rows) - len(places),
        homeless=tuple(sorted(set(grades) - set(places.values()))),
        remarks=tuple(remarks) if excused else (),
    )


def column_named(header: Sequence[str], wanted: str, offered: Sequence[int]) -> int:
    """Return the column that an instructor named: its whole title, or a beginning that only one has.

    Raises
    ------
    ValueError
        If none or several are meant.
    """
    exact = [place for place in offered if header[place].strip() == wanted]
    found = exact or [place for place in offered if header[place].strip().startswith(wanted)]
    if len(found) != 1:
        titles = ", ".join(repr(header[place]) for place in (found or offered))
        raise ValueError(f"wanted a column, or a beginning that one has; got {wanted!r}. There are {titles}.")
    return found[0]
