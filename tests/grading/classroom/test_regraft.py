"""Submissions that lost metadata or cells on the way: put together again so that they earn what they did."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import random

import nbformat
import pytest

from tests.grading.classroom.handed_in import (
    CENTRE,
    NAME,
    SPREAD,
    WORDS,
    built_course,
    release,
    solved,
    tree,
    written,
)
from tests.grading.sheets.tiny import cell_of
from vizwidgets.grading.classroom.collecting.regraft import regraft
from vizwidgets.grading.classroom.reading.unusable import write_reasons
from vizwidgets.grading.classroom.recognizing.answer_search import find_answer
from vizwidgets.grading.classroom.recognizing.student_code import statements_of
from vizwidgets.grading.command import main
from vizwidgets.grading.sheets.overwrite import overwrite
from vizwidgets.grading.sheets.sheet import Sheet, id_of, is_shown_only, mark_of


@pytest.fixture
def course(tmp_path):
    return built_course(tmp_path)


def points_of(course, notebook):
    """What each check cell gives, by plain exec of the cells in their order."""
    graded = overwrite(notebook, Sheet.read(course.source(NAME)).notebook)
    names, found = {}, {}
    for cell in graded.cells:
        if cell.cell_type == "code" and not is_shown_only(cell):
            with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
                tree_ = ast.parse(cell.source)
                last = tree_.body.pop() if mark_of(cell).get("grade") else None
                exec(compile(tree_, id_of(cell), "exec"), names)
                if last is not None:
                    found[id_of(cell)] = eval(ast.unparse(last), names)
    return found


FULL = {"q1_check": 4, "q1_hidden": 4, "q2_check": 4, "q2_hidden": 4, "integrity": 0}


def hand_in(course, notebook, student="ann"):
    path = course.submission(student, NAME)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(notebook if isinstance(notebook, bytes) else written(notebook))
    return path


def mended(course, notebook):
    """The submission after regraft, and what was said."""
    path = hand_in(course, notebook)
    before = path.read_bytes()
    (graft,) = regraft(course, NAME)
    original = path.with_name(f"{NAME}.original.ipynb")
    assert (original.read_bytes() if graft.state == "put together" else path.read_bytes()) == before
    return nbformat.read(path, 4), graft


def without_metadata(notebook):
    notebook.metadata.clear()
    for cell in notebook.cells:
        cell.metadata.clear()
    return notebook


def with_other_ids(notebook):
    for k, cell in enumerate(notebook.cells):
        cell.id = f"cell-{k}"
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"]["grade_id"] = f"cell-{k}"
    return notebook


def merged(notebook):
    code = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    words = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    cells = [nbformat.v4.new_code_cell(code), nbformat.v4.new_markdown_cell(words)]
    return nbformat.v4.new_notebook(cells=cells)


def shuffled(notebook):
    random.Random(0).shuffle(notebook.cells)
    return notebook


def without_checks(notebook):
    notebook = without_metadata(notebook)
    notebook.cells = [cell for cell in notebook.cells if not cell.id.endswith(("check", "hidden", "setup"))]
    return notebook


def as_format_3(notebook):
    kinds = {"code": "input", "markdown": "source"}
    cells = [
        {"cell_type": cell.cell_type, kinds[cell.cell_type]: cell.source, "outputs": [], "metadata": {}}
        for cell in notebook.cells
    ]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}
    return json.dumps(old).encode()


def through_a_script(notebook):
    """As a tool leaves it that turns a notebook into a Python script and back: markers of text are lost."""
    notebook = without_metadata(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("<!-- answer q3 -->\n", "").replace("## 3", "# 3")
        else:
            cell.source = "\n" + cell.source.replace("\n", "\r\n") + "\n\n# In[ ]:\n"
    return notebook


LOSSES = [without_metadata, with_other_ids, merged, shuffled, without_checks, as_format_3, through_a_script]


@pytest.mark.parametrize("lose", LOSSES, ids=lambda lose: lose.__name__)
def test_a_right_answer_earns_all_points_again_whatever_was_lost(course, lose):
    assert points_of(course, solved(course)) == FULL
    notebook, graft = mended(course, lose(solved(course)))
    assert (graft.state, graft.is_whole) == ("put together", True)
    assert points_of(course, notebook) == FULL
    assert "One outlier moves it." in cell_of(notebook, "q3").source
    ids = [id_of(cell) for cell in notebook.cells]
    assert ids == [id_of(cell) for cell in release(course).cells]
    nbformat.validate(notebook)


@pytest.mark.parametrize("lose", LOSSES, ids=lambda lose: lose.__name__)
def test_mending_twice_changes_nothing(course, lose):
    mended(course, lose(solved(course)))
    before = tree(course.submitted)
    (graft,) = regraft(course, NAME)
    assert graft.state == "as it is" and tree(course.submitted) == before


def test_a_good_submission_is_left_alone_with_all_cells_of_the_students_own(course):
    notebook = solved(course)
    notebook.cells.insert(3, nbformat.v4.new_code_cell("mine = 1"))
    cell_of(notebook, "q1_check").source = "# tampered with"
    notebook.cells = [cell for cell in notebook.cells if cell.id != "q2_hidden"]  # grading puts it back
    before = written(notebook)
    _, graft = mended(course, notebook)
    assert graft.state == "as it is"
    assert course.submission("ann", NAME).read_bytes() == before


def test_helpers_imports_and_constants_come_along_and_nothing_else(course):
    notebook = merged(solved(course))
    notebook.cells[0].source = "\n".join(
        [
            "import torch as t, math",
            "from functools import reduce",
            "SHIFT = 1",
            "SHIFT = SHIFT - 1",
            "table = {}",
            "table['zero'] = SHIFT",
            "# the widest row",
            "def widest(x, k=SHIFT):",
            "    return t.amax(x, dim=1) + table['zero'] + k",
            "def spread(x):",
            "    return 'an older one'",
            "def spread(x):",
            "    return widest(x) - t.amin(x, dim=1)",
            "def unused(x): return x",
            "print(spread(t.rand(2, 2)))",
            "centre = lambda x: x - x.mean()",
        ]
    )
    mended_, graft = mended(course, notebook)
    source = cell_of(mended_, "q1").source
    assert graft.notes[1] == "q1: spread from cell 1, the last of 2, with math, t, SHIFT, table, widest"
    assert "# the widest row" in source
    assert all(each not in source for each in ("unused", "print", "older", "reduce", "centre"))
    assert points_of(course, mended_) == FULL


def test_a_syntax_error_costs_the_answer_that_has_it_only(course):
    notebook = merged(solved(course))
    broken = "def spread(x):\n    return x.amax(dim=1 - x.amin(dim=1)"
    notebook.cells[0].source = notebook.cells[0].source.replace(SPREAD, broken)
    result, graft = mended(course, notebook)
    assert broken in cell_of(result, "q1").source and not graft.is_whole
    assert "which is no Python" in graft.notes[1]
    assert points_of(course, result) == {**FULL, "q1_check": 0, "q1_hidden": 0}


def test_an_answer_that_is_not_there_stays_empty_and_is_named(course):
    notebook = without_metadata(solved(course))
    notebook.cells = [cell for cell in notebook.cells if cell.id not in ("q2", "q3")]
    result, graft = mended(course, notebook)
    assert not graft.is_whole
    assert graft.notes[2:] == ("q2: not found, stays empty", "q3: not found, stays empty")
    assert cell_of(result, "q2").source == cell_of(release(course), "q2").source
    assert points_of(course, result) == {**FULL, "q2_check": 0, "q2_hidden": 0}


def test_a_stub_below_the_answer_is_not_taken_for_it(course):
    notebook = without_metadata(release(course))
    notebook.cells.insert(2, nbformat.v4.new_code_cell(SPREAD))
    result, _ = mended(course, notebook)
    assert SPREAD in cell_of(result, "q1").source


def test_a_text_is_found_by_its_heading_and_loses_no_paragraph(course):
    notebook = without_metadata(solved(course))
    answer = "One outlier moves it.\n\n- a list\n- with two\n\nAnd $x^2$ <b>too</b>."
    cell_of(notebook, "q3").source = answer
    cell_of(notebook, "q3_words").source = "3 In words\n---\nWhat is wrong with the spread?"
    result, graft = mended(course, notebook)
    assert cell_of(result, "q3").source == f"<!-- answer q3 -->\n\n{answer}"
    assert graft.notes[-1] == "q3: found by the heading above it"


def test_the_self_study_version_is_made_a_release(course):
    notebook = nbformat.read(course.selfstudy(NAME), 4)
    cell_of(notebook, "q1").source, cell_of(notebook, "q2").source = SPREAD, CENTRE
    cell_of(notebook, "q3").source = WORDS
    result, graft = mended(course, notebook)
    assert graft.is_whole and result.metadata["vizwidgets"] == release(course).metadata["vizwidgets"]
    assert points_of(course, result) == FULL


def test_a_stranger_and_a_broken_file_are_left_as_they_are(course):
    hand_in(course, nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")]), "ann")
    hand_in(course, b'{"cells": [', "bob")
    (course.submitted / "zoe" / NAME).mkdir(parents=True)
    before = tree(course.submitted)
    found = {graft.student: graft for graft in regraft(course, NAME)}
    assert {graft.state for graft in found.values()} == {"not mended"}
    assert "no answer of this sheet was found" in found["ann"].notes[0]
    assert "broken JSON" in found["bob"].notes[0] and "run collect" in found["zoe"].notes[0]
    assert tree(course.submitted) == before


def test_of_a_file_that_was_no_use_the_reason_is_told_again(course):
    write_reasons(course.submitted / "zoe" / NAME, ["a1.pdf: a PDF, not a notebook"])
    (graft,) = regraft(course, NAME)
    assert graft.state == "not mended" and graft.notes == ("a1.pdf: a PDF, not a notebook",)


def test_the_command_says_what_was_found_and_whether_a_person_must_look(course, capsys):
    hand_in(course, without_metadata(solved(course)))
    assert main(["regraft", "a0", "--course", str(course.root)]) == 0
    out = capsys.readouterr().out
    assert "1 put together · 0 as it is · 0 not mended" in out and "q1: spread from cell 4" in out
    assert main(["regraft", "a0", "nobody", "--course", str(course.root)]) == 2
    assert "no submission of a0_tiny from nobody; submitted/ has ann" in capsys.readouterr().err


EMPTY = Sheet(nbformat.v4.new_notebook())


def found_text(code, name="f", earlier=()):
    return find_answer([name], earlier, statements_of(code), EMPTY).text


@pytest.mark.parametrize(
    "parts",
    [
        ["from math import *", "def f(x): return sqrt(x)", "# y = 1"],
        ["# a = 1", "b = 2", "def f(): return b"],
        ["net = N()", "net.eval()", "net.w = 1", "def f(): return net"],
        ["import os", "# os.getcwd()", "def f(): return os"],
        ["n = 1", "n += 1", "def f(): return n"],
        ["n = 1", "if 0:\n    n = 2", "def f(): return n"],
        ["# n = 1", "n = 2", "def f(): return n"],
        ["if 1:\n    def h(): return 1", "def f(): return h()"],
        ["def f(h):\n    h = 1\n    return h", "# h = 2"],
        ["def d(g): return g", "@d\ndef f(): ..."],
        ["c = 0", "def bump():\n    global c\n    c += 1", "def f(): return bump()"],
        ["for k in range(3):\n    n = k", "def f(): return n"],
    ],
)
def test_what_an_answer_needs_comes_along_in_its_order_and_the_rest_does_not(parts):
    """What stands behind a # is code that is not needed."""
    assert found_text("\n".join(part.removeprefix("# ") for part in parts)) == "\n\n".join(
        part for part in parts if not part.startswith("# ")
    )


def test_an_answer_of_an_earlier_question_is_not_given_twice_but_a_later_one_is():
    code = "def g(x): return x\ndef f(x): return g(x)"
    assert "def g" not in found_text(code, earlier=["g"])
    assert "def g" in found_text(code)
