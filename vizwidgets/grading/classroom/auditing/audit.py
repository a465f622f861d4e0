"""What a person should look at: tampered cells, code that reaches for the checks, answers that are alike."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from vizwidgets.grading.classroom.collecting.keeping import original_of
from vizwidgets.grading.classroom.papers.pages import page
from vizwidgets.grading.classroom.papers.plain_table import plain_table
from vizwidgets.grading.classroom.papers.questions import sheet_title
from vizwidgets.grading.classroom.reading.budget import ArchiveError
from vizwidgets.grading.classroom.reading.file_kinds import Notebook, cells_of, read_notebook
from vizwidgets.grading.classroom.reading.roster import read_roster
from vizwidgets.grading.classroom.reading.unusable import reasons_in
from vizwidgets.grading.classroom.recognizing.recognition import (
    KnownSheet,
    all_statements,
    version_of,
    what_is_lost,
)
from vizwidgets.grading.classroom.recognizing.student_code import statements_of
from vizwidgets.grading.classroom.scoring.gradebook import Gradebook
from vizwidgets.grading.results import SheetResult
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.sheet import Sheet, is_answer
from vizwidgets.grading.whole_file import write_whole

from .alike import alike, normalized_answers
from .audit_findings import ALIKE_WORDS, CELLS, CODE, KIND_WORDS, OTHER, SCORE, Audit, Flag
from .locked_cells import changed_cells
from .reaching import imported_names, reaches, shell_lines
from .score_doubts import Doubter

HELP = (
    "Flag for a person what looks tampered with, and which submissions are alike: a table, and all of it in "
    "reports/SHEET_audit.html and .json. It takes no points away. Grade first: without the results it can "
    "not know whether the negative control held."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``audit``."""
    parser.add_argument("sheet", metavar="SHEET", help="beginning of its name")


