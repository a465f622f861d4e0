"""Run every test in two halves beside each other; `make test` does.

    python .ci/halves.py            # the lessons, and the website of what they show; everything else
    python .ci/halves.py -x         # further flags for pytest go to both halves
    python .ci/halves.py tests/core # words that are no flags choose tests: one pytest runs them

Either half leaves a core idle for much of its time: a browser's tests wait, the small networks of the lessons
divide badly. What the lessons say is shown when the other half has ended; a last line, as pytest's, adds up
both. `pytest` alone runs all tests one after the other.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ("notebooks", "website")  # the website is built of what the lessons have just shown
PYTEST = (sys.executable, "-m", "pytest")
# Threads that spin while they wait for a busy core take it from those who could use it: ten times the work.
ENVIRONMENT = {"OMP_WAIT_POLICY": "passive", **os.environ}
ONE_BY_ONE = "VIZWIDGETS_TESTS_ONE_BY_ONE"  # a variable: set, one pytest runs all tests
NOTHING_CHOSEN = 5  # what pytest returns when flags such as -m leave no test
BROKEN_OFF = b"1 error"
FIRST = ("failed", "error", "passed", "skipped")
CLOSING = re.compile(rb"(ran|ed|errors?|warnings?)\S* in [0-9.]+s")  # as in "5 passed, 1 skipped in 2.00s"


def main(words: Sequence[str]) -> int:
    """Run the tests; return 0 if all of them passed, else what the half that failed returned."""
    chosen = [word for word in words if not word.startswith("-")]
    if chosen or ONE_BY_ONE in os.environ or (os.cpu_count() or 1) == 1:
        return subprocess.run([*PYTEST, *words], cwd=ROOT, env=ENVIRONMENT, check=False).returncode
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever ends this process ends both halves
    color = ["--color=yes"] if sys.stdout.isatty() else []
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        logs = [Path(folder, name) for name in ("others.log", "lessons.log")]
        running = [start([*color, *words, *half], log) for half, log in zip(halves(), logs, strict=True)]
        try:
            for process, log in zip(running, logs, strict=True):
                follow(log, process)
        finally:
            for process in running:
                process.terminate()
                process.wait()
        closing = [closing_line(log.read_bytes()) for log in logs]
    sys.stdout.write(sum_of(closing, time.monotonic() - begun) + "\n")
    codes = {process.returncode for process in running} - {NOTHING_CHOSEN} or {NOTHING_CHOSEN}
    return max(*codes, int(BROKEN_OFF in closing), key=abs)


def start(words: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start pytest; what it says goes to a file."""
    with log.open("wb") as said:
        return subprocess.Popen([*PYTEST, *words], cwd=ROOT, env=ENVIRONMENT, stdout=said, stderr=said)


def halves() -> tuple[list[str], list[str]]:
    """Return what `testpaths` in pyproject.toml names: all but the lessons and their website, and these."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: tuple[list[str], list[str]] = [], []
    for pattern in settings["tool"]["pytest"]["ini_options"]["testpaths"]:
        paths = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern))
        found[pattern.startswith(LESSONS)].extend(paths)
    return found


def follow(log: Path, process: subprocess.Popen[bytes]) -> None:
    """Show what a process has said and says, until it ends."""
    with log.open("rb") as said:
        ended = False
        while not ended:
            ended = process.poll() is not None  # before the last reading, so that nothing is missed
            sys.stdout.buffer.write(said.read())
            sys.stdout.buffer.flush()
            time.sleep(0.0 if ended else 0.2)


def closing_line(log: bytes) -> bytes:
    """Return the last line in which pytest counts its tests; where it ended before that, one error."""
    return next((line for line in reversed(log.splitlines()) if CLOSING.search(line)), BROKEN_OFF)


def sum_of(closing: Sequence[bytes], seconds: float) -> str:
    """Return one closing line for several."""
    counts: Counter[str] = Counter()
    for number, kind in re.findall(rb"([0-9]+) ([a-z]+)", b"\n".join(closing)):
        counts[kind.decode().removesuffix("s")] += int(number)
    kinds = sorted(counts, key=lambda kind: FIRST.index(kind) if kind in FIRST else len(FIRST))
    plural = {kind: "s" * (kind in ("error", "warning") and counts[kind] > 1) for kind in counts}
    words = ", ".join(f"{counts[kind]} {kind}{plural[kind]}" for kind in kinds) or "no tests ran"
    return f" {words} in {seconds:.2f}s ({timedelta(seconds=round(seconds))}) ".center(80, "=")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
