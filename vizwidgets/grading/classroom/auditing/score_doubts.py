"""Doubts about a score in the gradebook: a failed control, other criteria, points for nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from vizwidgets.grading.classroom.papers.questions import question_of
from vizwidgets.grading.classroom.reading.file_kinds import Notebook
from vizwidgets.grading.classroom.recognizing.recognition import all_statements
from vizwidgets.grading.parsing import parsed
from vizwidgets.grading.results import CellResult, SheetResult
from vizwidgets.grading.sheets.sheet import Sheet

CONTROL = "integrity"  # the cell of the negative control


class Doubter:
    """Knows what a sheet demands, and doubts what does not fit.

    Parameters
    ----------
    source : Sheet
        The sheet with its hidden checks.
    """

    def __init__(self, source: Sheet) -> None:
        self._points = source.points
        self._answers = source.answers
        self._labels = {name: _labels(source.cell(name).source) for name in self._points}

    def doubts(self, result: SheetResult, notebook: Notebook) -> Iterator[str]:
        """Yield what is odd about a result, in words.

        Parameters
        ----------
        result : SheetResult
            From the gradebook.
        notebook : dict
            What was graded.
        """
        cells = {cell.cell: cell for cell in result.cells}
        if CONTROL in self._points:
            yield from _control_doubts(cells.get(CONTROL))
        for name, cell in cells.items():
            wanted, found = self._labels.get(name), [criterion.label for criterion in cell.criteria]
            if wanted and not cell.problem and sorted(found) != sorted(wanted):
                counts = f"{len(found)} criteria were scored, {len(wanted)} stand in the sheet"
                yield f"{name}: {counts}{_odd(found, wanted)}"
        yield from self._undeserved(cells, notebook)

    def _undeserved(self, cells: dict[str, CellResult], notebook: Notebook) -> Iterator[str]:
        """Say which answers have points though nobody wrote them."""
        own = [each for each in all_statements(notebook) if not each.is_stub]
        for answer, functions in self._answers.items():
            reached = [cell.reached or 0 for cell in cells.values() if self._question(cell.cell) == answer]
            if functions and sum(reached) > 0 and not any(each.names[0] & set(functions) for each in own):
                points = "1 point" if sum(reached) == 1 else f"{sum(reached):g} points"
                yield f"{answer}: {points}, though {', '.join(functions)} was not written"

    def _question(self, cell: str) -> str:
        return question_of(cell, self._answers)


def _control_doubts(control: CellResult | None) -> Iterator[str]:
    if control is None:
        yield "the negative control is missing from the result"
    elif control.problem:
        yield f"the negative control failed: {control.problem.removeprefix('no points: ')}"


def _odd(found: list[str], wanted: list[str]) -> str:
    strangers = [label for label in found if label not in wanted]
    return f"; not from the sheet: {', '.join(strangers)}" if strangers else ""


def _labels(source: str) -> list[str] | None:
    """Return the labels of a cell's criteria; None if they are only known when it runs."""
    tree = parsed(source)
    if tree is None:
        return None
    checks = _checks(tree)
    labels: list[str] = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in checks):
            continue
        label = node.args[0] if node.args else None
        if not (isinstance(label, ast.Constant) and isinstance(label.value, str)):
            return None
        labels.append(label.value)
    return None if _repeats(tree) else labels


def _repeats(tree: ast.Module) -> bool:
    """Return whether a criterion may stand in a loop, or be left out."""
    kinds = (ast.For, ast.While, ast.If)
    inner = (each for node in tree.body if isinstance(node, kinds) for each in ast.walk(node))
    return any(isinstance(each, ast.With) for each in inner)


def _checks(tree: ast.Module) -> set[str]:
    """Return the names that are bound to ``Checks(…)``."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            called = node.value.func
            if isinstance(called, ast.Name) and called.id == "Checks":
                found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found
