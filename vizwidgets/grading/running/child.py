"""The process in which one student's sheet runs: it takes cells one by one and tells what came of them."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..seeds import PIN
from .channel import Channel
from .limits import Limits, lower_limits
from .shell import SheetShell, run_cell


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
        ``seed``, ``limits``, ``work`` (the folder to run in).
    """
    limits = Limits(**settings["limits"])
    _prepare(settings["seed"], settings["work"])
    lower_limits(limits)
    channel.send({"is_ready": True})
    while True:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # one that comes late must not hit the next cell
        try:
            message = channel.receive()
        except EOFError:
            return
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)  # the cell before may have changed it
            answer = run_cell(shell, message["source"], limits.output_chars)
        except KeyboardInterrupt:
            answer = {"error": "KeyboardInterrupt"}
        channel.send(answer)


def copy_files(folder: Path, work: Path, most: int) -> None:
    """Copy what was handed in beside the notebook, as far as it fits: plain files only, no links."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or any(each.is_symlink() for each in path.parents):
            continue
        most -= path.stat().st_size
        if most < 0:
            return
        target = work / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _prepare(seed: int, work: str) -> None:
    """Set what a cell finds: folder, seeds, one thread, nobody to ask."""
    os.chdir(work)
    os.environ.update({PIN: str(seed), "TMPDIR": work, "MPLBACKEND": "agg"})
    sys.path.insert(0, "")
    sys.stdin = open(os.devnull, encoding="utf-8")
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    torch.set_num_threads(1)
