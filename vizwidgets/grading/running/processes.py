"""The grader's handles of the processes in which sheets run."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Protocol

from .channel import Channel

_START_SECONDS = 120.0
_ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}


_PROCESS_CLOCK = 2  # <linux/posix-timers.h>: the clock of a process is ~process << 3 | CPUCLOCK_SCHED


class NotProtectedError(RuntimeError):
    """The system does not allow a sandbox."""


class SheetProcess(Protocol):
    """A process in which one sheet runs."""

    channel: Channel

    def busy_seconds(self) -> float:
        """Return how much processor time it has used; where that is not known, what the clock says."""

    def interrupt(self) -> None:
        """Interrupt the cell that runs."""

    def end(self, is_ending: bool = False) -> int:
        """End the process and what it has started; return its exit code, below 0 for a signal.

        ``is_ending``: it ends by itself, and how is of interest.
        """


class Starter(Protocol):
    """What starts such processes."""

    def open(self) -> None:
        """Get ready."""

    def start(self, settings: dict[str, Any]) -> SheetProcess:
        """Start a process for one sheet; may be called from several threads."""

    def close(self) -> None:
        """End everything."""


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
        self._process, self._connection = _start_module("nursery", self.words)
        self._control = Channel(self._connection)
        _await_ready(self._control, self.words)

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
            if self._process.poll() is not None and not self._is_closed:
                self._control.close()
                self._start_warm()  # it was ended from outside: that shall cost one sheet only
            self._control.send({"order": "start", "settings": settings})
            socket.send_fds(self._connection, [b"."], [theirs.fileno()])
            answer = self._control.receive(_START_SECONDS)
        child = _Child(self, answer["child"], Channel(ours), settings["is_protected"])
        try:
            _await_ready(child.channel, self.words)
        except RuntimeError:
            child.end()
            raise
        return child

    def order(self, what: str, **details: Any) -> None:
        """Send an order that is not answered."""
        with self._lock:
            self._control.send({"order": what, **details})

    def ask(self, what: str, **details: Any) -> dict[str, Any]:
        """Send an order, and return the answer."""
        with self._lock:
            self._control.send({"order": what, **details})
            return self._control.receive(_START_SECONDS)

    def close(self) -> None:
        """End the process, and its children."""
        self._is_closed = True
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

    def busy_seconds(self) -> float:
        """Return how much processor time the sheet has used."""
        try:
            self._sheet = self._sheet or self._find_sheet()
            return time.clock_gettime(~self._sheet << 3 | _PROCESS_CLOCK)
        except OSError:  # it has just ended
            return 0.0

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


class FreshStarter:
    """Where forks are not to be trusted (macOS): a new process for each sheet, some seconds later."""

    def open(self) -> None:
        """Do nothing: each sheet has its own process."""

    def start(self, settings: dict[str, Any]) -> SheetProcess:
        """Start a process for one sheet.

        Raises
        ------
        RuntimeError
            If it does not come up; with its own words.
        """
        words = tempfile.TemporaryFile()
        process, connection = _start_module("child", words)
        fresh = _Fresh(process, Channel(connection))
        try:
            fresh.channel.send(settings)
            _await_ready(fresh.channel, words)
        except BaseException:
            fresh.end()
            raise
        finally:
            words.close()
        return fresh

    def close(self) -> None:
        """Do nothing: each process is ended by itself."""


class _Fresh:
    """A process of its own."""

    def __init__(self, process: subprocess.Popen[bytes], channel: Channel) -> None:
        self.channel = channel
        self._process = process

    def busy_seconds(self) -> float:
        """Return what the clock says: not every system tells the processor time of another process."""
        return time.monotonic()

    def interrupt(self) -> None:
        """Interrupt the cell that runs."""
        self._signal(signal.SIGINT)

    def end(self, is_ending: bool = False) -> int:
        """End the process and its group; return its exit code, below 0 for a signal."""
        self.channel.close()
        if is_ending:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
        self._signal(signal.SIGKILL)
        return self._process.wait()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, number)


def _start_module(name: str, words: Any) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a module of this package with a socket; return its process and our end."""
    if os.name != "posix":
        raise RuntimeError("sheets are run on Linux or macOS; on Windows use its Linux subsystem (WSL).")
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.{name}", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=words,
            env={**os.environ, **_ONE_THREAD},
            start_new_session=True,  # Ctrl-C is for the grader
        )
    return process, ours


def _await_ready(channel: Channel, words: Any) -> None:
    """Wait until the other side says that it is ready."""
    try:
        answer = channel.receive(_START_SECONDS)
    except (EOFError, TimeoutError) as reason:
        words.seek(0)
        lines = words.read().decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise RuntimeError(f"the process that runs sheets did not start: {lines[-1]}") from reason
    if problem := answer.get("problem"):
        raise NotProtectedError(str(problem))
