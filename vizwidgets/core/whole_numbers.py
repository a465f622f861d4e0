"""Whole numbers and seeds: NumPy's and torch's count too, True and 1.0 do not."""

from __future__ import annotations

import operator
from typing import Any

MAX_SEED = 2**32 - 1  # what every generator of random numbers takes


def whole_number(value: Any) -> int | None:
    """Return a whole number of Python, NumPy or torch as an int, and None for anything else.

    Examples
    --------
    >>> whole_number(7), whole_number(7.0), whole_number(True), whole_number("7")
    (7, None, None, None)
    """
    is_truth = isinstance(value, bool) or "bool" in str(getattr(value, "dtype", ""))
    if is_truth or getattr(value, "ndim", 0) > 0:
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def check_seed(seed: Any) -> int:
    """Return a seed as an int, or say what it must be.

    Raises
    ------
    ValueError
        If it is no whole number in 0..4294967295.

    Examples
    --------
    >>> check_seed(3)
    3
    """
    number = whole_number(seed)
    if number is None or not 0 <= number <= MAX_SEED:
        raise ValueError(f"seed must be a whole number in 0..{MAX_SEED}; got {seed!r}.")
    return number
