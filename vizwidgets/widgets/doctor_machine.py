"""What memory there is, and whether the weights are there or there is room for them."""

from __future__ import annotations

import math
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from vizwidgets.data.artifacts import ARTIFACTS, Artifact, cache_dir, is_whole, present_path

from .doctor_container import memory_allowed
from .doctor_report import Finding

GB = 1e9
LEAST_MEMORY, ENOUGH_MEMORY = 1 * GB, 2 * GB  # a lesson's kernel takes about one
ROOM = 0.1 * GB  # beyond the files themselves: walls, feature caches, what a student keeps
SCRIPT = Path(__file__).parents[2] / "data_scripts" / "fetch_weights.py"
ANOTHER = "name another folder before vizwidgets is used: %env VIZWIDGETS_HOME=/a/folder/of/yours"
CLOSE = "close other notebooks (Kernel → Shut Down All Kernels …), and choose a smaller size= in explorers"


def memory_findings() -> Iterator[Finding]:
    """Tell the memory that is there and the memory that is free."""
    total, free = memory()
    if total is None:
        yield Finding("Memory", "fine", "unknown on this system")
        return
    words = f"{total / GB:.1f} GB, of which {'unknown' if free is None else f'{free / GB:.1f} GB'} free"
    least = total if free is None else free
    if least < LEAST_MEMORY:
        yield Finding("Memory", "trouble", f"{words}: a lesson needs about {LEAST_MEMORY / GB:.0f} GB", CLOSE)
    elif least < ENOUGH_MEMORY:
        yield Finding("Memory", "look", f"{words}: enough for one lesson at a time", CLOSE)
    else:
        yield Finding("Memory", "fine", words)


def storage_findings() -> Iterator[Finding]:
    """Tell whether the cache folder can be written, and whether there is room for what is missing."""
    folder, missing = cache_dir(), sum(artifact.size for artifact in absent())
    free, needed = shutil.disk_usage(existing(folder)).free, 3 * missing + ROOM  # download and conversion
    words = f"{folder}, {free / GB:.1f} GB free"
    if refusal := why_not_writable(folder):
        state = "trouble" if missing else "look"
        so = "weights cannot be fetched" if missing else "all weights are there, but nothing new is kept"
        yield Finding("Cache folder", state, f"{words}; cannot be written ({refusal}): {so}", ANOTHER)
    elif free < needed:
        remedy = f"make room there, or {ANOTHER}"
        yield Finding("Cache folder", "trouble", f"{words}; {needed / GB:.1f} GB are needed", remedy)
    else:
        yield Finding("Cache folder", "fine", words)


def weight_findings() -> Iterator[Finding]:
    """Tell which of the pinned files are there and have their hash, and how the others are fetched."""
    if missing := absent():
        named = ", ".join(f"{each.name} ({each.size / 1e6:.0f} MB)" for each in missing)
        yield Finding("Weights", "trouble", f"not fetched: {named}", fetch_command(missing))
    paths = {name: path for name in ARTIFACTS if (path := present_path(name)) is not None}
    damaged = [name for name in paths if not is_whole(name)]
    if damaged:
        words = f"damaged, or made for another version: {', '.join(str(paths[name]) for name in damaged)}"
        yield Finding("Weights", "trouble", words, fetch_command([ARTIFACTS[name] for name in damaged]))
    there = {name: path.stat().st_size / 1e6 for name, path in paths.items() if name not in damaged}
    if there:
        words = ", ".join(f"{name} ({size:.2g} MB)" for name, size in there.items())
        yield Finding("Weights", "fine", f"{words}; hashes are right")


def absent() -> list[Artifact]:
    """Return what the lessons need and what is not there."""
    return [each for each in ARTIFACTS.values() if not each.is_large and present_path(each.name) is None]


def fetch_command(missing: Sequence[Artifact]) -> str:
    """Return the command that fetches files, to be typed in a terminal."""
    names = [artifact.name for artifact in missing]
    if SCRIPT.is_file():
        return f'"{sys.executable}" "{SCRIPT}" {" ".join(names)}'
    code = f"from vizwidgets.data.artifacts import fetch; [fetch(name) for name in {names}]"
    return f'"{sys.executable}" -c "{code}"'


def memory() -> tuple[float | None, float | None]:
    """Return total and free memory in bytes, those of the container if it has less; None: unknown."""
    total, free = _memory_of_machine()
    allowed = memory_allowed()
    if allowed is not None and allowed[0] < (math.inf if total is None else total):
        return allowed[0], allowed[1] if free is None else min(free, allowed[1])
    return total, free


def _memory_of_machine() -> tuple[float | None, float | None]:
    with suppress(OSError, ValueError, KeyError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        sizes = {line.split(":")[0]: float(line.split()[1]) * 1024 for line in lines}
        return sizes["MemTotal"], sizes["MemAvailable"]
    with suppress(OSError, ValueError, AttributeError):
        return float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE"), None
    return None, None


def existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    return next((place for place in (folder, *folder.parents) if place.is_dir()), Path.cwd())


def why_not_writable(folder: Path) -> str:
    """Return why nothing can be written there, or the empty string; a trial file says more than flags do."""
    try:
        with tempfile.TemporaryFile(dir=existing(folder)):
            return ""
    except OSError as failure:
        return failure.strerror or str(failure)
