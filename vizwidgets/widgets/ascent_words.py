"""What an `AscentExplorer` says: provenance, caption, and the Python that reproduces it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from torch import nn

from vizwidgets.core.ascent_run import AscentRun
from vizwidgets.core.own_function import NAMELESS, name_of
from vizwidgets.core.own_regularizer import own_functions
from vizwidgets.core.settings import AscentSettings

PRECISION_WORDS = {"bfloat16": "computed in bfloat16", "float32": "computed in float32"}


def provenance_line(model: nn.Module, precision: str) -> str:
    """Say which weights these are, where they come from, and how precisely is computed."""
    known: Any = getattr(model, "provenance", None)
    words = str(known) if known is not None else f"{type(model).__name__}, your own model"
    return f"{words} · {PRECISION_WORDS.get(precision, precision)}"


def model_name(model: nn.Module) -> str:
    """Return the name that ``vw.load_model`` knows, or the class."""
    return str(getattr(getattr(model, "provenance", None), "name", type(model).__name__))


def settings_code(settings: AscentSettings) -> str:
    """Return the settings that are not the default as keyword arguments, in the order of their definition."""
    different = settings.differences()
    values = [(field.name, different[field.name]) for field in fields(settings) if field.name in different]
    return ", ".join(f"{name}={_literal(value)}" for name, value in values)


def ascent_code(run: AscentRun, num_taken: int) -> str:
    """Return Python that gives the image after so many steps, with every change on the way.

    Parameters
    ----------
    run : AscentRun
        The ascent on the screen.
    num_taken : int
        The step that is shown.
    """
    objective, settings = run.first
    changes = [(at, change) for at, change in run.changes if at < num_taken]
    lines = ["import vizwidgets as vw", "", *_model_lines(run.model), *_function_lines(run)]
    lines.append(f"objective = {objective!r}")
    if run.given_start is not None:
        lines.append("start = ...  # the start image that you gave")
    if not changes:
        steps = settings.changed(num_steps=max(num_taken, 1))
        arguments = ["model", "objective", *(["start"] if run.given_start is not None else [])]
        arguments += [f"num_steps={steps.num_steps}"] if steps.num_steps == AscentSettings().num_steps else []
        arguments += [settings_code(steps)] if settings_code(steps) else []
        return "\n".join([*lines, f"result = vw.maximize({', '.join(arguments)})", "result.image"])
    start = ", start" if run.given_start is not None else ""
    lines.append(f"run = vw.AscentRun(model, objective, vw.AscentSettings({settings_code(settings)}){start})")
    return "\n".join([*lines, *_change_lines(changes, num_taken), "run.image"])


def _model_lines(model: nn.Module) -> list[str]:
    known: Any = getattr(model, "provenance", None)
    is_ours = bool(known is not None and known.sha256)  # what `wrap` makes has no file to compare with
    if is_ours:
        return [f"model = vw.load_model({known.name!r})"]
    return [f"model = ...  # your {model_name(model)}"]


def _function_lines(run: AscentRun) -> list[str]:
    own = own_functions(measure for each in run.objectives for _, measure in each.regularizers)
    names = dict.fromkeys(name_of(function) for function in own.values())
    return [
        f"{name} = ...  # the function that you gave"
        if name == NAMELESS
        else f"# {name} is your function: run the cell that defines it first"
        for name in names
    ]


def _change_lines(changes: list[tuple[int, dict[str, Any]]], num_taken: int) -> list[str]:
    lines: list[str] = []
    done = 0
    for at, change in changes:
        if at > done:
            lines.append(f"for _ in range({at - done}):\n    run.step()")
            done = at
        parts = [f"{name}={_literal(value)}" for name, value in change.items() if name != "objective"]
        if "objective" in change:
            parts.insert(0, repr(change["objective"]))
        lines.append(f"run.update({', '.join(parts)})")
    if num_taken > done:
        lines.append(f"for _ in range({num_taken - done}):\n    run.step()")
    return lines


def _literal(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else repr(value)
