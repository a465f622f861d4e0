"""Keeps the book in its file: whole or not at all, for two kernels at once, and without ever failing."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from ..whole_file import write_whole
from .book import Book, OtherFormat
from .entries import Entry, Visit
from .place import PRESENCE, VARIABLE, Presence, can_be_written, progress_file

PATIENCE = 5.0  # seconds for another kernel to finish its line
MOST_PENDING = 500
NOTHING = Book()
ANOTHER = f"%env {VARIABLE}=/a/folder/of/yours in a cell names another folder."


def now() -> str:
    """Return the local time as it is noted."""
    return datetime.now().isoformat(" ", timespec="minutes")


class Keeper:
    """Notes what a student does. What cannot be written is remembered until the kernel ends.

    Parameters
    ----------
    presence : Presence, optional
        Where nobody is seen, no file is read or written.

    Notes
    -----
    ``trouble`` holds one sentence about what went wrong with the file last; empty where nothing did.
    """

    def __init__(self, presence: Presence | None = None) -> None:
        self.presence = presence or PRESENCE
        self.trouble = ""
        self._pending: list[Entry] = []  # noted, and not in the file yet
        self._visited: dict[str, str] = {}
        self._told = ""
        self._turn = threading.Lock()  # a button may be answered on any thread

    @property
    def path(self) -> Path | None:
        """The file; None where nobody is seen, or nothing is to be kept."""
        return progress_file() if self.presence.is_seen() else None

    def book(self) -> Book:
        """Return all that is noted: what the file has, and what is only remembered."""
        path = self.path
        return (Book() if path is None else self.read(path)).noting(self._pending)

    def read(self, path: Path) -> Book:
        """Return what a file holds; an empty book where it cannot be read."""
        try:
            return Book.read(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return Book()
        except (OSError, ValueError) as error:
            self.trouble = f"The progress in {path} could not be read: {_said(error)} {_lot(error)}"
            return Book()

    def refusal(self) -> str:
        """Return a sentence if nothing can be kept where it should be; "" if it can, or nobody is seen."""
        path = self.path
        if path is None or can_be_written(path):
            return ""
        return _not_kept(f"{path.parent} cannot be written.")

    def visit(self, lesson: str) -> None:
        """Note that a lesson is worked in; of the same hour it is noted once."""
        at = now()
        if lesson and self._visited.get(lesson) != at[:13]:
            self._visited[lesson] = at[:13]
            self.note(Visit(lesson, at))

    def note(self, *news: Entry) -> None:
        """Note something, in the file where that is possible."""
        with self._turn:
            self._pending = [*self._pending, *news][-MOST_PENDING:]
            path = self.path
            if path is not None:
                self._save(path)

    def take_in(self, other: Book, path: Path) -> bool:
        """Keep what another computer has noted of the same student; return whether it could be kept."""
        with self._turn:
            return self._save(path, other)

    def news(self) -> str:
        """Return the trouble if it was not told yet: one sentence of it is enough."""
        fresh = "" if self.trouble == self._told else self.trouble
        self._told = self.trouble
        return fresh

    def forget(self) -> None:
        """Remember nothing that is not in the file."""
        self._pending.clear()
        self._visited.clear()
        self.trouble = self._told = ""

    def _save(self, path: Path, other: Book = NOTHING) -> bool:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # for nobody else to read
            with FileLock(path.with_name(f"{path.name}.lock"), timeout=PATIENCE):
                self._write(path, other)
            return True
        except (OSError, NotImplementedError) as error:
            self.trouble = _not_kept(_said(error))
            return False

    def _write(self, path: Path, other: Book) -> None:
        trouble = ""
        try:
            kept = Book.read(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            kept = Book()
        except OtherFormat as error:
            raise OSError(f"{path}: {error}") from error
        except ValueError:
            trouble, kept = _set_aside(path), Book()
        write_whole(path, kept.joined(other).noting(self._pending).text())
        self._pending.clear()
        self.trouble = trouble


def _set_aside(path: Path) -> str:
    """Give a damaged file another name; return the words for it."""
    aside = path.with_name(f"{path.stem}.damaged-{datetime.now():%Y%m%d-%H%M%S}{path.suffix}")
    path.replace(aside)
    return f"Your progress was damaged. Nothing is lost: it is kept as {aside}; a new one was begun."


def _lot(error: Exception) -> str:
    """Return what becomes of a file that could not be read."""
    if isinstance(error, OtherFormat):
        return "It stays as it is; install that version, or move the file away to begin anew."
    if isinstance(error, ValueError):
        return "Nothing is lost: with your next prediction it gets another name, and a new one is begun."
    return "It stays as it is."


def _not_kept(why: str) -> str:
    return f"Your progress is remembered until the kernel ends, but not kept: {why} {ANOTHER}"


def _said(error: Exception) -> str:
    """Return an error in words, as one sentence."""
    words = "it is no text" if isinstance(error, UnicodeError) else str(error).strip() or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        words = f"{error.strerror[0].lower()}{error.strerror[1:]} ({error.filename})"
    return words if words.endswith(".") else f"{words}."


KEEPER = Keeper()
