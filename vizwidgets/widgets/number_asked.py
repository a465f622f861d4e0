"""What a unit says of the number that is asked for: how it is called, and how large it can be."""

from __future__ import annotations

import re

SHARE = re.compile(r"of (\d[\d,]*(?:\.\d+)?)")  # of 8, of 1,000, of 1


def most(unit: str) -> float | None:
    """Return the largest number that can be answered, where the unit tells; the smallest is 0 then.

    Examples
    --------
    >>> most("of 8"), most("of 1,000"), most("%"), most("pixels"), most("of the best")
    (8.0, 1000.0, 100.0, None, None)
    """
    if unit == "%":
        return 100.0
    found = SHARE.fullmatch(unit)
    return float(found[1].replace(",", "")) if found else None


def number_in_words(unit: str) -> str:
    """Return what is asked for.

    Examples
    --------
    >>> number_in_words("pixels"), number_in_words("of 8"), number_in_words("%"), number_in_words("")
    ('number of pixels', 'number, of 8', 'number, in %', 'number')
    """
    if not unit:
        return "number"
    if unit.startswith("of "):
        return f"number, {unit}"
    return f"number, in {unit}" if unit.startswith("%") else f"number of {unit}"


def is_number(words: str) -> bool:
    """Return whether it reads as one finite number.

    Examples
    --------
    >>> is_number("0.5"), is_number("many"), is_number("inf")
    (True, False, False)
    """
    try:
        return abs(float(words)) < float("inf")
    except ValueError:
        return False
