"""Whose is which file: the names that Moodle and Canvas give to the files of a download."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field

from vizwidgets.grading.classroom.reading.archives import ForeignFile
from vizwidgets.grading.classroom.reading.students import Sender

# "Ann Müller_12345_assignsubmission_file_/a1.ipynb"; newer Moodle leaves the last underscore out, a download
# without folders has the file's name behind it, a group without members has no number
_MOODLE = re.compile(r"(?P<name>.+?)(?:_(?P<user>\d+))?_assignsubmission_[a-z]+(?:_(?P<rest>.*))?", re.DOTALL)
# "muellerann_LATE_4711_998877_a1 (1).ipynb", without a name "LATE_anon_Xy12z_998877_a1.ipynb", typed into a
# form "leeann_7_text.html"
_CANVAS = (
    re.compile(r"(?P<late>LATE_)?(?P<user>anon_[A-Za-z0-9]+)_(?P<file>\d+)_(?P<rest>.+)", re.DOTALL),
    re.compile(r"(?P<name>.*?)_(?P<late>LATE_)?(?P<user>\d+)_(?P<file>\d+)_(?P<rest>.+)", re.DOTALL),
    re.compile(r"(?P<late>LATE_)?(?P<user>anon_[A-Za-z0-9]+)_(?P<rest>(text|link)\.html)"),
    re.compile(r"(?P<name>.*?)_(?P<late>LATE_)?(?P<user>\d+)_(?P<rest>(text|link)\.html)", re.DOTALL),
)
_COPY = re.compile(r"[\s_-]*(?:\((\d+)\)|-(\d+)|Copy(\d+))$", re.IGNORECASE)
_OF_THE_SYSTEM = {"__MACOSX", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class SentFile:
    """One file of one sender.

    Parameters
    ----------
    file : ForeignFile
        Its contents.
    name : str
        As the sender called it, with the folders and the zip in which it lay.
    number : int
        Canvas counts the files that it gets; 0 from elsewhere.
    """

    file: ForeignFile
    name: str
    number: int = 0

    @property
    def age(self) -> tuple[object, ...]:
        """Greater for a newer attempt.

        Canvas numbers attempts. Both platforms give all files of a download nearly the same time, so that the
        number that browsers give to copies, ``a1 (2).ipynb``, comes before the minute.
        """
        stem = self.name.rpartition("/")[2].partition(".")[0]
        found = _COPY.search(stem[-40:])
        copy = int(next(filter(None, found.groups()))) if found else 0
        return self.number, copy, self.file.changed, self.name


@dataclass
class Parcel:
    """All that one sender handed in."""

    sender: Sender
    is_late: bool = False
    files: list[SentFile] = field(default_factory=list)


def parcels(files: Iterable[ForeignFile]) -> list[Parcel]:
    """Return what each sender handed in, in the order of the senders' names.

    Parameters
    ----------
    files : iterable of ForeignFile
        Of a Moodle or Canvas download, or of a folder with a folder (or a file) for each student.

    Examples
    --------
    >>> names = ["Ann Lee_12_assignsubmission_file_/a1.ipynb", "bob/a1 (1).ipynb"]
    >>> found = parcels([ForeignFile(name, (), "", 0, 0, open) for name in names])
    >>> [(each.sender.name, each.sender.moodle_id, each.files[0].name) for each in found]
    [('Ann Lee', '12', 'a1.ipynb'), ('bob', '', 'a1 (1).ipynb')]
    """
    own = [file for file in files if not is_of_the_system(file.path)]
    is_canvas = sum(_canvas(file) is not None for file in own) > len(own) / 2
    found: dict[Sender, Parcel] = {}
    for file in own:
        sender, is_late, sent = _moodle(file) or (is_canvas and _canvas(file)) or _plain(file)
        parcel = found.setdefault(sender, Parcel(sender))
        parcel.is_late = parcel.is_late or is_late
        parcel.files.append(sent)
    return sorted(found.values(), key=lambda one: astuple(one.sender))


def is_of_the_system(path: str) -> bool:
    """Return whether a computer put the file there, not a person."""
    return any(part in _OF_THE_SYSTEM or part.startswith(".") and part.strip(".") for part in path.split("/"))


def _moodle(file: ForeignFile) -> tuple[Sender, bool, SentFile] | None:
    """Return whose file it is, whether it came late (Moodle does not say), and what it was called."""
    parts = file.path.split("/")
    for k, part in enumerate(parts):
        if found := _MOODLE.fullmatch(part):
            name = "/".join(parts[k + 1 :]) or found["rest"] or part
            return Sender(found["name"], moodle_id=found["user"] or ""), False, SentFile(file, name)
    return None


def _canvas(file: ForeignFile) -> tuple[Sender, bool, SentFile] | None:
    name = file.path.rpartition("/")[2]
    found = next(filter(None, (pattern.fullmatch(name) for pattern in _CANVAS)), None)
    if found is None:
        return None
    said = found.groupdict()
    sender = Sender(said.get("name") or said["user"], canvas_id=said["user"])
    return sender, bool(said["late"]), SentFile(file, said["rest"], int(said.get("file") or 0))


def _plain(file: ForeignFile) -> tuple[Sender, bool, SentFile]:
    """Take the first folder, or without one the name of the file, for the student's."""
    first, _, rest = file.path.lstrip("/").partition("/")
    return Sender(first if rest else first.partition(".")[0] or first), False, SentFile(file, rest or first)
