"""Run the cells of sheets, each sheet in a process of its own that may fail, hang or die without harm."""

from __future__ import annotations

import dataclasses
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from ..sheets.sheet import is_shown_only
from .fresh_process import FreshStarter
from .limits import Limits
from .outcomes import CellOutcome
from .processes import NotProtectedError, Starter
from .sheet_run import SheetRun
from .warm_process import WarmStarter
from .work_folders import remove_left_folders, work_folder

PROTECTED = (
    "each sheet runs in a sandbox: no network, no other processes, nothing written but to a small folder in "
    "memory, the course's folder out of sight"
)
UNPROTECTED = (
    "sheets run WITHOUT a sandbox ({}): limits of time, memory and output hold, but a sheet can read and "
    "write whatever you can. Grade a class in a container without network"
)
_TRUSTED = "no sandbox was asked for"


class Runner:
    """A warm process, in whose children sheets are run.

    Parameters
    ----------
    limits : Limits, optional
        What a sheet may use up.
    hidden : iterable of Path
        Folders that a sheet must not see, where there is a sandbox.
    jobs : int
        How many sheets may run at once: `run` may be called from as many threads. 1 or more.
    protect : bool
        False for sheets of our own: no sandbox, a few milliseconds less for each.

    Attributes
    ----------
    protection : str
        What a sheet is kept from, in words. Where the system allows no sandbox it says so, and why.

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
        self.jobs = jobs
        self.limits = limits or Limits()
        self.hidden = [str(Path(folder).resolve()) for folder in hidden]
        self.is_protected = protect and sys.platform == "linux"
        self.protection = UNPROTECTED.format(_TRUSTED if not protect else f"{sys.platform} has none")
        self._starter: Starter = WarmStarter() if sys.platform == "linux" else FreshStarter()
        self._places = threading.BoundedSemaphore(jobs)

    def __enter__(self) -> Runner:
        remove_left_folders()
        self._starter.open()
        if self.is_protected:
            self._try_sandbox()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._starter.close()

    def run(
        self,
        cells: Iterable[Mapping[str, Any]],
        *,
        seed: int,
        folder: Path | None = None,
        is_trusted: bool = False,
    ) -> list[CellOutcome]:
        """Run the code cells of one sheet, in order.

        Parameters
        ----------
        cells : iterable of notebook cells
            What is not among `cells_to_run` is left out.
        seed : int
            What ``fresh_seed()`` gives them, and the seed of the global random numbers.
        folder : Path, optional
            What was handed in: the cells find a copy of its files beside them.
        is_trusted : bool
            Whether the sheet is our own: then it runs outside of the sandbox.

        Returns
        -------
        list of CellOutcome
            One for each cell that was not left out. A cell in which the process ends loses its own points
            only: the sheet is run again without it.

        Raises
        ------
        RuntimeError
            If no process can be started, or the warm one was ended from outside.
        """
        wanted = cells_to_run(cells)
        settings = self._settings(seed, folder)
        settings["is_protected"] = self.is_protected and not is_trusted
        with self._places:
            try:
                return SheetRun(self.limits, wanted).finish(self._starter, settings)
            except EOFError as reason:
                raise RuntimeError("the process that runs sheets was ended from outside") from reason

    def _settings(self, seed: int, folder: Path | None) -> dict[str, Any]:
        return {
            "seed": seed,
            "folder": None if folder is None else str(folder),
            "limits": dataclasses.asdict(self.limits),
            "hidden": self.hidden,
            "is_protected": self.is_protected,
        }

    def _try_sandbox(self) -> None:
        """Find out whether the system allows a sandbox; go on without it if not, and say so."""
        with work_folder() as work:
            try:
                self._starter.start({**self._settings(0, None), "work": work}).end()
                self.protection = PROTECTED
            except NotProtectedError as reason:
                self.is_protected = False
                self.protection = UNPROTECTED.format(reason)


def cells_to_run(cells: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the cells of code, without those that only show (`is_shown_only`)."""
    return [cell for cell in cells if cell["cell_type"] == "code" and not is_shown_only(cell)]
