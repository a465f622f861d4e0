"""How one cell ended, as a value, and as it travels from the process that a student's code has run in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..scores import CriterionResult, Score

# how a cell may end otherwise than by itself: what a person reads
ENDINGS = {
    "time": "ran out of time",
    "memory": "ran out of memory",
    "died": "ended the whole process",
    "output": "printed more than is kept",
    "skipped": "was not run",
}
TIME_OVER = "the time of the whole sheet was over"  # also said of the cell that ran then
OUT_OF_MEMORY = 77  # exit status by which a sandbox says so
LONGEST_WORDS = 2_000
_MOST_SCORES = 100


@dataclass(frozen=True)
class CellOutcome:
    """What came of running one cell.

    Parameters
    ----------
    cell : str
        Its id.
    value : float, optional
        The last expression, if it is a plain float or int.
    text : str
        The last expression as a notebook would show it; a grader such as nbgrader reads only this.
    stdout, stderr : str
        What was printed, cut at the limit.
    error : str
        Such as ``"TypeError: …"``; empty if there was none.
    scores : tuple of Score
        What ``Checks`` scored in this cell.
    ending : str
        Empty if it ended by itself, else a key of `ENDINGS`. After "output" the cell has ended by itself too.
    seconds : float
        How long it took.
    """

    cell: str
    value: float | None = None
    text: str = ""
    stdout: str = ""
    stderr: str = ""
    error: str = ""
    scores: tuple[Score, ...] = ()
    ending: str = ""
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that JSON can hold."""
        return asdict(self)


def outcome_from(message: Mapping[str, Any], cell: str, seconds: float) -> CellOutcome:
    """Return the outcome that a message of a student's process tells.

    Parameters
    ----------
    message : mapping
        Written by a process in which anything may have happened: every part is checked.
    cell : str
        The cell that was run, whatever the message says.
    seconds : float
        How long it took, by our own clock.

    Raises
    ------
    ValueError
        If it is no outcome.

    Examples
    --------
    >>> outcome_from({"value": 1.5, "text": "1.5"}, "q1_check", 0.1).value
    1.5
    >>> outcome_from({"value": "1.5"}, "q1_check", 0.1)
    Traceback (most recent call last):
    ValueError: value must be a number; got '1.5'.
    """
    value = message.get("value")
    ending = _words(message, "ending")
    if ending and ending not in ENDINGS:
        raise ValueError(f"ending must be one of {', '.join(ENDINGS)}; got {ending[:80]!r}.")
    return CellOutcome(
        cell,
        value=None if value is None else _number(value, "value"),
        text=_words(message, "text")[:LONGEST_WORDS],
        stdout=_words(message, "stdout"),
        stderr=_words(message, "stderr"),
        error=_line(message, "error"),
        scores=tuple(_score(each) for each in _items(message, "scores")),
        ending=ending,
        seconds=seconds,
    )


def _score(data: Any) -> Score:
    if not isinstance(data, Mapping):
        raise ValueError("a score must be a mapping.")
    seed = data.get("seed")
    return Score(
        title=_line(data, "title"),
        points=_number(data.get("points"), "points"),
        reached=_number(data.get("reached"), "reached"),
        criteria=tuple(_criterion(each) for each in _items(data, "criteria")),
        seed=None if seed is None else _seed(seed),
    )


def _criterion(data: Any) -> CriterionResult:
    if not isinstance(data, Mapping) or not isinstance(data.get("is_met"), bool):
        raise ValueError("a criterion must be a mapping that says whether it is met.")
    label, reason, hint = (_line(data, key) for key in ("label", "reason", "hint"))
    return CriterionResult(label, _number(data.get("points"), "points"), data["is_met"], reason, hint)


def _items(data: Mapping[str, Any], key: str) -> list[Any]:
    items = data.get(key, [])
    if not isinstance(items, list) or len(items) > _MOST_SCORES:
        raise ValueError(f"{key} must be a list of at most {_MOST_SCORES}.")
    return items


def _words(data: Mapping[str, Any], key: str) -> str:
    words = data.get(key, "")
    if not isinstance(words, str):
        raise ValueError(f"{key} must be text; got {type(words).__name__}.")
    return words.encode("utf-8", "replace").decode()  # half a character can not be written to a file


def _line(data: Mapping[str, Any], key: str) -> str:
    return one_line(_words(data, key))


def one_line(words: str) -> str:
    """Return words of a stranger in one line, not too long, without signs that would command a terminal.

    Examples
    --------
    >>> one_line("two\\nlines \\x1b[31mred")
    'two lines [31mred'
    """
    printable = "".join(sign if sign.isprintable() else " " for sign in words[:LONGEST_WORDS])
    return " ".join(printable.split())


def _seed(value: Any) -> int:
    if not isinstance(value, int):
        raise ValueError(f"seed must be a whole number; got {value!r}.")
    return value


def _number(value: Any, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{key} must be a number; got {value!r}.")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    return number
