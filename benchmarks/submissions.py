"""A class that hands in everything: right answers, typical mistakes, ways to crash, broken files."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.mutants import Mutant, read_mutants
from vizwidgets.grading.sheets.sheet import Sheet, id_of, is_fixed

TEXT = "I think that the total variation counts more: it grows with every step between two pixels."


@dataclass(frozen=True)
class Submission:
    """What one student hands in, and what must come of it.

    Parameters
    ----------
    kind : str
        What it is, in words.
    data : bytes
        The file.
    lost : str or Mutant, optional
        The question whose points are lost, or the mutant that says which; empty for none, None if it must
        not be graded.
    file : str
        Its name, if it is a wrong one.
    """

    kind: str
    data: bytes
    lost: str | Mutant | None = ""
    file: str = ""


CRASHES = {
    "hangs": "while True: pass",
    "hangs, ignores interrupts": """
import time
while True:
    try:
        time.sleep(100)
    except BaseException:
        pass""",
    "takes all memory": "kept = []\nwhile True: kept.append(torch.ones(2**24))",
    "takes all memory, in children": """
import os, time
for _ in range(8):
    if os.fork() == 0:
        kept = bytearray(os.urandom(1000)) * 10**6
        time.sleep(100)
time.sleep(100)""",
    "os._exit(0)": "import os; os._exit(0)",
    "sys.exit(0)": "import sys; sys.exit(0)",
    "segmentation fault": "import ctypes; ctypes.string_at(0)",
    "kills its group": "import os; os.killpg(0, 9); os.kill(os.getpid(), 15); os._exit(1)",
    "fork bomb": "import os\nwhile True: os.fork()",
    "prints 50 MB": "print('x' * 50_000_000); return None",
    "prints without end": "while True: print('x' * 1000)",
    "fills the disk": "k = 0\nwhile True: k += 1; open(str(k), 'wb').write(bytes(10**6))",
    "leaves a process": """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)""",
    "calls the network": "import urllib.request as r; return r.urlopen('http://127.0.0.1:8888', timeout=3)",
    "reads the source": "return open('SOURCE').read()",
    "endless recursion": "def again(): return again()\nreturn again()",
    "closes every file": "import os; os.closerange(0, 4096)",
}


def submissions(course: Course, name: str, count: int) -> Iterator[Submission]:
    """Yield as many submissions as are wanted: every mutant, every crash, every broken file, the rest right.

    Raises
    ------
    ValueError
        If there are more kinds of wrong ones than submissions.
    """
    source, release = Sheet.read(course.source(name)), Sheet.read(course.release(name))
    right = _filled(release.notebook, source)
    wrong = [
        *_mutants(right, source, course),
        *_crashes(right, source, course.source(name)),
        *_tampered(right, source),
        *_broken(right),
    ]
    wrong.append(Submission("untouched", _bytes(release.notebook), "everything"))
    if len(wrong) > count:
        raise ValueError(
            f"there are {len(wrong)} wrong submissions of {name}; count must be as much or more."
        )
    yield from wrong
    for _ in range(count - len(wrong)):
        yield Submission("right", _bytes(right))


def _filled(release: NotebookNode, source: Sheet) -> NotebookNode:
    """Return a release with the solutions in it, without the marks around them."""
    answers = {name: source.cell(name).source for name in source.answers}
    for name, text in answers.items():
        lines = [line for line in text.splitlines() if "SOLUTION" not in line]
        answers[name] = "\n".join(lines) + (f"\n{TEXT}" if name in source.texts else "")
    return _changed(release, answers)


def _mutants(right: NotebookNode, source: Sheet, course: Course) -> Iterator[Submission]:
    for mutant in read_mutants(course.mutants(source.name)):
        answer = mutant.applied_to(source.cell(mutant.cell).source)
        yield Submission("typical mistake", _bytes(_changed(right, {mutant.cell: answer})), mutant)


def _crashes(right: NotebookNode, source: Sheet, path: Path) -> Iterator[Submission]:
    """Yield sheets in which one of the answers goes wrong badly."""
    questions = [name for name, functions in source.answers.items() if functions]
    draw = random.Random(0)
    for kind, body in CRASHES.items():
        question = draw.choice(questions)
        lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
        answer = f"import torch\ndef {source.answers[question][0]}(*anything, **more):\n{lines}"
        answer = answer.replace("SOURCE", str(path))
        yield Submission(kind, _bytes(_changed(right, {question: answer})), question)
    yield Submission("syntax error", _bytes(_changed(right, {"q1": "def broken(:"})), "q1")
    shadows = "torch = close = Checks = fresh_seed = seed = checks = generator = None"
    last = questions[-1]
    mine = {last: f"{_cell(right, last).source}\n{shadows}"}
    yield Submission("takes our names at the end", _bytes(_changed(right, mine)), "")
    noisy = "import sys, warnings\nwarnings.warn('old')\nsys.stderr.write('!')\nprint('hello')"
    yield Submission("warns and writes to stderr", _bytes(_with_cell(right, noisy)), "")
    yield Submission(
        "os._exit(0) in a cell of its own", _bytes(_with_cell(right, "import os; os._exit(0)")), ""
    )


def _tampered(right: NotebookNode, source: Sheet) -> Iterator[Submission]:
    """Yield sheets whose checks were changed, around a wrong answer."""
    wrong = _changed(right, {"q1": f"def {source.answers['q1'][0]}(*anything): return 0"})
    checks = [id_of(cell) for cell in source.graded if is_fixed(cell)]
    yield Submission("check cells deleted", _bytes(_without(wrong, checks)), "q1")
    yield Submission("check cells rewritten", _bytes(_changed(wrong, dict.fromkeys(checks, "100.0"))), "q1")
    dearer = deepcopy(wrong)
    for cell in dearer.cells:
        if id_of(cell) in checks:
            cell.metadata.nbgrader.points = 100
    yield Submission("check cells made dearer", _bytes(dearer), "q1")
    bonus = nbformat.v4.new_code_cell("100.0", id="bonus")
    bonus.metadata["nbgrader"] = {"grade_id": "bonus", "grade": True, "locked": True, "points": 100}
    yield Submission("a bonus of its own", _bytes({**wrong, "cells": [*wrong.cells, bonus]}), "q1")
    yield Submission("an answer deleted", _bytes(_without(right, ["q1"])), "q1")
    large = deepcopy(right)
    output = nbformat.v4.new_output("stream", text="x" * 5_000_000)
    next(cell for cell in large.cells if cell.cell_type == "code").outputs = [output]
    yield Submission("5 MB of outputs", _bytes(large), "")


def _broken(right: NotebookNode) -> Iterator[Submission]:
    """Yield files that can not be graded."""
    whole = _bytes(right)
    yield Submission("broken JSON", whole[: len(whole) // 2], None)
    yield Submission("an empty file", b"", None)
    yield Submission("JSON, but no notebook", b"[1, 2, 3]", None)
    yield Submission("nested without end", b"[" * 10**6, None)
    yield Submission("50 MB", b" " * 50_000_000 + whole, None)
    yield Submission("a wrong name", whole, None, file="a1 (1).ipynb")
    for kind, details in (("another sheet", {"sheet": "a9"}), ("an older release", {"version": "0123"})):
        other = deepcopy(right)
        other.metadata.vizwidgets.update(details)
        yield Submission(kind, _bytes(other), None)
    bare = deepcopy(right)
    for cell in bare.cells:
        cell.metadata.clear()
    yield Submission("all metadata lost", _bytes(bare), None)


def _changed(notebook: NotebookNode, sources: Mapping[str, str]) -> NotebookNode:
    changed = deepcopy(notebook)
    for cell in changed.cells:
        cell.source = sources.get(id_of(cell), cell.source)
    return changed


def _with_cell(notebook: NotebookNode, source: str) -> NotebookNode:
    changed = deepcopy(notebook)
    changed.cells.insert(3, nbformat.v4.new_code_cell(source, id="mine"))
    return changed


def _without(notebook: NotebookNode, names: list[str]) -> NotebookNode:
    changed = deepcopy(notebook)
    changed.cells = [cell for cell in changed.cells if id_of(cell) not in names]
    return changed


def _cell(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if id_of(cell) == name)


def _bytes(notebook: Mapping[str, object]) -> bytes:
    return json.dumps(notebook).encode()


__all__ = ["CRASHES", "Submission", "submissions"]
