"""The process in which one student's sheet runs: it takes cells one by one and tells what came of them."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..seeds import PIN
from .channel import Channel
from .files import copy_files
from .limits import MEGABYTE, Limits, lower_limits
from .shell import SheetShell, run_cell, sheet_shell


def serve(channel: Channel, shell: SheetShell, settings: dict[str, Any]) -> None:
    """Run the cells that arrive, until nobody sends any more.

    Hidden checks arrive one by one, when their turn has come: before, this process has never held them.

    Parameters
    ----------
    channel : Channel
        To the grader.
    shell : SheetShell
        Not used before.
    settings : dict
        ``seed``, ``limits``, ``work`` (the folder to run in), ``folder`` (whose files are copied there).
    """
    limits = Limits(**settings["limits"])
    if settings["folder"] is not None:
        copy_files(Path(settings["folder"]), Path(settings["work"]), int(limits.disk_mb * MEGABYTE) // 2)
    _prepare(settings["seed"], settings["work"])
    lower_limits(limits)
    channel.send({"is_ready": True})
    _silence()
    own = os.getpid()
    while True:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # one that comes late must not hit the next cell
        try:
            message = channel.receive()
        except EOFError:
            return
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)  # the cell before may have changed it
            answer = run_cell(shell, message["source"], limits.output_chars, message["is_check"])
        except KeyboardInterrupt:
            answer = {"error": "KeyboardInterrupt"}
        if os.getpid() != own:
            os._exit(0)  # a fork that the cell has made and left: it must not answer in our place
        if settings["is_protected"] and (message["is_check"] or answer["error"]):
            _end_others()
        channel.send(answer)


def _end_others() -> None:
    """End what a cell has left running in the sandbox: it would take time and memory of the next one."""
    if os.getpid() == 1:  # the first process of the sandbox, who does not end with the others
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)


def _prepare(seed: int, work: str) -> None:
    """Set what a cell finds: folder, seeds, one thread, nobody to ask."""
    os.chdir(work)
    os.environ.update({PIN: str(seed), "TMPDIR": work, "MPLBACKEND": "agg"})
    tempfile.tempdir = None  # asked for before, it would be kept
    sys.path.insert(0, "")
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    torch.set_num_threads(1)


def _silence() -> None:
    """Let what is written past Python, by the system or by other programs, go nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    sys.stdin = open(os.devnull, encoding="utf-8")
    with contextlib.suppress(OSError):  # when memory is short this process goes first, not the grader's
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def main() -> None:
    """Run one sheet for the grader at the other end of the socket whose number stands on the command line."""
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    settings = channel.receive()
    serve(channel, sheet_shell(), settings)


if __name__ == "__main__":
    main()
