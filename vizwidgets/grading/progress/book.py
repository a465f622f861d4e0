"""All that is noted of one student, and how it reads as text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

from .entries import KINDS, Entry, Prediction, Result, Visit

FAMILY = "vizwidgets progress"
FORMAT = f"{FAMILY} 1"
HEAD = 200  # letters, within which a whole or cut one names its format
NO_PROGRESS = "this is no exported progress of vizwidgets."
ABOUT = (
    "What you predicted, which exercises you solved, and when you were there. This file is yours: it stays "
    "on this computer, nothing sends it anywhere, and you may delete it."
)


class OtherFormat(ValueError):
    """The text is of another version of this library: it must not be overwritten."""


@dataclass(frozen=True)
class Book:
    """What is noted, oldest first.

    Parameters
    ----------
    entries : tuple of Entry
        One at most of each key.

    Examples
    --------
    >>> book = Book().noting([Prediction("01", "goat on grass", "a goat")])
    >>> book = book.noting([Prediction("01", "goat on grass", "a sheep")])
    >>> [prediction.answer for prediction in Book.read(book.text()).predictions()]
    ['a sheep']
    """

    entries: tuple[Entry, ...] = ()

    def noting(self, news: Iterable[Entry]) -> Book:
        """Return the book with further entries in it."""
        kept = {entry.key: entry for entry in self.entries}
        for new in news:
            kept[new.key] = new.after(kept[new.key]) if new.key in kept else new
        return Book(tuple(kept.values()))

    def joined(self, other: Book) -> Book:
        """Return what two books say together, as of one student on two computers.

        Examples
        --------
        >>> here = Book((Prediction("01", "goat on grass", "a goat", at="2026-11-01 10:00"),))
        >>> there = Book((Prediction("01", "goat on grass", "a sheep", at="2026-11-02 10:00"),))
        >>> [one.answer for one in here.joined(there).predictions()]
        ['a sheep']
        """
        kept = {entry.key: entry for entry in self.entries}
        for new in other.entries:
            kept[new.key] = new.joined(kept[new.key]) if new.key in kept else new
        return Book(tuple(kept.values()))

    def visits(self) -> dict[str, str]:
        """Return when each lesson was visited last."""
        return {entry.lesson: entry.at for entry in self.entries if isinstance(entry, Visit)}

    def predictions(self, lesson: str | None = None) -> list[Prediction]:
        """Return the predictions of a lesson, or of all."""
        found = [entry for entry in self.entries if isinstance(entry, Prediction)]
        return [entry for entry in found if lesson in (None, entry.lesson)]

    def results(self, lesson: str | None = None) -> list[Result]:
        """Return the results of the exercises of a lesson, or of all."""
        found = [entry for entry in self.entries if isinstance(entry, Result)]
        return [entry for entry in found if lesson in (None, entry.lesson)]

    def text(self) -> str:
        """Return it as JSON that a person can read."""
        lists = {kind.kind: [asdict(one) for one in self.entries if type(one) is kind] for kind in KINDS}
        return json.dumps({"format": FORMAT, "about": ABOUT, **lists}, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, text: str) -> Book:
        """Read what `text` has written.

        Raises
        ------
        OtherFormat
            If another version of this library wrote it.
        ValueError
            If it is damaged, or something else.
        """
        try:
            found = json.loads(text, parse_constant=_refuse)
        except json.JSONDecodeError as error:
            if text.strip() and FAMILY not in text[:HEAD]:
                raise ValueError(NO_PROGRESS) from None
            raise ValueError(f"from line {error.lineno} on it was cut short, or changed by hand.") from error
        except RecursionError:
            raise ValueError("it is nested too deeply.") from None
        if not isinstance(found, dict) or not str(found.get("format", "")).startswith(FAMILY):
            raise ValueError(NO_PROGRESS)
        if found["format"] != FORMAT:
            raise OtherFormat(f"it is of another version ({found['format']}); this one reads {FORMAT}.")
        return cls(tuple(_entry(kind, values) for kind in KINDS for values in _list(found.get(kind.kind))))


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number of points.")


def _list(found: Any) -> list[Any]:
    if not isinstance(found, list):
        raise ValueError(f"visits, predictions and exercises are lists; got {type(found).__name__}.")
    return found


def _entry(kind: Any, values: Any) -> Entry:
    """Return an entry; ValueError unless each value is of the kind that belongs there."""
    if not isinstance(values, dict):
        raise ValueError(f"an entry of the {kind.kind} is no table.")
    known = {field.name: field.type for field in fields(kind)}
    for name, value in values.items():
        wanted = str if known.get(name) == "str" else (int, float)
        if name not in known or isinstance(value, bool) or not isinstance(value, wanted):
            raise ValueError(f"{name} of the {kind.kind} cannot be {value!r}.")
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(str(error)) from error
