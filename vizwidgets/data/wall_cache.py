"""Rows of filter walls that were computed before, one file each in the cache folder.

A row takes up to half a minute; with its facts (weights, channels, objective, settings) unchanged it is read
back in milliseconds. A file that is damaged counts as none, and a folder that can not be written only means
that nothing is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from vizwidgets.core.verdict import Verdict
from vizwidgets.core.wall import RowResult
from vizwidgets.data.storage import cache_dir, contents_sha256, locked, write_atomically

Facts = Mapping[str, Any]


def row_path(facts: Facts) -> Path:
    """Return where the row with these facts is kept, whether it is there or not.

    Parameters
    ----------
    facts : dict
        Everything that decides how the pictures come out, as JSON-able data.
    """
    text = json.dumps(facts, sort_keys=True, default=str)
    return cache_dir() / "walls" / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.safetensors"


def read_row(facts: Facts) -> RowResult | None:
    """Return the row with these facts, or None where it is not there or damaged."""
    try:
        with safe_open(row_path(facts), framework="np") as file:
            numbers, noted = file.metadata()["numbers"], file.metadata()["sha256"]
            pictures = file.get_tensor("pictures")
        if noted != _hash(pictures, numbers):
            return None
        return _as_result(pictures, json.loads(numbers))
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return None  # not there, or damaged: it is computed anew


def write_row(facts: Facts, result: RowResult) -> str:
    """Keep a row for later.

    Returns
    -------
    str
        Why that was not possible, or the empty string.
    """
    numbers = json.dumps(
        {
            "before": result.before,
            "after": result.after,
            "verdicts": [asdict(verdict) for verdict in result.verdicts],
            "precision": result.precision,
        }
    )
    pictures = np.ascontiguousarray(result.pictures)
    noted = {"numbers": numbers, "sha256": _hash(pictures, numbers), "facts": json.dumps(facts, default=str)}
    try:
        with locked("walls"):
            write_atomically(row_path(facts), save({"pictures": pictures}, noted))
    except OSError as refusal:
        return f"not kept for next time: {refusal.strerror or refusal}"
    return ""


def _hash(pictures: np.ndarray, numbers: str) -> str:
    return contents_sha256({"pictures": pictures, "numbers": np.frombuffer(numbers.encode(), np.uint8)})


def _as_result(pictures: np.ndarray, numbers: dict[str, Any]) -> RowResult:
    verdicts = tuple(Verdict(**verdict) for verdict in numbers["verdicts"])
    before, after = tuple(numbers["before"]), tuple(numbers["after"])
    if not len(pictures) == len(verdicts) == len(before) == len(after):
        raise ValueError("another number of pictures than of verdicts")
    return RowResult(pictures, before, after, verdicts, numbers["precision"])
