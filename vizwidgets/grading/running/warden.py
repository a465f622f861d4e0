"""The process that builds a sandbox, starts the sheet in it, and ends it when its memory is used up."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from . import kernel, sandbox
from .channel import Channel
from .child import serve
from .limits import MEGABYTE, Limits
from .outcomes import OUT_OF_MEMORY
from .shell import SheetShell

_LOOK_SECONDS = 0.2


def guard(channel: Channel, shell: SheetShell, settings: dict[str, Any], maps: tuple[int, int]) -> NoReturn:
    """Build the sandbox and let the sheet run in it; never return.

    Parameters
    ----------
    channel : Channel
        To the grader. If the system does not allow a sandbox it is told so, and nothing is run.
    shell, settings
        See `serve`; here ``folder`` and ``hidden`` too.
    maps : pair of int
        Descriptors: on the second we ask outside for the map of users, on the first comes the answer.
    """
    limits = Limits(**settings["limits"])
    status = 1
    try:
        kernel.die_with_parent(signal.SIGKILL)
        sandbox.leave_namespaces()
        os.write(maps[1], b"m")
        if os.read(maps[0], 1) != b"m":
            raise PermissionError("the map of users can not be written")
        sandbox.close_all_but(channel.fileno())
        work = sandbox.arrange_mounts(settings["work"], settings["folder"], settings["hidden"], limits)
        sheet = os.fork()
        if sheet == 0:
            sandbox.confine()
            serve(channel, shell, {**settings, "work": work, "folder": None})
            os._exit(0)
        channel.close()
        status = _wait(sheet, limits)
    except OSError as reason:
        channel.send({"problem": reason.strerror or str(reason)})
    finally:
        os._exit(status)


def _wait(sheet: int, limits: Limits) -> int:
    """Wait until the sheet's process ends, or its memory is used up; return an exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the interrupt of a time limit is for the sheet
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    most = limits.memory_mb * MEGABYTE + _memory("/proc/self")
    while True:
        ended, status = os.waitpid(sheet, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return 128 - code if code < 0 else code
        signal.sigtimedwait([signal.SIGCHLD], _LOOK_SECONDS)
        is_own = not os.path.exists("/proc/self")  # in the /proc of the sandbox we do not appear
        if is_own and all(_sum_up(memory) > most for memory in (_memory, _fair_memory)):
            os.kill(sheet, signal.SIGKILL)
            return OUT_OF_MEMORY


def _sum_up(memory: Callable[[str], int]) -> int:
    return sum(memory(str(process)) for process in Path("/proc").glob("[0-9]*"))


def _memory(process: str) -> int:
    """Return at most how many bytes a process has for itself; 0 if it has just ended. A quick look."""
    try:
        _, resident, shared, *_ = Path(process, "statm").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")


def _fair_memory(process: str) -> int:
    """Return the same with what several processes share counted once, a part for each."""
    try:
        lines = Path(process, "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:"))
