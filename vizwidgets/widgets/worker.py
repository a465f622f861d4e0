"""The one thread that takes the steps of every live run, in turn; or the page that asks for them."""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable
from time import monotonic
from typing import Protocol

from .front_end import front_end

TURN_SECONDS = 0.5  # of work, after which a page that shows no threads is let in: its buttons wait as long
_LOG = logging.getLogger(__name__)


class Turns(Protocol):
    """What the worker asks of a run."""

    def take_turn(self) -> bool:
        """Do one small piece of work; False when there is nothing left to do."""

    def has_work(self) -> bool:
        """Whether another turn is wanted."""


def _is_foreground() -> bool:
    """Return whether the page would not show what a thread sends."""
    return not front_end().shows_threads


class Worker:
    """Give each active run one turn after the other, so that none starves.

    One thread for the whole package: three explorers on a page then share the processor fairly, where
    three threads would fight for it, and there is one place from which every loop can be ended. The
    thread is started by the first run that needs it, never at import, and ends with the kernel.

    Where a front end shows nothing that a thread sends, turns are taken in the calling thread instead: half
    a second of them, then the page is asked to say when to go on (`Pulse`), so that its buttons get through;
    without such a page, to the end.

    Parameters
    ----------
    stays_here : callable
        Returns whether turns are to be taken in the calling thread.

    Examples
    --------
    >>> Worker().is_alive
    False
    """

    def __init__(self, stays_here: Callable[[], bool] = _is_foreground) -> None:
        self._stays_here = stays_here
        self._here = threading.Lock()  # held while turns are taken in the calling thread
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
            if not self._stays_here():
                self._wake_thread()
                return
        self.go_on()

    def go_on(self, to_the_end: bool = False) -> None:
        """Take turns in the calling thread, where that is the way here; harmless otherwise.

        In the middle of a turn it does nothing: the loop that gave the turn goes on anyway.
        """
        while self._active and not self._is_ending and self._stays_here():
            if not self._here.acquire(blocking=False):
                return
            try:
                if self._take_turns(to_the_end):
                    return
            finally:
                self._here.release()

    def _take_turns(self, to_the_end: bool) -> bool:
        """Take turns until there is none left, or the page was asked; True in that case."""
        until = monotonic() + TURN_SECONDS
        while self._active and not self._is_ending:
            for run in list(self._active.values()):
                self._give_turn(run)
            if not to_the_end and monotonic() > until and self._asks_page():
                return True
        return False

    def _asks_page(self) -> bool:
        """Ask a page to say when to go on; False if none shows one of the runs."""
        return any(getattr(run, "asks_page", bool)() for run in self._active.values())

    def _wake_thread(self) -> None:
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
