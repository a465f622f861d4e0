"""Variants of a sheet, run as a student's sheet is: full solution, stubs, wrong answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from ..results import CellResult
from ..running.outcomes import CellOutcome
from ..running.rule import score_cell
from ..running.runner import Runner, cells_to_run
from ..seeds import PIN
from .overwrite import overwrite
from .sheet import Sheet, id_of, is_answer, is_grade, mark_of


@dataclass(frozen=True)
class Trial:
    """One variant of a sheet.

    Parameters
    ----------
    name : str
        What is tried, in words.
    cells : tuple of NotebookNode
        What is run, with nbgrader's metadata.
    seeds : tuple of int
        What ``fresh_seed()`` gives. After the first one only the checks that ask for it are run again, in the
        same process: all else is the same.
    """

    name: str
    cells: tuple[NotebookNode, ...]
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Outcome:
    """What came of a trial at one seed.

    Parameters
    ----------
    name : str
        What was tried.
    seed : int
        The seed.
    results : mapping
        Cell id: what was found in each graded code cell that was run.
    seconds : mapping
        Cell id: how long it took.
    """

    name: str
    seed: int
    results: Mapping[str, CellResult]
    seconds: Mapping[str, float]

    def __str__(self) -> str:
        return f"{self.name}, seed {self.seed}"


def run_trials(trials: Iterable[Trial], runner: Runner, jobs: int) -> list[Outcome]:
    """Run trials, ``jobs`` at once, each in a process of its own.

    Returns
    -------
    list of Outcome
        One for each seed of each trial, in their order.
    """
    with ThreadPoolExecutor(jobs) as pool:
        return [outcome for found in pool.map(lambda trial: _run(trial, runner), trials) for outcome in found]


def answered(sheet: Sheet, answers: Mapping[str, str], *, only: str = "") -> tuple[NotebookNode, ...]:
    """Return the cells of a sheet with other answers.

    Parameters
    ----------
    sheet : Sheet
        The source.
    answers : mapping
        Cell id: the source that stands there instead.
    only : str
        Id of an answer: the setup, this answer and its checks, and nothing else. Exact, because a check takes
        nothing but its own question's answer from the cells above (a rule of the source). For the same reason
        cells to play in are run with the solution alone.
    """
    own = ("setup", only, f"{only}_check", f"{only}_hidden")
    chosen = [deepcopy(cell) for cell in sheet.cells if not only or id_of(cell) in own]
    if answers:
        chosen = [cell for cell in chosen if mark_of(cell)]
    for cell in chosen:
        cell.source = answers.get(id_of(cell), cell.source)
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


def _run(trial: Trial, runner: Runner) -> list[Outcome]:
    again = [cell for cell in trial.cells if is_grade(cell) and "fresh_seed" in cell.source]
    turns = [list(trial.cells), *([_pin(seed), *again] for seed in trial.seeds[1:])]
    found = iter(runner.run([cell for turn in turns for cell in turn], seed=trial.seeds[0]))
    return [_outcome(trial.name, seed, turn, found) for seed, turn in zip(trial.seeds, turns, strict=True)]


def _outcome(name: str, seed: int, turn: list[NotebookNode], found: Iterator[CellOutcome]) -> Outcome:
    """Score the cells of one turn; the runner leaves out what is no code and what only shows."""
    run = cells_to_run(turn)
    ends = dict(zip(map(id_of, run), found, strict=False))
    results = {id_of(cell): score_cell(cell, ends[id_of(cell)]) for cell in run if is_grade(cell)}
    return Outcome(name, seed, results, {cell: end.seconds for cell, end in ends.items()})


def _pin(seed: int) -> NotebookNode:
    source = f"import os\nos.environ[{PIN!r}] = '{seed}'"
    return new_code_cell(source, id="pin")
