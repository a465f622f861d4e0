"""What the course wrote is put back: as nbgrader does it, and where nbgrader leaves a gap."""

from __future__ import annotations

import os
import sys
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader import preprocessors
from nbgrader.api import Gradebook

from vizwidgets.grading.sheets.overwrite import overwrite
from vizwidgets.grading.sheets.sheet import id_of, mark_of


def cell(name: str, source: str, *, text: bool = False, **mark):
    made = (new_markdown_cell if text else new_code_cell)(source, id=name)
    plain = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    made.metadata["nbgrader"] = {**plain, "grade_id": name, "cell_type": made.cell_type, **mark}
    return made


@pytest.fixture
def source():
    cells = [
        new_markdown_cell("# A sheet", id="title"),
        cell("setup", "import math", locked=True),
        cell("q1", "def f(x):\n    return 2 * x", solution=True),
        cell("q1_check", "f(2) == 4", grade=True, locked=True, points=1),
        cell("q1_hidden", "f(3) == 6", grade=True, locked=True, points=2),
        cell("q2", "<!-- answer q2 -->", text=True, grade=True, solution=True, points=4),
        cell("integrity", "0.0", grade=True, locked=True, points=0),
    ]
    return new_notebook(cells=cells)


@pytest.fixture
def submission(source):
    handed_in = deepcopy(source)
    by_id(handed_in)["q1"].source = "def f(x):\n    return x + x"
    by_id(handed_in)["q1_hidden"].source = ""
    by_id(handed_in)["q2"].source = "<!-- answer q2 -->\nBecause."
    handed_in.cells.insert(3, new_code_cell("f(1)", id="mine"))
    return handed_in


def by_id(notebook):
    return {id_of(each): each for each in notebook.cells}


def ids(notebook):
    return [id_of(each) for each in notebook.cells]


def remove(notebook, *names):
    notebook.cells = [each for each in notebook.cells if id_of(each) not in names]


def test_hidden_checks_come_back_and_answers_stay(source, submission):
    graded = by_id(overwrite(submission, source))
    assert graded["q1_hidden"].source == "f(3) == 6"
    assert graded["q1"].source == "def f(x):\n    return x + x"
    assert graded["q2"].source.endswith("Because.")
    assert graded["mine"].source == "f(1)"


def test_neither_notebook_is_changed(source, submission):
    before = deepcopy(source), deepcopy(submission)
    overwrite(submission, source).cells[0].source = "other"
    assert (source, submission) == before


def test_tampered_checks_points_and_setup_are_put_back(source, submission):
    cells = by_id(submission)
    cells["q1_check"].source = "2.0"
    cells["q1_check"].metadata.nbgrader.points = 20
    cells["setup"].source = "import sys"
    graded = by_id(overwrite(submission, source))
    assert [graded[name].source for name in ("q1_check", "setup")] == ["f(2) == 4", "import math"]
    assert mark_of(graded["q1_check"])["points"] == 1


@pytest.mark.parametrize("lost", [("q1_check",), ("setup",), ("q1_check", "q1_hidden"), ("integrity", "q2")])
def test_deleted_cells_of_the_course_stand_where_they_stood(source, submission, lost):
    remove(submission, *lost)
    restored = [name for name in ids(overwrite(submission, source)) if name not in ("mine", "title")]
    assert restored == [name for name in ids(source) if name != "title"]


def test_a_deleted_answer_comes_back_empty_never_as_the_solution(source, submission):
    remove(submission, "q1", "q2")
    graded = by_id(overwrite(submission, source))
    assert graded["q1"].source == graded["q2"].source == ""


def test_a_copied_answer_counts_as_a_cell_of_the_students_own(source, submission):
    copied = deepcopy(by_id(submission)["q1"])
    copied.source = "def f(x):\n    return 0"
    submission.cells.insert(3, copied)
    graded = overwrite(submission, source)
    assert [bool(mark_of(each)) for each in graded.cells if each.source.startswith("def f")] == [True, False]


def test_a_code_answer_that_was_turned_into_text_is_code_again(source, submission):
    place = ids(submission).index("q1")
    text = new_markdown_cell("def f(x): return 2", id="q1")
    text.metadata = submission.cells[place].metadata
    submission.cells[place] = text
    assert by_id(overwrite(submission, source))["q1"].cell_type == "code"


@pytest.mark.parametrize("lost", [(), ("q1_check",), ("q1_check", "q1_hidden")])
def test_cells_are_those_that_nbgrader_puts_back(source, submission, lost, tmp_path, monkeypatch):
    """The words that nbgrader sets above a restored cell are left out of the comparison."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)  # nbgrader calls alembic
    names = {"notebook": "tiny", "assignment": "tiny", "student": "ann"}
    resources = {"nbgrader": {**names, "db_url": f"sqlite:///{tmp_path}/gradebook.db"}}
    remove(submission, *lost)
    by_id(submission).get("q1_check", {})["source"] = "2.0"
    checked, _ = preprocessors.ComputeChecksums().preprocess(deepcopy(source), resources)
    with Gradebook(resources["nbgrader"]["db_url"]) as gradebook:
        gradebook.add_assignment("tiny")
    preprocessors.SaveCells().preprocess(checked, resources)
    theirs, _ = preprocessors.OverwriteCells(add_missing_cells=True).preprocess(
        deepcopy(submission), resources
    )
    ours = overwrite(submission, source)
    assert [id_of(each) for each in ours.cells] == [id_of(each) for each in theirs.cells]
    for one, other in zip(ours.cells, theirs.cells, strict=True):
        assert one.source == other.source.split("nbgrader.\n\n")[-1]
        assert one.cell_type == other.cell_type
        assert mark_of(one).get("points") == mark_of(other).get("points")


def test_the_result_is_a_valid_notebook(source, submission):
    remove(submission, "q1_check", "setup")
    nbformat.validate(overwrite(submission, source))
