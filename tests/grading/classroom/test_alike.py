"""Answers that are the same but for names are found; natural ones and different ones are not."""

from __future__ import annotations

import ast

import nbformat
import pytest

from vizwidgets.grading.classroom.auditing.alike import LONG, SHORT, alike, normalized, normalized_answers
from vizwidgets.grading.sheets.sheet import Sheet

LOOP = """
def norm(x, p):
    total = 0.0
    for value in x.flatten():
        total += abs(value) ** p
    return total ** (1 / p)
"""


def form(code):
    return normalized(ast.parse(code).body[0])


@pytest.mark.parametrize(
    "other",
    [
        LOOP.replace("total", "s").replace("value", "v"),
        LOOP.replace("norm(x, p)", "norm(image: float, power) -> float").replace("x.f", "image.f"),
        LOOP.replace("    total = 0.0", "    '''A norm.'''\n    total = 0.00  # nothing yet\n"),
        LOOP.replace("(1 / p)", "( (1/p) )"),
    ],
)
def test_names_comments_and_layout_make_no_difference(other):
    if "power" in other:
        other = other.replace("** p\n", "** power\n").replace("/ p)", "/ power)")
    assert other != LOOP and form(other) == form(LOOP)


@pytest.mark.parametrize(
    ("old", "new"), [("0.0", "1.0"), ("** p\n", "* p\n"), ("abs", "torch.abs"), ("x.flatten()", "x")]
)
def test_another_computation_is_another_answer(old, new):
    assert form(LOOP.replace(old, new)) != form(LOOP)


def test_variables_that_change_places_are_not_the_same():
    assert form("def f(a, b):\n    return a - b") != form("def f(a, b):\n    return b - a")


def test_a_pair_needs_one_long_answer_or_two_shorter_ones():
    crowd = {f"s{k}": {"q1": (f"own {k}", LONG)} for k in range(20)}
    one_short = {"ann": {"q1": ("same", SHORT)}, "bob": {"q1": ("same", SHORT)}}
    assert alike({**crowd, **one_short}) == []
    one_long = {"ann": {"q1": ("same", LONG)}, "bob": {"q1": ("same", LONG)}}
    (pair,) = alike({**crowd, **one_long})
    assert (pair.students, pair.answers) == (("ann", "bob"), ("q1",))
    two = {name: {"q1": ("same", SHORT), "q2": ("too", SHORT)} for name in ("bob", "ann")}
    assert alike({**crowd, **two})[0].answers == ("q1", "q2")
    tiny = {name: {f"q{k}": ("x", SHORT - 1) for k in range(6)} for name in ("ann", "bob")}
    assert alike(tiny) == []


def test_what_many_have_is_the_natural_way_to_write_it():
    answers = {f"s{k}": {"q1": ("same", LONG), "q2": ("same", LONG)} for k in range(5)}
    assert alike(answers) == []


def test_stubs_and_short_texts_are_no_answers_and_the_last_definition_counts():
    def cell(kind, name, source):
        mark = {"grade_id": name, "grade": kind == "markdown", "solution": True, "locked": False, "points": 4}
        make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        return make(source, id=name, metadata={"nbgrader": mark})

    stub = "def norm(x, p):\n    raise NotImplementedError()"
    given = [cell("code", "q1", stub), cell("markdown", "q2", "<!-- answer q2 -->\nYour words.")]
    release = Sheet(nbformat.v4.new_notebook(cells=given))
    assert normalized_answers(release.notebook, release) == {}
    long = "The network looks at the grass, which it should not do, as the map of the goat shows us."
    text = cell("markdown", "q2", f"<!-- answer q2 -->\n{long}")
    own = [cell("code", "q1", LOOP), cell("code", "mine", stub), text]
    found = normalized_answers(nbformat.v4.new_notebook(cells=own), release)
    assert found["q1"][0] == form(LOOP) and "looks at the grass which" in found["q2"][0]
    short = nbformat.v4.new_notebook(cells=[cell("markdown", "q2", "<!-- answer q2 -->\nI do not know.")])
    assert normalized_answers(short, release) == {}
