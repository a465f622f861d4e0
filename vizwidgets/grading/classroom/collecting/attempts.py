"""What one sender handed in, looked at file by file: attempts at a sheet, records, and what is no use."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import Any

from vizwidgets.grading.classroom.reading.archives import zip_files
from vizwidgets.grading.classroom.reading.budget import ArchiveError, Budget
from vizwidgets.grading.classroom.reading.file_kinds import Notebook, is_record, read_notebook, words_for
from vizwidgets.grading.classroom.recognizing.recognition import KnownSheet, Recognised, recognise
from vizwidgets.grading.evidence import FOLDER

from .downloads import Parcel, SentFile, is_of_the_system

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_MEANT = re.compile(
    r"\.(ipynb|json|py|zip|7z|rar|gz|tgz|tar|pdf|html?|docx?|odt|rtf)(?![a-z])", re.IGNORECASE
)
_NO_RECORD = "no record that can be read; ask for it again, or grade without it"


@dataclass(frozen=True)
class Attempt:
    """One notebook of the sheet that is collected.

    Parameters
    ----------
    sent : SentFile
        How it came.
    data : bytes
        The file.
    notebook : dict
        The same as plain values.
    recognised : Recognised
        What was found out about it.
    """

    sent: SentFile
    data: bytes
    notebook: Notebook
    recognised: Recognised

    @property
    def rank(self) -> tuple[Any, ...]:
        """Greater for the one to take: an untouched release never stands for an answer, then the newest."""
        return self.recognised.is_begun, self.sent.age


@dataclass
class Contents:
    """All that one sender handed in for one sheet.

    Parameters
    ----------
    attempts : list of Attempt
        In no order.
    records : dict of str to bytes
        Records of explorations, by the names of their files.
    refused : list of (str, str)
        Name of a file, and why it is no use with what to do.
    """

    attempts: list[Attempt] = field(default_factory=list)
    records: dict[str, bytes] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_meant(self) -> bool:
        """Whether any of it was meant for the course, of use or not: by what it is, failing that by name."""
        return bool(self.attempts or self.records) or any(_MEANT.search(name) for name, _ in self.refused)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why nothing of it can be graded."""
        lonely = [f"{name}: a record, but no notebook came with it" for name in self.records]
        return *(f"{name}: {words}" for name, words in self.refused), *lonely


def contents_of(parcel: Parcel, sheet: str, known: dict[str, KnownSheet], budget: Budget) -> Contents:
    """Look at every file of a sender; a zip among them is opened, a zip in that is not.

    Parameters
    ----------
    parcel : Parcel
        The files.
    sheet : str
        Which sheet is wanted.
    known : dict of str to KnownSheet
        The sheets of the course.
    budget : Budget
        Of this sender.
    """
    found = Contents()
    for sent in _unpacked(parcel.files, found, budget):
        if words := words_for(sent.name):
            found.refused.append((sent.name, words))
            continue
        try:
            data = sent.file.read(budget)
            if data.startswith(_ZIP):
                raise ArchiveError("a zip in a zip, not opened; ask for the notebook (.ipynb) itself")
            _take(sent, data, sheet, known, found)
        except ArchiveError as reason:
            found.refused.append((sent.name, str(reason)))
    return found


def _unpacked(files: list[SentFile], found: Contents, budget: Budget) -> list[SentFile]:
    """Return the files, with those of zips in the place of the zips."""
    flat: list[SentFile] = []
    for sent in files:
        try:
            flat += _inside(sent, budget) if _is_zip(sent) else [sent]
        except ArchiveError as reason:
            found.refused.append((sent.name, str(reason)))
    return flat


def _is_zip(sent: SentFile) -> bool:
    return sent.name.lower().endswith(".zip")


def _inside(sent: SentFile, budget: Budget) -> list[SentFile]:
    own = zip_files(io.BytesIO(sent.file.read(budget)), budget)
    files = [file for file in own if not is_of_the_system(file.path)]
    if not files:
        raise ArchiveError("an empty zip; ask for it again")
    return [SentFile(file, f"{sent.name}/{file.path}", sent.number) for file in files]


def _take(sent: SentFile, data: bytes, sheet: str, known: dict[str, KnownSheet], found: Contents) -> None:
    """Put a file where it belongs.

    Raises
    ------
    ArchiveError
        If it is no use; the message says why and what to do.
    """
    try:
        notebook = read_notebook(data)
    except ArchiveError as reason:
        if not is_record(data):
            if _is_among_records(sent):
                raise ArchiveError(_NO_RECORD) from reason
            raise
        found.records[_free_name(sent.name.rpartition("/")[2], data, found.records)] = data
        return
    recognised = recognise(notebook, known)
    if recognised.sheet == sheet:
        found.attempts.append(Attempt(sent, data, notebook, recognised))
    elif recognised.sheet:
        raise ArchiveError(f"the sheet {recognised.sheet}; collect it as that one, or ask for the right one")
    else:
        raise ArchiveError("a notebook without any function of this sheet; ask for the right one")


def _is_among_records(sent: SentFile) -> bool:
    """Return whether it lies where the records of a sheet lie."""
    *folders, name = sent.name.split("/")
    return FOLDER in folders and name.lower().endswith(".json")


def _free_name(name: str, data: bytes, taken: dict[str, bytes]) -> str:
    """Return the name, or one like it where another record has it."""
    names = [name, *(f"{name.removesuffix('.json')} {k}.json" for k in range(2, len(taken) + 2))]
    return next(each for each in names if taken.get(each, data) == data)
