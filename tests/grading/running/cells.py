"""Sheets that are written in a line."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent
from typing import Any

from vizwidgets.grading.running.outcomes import CellOutcome
from vizwidgets.grading.running.runner import Runner
from vizwidgets.grading.running.sheet_run import SheetRun

CHECK = """
from vizwidgets.grading import Checks
checks = Checks("Q", points=2)
with checks("holds", 1.5):
    pass
with checks("fails", 0.5, hint="try again"):
    assert False, "no"
checks.score()
"""


def cell(source: str, name: str = "") -> dict[str, Any]:
    return {"cell_type": "code", "id": name, "metadata": {}, "source": dedent(source)}


def run(runner: Runner, *sources: str, seed: int = 0, **options: Any) -> list[CellOutcome]:
    return runner.run(
        [cell(source, f"c{place}") for place, source in enumerate(sources)], seed=seed, **options
    )


def run_briefly(runner: Runner, cell_seconds: float, *sources: str, **limits: float) -> list[CellOutcome]:
    """Run with a time limit of its own: one that the system's other load can not make too short elsewhere."""
    cells = [cell(source, f"c{place}") for place, source in enumerate(sources)]
    short = replace(runner.limits, cell_seconds=cell_seconds, **limits)
    return SheetRun(short, cells).finish(runner._starter, runner._settings(0, None))
