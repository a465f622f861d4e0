"""Variants of a sheet, run as a student's sheet is: full solution, stubs, wrong answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass

from nbformat import NotebookNode

from ..results import CellResult
from ..running.rule import score_cell
from ..running.runner import Runner
from .overwrite import overwrite
from .sheet import Sheet, id_of, is_answer, is_grade, mark_of


@dataclass(frozen=True)
class Trial:
    """One variant and one seed.

    Parameters
    ----------
    name : str
        What is tried, in words.
    cells : tuple of NotebookNode
        What is run, with nbgrader's metadata.
    seed : int
        What ``fresh_seed()`` gives.
    """

    name: str
    cells: tuple[NotebookNode, ...]
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What came of a trial.

    Parameters
    ----------
    trial : Trial
        What was run.
    results : mapping
        Cell id: what was found in each graded code cell that was run.
    seconds : mapping
        Cell id: how long it took.
    """

    trial: Trial
    results: Mapping[str, CellResult]
    seconds: Mapping[str, float]

    @property
    def reached(self) -> float:
        """Points of all cells together."""
        return sum(found.reached or 0.0 for found in self.results.values())


def run_trials(trials: Iterable[Trial], runner: Runner, jobs: int) -> list[Outcome]:
    """Run trials, ``jobs`` at once, each in a process of its own; return their outcomes in the same order."""
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda trial: _outcome(trial, runner), trials))


def answered(sheet: Sheet, answers: Mapping[str, str], *, only: str = "") -> tuple[NotebookNode, ...]:
    """Return the code cells of a sheet with other answers.

    Parameters
    ----------
    sheet : Sheet
        The source.
    answers : mapping
        Cell id: the source that stands there instead.
    only : str
        Id of an answer: the setup, this answer and its checks, and nothing else. Exact, because a check takes
        nothing but its own question's answer from the cells above (a rule of the source).
    """
    chosen = []
    for cell in sheet.cells:
        name = id_of(cell)
        is_own = name in ("setup", only, f"{only}_check", f"{only}_hidden")
        if cell.cell_type != "code" or (only and not is_own):
            continue
        if name in answers:
            cell = deepcopy(cell)
            cell.source = answers[name]
        chosen.append(cell)
    return tuple(chosen)


def handed_in(sheet: Sheet, notebook: NotebookNode) -> tuple[NotebookNode, ...]:
    """Return what is run when a notebook is handed in: with the course's cells, and their hidden checks."""
    return tuple(overwrite(notebook, sheet.notebook).cells)


def learned(sheet: Sheet, selfstudy: NotebookNode, *, is_filled: bool) -> tuple[NotebookNode, ...]:
    """Return what is run of the self-study version, as it is or with the solutions in it.

    Its own text is run; the points stand in the sheet.
    """
    texts = {cell.id: cell.source for cell in selfstudy.cells}
    if is_filled:
        texts.update({id_of(cell): cell.source for cell in sheet.cells if is_answer(cell)})
    return tuple(cell for cell in answered(sheet, texts) if id_of(cell) in texts)


def _outcome(trial: Trial, runner: Runner) -> Outcome:
    marked = {id_of(cell): cell for cell in trial.cells if mark_of(cell)}
    found = runner.run(trial.cells, seed=trial.seed)
    graded = {each.cell: each for each in found if each.cell in marked and is_grade(marked[each.cell])}
    return Outcome(
        trial,
        {name: score_cell(marked[name], each) for name, each in graded.items()},
        {each.cell: each.seconds for each in found},
    )
