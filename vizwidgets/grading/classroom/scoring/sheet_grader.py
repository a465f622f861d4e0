"""One sheet, and how a submission of it gets its points."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from nbformat import NotebookNode

from vizwidgets.grading.results import GRADED, NOT_GRADED, CellResult, RecordResult, SheetResult
from vizwidgets.grading.running.broken_answers import BrokenAnswers
from vizwidgets.grading.running.outcomes import TIME_OVER
from vizwidgets.grading.running.rule import score_cell
from vizwidgets.grading.running.runner import Runner, cells_to_run
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.sheet import Sheet, id_of, mark_of

from .handed_in import HandedIn, read_handed_in
from .records import replay_records


class SheetGrader:
    """What is the same for every student.

    Parameters
    ----------
    course, sheet
        Where it lies, and its name.
    seed : int
        Of the hidden inputs.
    any_release : bool
        Whether to take what was made from another release.
    """

    def __init__(self, course: Course, sheet: str, seed: int, any_release: bool) -> None:
        self.source = Sheet.read(course.source(sheet))
        self.seed = seed
        release = course.release(sheet)
        self._release = Sheet.read(release) if release.is_file() else None
        own = self._release.notebook.metadata.get("vizwidgets", {}) if self._release else {}
        self._version = "" if any_release else str(own.get("version", ""))

    def is_done(self, earlier: SheetResult | None, digest: str) -> bool:
        """Whether a submission was graded before as it would be now."""
        if earlier is None or not earlier.is_graded:
            return False
        now = (digest, self.source.fingerprint, self.seed)
        return (earlier.submission, earlier.release, earlier.seed) == now

    def prove(self, runner: Runner) -> None:
        """Demand that the solution gets all points: outside of the sandbox, which fills caches, and in it."""
        for is_trusted, where in ((True, "on this machine"), (False, "in the sandbox")):
            self._demand_all(runner, is_trusted, where)

    def read(self, student: str, folder: Path) -> HandedIn:
        """Return what a student handed in, ready to be graded or with the reason why it can not be."""
        return read_handed_in(student, folder, self.source, self._version)

    def grade(self, runner: Runner, handed_in: HandedIn) -> SheetResult:
        """Return the result of one student."""
        begin = time.monotonic()
        problem = handed_in.problem
        cells: tuple[CellResult, ...] = ()
        records: tuple[RecordResult, ...] = ()
        flags = handed_in.flags
        if handed_in.notebook is not None:
            try:
                cells = self._cells(runner, handed_in.notebook, handed_in.folder)
                flags += _time_over(cells)
                records = replay_records(runner, handed_in.folder)
            except RuntimeError as reason:
                problem = str(reason)
        return SheetResult(
            handed_in.student,
            self.source.name,
            NOT_GRADED if problem else GRADED,
            problem,
            cells=cells,
            records=records,
            flags=flags,
            submission=handed_in.digest,
            release=self.source.fingerprint,
            seed=self.seed,
            seconds=round(time.monotonic() - begin, 3),
            graded_at=datetime.now().astimezone().isoformat(timespec="seconds"),
        )

    def _cells(
        self, runner: Runner, notebook: NotebookNode, folder: Path | None, is_trusted: bool = False
    ) -> tuple[CellResult, ...]:
        """Run a notebook; return the points of the cells that the source has, and of no others."""
        outcomes = runner.run(notebook.cells, seed=self.seed, folder=folder, is_trusted=is_trusted)
        ran = list(zip(cells_to_run(notebook.cells), outcomes, strict=True))
        ends, broken = {id(cell): end for cell, end in ran}, BrokenAnswers(self.source.answers, ran)
        graded = [cell for cell in notebook.cells if mark_of(cell).get("grade_id") in self.source.points]
        results = [score_cell(cell, ends.get(id(cell)), self._released(id_of(cell))) for cell in graded]
        return tuple(broken.explained(*each) for each in zip(results, map(_source, graded), strict=True))

    def _released(self, name: str) -> NotebookNode | None:
        """Return a cell as the class got it."""
        return self._release.cell(name) if self._release and name in self._release.points else None

    def _demand_all(self, runner: Runner, is_trusted: bool, where: str) -> None:
        lost = [
            f"{cell.cell} {cell.reached:g} of {cell.points:g} {cell.problem}".strip()
            for cell in self._cells(runner, self.source.notebook, None, is_trusted)
            if cell.reached is not None and (cell.reached < cell.points or cell.problem)
        ]
        if lost:
            raise ValueError(
                f"the solution of {self.source.name} does not get all points {where}, so nothing was graded: "
                f"{'; '.join(lost)}. Mend the sheet, or the machine."
            )


def _source(cell: NotebookNode) -> str:
    return str(cell["source"])


def _time_over(cells: Iterable[CellResult]) -> tuple[str, ...]:
    """Return a flag if there are cells that had no time: their 0 says nothing about the answer."""
    names = [cell.cell for cell in cells if TIME_OVER in cell.problem]
    if not names:
        return ()
    advice = "grade again with --again and a higher --sheet-seconds, or look at the answer"
    return (f"time was over before {', '.join(names)} ran: {advice}",)
