"""Where forks are not to be trusted: a new process for each sheet."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from typing import Any

from .channel import Channel
from .processes import SheetProcess, await_ready, start_module


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
        process, connection = start_module("child", words)
        fresh = _Fresh(process, Channel(connection))
        try:
            fresh.channel.send(settings)
            await_ready(fresh.channel, words)
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

    def starved_seconds(self) -> float:
        """Return 0: what the clock says counts."""
        return 0.0

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
