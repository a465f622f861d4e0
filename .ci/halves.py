"""Run every test in two halves beside each other; `make test` does.

    python .ci/halves.py            # the lessons, and the website of what they show; everything else
    python .ci/halves.py -x         # further flags for pytest go to both halves
    python .ci/halves.py tests/core # words that are no flags choose tests: one pytest runs them

Either half leaves a core idle for much of its time: a browser's tests wait, the small networks of the lessons
divide badly. What the half of the lessons says is shown when the other one has ended. `pytest` alone runs all
tests one after the other.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ("notebooks", "website")  # the website is built of what the lessons have just shown
PYTEST = (sys.executable, "-m", "pytest")
# Threads that spin while they wait for a busy core take it from those who could use it: ten times the work.
ENVIRONMENT = {"OMP_WAIT_POLICY": "passive", **os.environ}


def main(words: Sequence[str]) -> int:
    """Run the tests; return 0 if all of them passed, else what the half that failed returned."""
    chosen = [word for word in words if not word.startswith("-")]
    if chosen or (os.cpu_count() or 1) == 1:
        return subprocess.run([*PYTEST, *words], cwd=ROOT, env=ENVIRONMENT, check=False).returncode
    lessons, others = halves()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever ends this process ends both halves
    with tempfile.TemporaryDirectory() as folder, Path(folder, "lessons.log").open("w+b") as said:
        command = [*PYTEST, *words, *lessons]
        beside = subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=said, stderr=subprocess.STDOUT)
        try:
            first = subprocess.run([*PYTEST, *words, *others], cwd=ROOT, env=ENVIRONMENT, check=False)
            follow(Path(said.name), beside)
        finally:
            beside.terminate()
            beside.wait()
    return first.returncode or beside.returncode


def halves() -> tuple[list[str], list[str]]:
    """Return what `testpaths` in pyproject.toml names: that of the lessons, and the rest."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: tuple[list[str], list[str]] = [], []
    for pattern in settings["tool"]["pytest"]["ini_options"]["testpaths"]:
        paths = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern))
        found[not pattern.startswith(LESSONS)].extend(paths)
    return found


def follow(log: Path, process: subprocess.Popen[bytes]) -> None:
    """Show what a process has said and says, until it ends."""
    with log.open("rb") as said:
        while process.poll() is None:
            show(said)
            time.sleep(0.2)
        show(said)


def show(said: BinaryIO) -> None:
    """Show what there is to read, as it is."""
    sys.stdout.buffer.write(said.read())
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