def run(course: Course, options: argparse.Namespace) -> int:
    """Write the table, the page and the data; 1 if a person must look at something."""
    sheet = course.find(options.sheet)
    found = audit(course, sheet)
    data = {
        "sheet": sheet,
        "flags": {student: [asdict(flag) for flag in flags] for student, flags in found.flags.items()},
        "alike": [asdict(pair) for pair in found.pairs],
        "ungraded": list(found.ungraded),
    }
    path = course.reports / f"{sheet}_audit.html"
    write_whole(path.with_suffix(".json"), json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    write_whole(path, audit_page(course, sheet, found))
    sys.stdout.write(printed_audit(found) + f"written: reports/{path.name} and .json\n")
    return 1 if found.flagged or found.pairs else 0


def audit(course: Course, sheet: str) -> Audit:
    """Look at every submission of a sheet, and at its result if it was graded.

    Parameters
    ----------
    course, sheet
        Where the submissions lie.

    Raises
    ------
    ValueError
        If nobody has handed in.
    """
    auditor = _Auditor(course, sheet)
    flags: dict[str, tuple[Flag, ...]] = {}
    answers = {}
    for student, folder in course.submissions(sheet):
        if reasons := reasons_in(folder):
            flags[student] = (Flag(OTHER, f"not usable: {'; '.join(reasons)}"),)
            continue
        try:
            notebook = auditor.read(student)
        except (OSError, ArchiveError) as reason:
            flags[student] = (Flag(OTHER, f"can not be read: {reason}"),)
            continue
        flags[student] = tuple(auditor.flags(student, notebook))
        answers[student] = normalized_answers(notebook, auditor.known.release)
    if not flags:
        raise ValueError(f"submitted/ holds no {sheet}; run the command collect first.")
    ungraded = tuple(student for student in flags if student not in auditor.results)
    return Audit(flags, tuple(alike(answers)), ungraded)


class _Auditor:
    """What is the same for every student."""

    def __init__(self, course: Course, sheet: str) -> None:
        self._course = course
        self._sheet = sheet
        self.known = KnownSheet.read(course, sheet)
        source = Sheet.read(course.source(sheet))
        self._doubter = Doubter(source)
        self.results = {each.student: each for each in Gradebook(course, sheet).results()}
        fixed = [cell for cell in [*source.cells, *self.known.release.cells] if not is_answer(cell)]
        self._sources = {cell.source for cell in fixed}
        given = [each for text in self._sources for each in statements_of(text)]
        self._essences = {each.essence for each in given}
        self._names = imported_names(given)

    def read(self, student: str) -> Notebook:
        """Return what a student handed in, before it was put together again."""
        path = self._course.submission(student, self._sheet)
        original = original_of(path)
        return read_notebook((original if original.is_file() else path).read_bytes())

    def flags(self, student: str, notebook: Notebook) -> Iterator[Flag]:
        """Yield what a person should look at."""
        path = self._course.submission(student, self._sheet)
        if not original_of(path).is_file():
            yield from self._cells(notebook)
        yield from self._code(notebook)
        result = self.results.get(student)
        if result is not None:
            yield from self._score(result, path)

    def _cells(self, notebook: Notebook) -> Iterator[Flag]:
        """Yield which cells of the course are others; what was lost on the way has none to compare."""
        version = version_of(notebook)
        if lost := what_is_lost(notebook, self.known.release):
            yield Flag(OTHER, f"{lost}: run regraft; the course's cells were not compared")
        elif self.known.version and version != self.known.version:
            said = version or "without a number"
            yield Flag(OTHER, f"made from another release ({said}); the course's cells were not compared")
        else:
            for change in changed_cells(notebook, self.known.release):
                yield Flag(CELLS, f"{change.cell} was {change.words}; grading puts it back", change.lines)

    def _code(self, notebook: Notebook) -> Iterator[Flag]:
        own = [each for each in all_statements(notebook) if each.essence not in self._essences]
        found: dict[str, list[str]] = {}
        for reach in reaches(own, self._names):
            found.setdefault(reach.words, []).append(reach.text)
        for cell in cells_of(notebook):
            if cell["source"] not in self._sources and (lines := shell_lines(cell["source"])):
                found.setdefault("starts programs, or looks around on the disk", []).extend(lines)
        yield from (Flag(CODE, words, tuple(dict.fromkeys(lines))) for words, lines in found.items())

    def _score(self, result: SheetResult, path: Path) -> Iterator[Flag]:
        yield from (Flag(OTHER, words) for words in result.flags)
        if result.is_graded:
            graded = read_notebook(path.read_bytes())
            yield from (Flag(SCORE, words) for words in self._doubter.doubts(result, graded))


def printed_audit(found: Audit) -> str:
    """Return the table for the terminal.

    Examples
    --------
    >>> print(printed_audit(Audit({"ann": (Flag(CODE, "opens a file"),), "bob": ()}, (), ())), end="")
    1 of 2 submissions to look at
    <BLANKLINE>
      ann  opens a file
    """
    parts = [f"{len(found.flagged)} of {len(found.flags)} submissions to look at\n"]
    if found.ungraded:
        parts.append(f"{len(found.ungraded)} without a result: grade them to know more\n")
    if found.flagged:
        rows = [[student, *(flag.words for flag in flags)] for student, flags in found.flagged.items()]
        parts.append("\n" + plain_table(rows, columns=2))
    if found.pairs:
        rows = [[" and ".join(pair.students), ", ".join(pair.answers)] for pair in found.pairs]
        parts.append(f"\nalike\n{plain_table(rows, columns=2)}{ALIKE_WORDS}\n")
    return "".join(parts)


def audit_page(course: Course, sheet: str, found: Audit) -> str:
    """Return the page for a person."""
    roster = read_roster(course, sheet)
    return page(
        "audit.html",
        title=f"{sheet_title(KnownSheet.read(course, sheet).release)}: audit",
        students=[(roster[student].shown_name, student, flags) for student, flags in found.flagged.items()],
        clean=[student for student, flags in found.flags.items() if not flags],
        count=len(found.flags),
        pairs=[([roster[each].shown_name for each in pair.students], pair.answers) for pair in found.pairs],
        alike_words=ALIKE_WORDS,
        ungraded=found.ungraded,
        kinds=KIND_WORDS,
    )
