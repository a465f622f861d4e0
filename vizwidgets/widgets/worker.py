"""The one thread that takes the steps of every live run, in turn."""

from __future__ import annotations

import atexit
import logging
import threading
from typing import Protocol

_LOG = logging.getLogger(__name__)


class Turns(Protocol):
    """What the worker asks of a run."""

    def take_turn(self) -> bool:
        """Do one small piece of work; False when there is nothing left to do."""

    def has_work(self) -> bool:
        """Whether another turn is wanted."""


class Worker:
    """Give each active run one turn after the other, so that none starves.

    One thread for the whole package: three explorers on a page then share the processor fairly, where
    three threads would fight for it, and there is one place from which every loop can be ended. The
    thread is started by the first run that needs it, never at import, and ends with the kernel.

    Examples
    --------
    >>> Worker().is_alive
    False
    """

    def __init__(self) -> None:
        self._active: dict[int, Turns] = {}
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_ending = False

    @property
    def is_alive(self) -> bool:
        """Whether the thread has been started."""
        return self._thread is not None and self._thread.is_alive()

    def add(self, run: Turns) -> None:
        """Give the run turns until it has no more work; adding it twice is harmless."""
        with self._wake:
            if self._is_ending:
                return
            self._active[id(run)] = run
            if not self.is_alive:
                self._thread = threading.Thread(target=self._loop, name="vizwidgets", daemon=True)
                self._thread.start()
                atexit.register(self.end)
            self._wake.notify_all()

    def end(self, timeout: float = 10.0) -> None:
        """Let the turn in hand end, and give no other: Python aborts if it ends while torch computes."""
        with self._wake:
            self._is_ending = True
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join(timeout)

    def _loop(self) -> None:
        while not self._is_ending:
            with self._wake:
                self._wake.wait_for(lambda: self._active or self._is_ending)
                runs = list(self._active.values())
            for run in runs:
                if not self._is_ending:
                    self._give_turn(run)

    def _give_turn(self, run: Turns) -> None:
        try:
            if not run.take_turn():
                self._retire(run)
        except Exception:  # runs say themselves what went wrong; the thread must outlive one that can not
            _LOG.exception("a live widget failed and gets no more turns; the others go on")
            with self._wake:
                self._active.pop(id(run), None)

    def _retire(self, run: Turns) -> None:
        with self._wake:  # a command given since the last turn must not be lost
            if not run.has_work():
                self._active.pop(id(run), None)


WORKER = Worker()
