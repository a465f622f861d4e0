"""One sheet on its way through its cells: what came of each, and the time that is left."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import time
from collections.abc import Mapping
from typing import Any

from ..sheets.sheet import functions_of, id_of, is_answer, is_fixed, is_grade, mark_of, names_of
from .limits import Limits
from .outcomes import OUT_OF_MEMORY, TIME_OVER, CellOutcome, outcome_from
from .processes import SheetProcess, Starter
from .slow_calls import until_call
from .work_folders import work_folder

LEFT_OUT = "it calls an answer that ran out of time before"
_PATIENCE = 4  # times the limit, for a cell that waits and does not work
_GRACE_SECONDS = 2.0  # between the interrupt of a time limit and the end of the process


class SheetRun:
    """The cells of one sheet.

    Parameters
    ----------
    limits : Limits
        Of each cell, and of all together.
    cells : list of notebook cells
        Code.
    """

    def __init__(self, limits: Limits, cells: list[Mapping[str, Any]]) -> None:
        self._limits = limits
        self._cells = cells
        self._outcomes: dict[int, CellOutcome] = {}
        self._fatal: set[int] = set()  # cells in which the process ended
        self._answers = {
            name for cell in cells if is_answer(cell) for name in functions_of(str(cell["source"]))
        }
        self._slow: dict[str, int] = {}  # functions of answers, and the first cell in which each ran too long
        self._longest = 2**22 + 24 * int(limits.output_chars)  # bytes of an answer: both outputs, as JSON
        self._end = time.monotonic() + limits.sheet_seconds

    def finish(self, starter: Starter, settings: dict[str, Any]) -> list[CellOutcome]:
        """Run the cells, again without each in which the process ends; return one outcome for each."""
        while True:
            count = len(self._fatal)
            with work_folder() as work:
                self._run_once(starter.start({**settings, "work": work}))
            if len(self._fatal) == count or len(self._outcomes) == len(self._cells):
                return [self._outcomes[place] for place in range(len(self._cells))]

    def _run_once(self, process: SheetProcess) -> None:
        """Run the cells until the last one, or until the process ends."""
        is_ended = False
        try:
            for place, cell in enumerate(self._cells):
                if place in self._fatal or self._is_settled(place):
                    continue
                outcome = self._run_cell(process, cell, self._without_slow(place))
                if outcome.ending == "died":
                    is_ended = True
                    outcome = _explained(outcome, process.end(is_ending=True))
                    self._fatal.add(place)
                if outcome.ending == "time":
                    for name in self._answers & names_of(str(cell["source"])):
                        self._slow.setdefault(name, place)
                self._outcomes.setdefault(place, outcome)
                if is_ended:
                    return
        finally:
            if not is_ended:
                process.end()

    def _answer(self, process: SheetProcess, begin: float) -> dict[str, Any]:
        """Wait for the answer of a cell, by its processor time: other work on the machine costs no points.

        Raises
        ------
        TimeoutError
            If it has used up its time, or has slept for much longer.
        """
        end = begin + _PATIENCE * self._limits.cell_seconds - process.starved_seconds()
        busy_end = process.busy_seconds() + self._limits.cell_seconds
        while True:
            patience = min(end + process.starved_seconds(), self._end) - time.monotonic()
            left = min(busy_end - process.busy_seconds(), patience)
            if left <= 0:
                raise TimeoutError
            with contextlib.suppress(TimeoutError):
                return process.channel.receive(max(left, 0.01), self._longest)

    def _is_settled(self, place: int) -> bool:
        """Whether a cell was run before and is not needed again: a check, or one that was interrupted."""
        earlier = self._outcomes.get(place)
        is_check = is_grade(self._cells[place]) and is_fixed(self._cells[place])
        return earlier is not None and (is_check or earlier.ending == "time")

    def _without_slow(self, place: int) -> str:
        """Return the source of a cell, of one without points only what stands before a call that hangs."""
        cell = self._cells[place]
        source = str(cell["source"])
        if is_grade(cell) or is_answer(cell):
            return source
        return until_call(source, {name for name, first in self._slow.items() if first < place})

    def _run_cell(self, process: SheetProcess, cell: Mapping[str, Any], source: str) -> CellOutcome:
        """Return the outcome of a cell; its ending is "died" if the process is of no use any more."""
        name, begin = id_of(cell), time.monotonic()
        if begin >= self._end:
            return CellOutcome(name, ending="skipped", error=TIME_OVER)
        late = ""
        try:
            process.channel.send({"source": source, "is_check": _is_check(cell)})
            try:
                message = self._answer(process, begin)
            except TimeoutError:
                late = f"interrupted after {time.monotonic() - begin:.0f} s"
                late += f", when {TIME_OVER}" if time.monotonic() >= self._end else ""
                process.interrupt()
                message = process.channel.receive(_GRACE_SECONDS, self._longest)
            outcome = outcome_from(message, name, time.monotonic() - begin)
        except (TimeoutError, EOFError, ValueError) as reason:
            took = time.monotonic() - begin
            return CellOutcome(name, error=late or str(reason), ending="died", seconds=took)
        if late:  # whatever it says
            return dataclasses.replace(outcome, value=None, text="", error=late, scores=(), ending="time")
        if source != str(cell["source"]) and not outcome.ending:
            return dataclasses.replace(outcome, error=outcome.error or LEFT_OUT, ending="skipped")
        return outcome


def _explained(outcome: CellOutcome, status: int) -> CellOutcome:
    """Return the outcome of a cell in which the process ended, with the reason in words."""
    if outcome.error.startswith("interrupted"):
        return dataclasses.replace(outcome, ending="time")
    if status == OUT_OF_MEMORY:
        return dataclasses.replace(outcome, ending="memory", error="more than it may have")
    number = -status if status < 0 else status - 128
    if 0 < number < signal.NSIG:
        name = signal.Signals(number).name
        return dataclasses.replace(outcome, error=f"ended by {name}")
    return dataclasses.replace(outcome, error=f"exit status {status}")


def _is_check(cell: Mapping[str, Any]) -> bool:
    """Whether points hang on the cell; the negative control must find the shell as the student left it."""
    return is_grade(cell) and float(mark_of(cell).get("points", 0)) > 0
