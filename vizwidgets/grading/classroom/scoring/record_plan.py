"""What a record of an ascent asks for, looked at before anything of it is run."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vizwidgets.core.record import FORMAT


@dataclass(frozen=True)
class RecordLimits:
    """How much a record may ask for.

    Parameters
    ----------
    files : int
        How many records of one student are looked at.
    megabytes : float
        How large a file may be.
    steps, changes, terms : int
        How many steps, changes on the way, and terms of the objective there may be.
    pixels : int
        Height times width times number of images.
    seconds : float
        How long one replay may take; a slower one is compared as far as it came.
    """

    files: int = 20
    megabytes: float = 4.0
    steps: int = 5_000
    changes: int = 2_000
    terms: int = 32
    pixels: int = 512 * 512
    seconds: float = 20.0


def read_plan(path: Path, limits: RecordLimits) -> dict[str, Any]:
    """Return the record in a file, if it is one and asks for no more than it may.

    Parameters
    ----------
    path : Path
        Of anyone.
    limits : RecordLimits
        What it may ask for.

    Raises
    ------
    ValueError
        If it is no record, or asks for too much; the words are for the student.
    """
    if path.stat().st_size > limits.megabytes * 1e6:
        raise ValueError(f"the file is larger than {limits.megabytes:g} MB")
    try:
        record = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as reason:
        raise ValueError(f"the file is no JSON that can be read ({type(reason).__name__})") from reason
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        kind = record.get("format") if isinstance(record, dict) else type(record).__name__
        raise ValueError(
            f"only records of gradient ascent ({FORMAT!r}) can be replayed; this is {str(kind)[:60]!r}"
        )
    try:
        _check_amounts(record, limits)
        _check_curves(record)
        _check_names(record)
    except (LookupError, TypeError, AttributeError, OverflowError) as reason:
        raise ValueError(f"the record is incomplete: {type(reason).__name__} {str(reason)[:60]}") from reason
    return record


def _check_names(record: Mapping[str, Any]) -> None:
    own = record.get("functions") or {}
    if not isinstance(record["model"], str) or not all(isinstance(each, str) for each in own.values()):
        raise TypeError("network and functions must have names")


def _check_amounts(record: Mapping[str, Any], limits: RecordLimits) -> None:
    asked = (
        ("steps", record["num_taken"], limits.steps),
        ("changes on the way", len(record["changes"]), limits.changes),
        ("terms", len(record["objective"]), limits.terms),
        ("pixels", _pixels(record), limits.pixels),
    )
    for what, amount, most in asked:
        if isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount <= most:
            raise ValueError(f"it asks for {str(amount)[:20]} {what}; at most {most:,} are replayed")


def _pixels(record: Mapping[str, Any]) -> int:
    """Return height times width times number of images, as far as the record says them."""
    size = record["settings"]["size"]
    height, width = (size[0], size[1]) if isinstance(size, list) else (size or 1, size or 1)
    count = max(len(record["curves"]["h"][0]), record["settings"]["num_images"])
    if record.get("start") is not None:
        height, width = record["start"]["shape"][-2], record["start"]["shape"][-1]
    if not all(isinstance(each, int) and each > 0 for each in (height, width, count)):
        raise TypeError("size and number of images must be whole numbers")
    return int(height * width * count)


def _check_curves(record: Mapping[str, Any]) -> None:
    """Refuse curves that can not be those of so many steps."""
    curve = record["curves"]["h"]
    if len(curve) != record["num_taken"] + 1:
        raise ValueError(f"it says {record['num_taken']} steps and has a curve of {len(curve) - 1}")
    counts = {len(point) for point in curve}
    numbers = [value for point in curve for value in point]
    if len(counts) != 1 or not all(type(each) in (int, float) and math.isfinite(each) for each in numbers):
        raise ValueError("its curve is no list of numbers")


def _refuse(word: str) -> None:
    raise ValueError(word)
