"""The results of a class: a file for each student, written whole, and one seed for all."""

from __future__ import annotations

import json
from pathlib import Path

from vizwidgets.grading.results import SheetResult
from vizwidgets.grading.seeds import fresh_seed
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.whole_file import write_whole


class Gradebook:
    """What was found in the submissions of one sheet, in ``grades/<sheet>/``.

    Parameters
    ----------
    course : Course
        Its folder.
    sheet : str
        Name of the sheet.

    Notes
    -----
    Nothing is kept in memory: whoever is interrupted, or works beside another, loses and doubles no result.
    """

    def __init__(self, course: Course, sheet: str) -> None:
        self._course = course
        self.sheet = sheet
        self.folder = course.grades / sheet

    def add(self, result: SheetResult) -> None:
        """Keep a result in the place of an earlier one of the same student.

        Raises
        ------
        ValueError
            If it is the result of another sheet.
        """
        if result.sheet != self.sheet:
            raise ValueError(f"this gradebook is for {self.sheet}; got a result of {result.sheet}.")
        text = json.dumps(result.to_dict(), indent=1) + "\n"
        write_whole(self._file(result.student), text)

    def find(self, student: str) -> SheetResult | None:
        """Return the result of a student, None if there is none yet.

        Raises
        ------
        ValueError
            If the file was changed into something else.
        """
        path = self._file(student)
        if not path.is_file():
            return None
        try:
            result = SheetResult.from_dict(json.loads(path.read_text(encoding="utf-8")))
        except ValueError as reason:
            raise ValueError(f"{path} can not be read: {reason} Delete it and grade again.") from reason
        if (result.student, result.sheet) != (student, self.sheet):
            raise ValueError(
                f"{path} is of {result.student}, {result.sheet}: was it renamed? Delete it and grade again."
            )
        return result

    def results(self) -> list[SheetResult]:
        """Return all results, in the order of the students' names.

        Raises
        ------
        ValueError
            If a file can not be read.
        """
        names = sorted(path.stem for path in self._results.glob("*.json") if not path.name.startswith("."))
        return [result for name in names if (result := self.find(name)) is not None]

    def missing(self) -> list[str]:
        """Return who handed in and has no result yet, not even that nothing could be graded."""
        students = [student for student, _ in self._course.submissions(self.sheet)]
        return [student for student in students if not self._file(student).is_file()]

    def seed(self, pinned: int | None = None) -> int:
        """Return the seed of the hidden inputs: the same for the whole class, also after an interruption.

        Parameters
        ----------
        pinned : int, optional
            Becomes the seed of the class from now on.

        Raises
        ------
        ValueError
            If the file of the seed holds none.
        """
        known = self.known_seed() if pinned is None else None
        if known is not None:
            return known
        seed = fresh_seed() if pinned is None else pinned
        write_whole(self._seed_file, f"{seed}\n")
        return seed

    def known_seed(self) -> int | None:
        """Return the seed of the class, None if none was drawn yet.

        Raises
        ------
        ValueError
            If the file of the seed holds none.
        """
        path = self._seed_file
        if not path.is_file():
            return None
        text = path.read_text(encoding="utf-8").strip()
        if not (text.isascii() and text.isdigit()):
            raise ValueError(f"{path} must hold a whole number of 0 or more; got {text[:40]!r}. Delete it.")
        return int(text)

    @property
    def _seed_file(self) -> Path:
        return self.folder / "seed.txt"

    @property
    def _results(self) -> Path:
        return self.folder / "results"

    def _file(self, student: str) -> Path:
        if Path(student).name != student or student in ("", ".."):
            raise ValueError(f"a student's folder is one name without slashes; got {student!r}.")
        return self._results / f"{student}.json"
