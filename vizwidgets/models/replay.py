"""From a record to the same image, with the model that the record names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from vizwidgets.core import replay as core_replay
from vizwidgets.core.ascent import Ascent
from vizwidgets.core.own_function import ImageFunction

from .zoo import load_model


def replay(
    record: dict[str, Any],
    model: nn.Module | None = None,
    *,
    functions: Mapping[str, ImageFunction] | None = None,
) -> Ascent:
    """Repeat a recorded ascent, with every change of the settings at its step.

    Parameters
    ----------
    record : dict
        From ``explorer.record()`` or ``result.record``.
    model : nn.Module, optional
        By default the model that the record names, loaded with `load_model`.
    functions : mapping of str to callable, optional
        Functions of its author's own, which no record can hold, by what they stood for:
        ``{"total_variation": my_function}``. ``record["functions"]`` names them. Another function than the
        one that was used gives another image; the record's curves tell.

    Returns
    -------
    Ascent
        On the same machine and with the same versions, the same image bit by bit.

    Raises
    ------
    ValueError
        If it is not a record of an ascent, the weights are others, or a function that it used is missing.
    """
    core_replay.check_record(record)
    known = load_model(record["model"]) if model is None else model
    return core_replay.replay(record, known, functions=functions)
