"""The grader's handles of the processes in which sheets run."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from typing import Any, Protocol

from .channel import Channel

_START_SECONDS = 120.0
_ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}


class NotProtectedError(RuntimeError):
    """The system does not allow a sandbox."""


class SheetProcess(Protocol):
    """What can run one sheet at a time."""

    def open(self) -> None:
        """Get ready."""

    def start(self, settings: dict[str, Any]) -> Channel:
        """Start a process for one sheet; return the channel to it."""

    def interrupt(self) -> None:
        """Interrupt the cell that runs."""

    def end(self, is_ending: bool = False) -> int | None:
        """End that process; return its exit code, below 0 for a signal.

        ``is_ending``: it ends by itself, and how is of interest.
        """

    def close(self) -> None:
        """End everything."""


class WarmProcess:
    """Linux: a process in which everything is imported; each sheet runs in a fork of it, some 40 ms later."""

    def open(self) -> None:
        """Start the process and wait until everything is imported.

        Raises
        ------
        RuntimeError
            If it does not come up; with its own words.
        """
        self._words = tempfile.TemporaryFile()
        self._process, self._connection = _start_module("nursery", self._words)
        self._control = Channel(self._connection)
        _await_ready(self._control, self._words)

    def start(self, settings: dict[str, Any]) -> Channel:
        """Start a child for one sheet; return the channel to it.

        Raises
        ------
        NotProtectedError
            If a sandbox is wanted and the system does not allow it.
        RuntimeError
            If the child does not come up for another reason.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            self._control.send({"order": "start", "settings": settings})
            socket.send_fds(self._connection, [b"."], [theirs.fileno()])
        channel = Channel(ours)
        try:
            _await_ready(channel, self._words)
        except RuntimeError:
            channel.close()
            self.end()
            raise
        return channel

    def interrupt(self) -> None:
        """Interrupt the cell that runs."""
        self._control.send({"order": "interrupt"})

    def end(self, is_ending: bool = False) -> int | None:
        """End the child and all that it has started; return its exit code, below 0 for a signal."""
        self._control.send({"order": "end", "is_ending": is_ending})
        status: int | None = self._control.receive(_START_SECONDS)["status"]
        return status

    def close(self) -> None:
        """End the process, and a child of it."""
        self._control.close()
        self._process.wait()
        self._words.close()


class FreshProcess:
    """Where forks are not to be trusted (macOS): a new process for each sheet, some seconds later."""

    def open(self) -> None:
        """Do nothing: each sheet has its own process."""

    def start(self, settings: dict[str, Any]) -> Channel:
        """Start a process for one sheet; return the channel to it.

        Raises
        ------
        RuntimeError
            If it does not come up; with its own words.
        """
        self._words = tempfile.TemporaryFile()
        self._process, connection = _start_module("child", self._words)
        channel = Channel(connection)
        channel.send(settings)
        _await_ready(channel, self._words)
        return channel

    def interrupt(self) -> None:
        """Interrupt the cell that runs."""
        self._signal(signal.SIGINT)

    def end(self, is_ending: bool = False) -> int | None:
        """End the process and its group; return its exit code, below 0 for a signal."""
        if is_ending:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
        self._signal(signal.SIGKILL)
        self._words.close()
        return self._process.wait()

    def close(self) -> None:
        """Do nothing: each process was ended."""

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
