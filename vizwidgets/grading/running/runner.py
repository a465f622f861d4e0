"""Run the cells of sheets, each sheet in a process of its own that may fail, hang or die without harm."""

from __future__ import annotations

import dataclasses
import os
import queue
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from ..sheets.sheet import id_of, is_shown_only
from .channel import Channel
from .limits import Limits
from .outcomes import CellOutcome, outcome_from

_START_SECONDS = 120.0
_GRACE_SECONDS = 2.0  # between the interrupt of a time limit and the end of the process
_ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
Cell = Mapping[str, Any]


class Runner:
    """Processes that are warm, in whose children sheets are run one by one.

    Parameters
    ----------
    limits : Limits, optional
        What a sheet may use up.
    hidden : iterable of Path
        Folders that a sheet must not see.
    jobs : int
        How many sheets may run at once: `run` may be called from as many threads. 1 or more.
    protect : bool
        False for sheets of our own: no sandbox, a few milliseconds less for each.

    Examples
    --------
    >>> with Runner(protect=False) as runner:  # doctest: +SKIP
    ...     runner.run([{"cell_type": "code", "id": "q1", "source": "6 * 7"}], seed=0)[0].value
    42.0
    """

    def __init__(
        self,
        limits: Limits | None = None,
        hidden: Iterable[Path] = (),
        jobs: int = 1,
        protect: bool = True,
    ) -> None:
        if jobs < 1:
            raise ValueError(f"jobs must be 1 or more; got {jobs}.")
        self.limits = limits or Limits()
        self.hidden = tuple(Path(folder).resolve() for folder in hidden)
        self._protect = protect
        self._nurseries: queue.Queue[Nursery] = queue.Queue()
        self._all = [Nursery() for _ in range(jobs)]

    def __enter__(self) -> Runner:
        for nursery in self._all:
            nursery.open()
            self._nurseries.put(nursery)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for nursery in self._all:
            nursery.close()

    def run(self, cells: Iterable[Cell], *, seed: int, folder: Path | None = None) -> list[CellOutcome]:
        """Run the code cells of one sheet, in order.

        Parameters
        ----------
        cells : iterable of notebook cells
            What is no code, or only shows (`is_shown_only`), is left out.
        seed : int
            What ``fresh_seed()`` gives them.
        folder : Path, optional
            What was handed in: the cells find a copy of its files beside them.

        Returns
        -------
        list of CellOutcome
            One for each cell that was not left out. A cell in which the process ends loses its own points
            only: the sheet is run again without it.
        """
        wanted = [cell for cell in cells if cell["cell_type"] == "code" and not is_shown_only(cell)]
        nursery = self._nurseries.get()
        try:
            return _Run(self.limits, wanted).finish(nursery, self._settings(seed, folder))
        finally:
            self._nurseries.put(nursery)

    def _settings(self, seed: int, folder: Path | None) -> dict[str, Any]:
        return {
            "seed": seed,
            "folder": None if folder is None else str(folder),
            "limits": dataclasses.asdict(self.limits),
        }


