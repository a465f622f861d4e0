"""The rows of the file in which a person gives points for texts: what stands there stays."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from .marks import CHANGED
from .text_answers import TextAnswer

COLUMNS = ("number", "cell", "points", "comment", "note", "student", "answer")
PLACEHOLDER_NOTE = "placeholder unchanged: 0 proposed"
CHANGED_NOTE = f"{CHANGED} since it was read; delete this note when you have read it again"
GONE_NOTE = "no longer handed in"

Row = dict[str, str]  # by the names of the columns


def place_of(row: Row) -> tuple[str, str]:
    """Return whose answer in which cell a row is about."""
    return row.get("student", "").strip(), row.get("cell", "").strip()


def renewed_rows(sheet: str, answers: Sequence[TextAnswer], old: Sequence[Row]) -> list[Row]:
    """Return the rows of the file: those that are there, in their order, then those of new answers.

    Parameters
    ----------
    sheet : str
        Its name; the order of new answers depends on it.
    answers : sequence of TextAnswer
        What the submissions say now.
    old : sequence of dict
        What the file says. Points, comments and columns of a person's own are never changed.

    Examples
    --------
    >>> [row] = renewed_rows("a1", [TextAnswer("ann", "q6", "Edges.")], [])
    >>> row["number"], row["points"], row["student"]
    ('1', '', 'ann')
    >>> read = {**row, "points": "3"}
    >>> renewed_rows("a1", [TextAnswer("ann", "q6", "Other words.")], [read])[0]["note"][:7]
    'changed'
    """
    now = {(answer.student, answer.cell): answer for answer in answers}
    rows = [_renewed(row, now.get(place_of(row))) for row in old]
    numbers = {place_of(row)[0]: row["number"].strip() for row in rows}
    following = 1 + max((int(number) for number in numbers.values() if number.isdecimal()), default=0)
    known = {place_of(row) for row in rows}
    for answer in sorted(answers, key=lambda each: (each.cell, _shuffled(sheet, each.student))):
        if (answer.student, answer.cell) in known:
            continue
        if not numbers.get(answer.student):
            numbers[answer.student] = str(following)
            following += 1
        rows.append(_new_row(answer, numbers[answer.student]))
    return rows


def _renewed(row: Row, answer: TextAnswer | None) -> Row:
    """Return a row with its note and its answer's fingerprint as they are now."""
    values = {**dict.fromkeys(COLUMNS, ""), **row}
    if answer is None:
        return {**values, "note": GONE_NOTE}
    note = "" if values["note"] in (GONE_NOTE, PLACEHOLDER_NOTE) else values["note"]
    is_filled_in = bool(values["points"].strip() or values["comment"].strip())
    if not is_filled_in:
        note = _note(answer)
    elif values["answer"].strip() != answer.fingerprint:
        note = CHANGED_NOTE
    return {**values, "note": note, "answer": answer.fingerprint}


def _new_row(answer: TextAnswer, number: str) -> Row:
    known = {"number": number, "cell": answer.cell, "student": answer.student, "answer": answer.fingerprint}
    return {**dict.fromkeys(COLUMNS, ""), **known, "note": _note(answer)}


def _note(answer: TextAnswer) -> str:
    return answer.problem or (PLACEHOLDER_NOTE if answer.is_empty else "")


def _shuffled(sheet: str, student: str) -> str:
    """Return a key that sorts students in an order that has nothing to do with their names."""
    return sha256(f"{sheet}/{student}".encode()).hexdigest()
