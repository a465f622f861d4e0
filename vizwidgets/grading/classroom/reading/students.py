"""Who handed something in, and under which name the course keeps it: ``students.csv``, kept and extended."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from .csv_file import CsvFile, read_csv

COLUMNS = ("student", "name", "moodle_id", "canvas_id")
_FOLDER = re.compile(r"[\w-][\w.@+-]*")
_SPELLED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "å": "a", "ł": "l", "đ": "d"}
)
_TAKEN_BY_WINDOWS = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{name}{k}" for name in ("com", "lpt") for k in range(10)),
}


@dataclass(frozen=True)
class Sender:
    """Whoever handed something in, as far as the learning platform's file names tell.

    Parameters
    ----------
    name : str
        From Moodle as it is written, from Canvas in one word with the family name first.
    moodle_id : str
        Number of this student in this one assignment: Moodle gives another one in the next.
    canvas_id : str
        Number of this student everywhere.
    """

    name: str
    moodle_id: str = ""
    canvas_id: str = ""


class Students:
    """The rows of ``students.csv``: columns of the instructor's own, order and signs stay as they are.

    Parameters
    ----------
    table : CsvFile
        With a column ``student`` or ``name``.

    Raises
    ------
    ValueError
        If a column or a folder's name can not be used, or two rows have the same student.

    Examples
    --------
    >>> students = Students(CsvFile((COLUMNS,)))
    >>> [students.take(Sender("Müller, Ann", moodle_id=each), "a1") for each in ("12", "13", "12")]
    ['mueller-ann', 'mueller-ann-13', 'mueller-ann']
    """

    def __init__(self, table: CsvFile) -> None:
        self.table = table
        self.columns = [column.strip().lower() for column in table.header]
        if "student" not in self.columns and "name" not in self.columns:
            raise ValueError(
                f"students.csv needs a first row with the columns {', '.join(COLUMNS)}, at least one of the "
                f"first two; got {', '.join(table.header) or 'none'}."
            )
        if long := [row for row in table.rows if any(row[len(table.header) :])]:
            raise ValueError(
                f"students.csv has {len(table.header)} columns, but the row of {long[0][0]!r} has "
                f"{len(long[0])} fields; set what has a comma in quotes."
            )
        self._headings = list(table.header)
        self.rows = table.records()
        for column in COLUMNS:
            self._add_column(column)
        self._check_folders()

    @staticmethod
    def read(path: Path) -> Students:
        """Read the students of a course; none yet if there is no such file."""
        return Students(read_csv(path) if path.exists() else CsvFile((COLUMNS,)))

    def write(self, path: Path) -> bool:
        """Write the file, whole or not at all; return whether anything changed."""
        rows = [[row.get(column, "") for column in self.columns] for row in self.rows]
        return self.table.with_rows([self._headings, *rows]).write(path)

    @property
    def folders(self) -> list[str]:
        """Names of the folders in ``submitted/``, of everyone."""
        return [row["student"] for row in self.rows]

    def take(self, sender: Sender, sheet: str) -> str:
        """Return the folder of whoever sent this, listed from now on, with the numbers that are known.

        Raises
        ------
        ValueError
            If two students could be meant.
        """
        row = self._found(sender, sheet)
        if row is None:
            row = dict.fromkeys(self.columns, "")
            row["student"] = self._new_folder(sender.name, sender.moodle_id or sender.canvas_id)
            self.rows.append(row)
        row["name"] = row["name"] or sender.name
        if sender.canvas_id:
            row["canvas_id"] = sender.canvas_id
        if sender.moodle_id:
            row["moodle_id"] = row[self._add_column(moodle_column(sheet))] = sender.moodle_id
        return row["student"]

    def knows(self, sender: Sender, sheet: str) -> bool:
        """Return whether whoever sent this is listed.

        Raises
        ------
        ValueError
            If two students could be meant.
        """
        return self._found(sender, sheet) is not None

    def _found(self, sender: Sender, sheet: str) -> dict[str, str] | None:
        """Return the row of the sender: by number, else by a name that has no other number here."""
        numbered = moodle_column(sheet)
        for column, number in (("canvas_id", sender.canvas_id), (numbered, sender.moodle_id)):
            same = [row for row in self.rows if number and row.get(column, "").strip() == number]
            if same:
                return same[0]
        own = numbered if sender.moodle_id else "canvas_id"
        is_numbered = bool(sender.moodle_id or sender.canvas_id)
        named = [
            row
            for row in self.rows
            if _plain(sender.name) in {_plain(row["name"]), _plain(row["student"])}
            and not (is_numbered and row.get(own, "").strip())
        ]
        if len(named) > 1:
            raise ValueError(
                f"{len(named)} students are called {sender.name!r}; write "
                f"{sender.moodle_id or sender.canvas_id} into the column {own} of the right one in "
                "students.csv, and collect again"
            )
        return named[0] if named else None

    def _new_folder(self, name: str, number: str) -> str:
        folder = folder_name(name) or (f"student-{number}" if number else "student")
        taken = {row["student"].lower() for row in self.rows}
        candidates = [folder, *([f"{folder}-{number}"] if number else [])]
        candidates += [f"{folder}-{k}" for k in range(2, len(taken) + 3)]
        return next(each for each in candidates if each not in taken)

    def _add_column(self, column: str) -> str:
        if column not in self.columns:
            self.columns.append(column)
            self._headings.append(column)
        for row in self.rows:
            row.setdefault(column, "")
        return column

    def _check_folders(self) -> None:
        """Give a folder to each row that has none, and refuse those that lead elsewhere."""
        for row in self.rows:
            row["student"] = row["student"].strip() or self._new_folder(row["name"], row["canvas_id"])
            if not _FOLDER.fullmatch(row["student"]):
                raise ValueError(
                    "students.csv: a student is the name of a folder, of letters, digits and . _ - @ +; "
                    f"got {row['student']!r}."
                )
        folders = [row["student"].lower() for row in self.rows]
        if double := sorted({each for each in folders if folders.count(each) > 1}):
            raise ValueError(f"students.csv: each student has one row; {', '.join(double)} has several.")


def moodle_column(sheet: str) -> str:
    """Return the column of the numbers that Moodle gave for one assignment."""
    return f"moodle_id_{sheet}"


def folder_name(name: str) -> str:
    """Return a name as a folder that every system takes; empty if no Latin letter is in it.

    Examples
    --------
    >>> [folder_name(name) for name in ("Jörg O'Neil, <b>Ann</b>", "Ana María Núñez", "../etc", "李雷")]
    ['joerg-o-neil-b-ann-b', 'ana-maria-nunez', 'etc', '']
    """
    spelled = unicodedata.normalize("NFC", name).lower().translate(_SPELLED)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    folder = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    return f"student-{folder}" if folder in _TAKEN_BY_WINDOWS else folder


def _plain(name: str) -> str:
    """Return a name as far as two spellings of it agree."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
