"""A training as Python that repeats it, and as JSON-able data."""

from __future__ import annotations

from typing import Any

import numpy as np

from vizwidgets.core.train_settings import TrainSettings
from vizwidgets.core.training import Training, flip
from vizwidgets.draw.curves import Curves


def training_lines(call: str, training: Training) -> list[str]:
    """Return the lines that take all steps, with every change on the way.

    Parameters
    ----------
    call : str
        Python that makes the training.
    training : Training
        Whose changes are repeated.
    """
    if not training.changes:
        return [f"steps = list({call})"]
    lines, done = [f"training = {call}"], 0
    for at, change in training.changes:
        lines += [f"for _ in range({at - done}):\n    training.step()"] if at > done else []
        lines.append(f"training.update({', '.join(f'{k}={v!r}' for k, v in change.items())})")
        done = at
    return [*lines, "steps = list(training)"]


def settings_code(settings: TrainSettings) -> str:
    """Return the usual settings and those that are not the default as keyword arguments."""
    return ", ".join(f"{name}={_literal(value)}" for name, value in _worth_telling(settings).items())


def settings_data(settings: TrainSettings) -> dict[str, Any]:
    """Return the same as JSON-able data; a function by its name."""
    return {name: getattr(value, "__name__", value) for name, value in _worth_telling(settings).items()}


def _worth_telling(settings: TrainSettings) -> dict[str, Any]:
    usual = {name: getattr(settings, name) for name in ("epochs", "batch_size", "lr", "seed")}
    return {**usual, **settings.differences()}


def _literal(value: Any) -> str:
    if not callable(value):
        return repr(value)
    return "vw.flip" if value is flip else getattr(value, "__name__", "...")


def curves_data(curves: Curves) -> dict[str, list[float | None]]:
    """Return the curves as JSON-able data; what was not measured is None."""
    return {
        name: [round(value, 6) if np.isfinite(value) else None for value in values.tolist()]
        for name, values in zip(curves.names, curves.values, strict=True)
    }
