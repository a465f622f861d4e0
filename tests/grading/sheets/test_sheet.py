"""A sheet as a value: who answers what, and a fingerprint of what the course wrote."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.grading.sheets.test_overwrite import cell
from vizwidgets.grading.sheets.sheet import Sheet, functions_of, is_shown_only, mark_of


@pytest.fixture
def sheet():
    cells = [
        cell("setup", "import math", locked=True),
        cell("q1", "import os\n\ndef helper(): ...\n\nasync def f(x):\n    return x", solution=True),
        cell("q1_check", "f(1)", grade=True, locked=True, points=2),
        cell("q1_widget", "show(f)", locked=True),
        cell("q2", "<!-- answer q2 -->", text=True, grade=True, solution=True, points=4),
        new_code_cell("f(2)", id="mine"),
    ]
    cells[3].metadata["tags"] = ["widget"]
    return Sheet(new_notebook(cells=cells, metadata={"vizwidgets": {"sheet": "tiny"}}))


def test_it_knows_its_name_points_answers_and_texts(sheet):
    assert sheet.name == "tiny"
    assert sheet.points == {"q1_check": 2, "q2": 4}
    assert sheet.answers == {"q1": ("helper", "f"), "q2": ()}
    assert sheet.texts == ["q2"]
    assert [each.id for each in sheet.cells if is_shown_only(each)] == ["q1_widget"]


def test_an_unknown_cell_is_named(sheet):
    with pytest.raises(KeyError, match="q9"):
        sheet.cell("q9")


@pytest.mark.parametrize("name", ["q1", "q2", "mine"])
def test_what_a_student_writes_leaves_the_fingerprint_as_it_is(sheet, name):
    before = sheet.fingerprint
    sheet.cell(name).source += "\nmore"
    assert sheet.fingerprint == before


def test_what_the_course_writes_changes_the_fingerprint(sheet):
    seen = {sheet.fingerprint}
    sheet.cell("setup").source += "\nimport sys"
    seen.add(sheet.fingerprint)
    sheet.cell("q1_check").metadata.nbgrader.points = 3
    seen.add(sheet.fingerprint)
    assert len(seen) == 3


def test_reading_and_writing_keeps_the_fingerprint(sheet, tmp_path):
    nbformat.write(sheet.notebook, tmp_path / "tiny.ipynb")
    assert Sheet.read(tmp_path / "tiny.ipynb").fingerprint == sheet.fingerprint


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', "\x00\x01", '{"nbformat": 99}'])
def test_what_is_no_notebook_is_refused_in_words(tmp_path, content):
    (tmp_path / "a1.ipynb").write_text(content)
    with pytest.raises(ValueError, match="a1.ipynb is no notebook"):
        Sheet.read(tmp_path / "a1.ipynb")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="a1.ipynb"):
        Sheet.read(tmp_path / "a1.ipynb")


@pytest.mark.parametrize("source", ["def f(:", "%%bash\nls", "x = 1", "\x00", "(" * 5000])
def test_a_cell_that_is_no_python_defines_nothing(source):
    assert functions_of(source) == ()


def test_metadata_that_is_no_table_is_none():
    odd = new_markdown_cell("text")
    odd.metadata["nbgrader"] = "q1"
    assert mark_of(odd) == {}
