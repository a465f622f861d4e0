"""The rule: nbgrader's points where there is evidence for them, nothing for what nbgrader takes on trust."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from tests.grading.running.cells import CHECK, run
from vizwidgets.grading.running.outcomes import CellOutcome, outcome_from
from vizwidgets.grading.running.rule import UNTOUCHED, score_cell
from vizwidgets.grading.scores import CriterionResult, Score

FULL = CHECK.replace('with checks("fails", 0.5, hint="try again"):\n    assert False, "no"\n', "").replace(
    "points=2", "points=1.5"
)


def graded(points: float = 2, **values: Any) -> NotebookNode:
    mark = {"grade_id": "q1_check", "grade": True, "solution": False, "locked": True, "points": points}
    return nbformat.v4.new_code_cell("", metadata={"nbgrader": {**mark, "schema_version": 3, **values}})


def outcome_of(*scores: Score, value: float | None = 1.5, **values: Any) -> CellOutcome:
    return CellOutcome("q1_check", value=value, text=str(value), scores=scores, **values)


def score_of(reached: float = 1.5, points: float = 2) -> Score:
    met = CriterionResult("holds", reached, True)
    return Score("Q", points, reached, (met, CriterionResult("fails", points - reached, False, "no")), seed=7)


def nbgraders_points(cell: NotebookNode, outcome: CellOutcome) -> float | None:
    """What nbgrader gives for the same outputs; None if it fails the whole submission."""
    utils = pytest.importorskip("nbgrader.utils")
    outputs = []
    if outcome.stdout:
        outputs.append(nbformat.v4.new_output("stream", name="stdout", text=outcome.stdout))
    if outcome.stderr:
        outputs.append(nbformat.v4.new_output("stream", name="stderr", text=outcome.stderr))
    if outcome.error:
        outputs.append(nbformat.v4.new_output("error", ename="E", evalue=outcome.error, traceback=[]))
    if outcome.text:
        outputs.append(nbformat.v4.new_output("execute_result", {"text/plain": outcome.text}))
    try:
        return utils.determine_grade(nbformat.from_dict({**cell, "outputs": outputs}))[0]
    except ValueError:
        return None


@pytest.mark.parametrize("source", [CHECK, FULL, "1 / 0", "import sys; sys.stderr.write('old')\n" + CHECK])
def test_what_checks_reach_is_what_nbgrader_gives(runner, source):
    (outcome,) = run(runner, source)
    cell = graded(1.5 if source == FULL else 2)
    assert score_cell(cell, outcome).reached == nbgraders_points(cell, outcome)


def test_a_right_answer_that_warns_keeps_its_points(runner):
    noisy = (
        "import warnings, logging, sys\n    warnings.warn('old'); logging.error('x'); sys.stderr.write('y')"
    )
    (outcome,) = run(runner, FULL.replace("pass", noisy))
    assert score_cell(graded(1.5), outcome).reached == nbgraders_points(graded(1.5), outcome) == 1.5


@pytest.mark.parametrize(
    ("last", "given"),
    [
        ("import numpy as np; np.float64(0.5)", 2),
        ("import torch; torch.tensor(0.5)", 2),
        ("False", 2),
        ("float('nan')", 2),
        ("-1.0", 2),
        ("None", 2),
        ("x = 0.5", 2),
        ("'full points'", 2),
        ("checks.score();", 2),
        ("7.0", None),
        ("float('inf')", None),
        ("2.0", 2),
    ],
)
def test_what_nbgrader_takes_on_trust_is_worth_nothing_and_says_why(runner, last, given):
    (outcome,) = run(runner, CHECK.replace("checks.score()", last))
    assert nbgraders_points(graded(), outcome) == given
    result = score_cell(graded(), outcome)
    assert result.reached == 0.0 and result.problem.startswith("no points: ")


def test_the_criteria_and_the_seed_come_with_the_points():
    result = score_cell(graded(), outcome_of(score_of()))
    assert (result.cell, result.points, result.reached, result.problem) == ("q1_check", 2, 1.5, "")
    assert result.criteria == score_of().criteria and result.seed == 7


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (outcome_of(), "exactly one score must stand behind the points; got 0"),
        (outcome_of(score_of(), score_of()), "got 2"),
        (outcome_of(score_of(points=1.5)), "the checks are worth 1.5 points, the cell 2"),
        (outcome_of(score_of(reached=1)), "the last expression is 1.5, but the criteria reached 1"),
        (outcome_of(Score("Q", 2, 1.5, ())), "the last expression is 1.5, but the criteria reached 0"),
        (outcome_of(score_of(), value=None), "the last expression is no plain number"),
        (outcome_of(score_of(), value=3.0), r"the last expression must be in 0..2; got 3"),
        (outcome_of(score_of(), error="E: x"), "the cell ended with E: x"),
        (outcome_of(score_of(), ending="time", error="30 s"), "the cell ran out of time (30 s)"),
        (outcome_of(score_of(), ending="died"), "the cell ended the whole process"),
        (outcome_of(score_of(), ending="memory"), "the cell ran out of memory"),
        (outcome_of(score_of(), stderr="x"), "the cell wrote to stderr"),
        (None, "the cell was not run"),
    ],
)
def test_points_without_evidence_are_none(outcome, words):
    result = score_cell(graded(), outcome)
    assert result.reached == 0.0 and words in result.problem


def test_cut_output_takes_no_points():
    assert score_cell(graded(), outcome_of(score_of(), ending="output")).reached == 1.5


def test_a_sum_of_tenths_is_no_disagreement():
    criteria = tuple(CriterionResult(f"c{k}", 0.1, True) for k in range(3))
    score = Score("Q", 0.3, min(0.1 + 0.1 + 0.1, 0.3), criteria)
    assert score_cell(graded(0.3), outcome_of(score, value=score.reached)).reached == score.reached


def test_a_cell_without_points_needs_no_score_but_tells_its_error():
    assert score_cell(graded(0), outcome_of(value=0.0)).problem == ""
    assert "changed" in score_cell(graded(0), outcome_of(value=None, error="AssertionError: changed")).problem


def test_a_text_is_for_a_person_unless_it_was_left_as_it_was():
    mark = {"grade_id": "q6", "grade": True, "solution": True, "points": 4, "cell_type": "markdown"}
    released, answered = (
        nbformat.v4.new_markdown_cell(words, metadata={"nbgrader": mark}) for words in ("your words", "mine")
    )
    assert score_cell(answered, None, released).reached is None
    assert score_cell(answered, None).reached is None
    untouched = score_cell(released, None, released)
    assert (untouched.reached, untouched.problem) == (0.0, UNTOUCHED)


@pytest.mark.parametrize(
    "message",
    [
        {"value": "1.5"},
        {"value": True},
        {"value": [1]},
        {"text": 3},
        {"stdout": None},
        {"scores": {}},
        {"scores": [{}] * 1000},
        {"scores": [3]},
        {"scores": [{"title": "Q", "points": 1, "reached": "1"}]},
        {"scores": [{"title": "Q", "points": 1, "reached": 1, "criteria": [{"label": "x", "is_met": 1}]}]},
        {"ending": "well"},
        {"scores": [{"title": "Q", "points": 1, "reached": 1, "seed": float("inf")}]},
    ],
)
def test_a_message_that_is_no_outcome_is_refused(message):
    with pytest.raises(ValueError):
        outcome_from(message, "q1", 0.1)


def test_an_outcome_travels_unchanged():
    sent = outcome_of(score_of(), stdout="a", stderr="b", error="c", ending="output", seconds=2.0)
    assert outcome_from(json.loads(json.dumps(sent.to_dict())), "q1_check", 2.0) == sent
    assert outcome_from({"value": 10**400}, "q1", 0.0).value == float("inf")


def test_words_of_a_stranger_can_be_printed_and_written():
    outcome = outcome_from({"error": "E: \x1b[2J\udc80\nx" + "y" * 9999, "stdout": "\udc80"}, "q1", 0.0)
    assert outcome.error.startswith("E: [2J? xy") and len(outcome.error) < 2100
    outcome.stdout.encode()
