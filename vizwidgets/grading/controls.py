"""A negative control: wrong answers must still be called wrong at the end of a sheet.

It notices what a cell above changed by accident or on purpose, as far as code in the same kernel can: it is
read by a person and never takes points away.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import sys
from types import CodeType, FunctionType, ModuleType
from typing import Any

from . import checks, closeness, placeholders, scores, seeds
from .progress.noting import rehearsal

WATCHED: tuple[ModuleType, ...] = (checks, closeness, placeholders, scores, seeds)


def negative_control() -> float:
    """Return 0.0 if the checks of this kernel still tell wrong from right, and are as they were installed.

    Raises
    ------
    AssertionError
        With the words for a person who looks into it.

    Examples
    --------
    >>> negative_control()
    0.0
    """
    faults = [*_lenient(), *_changed(), *_swapped(), *_transformers()]
    if faults:
        raise AssertionError("; ".join(faults))
    return 0.0


def _lenient() -> list[str]:
    """Say which wrong answers count as right."""
    faults = []
    nan = float("nan")
    wrong: list[tuple[Any, Any]] = [(1.0, 2.0), ([1.0, 2.0], [1.0]), (None, 0.0), (nan, nan)]
    if any(closeness.close(got, wanted) for got, wanted in wrong) or not closeness.close(0.5, 0.5):
        faults.append("close() no longer tells numbers apart")
    control = checks.Checks("negative control", points=2)
    with control("fails"):
        raise AssertionError("wrong on purpose")
    with control("holds"):
        pass
    with contextlib.redirect_stdout(io.StringIO()), rehearsal():
        reached = control.score()
    if type(reached) is not float or reached != 1.0:
        faults.append(f"Checks gives {reached!r} where 1.0 was reached")
    left = checks.take_scores()
    if [score.reached for score in left[-1:]] != [1.0]:
        faults.append("a score no longer says what the criteria found")
    return faults


def _changed() -> list[str]:
    """Say which functions are no longer those of the installed files."""
    changed = []
    for module in WATCHED:
        now, installed = _codes(module), _codes(_fresh(module))
        changed += [f"{module.__name__}.{name}" for name in installed if now.get(name) != installed[name]]
    return [f"changed since they were installed: {', '.join(changed)}"] if changed else []


def _swapped() -> list[str]:
    """Say whether the package now offers other things under the names that check cells import."""
    package = sys.modules.get(__package__ or "")
    names = {"Checks": checks.Checks, "close": closeness.close, "fresh_seed": seeds.fresh_seed}
    swapped = [
        name for name, ours in names.items() if _code_of(getattr(package, name, None)) != _code_of(ours)
    ]
    return [f"vizwidgets.grading offers another {', '.join(swapped)}"] if swapped else []


def _code_of(value: Any) -> Any:
    """Return the code of a function, or of the methods of a class."""
    members = vars(value) if isinstance(value, type) else {"": value}
    return {name: getattr(member, "__code__", None) for name, member in members.items() if callable(member)}


def _fresh(module: ModuleType) -> ModuleType:
    """Return the module once more, as its file has it."""
    spec = importlib.util.spec_from_file_location(module.__name__, module.__file__ or "")
    assert spec is not None and spec.loader is not None
    fresh = importlib.util.module_from_spec(spec)
    kept = sys.modules.get(module.__name__)
    sys.modules[module.__name__] = fresh  # dataclasses look their module up while they are made
    try:
        spec.loader.exec_module(fresh)
    finally:
        sys.modules[module.__name__] = kept if kept is not None else fresh
    return fresh


def _codes(module: ModuleType) -> dict[str, CodeType]:
    """Return the code of every function that the module defines, methods included."""
    found: dict[str, CodeType] = {}
    for name, value in vars(module).items():
        members = vars(value).items() if isinstance(value, type) else [("", value)]
        for inner, member in members:
            if isinstance(member, FunctionType) and member.__code__.co_filename == module.__file__:
                found[f"{name}.{inner}".rstrip(".")] = member.__code__
            elif isinstance(value, type) and value.__module__ == module.__name__ and callable(member):
                found.setdefault(f"{name}.{inner}", getattr(member, "__code__", _NO_CODE))
    return found


_NO_CODE = compile("", "none", "exec")


def _transformers() -> list[str]:
    """Say whether cells are rewritten before they run."""
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    if not shell:
        return []
    rewriters = [*shell.ast_transformers, *getattr(shell, "input_transformers_post", [])]
    return [f"cells are rewritten before they run, by {len(rewriters)} transformers"] if rewriters else []
