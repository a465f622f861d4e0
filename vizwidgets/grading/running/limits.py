"""What a student's sheet may use up: time, memory, disk, output, processes."""

from __future__ import annotations

import contextlib
import math
import os
import sys
from dataclasses import dataclass, fields
from pathlib import Path

MEGABYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """How much one sheet may use. Every field is above 0.

    Parameters
    ----------
    cell_seconds : float
        Processor time for a cell; then it is interrupted and loses its points, and the next one goes on. One
        that only waits may do so four times as long.
    sheet_seconds : float
        Time for all cells together; those that are left are not run.
    memory_mb : int
        Memory beyond what PyTorch takes when it is imported, in MiB.
    disk_mb : int
        What may be written, in MiB; it is gone when the sheet is done.
    output_chars : int
        How much of what a cell prints is kept.
    processes : int
        How many processes and threads there may be.

    Raises
    ------
    ValueError
        If one is not above 0.

    Examples
    --------
    >>> Limits(cell_seconds=5).memory_mb
    4096
    """

    cell_seconds: float = 30
    sheet_seconds: float = 600
    memory_mb: int = 4096
    disk_mb: int = 100
    output_chars: int = 100_000
    processes: int = 64

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not is_number or not 0 < value < math.inf:
                raise ValueError(f"{field.name} must be a number above 0; got {value!r}.")


def lower_limits(limits: Limits) -> None:
    """Put this process, and all that it starts, under the limits that the system itself can keep.

    They can not be raised again. Where the system knows none of them (Windows) nothing happens.
    """
    try:
        import resource
    except ImportError:
        return
    memory = _address_space() + int(limits.memory_mb * MEGABYTE)
    wanted = {
        "RLIMIT_AS": memory,
        "RLIMIT_FSIZE": int(limits.disk_mb * MEGABYTE),
        "RLIMIT_NPROC": _other_tasks() + int(limits.processes),
        "RLIMIT_CORE": 0,
    }
    if sys.platform != "linux":  # elsewhere the address space says nothing about memory
        del wanted["RLIMIT_AS"], wanted["RLIMIT_NPROC"]
    for name, value in wanted.items():
        kind = getattr(resource, name)
        _, most = resource.getrlimit(kind)
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(kind, (value, value))


def _address_space() -> int:
    """Return how many bytes of addresses this process has; the libraries alone take gigabytes of them."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 0
    import resource

    return pages * resource.getpagesize()


def _other_tasks() -> int:
    """Return how many threads of the user run beside this one: the system counts all of them together."""
    tasks = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):  # it has just ended
            lines = status.read_text(encoding="utf-8", errors="replace").splitlines()
            words = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
            if words["Uid"].split()[0] == str(os.getuid()):
                tasks += int(words["Threads"])
    return max(0, tasks - 1)


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
