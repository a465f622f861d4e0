"""What a measured point must be, checked when it is made: a wrong one would lie in a file for good."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

from .point_key import plain_settings
from .whole_numbers import check_seed, whole_number


def checked_values(point: Any, origins: Sequence[str]) -> dict[str, Any]:
    """Return numbers and settings of a point as plain ones of Python.

    Raises
    ------
    ValueError
        If a name is empty, a number is none or outside of its range, or the origin is unknown.
    """
    for name in ("source", "target", "strategy"):
        value = getattr(point, name)
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"{name} must be a name; got {value!r}.")
    if point.origin not in origins:
        raise ValueError(f"origin must be one of {', '.join(origins)}; got {point.origin!r}.")
    return {
        "num_labels": check_num_labels(point.num_labels),
        "seed": check_seed(point.seed),
        "score": check_share(point.score),
        "settings": plain_settings(point.settings),
    }


def check_num_labels(num_labels: Any, least: int = 0) -> int:
    """Return a number of labels as an int, or say what it must be.

    Raises
    ------
    ValueError
        If it is no whole number, or too small.
    """
    count = whole_number(num_labels)
    if count is None or count < least:
        raise ValueError(f"num_labels must be a whole number of {least} or more; got {num_labels!r}.")
    return count


def check_share(score: Any) -> float:
    """Return a share in 0..1 as a float, or say that it is none.

    Examples
    --------
    >>> check_share(1)
    1.0
    """
    is_number = isinstance(score, Real) and not isinstance(score, bool)
    if not is_number or not 0 <= score <= 1:  # false for NaN, too
        raise ValueError(f"score must be a share in 0..1, a number; got {score!r}.")
    return float(score)
