"""What a `FilterWall` says: its rows, its progress, and the Python that reproduces it."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import torch
from torch import nn

from vizwidgets.core.record import weights_hash
from vizwidgets.core.wall import RowResult, WallRecipe
from vizwidgets.core.wall_plan import WallRow

from .ascent_words import model_name
from .run import Run
from .wall_stepper import WallStepper


def field_words(row: WallRow) -> str:
    """Say how much of the image a unit of the layer sees."""
    field = row.layer.receptive_field
    return "sees the whole image" if field is None else f"sees {field} × {field} px"


def wall_data(stepper: WallStepper, is_running: bool) -> list[dict[str, Any]]:
    """Return what the browser needs to know of each row, as JSON-able data."""
    data = []
    for index, (row, result) in enumerate(zip(stepper.rows, stepper.results, strict=True)):
        state = _state(stepper, index, is_running)
        tiles = [_tile(row, place, result, state) for place in range(len(row.channels))]
        made = made_words(row, stepper.recipe, stepper.precision)
        words = {"title": row.title, "subtitle": field_words(row), "made": made}
        data.append({**words, "state": state, "tiles": tiles})
    return data


def _state(stepper: WallStepper, index: int, is_running: bool) -> str:
    """Name the state of a row: "waiting", "running", "unfinished" or "done"."""
    if stepper.results[index] is not None:
        return "done"
    if index != stepper.current or stepper.ascent is None:
        return "waiting"
    return "running" if is_running else "unfinished"


def _tile(row: WallRow, index: int, result: RowResult | None, state: str) -> dict[str, Any]:
    data: dict[str, Any] = {"channel": row.channels[index], "judged": False, "failed": False, "before": 0.0}
    data |= {"after": 0.0, "reason": "", "remedy": "", "verdict": "unfinished"}
    if state == "waiting":
        data["verdict"] = "not computed yet"
    if result is not None:
        verdict = result.verdicts[index]
        data |= {"judged": True, "failed": not verdict.is_good, "verdict": verdict.name}
        data |= {"reason": verdict.reason, "remedy": verdict.remedy_words}
        data |= {"before": result.before[index], "after": result.after[index]}
    data["label"] = f"{row.title} channel {row.channels[index]}: {data['verdict']}"
    return data


def made_words(row: WallRow, recipe: WallRecipe, precision: str) -> str:
    """Say how the pictures of a row are made."""
    height, width = row.sides
    settings = recipe.settings
    return f"{height} × {width} pixels, {settings.num_steps} steps, seed {settings.seed}, {precision}"


def wall_words(stepper: WallStepper) -> str:
    """Say what the wall shows, in words that do not depend on the machine."""
    count = sum(len(row.channels) for row in stepper.rows)
    layers = ", ".join(row.title for row in stepper.rows)
    return f"{model_name(stepper.model)}: {count} filter{'s' * (count != 1)} of {layers}"


def status_words(run: Run, stepper: WallStepper) -> str:
    """Say where the wall stands."""
    if run.state == "done":
        return f"{_verdict_words(stepper)}{' · from the cache' * (stepper.num_cached == len(stepper.rows))}"
    parts = [run.state, _place_words(stepper)]
    if run.state == "running" and stepper.seconds_left is not None:
        parts.append(f"about {seconds_words(stepper.seconds_left)} left")
    return " · ".join(parts)


def _place_words(stepper: WallStepper) -> str:
    if stepper.row is not None and stepper.ascent is not None:
        return f"{stepper.row.title}: step {stepper.ascent.num_taken} of {stepper.ascent.num_steps}"
    waiting = [row for row, done in zip(stepper.rows, stepper.results, strict=True) if done is None]
    count = sum(len(row.channels) for row in waiting)
    kept = f", {stepper.num_cached} rows from the cache" if stepper.num_cached else ""
    return f"{count} pictures to compute{kept}"


def _verdict_words(stepper: WallStepper) -> str:
    names = Counter(verdict.name for result in stepper.results if result for verdict in result.verdicts)
    counts = ", ".join(f"{count} {name}" for name, count in names.most_common())
    return f"done · {sum(names.values())} pictures: {counts}"


def seconds_words(seconds: float) -> str:
    """Round seconds to what can be foretold.

    Examples
    --------
    >>> seconds_words(7.3), seconds_words(94), seconds_words(120)
    ('7 s', '1 min 30 s', '2 min')
    """
    if seconds < 20:
        return f"{max(1, round(seconds))} s"
    tens = 10 * round(seconds / 10)
    minutes, rest = divmod(tens, 60)
    return " ".join([f"{minutes} min"] * (minutes > 0) + [f"{rest} s"] * (rest > 0))


def wall_code(model: nn.Module, arguments: Mapping[str, Any]) -> str:
    """Return the Python that makes the wall."""
    is_ours = bool(getattr(getattr(model, "provenance", None), "sha256", None))
    source = f"vw.load_model({model_name(model)!r})" if is_ours else f"...  # your {model_name(model)}"
    given = "".join(f", {name}={value!r}" for name, value in arguments.items())
    lines = [f"model = {source}", f"wall = vw.FilterWall(model{given})", "wall.run_to_end()", "wall"]
    return "\n".join(["import vizwidgets as vw", "", *lines])


def wall_record(stepper: WallStepper, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is needed to make the same wall again, with the numbers of each picture."""
    return {
        "format": "vizwidgets wall 1",
        "model": model_name(stepper.model),
        "weights_hash": weights_hash(stepper.model),
        "arguments": dict(arguments),
        "recipe": asdict(stepper.recipe),
        "precision": stepper.precision,
        "versions": {"torch": torch.__version__, "machine": platform.machine()},
        "rows": [_row_record(*pair) for pair in zip(stepper.rows, stepper.results, strict=True)],
    }


def _row_record(row: WallRow, result: RowResult | None) -> dict[str, Any]:
    record = {"layer": row.title, "channels": list(row.channels), "size": list(row.sides)}
    if result is None:
        return record
    verdicts = [str(verdict) for verdict in result.verdicts]
    return {**record, "before": list(result.before), "after": list(result.after), "verdicts": verdicts}
