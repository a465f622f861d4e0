"""The grader's handles of the processes in which sheets run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import Any, Protocol

from .channel import Channel

START_SECONDS = 120.0
_ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}


class NotProtectedError(RuntimeError):
    """The system does not allow a sandbox."""


class SheetProcess(Protocol):
    """A process in which one sheet runs."""

    channel: Channel

    def busy_seconds(self) -> float:
        """Return how much processor time it has used; where that is not known, what the clock says."""

    def starved_seconds(self) -> float:
        """Return how long it was ready to work and had no processor; 0 where that is not known."""

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


def start_module(name: str, words: Any) -> tuple[subprocess.Popen[bytes], socket.socket]:
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


def await_ready(channel: Channel, words: Any) -> None:
    """Wait until the other side says that it is ready."""
    try:
        answer = channel.receive(START_SECONDS)
    except (EOFError, TimeoutError) as reason:
        words.seek(0)
        lines = words.read().decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise RuntimeError(f"the process that runs sheets did not start: {lines[-1]}") from reason
    if problem := answer.get("problem"):
        raise NotProtectedError(str(problem))
