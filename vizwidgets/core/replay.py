"""Replay: from a record to the same image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from .ascent import Ascent, result_of
from .ascent_run import AscentRun
from .objectives import Objective
from .own_function import ImageFunction
from .record import FORMAT, read_settings, read_start, weights_hash


def check_record(record: Any) -> None:
    """Refuse what is not a record of an ascent."""
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise ValueError(f"this is not a record of an ascent ({FORMAT}); explorer.record() makes one.")


def replay_run(
    record: dict[str, Any], model: nn.Module, functions: Mapping[str, ImageFunction] | None = None
) -> AscentRun:
    """Repeat a recorded run on a model, with every change of the settings at its step.

    Raises
    ------
    ValueError
        If it is not a record of an ascent, the weights are others, or a function of its author's own is
        not among `functions`.
    """
    check_record(record)
    if weights_hash(model) != record["weights_hash"]:
        raise ValueError(
            f"the record was made with the weights {record['weights_hash']} of {record['model']!r}, "
            f"this model has {weights_hash(model)}; load the model that the record names."
        )
    objective = Objective.from_dict(record["objective"], functions)
    changes = [(at, _change(change, functions)) for at, change in record["changes"]]
    run = AscentRun(model, objective, read_settings(record), read_start(record))
    run.repeat(record["num_taken"], changes)
    run.has_diverged = record["has_diverged"]
    return run


def replay(
    record: dict[str, Any], model: nn.Module, *, functions: Mapping[str, ImageFunction] | None = None
) -> Ascent:
    """Repeat a recorded run and return its result.

    Parameters
    ----------
    record : dict
        From ``explorer.record()`` or ``result.record``.
    model : nn.Module
        The model of the record.
    functions : mapping of str to callable, optional
        Functions of its author's own by what they stood for, as ``record["functions"]`` names them. Another
        function than the one that was used gives another image.

    Raises
    ------
    ValueError
        If it is not a record of an ascent, the weights are others, or a function that it used is missing.
    """
    return result_of(replay_run(record, model, functions))


def _change(change: dict[str, Any], functions: Mapping[str, ImageFunction] | None) -> dict[str, Any]:
    if "objective" not in change:
        return change
    return {**change, "objective": Objective.from_dict(change["objective"], functions)}
