"""A source that breaks a rule is refused, with the cell and the rule in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from nbformat import NotebookNode

from tests.grading.sheets.tiny import cell_of, code, tiny_source
from vizwidgets.grading.sheets.source_rules import check_source


def drop(name: str) -> Callable[[NotebookNode], None]:
    def change(source: NotebookNode) -> None:
        source.cells.remove(cell_of(source, name))

    return change


def put(name: str, old: str, new: str) -> Callable[[NotebookNode], None]:
    def change(source: NotebookNode) -> None:
        cell = cell_of(source, name)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def mark(name: str, **values: object) -> Callable[[NotebookNode], None]:
    def change(source: NotebookNode) -> None:
        cell_of(source, name).metadata.nbgrader.update(values)

    return change


def swap(first: str, second: str) -> Callable[[NotebookNode], None]:
    def change(source: NotebookNode) -> None:
        names = [cell.id for cell in source.cells]
        here, there = names.index(first), names.index(second)
        source.cells[here], source.cells[there] = source.cells[there], source.cells[here]

    return change


def twice(source: NotebookNode) -> None:
    source.cells.append(code("q1_try", "2"))


def with_output(source: NotebookNode) -> None:
    cell_of(source, "q1_try").outputs.append({"output_type": "stream", "name": "stdout", "text": "1"})


def other_kernel(source: NotebookNode) -> None:
    source.metadata.kernelspec.name = "conda-env"


def untagged(source: NotebookNode) -> None:
    del cell_of(source, "q1_widget").metadata["tags"]


def stopping(source: NotebookNode) -> None:
    cell_of(source, "q1_try").metadata["tags"] = []


def unmarked(source: NotebookNode) -> None:
    del cell_of(source, "q1_check").metadata.nbgrader["task"]


def test_a_source_that_keeps_the_rules_has_no_faults() -> None:
    assert check_source(tiny_source()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (drop("setup"), "the first code cell must be `setup`, locked; got q1."),
        (drop("integrity"), "the last code cell must be `integrity`"),
        (mark("integrity", points=1), "the last code cell must be `integrity`"),
        (drop("q1_hidden"), "q1: q1_check and q1_hidden must stand behind it, in this order"),
        (swap("q1_check", "q1_hidden"), "q1: q1_check and q1_hidden must stand behind it, in this order"),
        (drop("q1"), "q1_check: a graded cell is called after its answer"),
        (drop("q3"), "the text answer must be worth 4 points; got 0"),
        (mark("q1_check", points=5), "the check cells must be worth 16 points together; got 17"),
        (mark("q1_check", points=5), "q1_check: the notebook says 5 points, Checks(points=…) says 4"),
        (mark("q1", grade_id="first"), "q1: cell id and grade_id must be the same; got the grade_id 'first'"),
        (unmarked, "q1_check: nbgrader's metadata lacks task"),
        (twice, "q1_try: each id stands once; 2 cells have this one"),
        (other_kernel, "the kernel must be python3; got conda-env"),
        (with_output, "q1_try: no outputs are kept"),
        (put("q1_try", "spread", "%time spread"), "q1_try: no magics, for not every grader"),
        (put("q1_try", "spread", "!ls"), "q1_try: no magics"),
        (put("q1_try", "spread(torch.rand(2, 3))", "spread?"), "q1_try: no magics"),
        (put("q1_try", "spread(", "spread(("), "q1_try: it must be Python; line 1"),
        (put("q1", "    ### BEGIN SOLUTION\n", ""), "q1: ### BEGIN SOLUTION and ### END"),
        (put("q1", "SOLUTION", "ANSWER"), "q1: the solution stands between"),
        (put("q1", "def spread", "f = 1\ndef rest(): ...\ndef spread"), "q1: an answer defines one"),
        (put("q1_try", "spread(", "### BEGIN SOLUTION\nspread("), "a solution stands in a cell"),
        (put("q1_check", "checks.score()", "checks.score();"), "q1_check: the last line is checks.score()"),
        (put("q1_hidden", "checks.score()", "score = checks.score()"), "q1_hidden: the last line is"),
        (put("q1_check", "import torch\n", ""), "q1_check: it takes torch from the cells above"),
        (put("q1_check", "spread(", "centre("), "q1_check: it takes centre from the cells above"),
        (put("q1_check", "known numbers", "one number for each row"), "two criteria are called"),
        (put("q1_hidden", "### BEGIN HIDDEN", "import math\n### BEGIN HIDDEN"), "all but the first line"),
        (put("q1_hidden", "### END HIDDEN TESTS", ""), "q1_hidden: all but the first line stands between"),
        (put("q1_hidden", ": they run when your sheet is graded", ""), "the first line is a comment"),
        (put("q1_hidden", "fresh_seed()", "4"), "draws its inputs with seed = fresh_seed()"),
        (put("q1_check", "checks = ", "### BEGIN HIDDEN TESTS\nchecks = "), "hidden checks stand in a cell"),
        (put("q3", "<!-- answer q3 -->", ""), "q3: a text answer begins with the line <!-- answer q3 -->"),
        (put("q3", "answer q3", "answer q4"), "q3: a text answer begins with the line <!-- answer q3 -->"),
        (put("q3", "SOLUTION", "ANSWER"), "q3: the solution stands between"),
        (stopping, "q1_try: it uses spread, which may be missing: it needs the tag 'raises-exception'"),
        (untagged, "q1_widget: a widget cell is locked and has the tag 'widget'"),
        (mark("q1_widget", locked=False), "q1_widget: a widget cell is locked and has the tag 'widget'"),
    ],
)
def test_a_broken_rule_is_named_with_its_cell(change, words) -> None:
    source = tiny_source()
    change(source)
    faults = check_source(source)
    assert any(words in fault for fault in faults), faults


def test_a_text_whose_marker_would_be_removed_with_the_solution_is_refused() -> None:
    source = tiny_source()
    lines = cell_of(source, "q3").source.splitlines()
    cell_of(source, "q3").source = "\n".join([lines[1], lines[0], *lines[2:]])
    assert any("stands before ### BEGIN SOLUTION" in fault for fault in check_source(source))