class _Run:
    """One sheet: its cells, what came of them, and the time that is left."""

    def __init__(self, limits: Limits, cells: list[Cell]) -> None:
        self._limits = limits
        self._cells = cells
        self._outcomes: dict[int, CellOutcome] = {}
        self._fatal: set[int] = set()  # cells in which the process ended
        self._end = time.monotonic() + limits.sheet_seconds

    def finish(self, nursery: Nursery, settings: dict[str, Any]) -> list[CellOutcome]:
        """Run the cells, again without each in which the process ends."""
        while True:
            count = len(self._fatal)
            with tempfile.TemporaryDirectory(prefix="sheet-", ignore_cleanup_errors=True) as work:
                self._run_once(nursery, {**settings, "work": work})
            if len(self._fatal) == count or len(self._outcomes) == len(self._cells):
                return [self._outcomes[place] for place in range(len(self._cells))]

    def _run_once(self, nursery: Nursery, settings: dict[str, Any]) -> None:
        """Run the cells until the last one, or until the process ends."""
        channel = nursery.start(settings)
        try:
            for place, cell in enumerate(self._cells):
                if place in self._fatal:
                    continue
                outcome, is_alive = self._run_cell(nursery, channel, cell)
                self._outcomes.setdefault(place, outcome)
                if not is_alive:
                    self._fatal.add(place)
                    return
        finally:
            channel.close()
            nursery.end()

    def _run_cell(self, nursery: Nursery, channel: Channel, cell: Cell) -> tuple[CellOutcome, bool]:
        """Return the outcome of a cell, and whether the process is there still."""
        name, begin = id_of(cell), time.monotonic()
        seconds = min(self._limits.cell_seconds, self._end - begin)
        if seconds <= 0:
            return CellOutcome(name, ending="skipped", error="the sheet has used up its time"), True
        message: dict[str, Any] = {}
        is_late = False
        try:
            channel.send({"source": str(cell["source"])})
            try:
                message = channel.receive(seconds)
            except TimeoutError:
                is_late = True
                nursery.interrupt()
                message = channel.receive(_GRACE_SECONDS)
            outcome = outcome_from(message, name, time.monotonic() - begin)
        except TimeoutError:
            return self._late(CellOutcome(name), begin), False
        except (EOFError, ValueError) as reason:
            outcome = CellOutcome(name, error=str(reason), ending="died", seconds=time.monotonic() - begin)
            return self._late(outcome, begin) if is_late else outcome, False
        return self._late(outcome, begin) if is_late else outcome, True

    def _late(self, outcome: CellOutcome, begin: float) -> CellOutcome:
        """Return the outcome of a cell whose time was over: it has no value, whatever it says."""
        words = f"interrupted after {self._limits.cell_seconds:g} seconds"
        took = time.monotonic() - begin
        return dataclasses.replace(outcome, value=None, text="", error=words, ending="time", seconds=took)


class Nursery:
    """The grader's handle of a warm process (`vizwidgets.grading.running.nursery`)."""

    def open(self) -> None:
        """Start the process and wait until everything is imported.

        Raises
        ------
        RuntimeError
            If it does not come up; with its own words.
        """
        ours, theirs = socket.socketpair()
        self._home = tempfile.mkdtemp(prefix="grading-")
        self._words = tempfile.TemporaryFile()
        command = [sys.executable, "-m", "vizwidgets.grading.running.nursery", str(theirs.fileno())]
        self._process = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._words,
            env={**os.environ, **_ONE_THREAD},
            start_new_session=True,  # Ctrl-C is for the grader
        )
        theirs.close()
        self._connection, self._control = ours, Channel(ours)
        try:
            self._control.receive(_START_SECONDS)
        except (EOFError, TimeoutError) as reason:
            words = self._last_words()
            raise RuntimeError(f"the process that runs sheets did not start: {words}") from reason

    def close(self) -> None:
        """End the process."""
        self._control.close()
        self._process.wait()
        self._words.close()
        shutil.rmtree(self._home, ignore_errors=True)

    def start(self, settings: dict[str, Any]) -> Channel:
        """Start a child for one sheet; return the channel to it."""
        ours, theirs = socket.socketpair()
        self._control.send({"order": "start", **settings})
        socket.send_fds(self._connection, [b"."], [theirs.fileno()])
        theirs.close()
        self._control.receive(_START_SECONDS)
        channel = Channel(ours)
        try:
            channel.receive(_START_SECONDS)
        except EOFError as reason:
            raise RuntimeError(f"the process for a sheet did not start: {self._last_words()}") from reason
        return channel

    def interrupt(self) -> None:
        """Interrupt the cell that runs."""
        self._control.send({"order": "interrupt"})

    def end(self) -> int | None:
        """End the child; return its status."""
        self._control.send({"order": "end"})
        return self._control.receive(_START_SECONDS)["status"]

    def _last_words(self) -> str:
        self._words.seek(0)
        lines = self._words.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"
