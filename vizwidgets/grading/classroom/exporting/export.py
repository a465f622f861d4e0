"""Points as CSV for Canvas and Moodle; what is not known stays empty."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from vizwidgets.grading.classroom.papers.marked_results import awaited_results, marked_results
from vizwidgets.grading.classroom.papers.questions import sheet_title
from vizwidgets.grading.classroom.reading.csv_file import formulas, read_csv
from vizwidgets.grading.classroom.reading.roster import read_roster
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.sheet import Sheet

from .canvas import canvas_column, canvas_table, fill_canvas
from .filled_table import FilledTable
from .grade_list import Grade, grade_list
from .moodle import fill_moodle, grade_column, moodle_table

HELP = (
    "Write exports/SHEET-canvas.csv or exports/SHEET-moodle.csv. Best with --template, the platform's own "
    "export: its rows and columns are kept, one column is filled. Sheets that were not graded and texts that "
    "nobody has read stay empty, never zero, and are listed. Look at the platform's preview first."
)
PLATFORMS = ("canvas", "moodle")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``export``."""
    parser.add_argument("sheet", metavar="SHEET", help="beginning of its name, such as a1")
    parser.add_argument("--to", choices=PLATFORMS, required=True, help="which platform")
    parser.add_argument(
        "--template",
        type=Path,
        metavar="FILE",
        help="Canvas: Grades, Export; Moodle: View all submissions, Download grading worksheet",
    )
    parser.add_argument("--column", default="", metavar="TITLE", help="which column of the template to fill")
    parser.add_argument("--decimal-comma", action="store_true", help="write 13,5 in place of 13.5")


def run(course: Course, options: argparse.Namespace) -> int:
    """Write the file and say what is not in it; 1 if anybody who handed in has no grade in it."""
    sheet = course.find(options.sheet)
    results, marks = marked_results(course, sheet)
    everyone = sorted([*results, *awaited_results(course, sheet)], key=lambda result: result.student)
    grades = grade_list(everyone, marks, read_roster(course, sheet))
    release = Sheet.read(course.release(sheet))
    points = sum(release.points.values())
    titles = (sheet, sheet_title(release))
    filled = filled_table(grades, options.to, titles, points, options)
    path = course.exports / f"{sheet}-{options.to}.csv"
    filled.table.write(path)
    words = _words(filled, grades, f"exports/{path.name}")
    sys.stdout.write("\n".join([*words, ""]))
    return 1 if filled.homeless or filled.num_filled < len(grades) else 0


def filled_table(
    grades: Sequence[Grade], platform: str, titles: Sequence[str], points: float, options: argparse.Namespace
) -> FilledTable:
    """Return the table for a platform.

    Parameters
    ----------
    grades : sequence of Grade
        Of the class.
    platform : str
        ``"canvas"`` or ``"moodle"``.
    titles : sequence of str
        How the sheet is called: its name, its heading.
    points : float
        What it is worth.
    options : Namespace
        ``template``, ``column``, ``decimal_comma``.
    """
    has_comma = options.decimal_comma
    if options.template is None:
        if platform == "moodle":
            return moodle_table(grades, points, has_comma)
        return canvas_table(grades, options.column or titles[0], points, has_comma)
    template = read_csv(options.template)
    if platform == "moodle":
        column = grade_column(template, options.column)
        return fill_moodle(template, grades, column, points, has_comma)
    column = canvas_column(template.header, titles, options.column)
    return fill_canvas(template, grades, column, points, has_comma)


def _words(filled: FilledTable, grades: Sequence[Grade], path: str) -> list[str]:
    """Say what was written, and of whom there is nothing."""
    lines = [f"{filled.num_filled} grades written to {path}"]
    empty = [grade for grade in grades if grade.points is None]
    lines += [f"left empty: {grade.person.student}: {grade.why_empty}" for grade in empty]
    if filled.num_without:
        lines.append(f"in the platform's table without a submission, left as they are: {filled.num_without}")
    if filled.homeless:
        lines.append(
            f"without a row or a number of the platform, enter by hand: {', '.join(filled.homeless)}"
        )
    stale = [grade.person.student for grade in grades if grade.is_stale]
    if stale:
        lines.append(f"the text has changed since it was read: {', '.join(stale)}")
    strange = formulas(sorted({field for row in filled.table.rows for field in row if len(field) > 1}))
    if strange:
        lines.append(
            f"formulas to a spreadsheet, kept as they are: {', '.join(strange[:5])}; "
            "open the file by Data, From Text/CSV, with columns as text"
        )
    return [*lines, *filled.remarks]
