"""Runs the lessons that have not run yet, for a website that is built without a test run before it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError
from nbformat import NotebookNode

from .lessons import EXECUTED, Lesson, is_current, library_digest, save_executed

SECONDS_PER_CELL = 900  # a wall of filters takes minutes where the processor has no bfloat16


def execute(lesson: Lesson) -> tuple[NotebookNode, list[str]]:
    """Run a lesson from top to bottom, up to the first cell that fails.

    Returns
    -------
    notebook : NotebookNode
        A copy with outputs.
    failed : list of str
        The id of the cell that failed, or nothing.
    """
    notebook = nbformat.from_dict(lesson.notebook)
    running = ""

    def note(cell: NotebookNode, **_: object) -> None:
        nonlocal running
        running = cell.id

    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=SECONDS_PER_CELL,
        store_widget_state=False,  # without it no page asks for the scripts that would draw widgets
        resources={"metadata": {"path": str(lesson.path.parent)}},
        on_cell_start=note,
    )
    try:
        client.execute(stderr=subprocess.DEVNULL)  # where kernels warn of what is no concern of a reader
    except (CellControlSignal, DeadKernelError):  # a cell that failed, ran too long, or took its kernel along
        return notebook, [running]
    return notebook, []


def bring_up_to_date(lessons: list[Lesson], folder: Path = EXECUTED) -> Iterator[str]:
    """Execute every lesson of which there is no copy of its present code and the present library.

    Yields
    ------
    str
        A line for each lesson, before and after it runs.
    """
    library = library_digest()
    for lesson in lessons:
        if is_current(lesson, library, folder):
            yield f"{lesson.stem}: has run already"
            continue
        yield f"{lesson.stem}: runs …"
        begun = perf_counter()
        notebook, failed = execute(lesson)
        save_executed(notebook, lesson.stem, failed, library, folder)
        seconds = perf_counter() - begun
        yield f"{lesson.stem}: " + (f"FAILED at cell {failed[0]!r}" if failed else f"{seconds:.0f} seconds")
