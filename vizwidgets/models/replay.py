"""From a record to the same image, with the model that the record names."""

from __future__ import annotations

from typing import Any

from torch import nn

from vizwidgets.core import replay as core_replay
from vizwidgets.core.ascent import Ascent

from .zoo import load_model


def replay(record: dict[str, Any], model: nn.Module | None = None) -> Ascent:
    """Repeat a recorded ascent, with every change of the settings at its step.

    Parameters
    ----------
    record : dict
        From ``explorer.record()`` or ``result.record``.
    model : nn.Module, optional
        By default the model that the record names, loaded with `load_model`.

    Returns
    -------
    Ascent
        On the same machine and with the same versions, the same image bit by bit.

    Raises
    ------
    ValueError
        If it is not a record of an ascent, or the weights are others.
    """
    core_replay.check_record(record)
    return core_replay.replay(record, load_model(record["model"]) if model is None else model)
