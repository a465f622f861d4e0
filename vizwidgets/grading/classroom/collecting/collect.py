"""From a download of the learning platform to ``submitted/``: the newest notebook of everyone."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path

from vizwidgets.grading.classroom.reading.archives import open_files
from vizwidgets.grading.classroom.reading.budget import STUDENT, Budget, Limits
from vizwidgets.grading.classroom.reading.students import Students
from vizwidgets.grading.classroom.reading.unusable import reasons_in
from vizwidgets.grading.classroom.recognizing.recognition import KnownSheet, known_sheets
from vizwidgets.grading.sheets.course import Course

from .attempts import Contents, contents_of
from .collection import MISSING, NOT_USABLE, Row, table_of
from .downloads import Parcel, parcels
from .keeping import OLDER, REPLACED, SAME, keep, keep_reasons, slim

HELP = (
    "Take the submissions of a sheet out of a Moodle or Canvas download (the zip as it is), or out of a "
    "folder with a folder for each student, into submitted/. Whatever the files are called, they are "
    "recognised by what is in them; the newest attempt is taken. Whoever sent nothing usable stays "
    "listed, with the reason in place of the notebook. Nothing is unpacked to disk, and collecting twice "
    "changes nothing."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``collect``."""
    parser.add_argument("sheet", metavar="SHEET", help="beginning of its name")
    parser.add_argument("place", type=Path, metavar="ZIP_OR_FOLDER", help="the download, or a folder")


def run(course: Course, options: argparse.Namespace) -> int:
    """Collect, and write the table; 1 if a person must look at something."""
    rows = collect(course, course.find(options.sheet), options.place)
    sys.stdout.write(table_of(rows))
    return 0 if all(row.is_usable for row in rows) else 1


def collect(course: Course, sheet: str, place: Path, limits: Limits | None = None) -> list[Row]:
    """Take the submissions of a sheet into ``submitted/`` and their senders into ``students.csv``.

    Parameters
    ----------
    course : Course
        Where they go.
    sheet : str
        Its name.
    place : Path
        A zip from Moodle or Canvas, or a folder.
    limits : Limits, optional
        How much is read.

    Returns
    -------
    list of Row
        One for everyone who sent something or is listed in ``students.csv``.

    Raises
    ------
    FileNotFoundError
        If there is no such place.
    ValueError
        If it is no zip, a broken or an empty one; ``students.csv`` can not be used.
    """
    collecting = _Collecting(course, sheet, Students.read(course.students), known_sheets(course))
    budget = Budget(limits or Limits())
    with open_files(place, budget) as files:
        rows = [collecting.take(parcel, budget) for parcel in parcels(files)]
    if not rows:
        raise ValueError(f"{place.name} is empty; download it again, or look whether anyone has handed in.")
    return sorted([*rows, *collecting.missing(rows)], key=lambda row: row.student)


@dataclass
class _Collecting:
    """One run through a download."""

    course: Course
    sheet: str
    students: Students
    known: dict[str, KnownSheet]

    taken: set[str] = field(default_factory=set)

    def take(self, parcel: Parcel, budget: Budget) -> Row:
        """Write what one sender handed in, if it is of use."""
        found = contents_of(parcel, self.sheet, self.known, Budget(STUDENT, above=budget))
        try:
            if not self._is_a_student(parcel, found):
                return Row(parcel.sender.name, NOT_USABLE, "", found.reasons)
            student = self._student(parcel)
            if found.attempts:
                return self._kept(student, parcel, found)
            is_written = keep_reasons(self.course, self.sheet, student, list(found.reasons))
        except ValueError as reason:
            return Row(parcel.sender.name, NOT_USABLE, "", (str(reason),))
        before = () if is_written else ("what was collected before stays",)
        return Row(student, NOT_USABLE, "", (*found.reasons, *before))

    def missing(self, rows: list[Row]) -> list[Row]:
        """Return a row for everyone listed of whom there is nothing, in this download or before."""
        seen = {row.student for row in rows}
        listed = [name for name in self.students.folders if name not in seen]
        return [self._before(name) for name in listed]

    def _before(self, student: str) -> Row:
        """Return what is there of a student of whom nothing is in this download."""
        path, elsewhere = self.course.submission(student, self.sheet), "not in this download"
        if path.is_file():
            return Row(student, SAME, "", (elsewhere,))
        reasons = reasons_in(path.parent)
        return Row(student, NOT_USABLE, "", (*reasons, elsewhere)) if reasons else Row(student, MISSING)

    def _is_a_student(self, parcel: Parcel, found: Contents) -> bool:
        """Say whether it is one who handed in, not a folder of holiday pictures beside the others."""
        sender = parcel.sender
        is_numbered = bool(sender.moodle_id or sender.canvas_id)
        return is_numbered or found.is_meant or self.students.knows(sender, self.sheet)

    def _student(self, parcel: Parcel) -> str:
        """Return the folder of the sender, who is listed from now on.

        Raises
        ------
        ValueError
            If two students could be meant, or there was something of this one before.
        """
        student = self.students.take(parcel.sender, self.sheet)
        if student in self.taken:
            raise ValueError("a second sender for the same student; look at both")
        self.taken.add(student)
        self.students.write(self.course.students)  # before the notebook, so that a folder is always someone's
        return student

    def _kept(self, student: str, parcel: Parcel, found: Contents) -> Row:
        best = max(found.attempts, key=lambda attempt: attempt.rank)
        text, slimmed = slim(best.data, best.notebook)
        state = keep(self.course, self.sheet, student, text, found.records)
        late = "handed in late" if parcel.is_late else ""
        others = [each.sent.name for each in found.attempts if each is not best]
        notes = [*best.recognised.notes, slimmed, late, _OF_STATE.get(state, "")]
        notes += [f"not used: {name}, another attempt" for name in others]
        notes += [f"not used: {name}, {words}" for name, words in found.refused]
        return Row(student, state, best.sent.name, tuple(filter(None, notes)))


_OF_STATE = {
    REPLACED: "the one collected before is kept in earlier/",
    OLDER: "replaced by a newer one before; to go back to it, take it out of earlier/",
}
