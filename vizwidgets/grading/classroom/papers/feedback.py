"""A page for each student: points, reasons, hints, and nothing of the hidden checks."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from vizwidgets.grading.classroom.reading.roster import read_roster
from vizwidgets.grading.results import SheetResult
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.sheet import Sheet
from vizwidgets.grading.whole_file import write_whole

from .feedback_content import parts_of, total_of
from .marked_results import AWAITED, awaited_results, marked_results
from .marks import Marks
from .pages import page
from .questions import sheet_title
from .text_answers import read_submission

HELP = (
    "Write feedback/STUDENT/SHEET.html for everyone who handed in: one file that needs no network, with "
    "points, reasons and hints, without the hidden checks. Texts that nobody has read yet say so; run it "
    "again when the points stand in texts/SHEET.csv."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``feedback``."""
    parser.add_argument("sheet", metavar="SHEET", help="beginning of its name, such as a1")
    parser.add_argument("students", nargs="*", metavar="STUDENT", help="only these; everyone if none is said")


def run(course: Course, options: argparse.Namespace) -> int:
    """Write the pages of a sheet; 1 if someone was not graded."""
    sheet = course.find(options.sheet)
    results, marks = marked_results(course, sheet)
    unknown = sorted(set(options.students) - {result.student for result in results})
    if unknown:
        raise ValueError(f"nothing of {', '.join(unknown)} was graded in {sheet}.")
    chosen = [result for result in results if not options.students or result.student in options.students]
    written = write_feedback(course, sheet, chosen, marks)
    num_dropped = sum(not result.is_graded for result in chosen)
    unread = sum(bool(result.pending) for result in chosen)
    sys.stdout.write(
        f"{sheet}: {len(written)} pages in feedback/; {num_dropped} say why the sheet was not graded, "
        f"{unread} that the text was not read yet\n"
    )
    missing = [] if options.students else [result.student for result in awaited_results(course, sheet)]
    if missing:
        sys.stdout.write(f"not graded, {AWAITED}: {', '.join(missing)}\n")
    return 1 if num_dropped or missing else 0


def write_feedback(course: Course, sheet: str, results: list[SheetResult], marks: Marks) -> list[Path]:
    """Write the page of each result; return where they lie.

    Parameters
    ----------
    course : Course
        Where submissions and names are.
    sheet : str
        Its whole name.
    results : list of SheetResult
        With the marks in them.
    marks : mapping
        Points and comments of a person, by (student, cell).
    """
    release = Sheet.read(course.release(sheet))
    roster = read_roster(course, sheet)
    written = []
    for result in results:
        submission = read_submission(course.submission(result.student, sheet))
        name = roster[result.student].shown_name
        path = course.feedback / result.student / f"{sheet}.html"
        write_whole(path, feedback_page(result, release, submission, marks, name))
        written.append(path)
    return written


def feedback_page(
    result: SheetResult, release: Sheet, submission: Sheet | None, marks: Marks, name: str
) -> str:
    """Return the page of one student.

    Parameters
    ----------
    result : SheetResult
        With the marks in it.
    release : Sheet
        The sheet as the class got it: the page can tell nothing that is not in it.
    submission : Sheet, optional
        What the student handed in; None if it can not be read.
    marks : mapping
        Points and comments of a person, by (student, cell).
    name : str
        How the student is called.
    """
    known = {
        "sheet_title": sheet_title(release),
        "title": f"{sheet_title(release)} · {name}",
        "name": name,
        "date": _date(result.graded_at),
        "receipt": result.submission[:12],
    }
    if not result.is_graded:
        problem = result.problem or "The sheet could not be read."
        return page("not_graded.html", problem=problem, file=f"{result.sheet}.ipynb", **known)
    return page(
        "feedback.html",
        total=total_of(result, release.texts),
        parts=parts_of(result, release, submission, marks),
        records=result.records,
        seed=result.seed,
        **known,
    )


def _date(moment: str) -> str:
    try:
        return datetime.fromisoformat(moment).date().isoformat()
    except ValueError:
        return ""
