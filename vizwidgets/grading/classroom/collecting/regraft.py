"""Put a submission together again that lost its metadata or its cells on the way."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from vizwidgets.grading.classroom.papers.plain_table import plain_table
from vizwidgets.grading.classroom.reading.budget import ArchiveError
from vizwidgets.grading.classroom.reading.file_kinds import Notebook, read_notebook
from vizwidgets.grading.classroom.reading.unusable import reasons_in
from vizwidgets.grading.classroom.recognizing.answer_search import find_answer
from vizwidgets.grading.classroom.recognizing.recognition import KnownSheet, all_statements, what_is_lost
from vizwidgets.grading.classroom.recognizing.text_search import find_text
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.sheet import Sheet, id_of, is_answer
from vizwidgets.grading.whole_file import write_whole

from .keeping import original_of

HELP = (
    "Mend submissions that lost cells or metadata on the way: the answers are found by the names of their "
    "functions, the texts by their markers or headings, and set into the release. What was handed in is kept "
    "beside it as SHEET.original.ipynb; a submission in which nothing is lost stays as it is."
)
_EMPTY = "not found, stays empty"
INTACT, MENDED, HOPELESS = "as it is", "put together", "not mended"


@dataclass(frozen=True)
class Graft:
    """What became of one submission.

    Parameters
    ----------
    student : str
        Whose.
    state : str
        ``"as it is"``, ``"put together"`` or ``"not mended"``.
    notes : tuple of str
        What was lost; for each answer what was found where, or that it is missing.
    is_whole : bool
        Whether every answer was found.
    """

    student: str
    state: str
    notes: tuple[str, ...] = ()
    is_whole: bool = True


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``regraft``."""
    parser.add_argument("sheet", metavar="SHEET", help="beginning of its name")
    parser.add_argument("students", nargs="*", metavar="STUDENT", help="folders in submitted/; all if none")


def run(course: Course, options: argparse.Namespace) -> int:
    """Mend, and write a table; 1 if an answer was not found."""
    grafts = regraft(course, course.find(options.sheet), options.students)
    states = [each.state for each in grafts]
    counts = [f"{states.count(state)} {state}" for state in (MENDED, INTACT, HOPELESS)]
    rows = [[each.student, each.state, *each.notes] for each in grafts]
    sys.stdout.write(f"{' · '.join(counts)}\n\n{plain_table(rows)}")
    return 0 if all(each.is_whole for each in grafts) else 1


def regraft(course: Course, sheet: str, students: list[str] | None = None) -> list[Graft]:
    """Mend the submissions of a sheet that need it; what was handed in is kept beside each.

    Parameters
    ----------
    course, sheet
        Where they lie.
    students : list of str, optional
        Only these.

    Raises
    ------
    ValueError
        If one of the students handed in nothing.
    """
    there = [student for student, _ in course.submissions(sheet)]
    if strangers := [name for name in students or [] if name not in there]:
        names = ", ".join(there) or "none"
        raise ValueError(f"no submission of {sheet} from {', '.join(strangers)}; submitted/ has {names}.")
    known = KnownSheet.read(course, sheet)
    return [_mend(student, course.submission(student, sheet), known) for student in students or there]


def regrafted(notebook: Notebook, release: Sheet) -> tuple[NotebookNode, list[str], list[str]]:
    """Return the release with the answers of a notebook in it, what was found, and which answers were not.

    Parameters
    ----------
    notebook : dict
        As it was handed in; it is not changed.
    release : Sheet
        As the class got it.
    """
    mended, statements = deepcopy(release.notebook), all_statements(notebook)
    found: list[str] = []
    missing: list[str] = []
    earlier: list[str] = []
    for cell in mended.cells:
        if not is_answer(cell):
            continue
        name, functions = id_of(cell), release.answers[id_of(cell)]
        if functions:
            answer = find_answer(functions, earlier, statements, release)
            earlier += functions
        else:
            answer = find_text(name, notebook, release)
        if answer:
            cell.source = answer.text
        if not (answer and answer.is_whole):
            missing.append(name)
        found.append(f"{name}: {answer.words if answer else _EMPTY}")
    return mended, found, missing


def _mend(student: str, path: Path, known: KnownSheet) -> Graft:
    try:
        data = path.read_bytes()
        notebook = read_notebook(data)
    except ArchiveError as reason:
        return Graft(student, HOPELESS, (str(reason),), is_whole=False)
    except OSError:
        reasons = reasons_in(path.parent) or ["there is no notebook; run collect"]
        return Graft(student, HOPELESS, tuple(reasons), is_whole=False)
    lost = what_is_lost(notebook, known.release)
    if not lost:
        return Graft(student, INTACT)
    mended, found, missing = regrafted(notebook, known.release)
    if all(each.endswith(_EMPTY) for each in found):
        return Graft(student, HOPELESS, (f"{lost}; no answer of this sheet was found",), is_whole=False)
    _copy(path, original_of(path))
    write_whole(path, nbformat.writes(mended) + "\n")
    return Graft(student, MENDED, (lost, *found), is_whole=not missing)


def _copy(path: Path, to: Path) -> None:
    """Copy a file byte for byte; whoever is interrupted finds all of it or nothing."""
    part = to.with_name(f".{to.name}.part")
    shutil.copyfile(path, part)
    os.replace(part, to)
