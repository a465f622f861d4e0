"""The results of a class as they count: what the checks gave, and what a person gave for the texts."""

from __future__ import annotations

from vizwidgets.grading.classroom.scoring.gradebook import Gradebook
from vizwidgets.grading.results import NOT_GRADED, SheetResult
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.sheet import Sheet

from .marks import Marks, read_marks, with_marks

AWAITED = "waits for the command grade"


def marked_results(course: Course, sheet: str) -> tuple[list[SheetResult], Marks]:
    """Return the results of a sheet with the points for texts in them, and those marks with their comments.

    Raises
    ------
    ValueError
        If nothing has been graded, or the points for the texts can not be read.
    """
    results = sorted(Gradebook(course, sheet).results(), key=lambda result: result.student)
    if not results:
        raise ValueError(f"there are no graded submissions of {sheet}; run the command grade first.")
    marks = read_marks(course, sheet)
    for result in results:
        check_folder_name(result.student)
    texts = Sheet.read(course.source(sheet)).texts
    return [with_marks(result, marks, texts) for result in results], marks


def awaited_results(course: Course, sheet: str) -> list[SheetResult]:
    """Return a result without points for everyone who handed in and was not graded since."""
    missing = Gradebook(course, sheet).missing()
    return [SheetResult(student, sheet, NOT_GRADED, AWAITED) for student in missing]


def check_folder_name(student: str) -> None:
    """Refuse a name that would lead out of the folder of the class."""
    if student in ("", ".", "..") or "/" in student or "\\" in student:
        raise ValueError(f"a student's folder is one name without slashes; got {student!r}.")
