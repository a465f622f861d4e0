"""A small course with a sheet of three questions, and results of its students, for tests of the papers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from html.parser import HTMLParser
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4

from vizwidgets.grading.classroom.scoring.gradebook import Gradebook
from vizwidgets.grading.results import CellResult, RecordResult, SheetResult
from vizwidgets.grading.scores import CriterionResult
from vizwidgets.grading.sheets.course import Course

SHEET = "a1_looking"
PLACEHOLDER = "<!-- answer q3 -->\n*Your words here.*"
HIDDEN = """# Q1, further checks
### BEGIN HIDDEN TESTS
secret_reference = [value + value for value in (3, 5, 8)]
checks = Checks("Q1 further", points=2, seed=fresh_seed())
with checks("negative numbers too", 2, hint="think of signs"):
    assert [double(value) for value in (3, 5, 8)] == secret_reference
checks.score()
### END HIDDEN TESTS"""


def cell(name: str, source: str, kind: str = "code", **mark: object) -> NotebookNode:
    """Return a cell with nbgrader's metadata."""
    known = {"grade": False, "solution": False, "locked": True, "schema_version": 3, "task": False}
    metadata = {"nbgrader": {**known, "grade_id": name, **mark}} if mark else {}
    make = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    return make(source, id=name, metadata=metadata)


def source_notebook() -> NotebookNode:
    """Return the sheet as its author wrote it."""
    answer = {"solution": True, "locked": False}
    solution = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
    return v4.new_notebook(
        cells=[
            cell("title", "# A1 · Looking", "markdown"),
            cell("setup", "import math", locked=True),
            cell("q1_words", "## Q1 · Doubling (4 points)\n\nTwice as much.", "markdown"),
            cell("q1", solution, **answer),
            cell("q1_check", 'checks = Checks("Q1", points=2)', grade=True, points=2),
            cell("q1_hidden", HIDDEN, grade=True, points=2),
            cell("q2_words", "## Q2 · Halving (2 points)", "markdown"),
            cell("q2", "def half(x):\n    return x / 2", **answer),
            cell("q2_check", "half(2)", grade=True, points=2),
            cell("q3_words", "## Q3 · In words (4 points)", "markdown"),
            cell("q3", "<!-- answer q3 -->\nA model answer.", "markdown", grade=True, points=4, **answer),
            cell("integrity", "negative_control()", grade=True, points=0),
        ]
    )


def release_notebook() -> NotebookNode:
    """Return the sheet as the class gets it."""
    release = deepcopy(source_notebook())
    for each in release.cells:
        each.source = re.sub(r"### BEGIN HIDDEN.*### END HIDDEN TESTS", "", each.source, flags=re.DOTALL)
        each.source = re.sub(r"### BEGIN SOL.*### END SOLUTION", "raise", each.source, flags=re.DOTALL)
        each.source = PLACEHOLDER if each.id == "q3" else each.source
    return release


def new_course(root: Path) -> Course:
    """Return a course with one sheet."""
    for kind, notebook in (("source", source_notebook()), ("release", release_notebook())):
        path = root / kind / SHEET / f"{SHEET}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    return Course(root)


def hand_in(
    course: Course,
    student: str,
    answers: Mapping[str, str] | None = None,
    below: Mapping[str, str] | None = None,
) -> Path:
    """Write a submission: the release with some cells answered, or with prose below them; return its file."""
    notebook = release_notebook()
    for each in notebook.cells:
        each.source = (answers or {}).get(each.id, each.source)
    for name, words in (below or {}).items():
        place = [each.id for each in notebook.cells].index(name)
        notebook.cells.insert(place + 1, v4.new_markdown_cell(words))
    path = course.submission(student, SHEET)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def criterion(label: str, is_met: bool, reason: str = "AssertionError: got 3", points: float = 2):
    """Return a criterion."""
    return CriterionResult(label, points, is_met, "" if is_met else reason, f"hint for {label}")


def result_of(student: str, met: tuple[bool, bool, bool] = (True, True, True), **changes: object):
    """Return a graded result of the sheet: check and hidden check of Q1, check of Q2."""
    labels = (("q1_check", "doubles"), ("q1_hidden", "negative numbers too"), ("q2_check", "halves"))
    cells = [
        CellResult(name, 2, 2.0 * good, (criterion(label, good),), seed=4711)
        for (name, label), good in zip(labels, met, strict=True)
    ]
    cells += [CellResult("q3", 4, None), CellResult("integrity", 0, 0.0)]
    known = {"cells": tuple(cells), "seed": 4711, "submission": "3fa9c1d24b7e" + "0" * 52}
    return SheetResult(student, SHEET, **{**known, **changes})


def not_graded(student: str, problem: str = "the file is no notebook") -> SheetResult:
    """Return the result of a submission that could not be read."""
    return SheetResult(student, SHEET, "not graded", problem)


def keep(course: Course, *results: SheetResult) -> None:
    """Write results into the gradebook."""
    for result in results:
        Gradebook(course, SHEET).add(result)


def record_result(is_replayed: bool) -> RecordResult:
    """Return what became of a record."""
    return RecordResult("three.json", is_replayed, "the same curve again" if is_replayed else "another curve")


class Page(HTMLParser):
    """What a page consists of: tags, attributes, text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"]:
            self._texts.append(data)

    @property
    def text(self) -> str:
        """All text, spaces put together."""
        return " ".join(" ".join(self._texts).split())
