"""What a container, a JupyterHub or a batch system leaves to this process of the machine's memory and cores.

Linux keeps both limits in control groups, of which there are two versions, and groups lie within groups: the
tightest one counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ROOT, MINE = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
UNLIMITED = 1 << 60  # how version 1 says that memory is not limited
# limit, use, and what of the use is copies of files that are given up when somebody needs the room
MEMORY = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


def memory_allowed() -> tuple[float, float] | None:
    """Return the bytes that this process and its neighbours may have, and those free; None: no limit."""
    found = [memory for folder in _groups("memory") if (memory := _memory_of(folder)) is not None]
    return (min(limit for limit, _ in found), min(free for _, free in found)) if found else None


def cores_allowed() -> int | None:
    """Return how many cores may be busy at once, at least 1; None: as many as there are."""
    found = [cores for folder in _groups("cpu") if (cores := _cores_of(folder)) is not None]
    return max(1, math.ceil(min(found))) if found else None


def _groups(controller: str) -> Iterator[Path]:
    """Yield the folders of the groups that this process is in, the innermost first."""
    with suppress(OSError, ValueError):
        for line in MINE.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers and controller not in controllers.split(","):
                continue
            base = ROOT / controller if controllers else ROOT
            inner = base / path.strip("/")  # within a container often not there, and base is the container's
            yield inner
            yield from (folder for folder in inner.parents if folder.is_relative_to(base))


def _memory_of(folder: Path) -> tuple[float, float] | None:
    for limit_name, used_name, idle_name in MEMORY:
        with suppress(OSError, ValueError, KeyError):  # "max" is no number
            limit, used = (float((folder / name).read_text()) for name in (limit_name, used_name))
            lines = (folder / "memory.stat").read_text().splitlines()
            idle = float(dict(line.split() for line in lines)[idle_name])
            if limit < UNLIMITED:
                return limit, limit - used + idle
    return None


def _cores_of(folder: Path) -> float | None:
    with suppress(OSError, ValueError):
        quota, period = map(float, (folder / "cpu.max").read_text().split())
        return quota / period
    with suppress(OSError, ValueError):
        names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
        quota, period = (float((folder / name).read_text()) for name in names)
        return quota / period if quota > 0 else None
    return None
