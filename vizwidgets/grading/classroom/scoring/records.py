"""Evidence of exploration: whether the records that a student handed in give their runs again."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from vizwidgets.grading.classroom.papers.text_answers import read_submission
from vizwidgets.grading.evidence import FOLDER
from vizwidgets.grading.results import RecordResult
from vizwidgets.grading.running.limits import Limits
from vizwidgets.grading.running.outcomes import ENDINGS, CellOutcome
from vizwidgets.grading.sheets.sheet import functions_of, id_of, is_answer, is_grade

from .record_plan import RecordLimits, read_plan

REPLAY = """
import vizwidgets as _vw
from vizwidgets.grading.classroom.scoring.replaying import replay_file as _replay_file
_replay_file({path!r}, _vw.load_model, _vw.list_models, {functions}, seconds={seconds!r})
"""


class Runs(Protocol):
    """What runs cells where they can do no harm: a `Runner`."""

    limits: Limits

    def run(
        self, cells: Sequence[Mapping[str, Any]], *, seed: int, folder: Path | None = None
    ) -> list[CellOutcome]:
        """Run cells in order."""


def replay_records(
    runner: Runs, folder: Path, limits: RecordLimits | None = None
) -> tuple[RecordResult, ...]:
    """Replay every record that was handed in beside a sheet.

    Parameters
    ----------
    runner : Runner
        Its limits hold; each replay is a cell.
    folder : Path
        ``submitted/<student>/<sheet>``: the records lie in its folder ``records``.
    limits : RecordLimits, optional
        What a record may ask for.

    Returns
    -------
    tuple of RecordResult
        One for each file, in the order of their names; none if nothing was handed in. A record is data:
        it is replayed by the library's code. If it names functions of the student's own, the cells of the
        sheet that define them are run first, in another process than the other records.
    """
    limits = limits or RecordLimits()
    found: dict[str, RecordResult] = {}
    plans: dict[str, dict[str, Any]] = {}
    files = _files(folder)
    for path in files[: limits.files]:
        try:
            plans[path.name] = read_plan(path, limits)
        except (OSError, ValueError) as reason:
            found[path.name] = RecordResult(path.name, False, str(reason))
    with_own = {name: plan for name, plan in plans.items() if plan.get("functions")}
    without = {name: plan for name, plan in plans.items() if name not in with_own}
    for group, cells in ((without, []), (with_own, list(_defining_cells(folder, with_own)))):
        found |= _replayed(runner, folder, group, cells, limits)
    results = tuple(found[name] for name in sorted(found))
    further = len(files) - limits.files
    if further <= 0:
        return results
    words = f"not looked at: a student may hand in {limits.files} records"
    return (*results, RecordResult(f"{further} further files", False, words))


def _files(folder: Path) -> list[Path]:
    """Return the records that were handed in; links are none of them."""
    records = folder / FOLDER
    if records.is_symlink() or not records.is_dir():
        return []
    try:
        found = sorted(records.glob("*.json"))
    except OSError:
        return []
    return [path for path in found if path.is_file() and not path.is_symlink()]


def _replayed(
    runner: Runs,
    folder: Path,
    plans: Mapping[str, Mapping[str, Any]],
    before: list[Mapping[str, Any]],
    limits: RecordLimits,
) -> dict[str, RecordResult]:
    """Return the results of some records, each replayed in a cell of its own after the cells before."""
    if not plans:
        return {}
    # a replay that ends by itself says how far it came; one that is interrupted says nothing
    seconds = min(limits.seconds, 0.6 * runner.limits.cell_seconds)
    cells = [
        _cell(f"record_{place}", name, plan, seconds) for place, (name, plan) in enumerate(plans.items())
    ]
    outcomes = {outcome.cell: outcome for outcome in runner.run([*before, *cells], seed=0, folder=folder)}
    return {name: _result(name, outcomes.get(f"record_{place}")) for place, name in enumerate(plans)}


def _cell(name: str, file: str, plan: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    own = plan.get("functions") or {}
    given = ", ".join(f"{str(term)!r}: globals().get({str(own[term])!r})" for term in own)
    source = REPLAY.format(path=f"{FOLDER}/{file}", functions=f"{{{given}}}", seconds=seconds)
    return {"cell_type": "code", "id": name, "metadata": {}, "source": source}


def _result(name: str, outcome: CellOutcome | None) -> RecordResult:
    if outcome is None:
        return RecordResult(name, False, "it was not replayed")
    if outcome.ending:
        return RecordResult(name, False, f"the replay {ENDINGS[outcome.ending]}")
    try:
        said = json.loads(ast.literal_eval(outcome.text))
        return RecordResult(name, said["is_same"] is True, str(said["words"])[:600])
    except (ValueError, SyntaxError, KeyError, TypeError):
        return RecordResult(name, False, f"it could not be replayed: {outcome.error or 'no answer'}")


def _defining_cells(folder: Path, plans: Mapping[str, Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the cells of the sheet in which the records' own functions are defined, and those before them."""
    wanted = {str(own) for plan in plans.values() for own in plan["functions"].values()}
    submission = read_submission(folder / f"{folder.name}.ipynb") if wanted else None
    for cell in submission.cells if submission else []:
        defines = wanted & set(functions_of(cell.source)) if cell.cell_type == "code" else set()
        is_own = cell.cell_type == "code" and not is_grade(cell)
        if is_own and (id_of(cell) == "setup" or is_answer(cell) or defines):
            yield {"cell_type": "code", "id": id_of(cell), "metadata": {}, "source": cell.source}
