"""Linux: one process imports everything, and each sheet runs in a fork of it."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from .channel import Channel
from .processes import START_SECONDS, SheetProcess, await_ready, start_module

_PROCESS_CLOCK = 2  # <linux/posix-timers.h>: the clock of a process is ~process << 3 | CPUCLOCK_SCHED


class WarmStarter:
    """Linux: a process in which everything is imported; each sheet runs in a fork of it, some 40 ms later."""

    def open(self) -> None:
        """Start the warm process and wait until everything is imported.

        Raises
        ------
        RuntimeError
            If it does not come up; with its own words.
        """
        self._lock = threading.Lock()  # one question and its answer at a time
        self._is_closed = False
        self.words = tempfile.TemporaryFile()
        self._start_warm()

    def _start_warm(self) -> None:
        self._process, self._connection = start_module("nursery", self.words)
        self._control = Channel(self._connection)
        await_ready(self._control, self.words)

    def start(self, settings: dict[str, Any]) -> SheetProcess:
        """Start a child for one sheet.

        Raises
        ------
        NotProtectedError
            If a sandbox is wanted and the system does not allow it.
        RuntimeError
            If the child does not come up for another reason.
        """
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            try:
                number = self._fork(settings, theirs)
            except EOFError:
                if self._is_closed:
                    raise
                self._restart()
                number = self._fork(settings, theirs)
        child = _Child(self, number, Channel(ours), settings["is_protected"])
        try:
            await_ready(child.channel, self.words)
        except RuntimeError:
            child.end()
            raise
        return child

    def _fork(self, settings: dict[str, Any], end: socket.socket) -> int:
        """Let the warm process fork a child with one end of a channel; return its number."""
        self._control.send({"order": "start", "settings": settings})
        try:
            socket.send_fds(self._connection, [b"."], [end.fileno()])
        except OSError as reason:
            raise EOFError("the warm process has ended.") from reason
        number: int = self._control.receive(START_SECONDS)["child"]
        return number

    def _restart(self) -> None:
        """Start anew after it was ended from outside: that shall cost no more than the sheets of then."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        self._start_warm()

    def order(self, what: str, **details: Any) -> None:
        """Send an order that is not answered."""
        with self._lock:
            self._control.send({"order": what, **details})

    def ask(self, what: str, **details: Any) -> dict[str, Any]:
        """Send an order, and return the answer."""
        with self._lock:
            self._control.send({"order": what, **details})
            return self._control.receive(START_SECONDS)

    def close(self) -> None:
        """End the process, and its children."""
        self._is_closed = True
        with contextlib.suppress(OSError):  # closing alone goes unnoticed while a thread awaits an answer
            self._connection.shutdown(socket.SHUT_RDWR)
        self._control.close()
        self._process.wait()
        self.words.close()


class _Child:
    """A fork of the warm process."""

    def __init__(self, starter: WarmStarter, number: int, channel: Channel, is_protected: bool) -> None:
        self.channel = channel
        self._is_protected = is_protected
        self._starter, self._number = starter, number
        self._sheet = 0
        self._starved = 0.0

    def busy_seconds(self) -> float:
        """Return how much processor time the sheet has used."""
        try:
            self._sheet = self._sheet or self._find_sheet()
            return time.clock_gettime(~self._sheet << 3 | _PROCESS_CLOCK)
        except OSError:  # it has just ended
            return 0.0

    def starved_seconds(self) -> float:
        """Return how long the sheet was ready to work and had no processor, as the scheduler says."""
        with contextlib.suppress(OSError, IndexError, ValueError):  # it has just ended, or nobody counts
            self._sheet = self._sheet or self._find_sheet()
            words = Path(f"/proc/{self._sheet}/schedstat").read_text(encoding="ascii").split()
            self._starved = int(words[1]) / 1e9
        return self._starved

    def _find_sheet(self) -> int:
        """Return the process in which the sheet runs: the child itself, or in a sandbox its child."""
        own = Path(f"/proc/{self._number}/task/{self._number}/children").read_text(encoding="ascii").split()
        return int(own[0]) if self._is_protected and own else self._number

    def interrupt(self) -> None:
        """Interrupt the cell that runs."""
        self._starter.order("interrupt", child=self._number)

    def end(self, is_ending: bool = False) -> int:
        """End the child and all that it has started; return its exit code, below 0 for a signal."""
        self.channel.close()
        status: int = self._starter.ask("end", child=self._number, is_ending=is_ending)["status"]
        return status
