"""Replay: from a record to the same image."""

from __future__ import annotations

from typing import Any

from torch import nn

from .ascent import Ascent, result_of
from .ascent_run import AscentRun
from .objectives import Objective
from .record import FORMAT, read_settings, read_start, weights_hash


def check_record(record: Any) -> None:
    """Refuse what is not a record of an ascent."""
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise ValueError(f"this is not a record of an ascent ({FORMAT}); explorer.record() makes one.")


def replay_run(record: dict[str, Any], model: nn.Module) -> AscentRun:
    """Repeat a recorded run on a model, with every change of the settings at its step.

    Raises
    ------
    ValueError
        If it is not a record of an ascent, or the weights are others.
    """
    check_record(record)
    if weights_hash(model) != record["weights_hash"]:
        raise ValueError(
            f"the record was made with the weights {record['weights_hash']} of {record['model']!r}, "
            f"this model has {weights_hash(model)}; load the model that the record names."
        )
    objective = Objective.from_dict(record["objective"])
    run = AscentRun(model, objective, read_settings(record), read_start(record))
    run.repeat(record["num_taken"], [(at, change) for at, change in record["changes"]])
    run.has_diverged = record["has_diverged"]
    return run


def replay(record: dict[str, Any], model: nn.Module) -> Ascent:
    """Repeat a recorded run and return its result.

    Parameters
    ----------
    record : dict
        From ``explorer.record()`` or ``result.record``.
    model : nn.Module
        The model of the record.

    Raises
    ------
    ValueError
        If it is not a record of an ascent, or the weights are others.
    """
    return result_of(replay_run(record, model))
