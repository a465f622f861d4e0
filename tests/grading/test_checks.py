"""Checks: what it prints, what it returns, and the traps of graders that read a cell's output.

PYTEST_DONT_REWRITE: an assertion in a criterion must fail as it does in a notebook.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from tqdm import tqdm

from vizwidgets.grading import close
from vizwidgets.grading.checks import Checks, take_scores


def run(answer: Any, points: float = 1, hint: str = "") -> Checks:
    """One criterion whose block calls the answer."""
    c = Checks("Q1", points=points)
    with c("it works", points, hint=hint):
        answer()
    return c


def fail(error: BaseException) -> Any:
    def answer() -> None:
        raise error

    return answer


def test_a_met_criterion_is_shown_with_its_points_and_a_failed_one_with_reason_and_hint(capsys) -> None:
    c = Checks("Q3", points=3)
    with c("shape", 2):
        assert torch.ones(2).shape == (2,)
    with c("not negative", hint="absolute value"):
        assert -1 >= 0, "got -1"
    assert c.score() == 2.0
    assert capsys.readouterr().out.splitlines() == [
        "[ok] 2/2 shape",
        "[--] 0/1 not negative | AssertionError: got -1 | hint: absolute value",
        "Q3: 2 of 3 points",
    ]


@pytest.mark.parametrize("points", [1, 2.5, np.float64(1.5)])
def test_the_score_is_a_plain_float_whatever_the_points_were(points: float) -> None:
    score = run(lambda: None, points).score()
    assert type(score) is float
    assert repr(score) == repr(float(points))  # a grader reads the text: np.float64(2.5) gives full points


def test_the_score_never_exceeds_the_points() -> None:
    c = Checks("thirds", points=0.3)
    for part in (0.1, 0.2):
        with c("part", part):
            pass
    assert 0.1 + 0.2 > 0.3
    assert c.score() <= 0.3


@pytest.mark.parametrize(
    "error",
    [ValueError("x"), RuntimeError(), KeyError("k"), SystemExit(1), RecursionError(), AssertionError()],
    ids=lambda error: type(error).__name__,
)
def test_an_exception_costs_its_own_criterion_only(error: BaseException, capsys) -> None:
    c = Checks("Q", points=2)
    with c("first"):
        fail(error)()
    with c("second"):
        pass
    assert c.score() == 1.0
    assert f"[--] 0/1 first | {type(error).__name__}" in capsys.readouterr().out


def test_the_interrupt_of_a_time_limit_passes_through_and_leaves_the_point_ungiven(capsys) -> None:
    c = Checks("Q", points=1)
    before, is_disabled = sys.stderr, logging.root.manager.disable
    with pytest.raises(KeyboardInterrupt), c("endless"):
        raise KeyboardInterrupt
    assert sys.stderr is before and logging.root.manager.disable == is_disabled
    assert c.score() == 0.0
    assert "never run" in capsys.readouterr().out


def test_a_correct_answer_that_warns_logs_and_shows_progress_keeps_its_points_and_stderr_stays_empty() -> (
    None
):
    script = """
import logging, sys, warnings
from tqdm import tqdm
from vizwidgets.grading import Checks
logging.basicConfig()  # a handler that holds the stderr of now
c = Checks("Q", points=1)
with c("noisy"):
    warnings.simplefilter("always"); warnings.warn("old")
    logging.error("disk"); print("text", file=sys.stderr)
    for _ in tqdm(range(3)): pass
print(repr(c.score()))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["[ok] 1/1 noisy", "Q: 1 of 1 points", "1.0"]


def test_warnings_logging_and_stderr_are_as_before_afterwards(capsys, caplog) -> None:
    run(lambda: [warnings.simplefilter("error"), tqdm(range(2), disable=True)])
    with pytest.warns(UserWarning, match="later"):
        warnings.warn("later", stacklevel=1)
    logging.getLogger("after").error("heard")
    assert "heard" in caplog.text
    sys.stderr.write("seen")
    assert capsys.readouterr().err == "seen"


def test_criteria_that_do_not_add_up_are_the_authors_mistake() -> None:
    c = run(lambda: None)
    c.points = 3
    with pytest.raises(ValueError, match=r"'Q1' are worth 1 points together, but Checks says 3"):
        c.score()
    with pytest.raises(ValueError, match="worth 0 points"):
        Checks("empty", points=1).score()


@pytest.mark.parametrize("points", [0, -1, True, float("nan"), float("inf"), "2"])
def test_points_that_are_no_number_above_zero_are_refused(points: Any) -> None:
    with pytest.raises(ValueError, match="points must be a number above 0"):
        Checks("Q", points=points)
    with pytest.raises(ValueError, match="points must be a number above 0"):
        Checks("Q", points=1)("label", points)


def test_the_seed_stands_beside_the_score(capsys) -> None:
    c = Checks("Q", points=1, seed=77)
    with c("fine"):
        pass
    c.score()
    assert capsys.readouterr().out.endswith("Q: 1 of 1 points (seed 77)\n")


def test_a_bare_assertion_names_its_line_and_close_gives_both_numbers(capsys) -> None:
    c = Checks("Q", points=2)
    with c("bare"):
        assert 1 + 1 == 3
    with c("number"):
        assert close(2.5, 3.5)
    c.score()
    bare, number, _ = capsys.readouterr().out.splitlines()
    assert bare.startswith("[--] 0/1 bare | AssertionError: line ") and bare.endswith("does not hold")
    assert number == "[--] 0/1 number | AssertionError: got 2.5, wanted 3.5"


def test_numbers_that_differ_late_are_told_with_enough_digits(capsys) -> None:
    c = Checks("Q", points=2)
    with c("float32"):
        assert close(torch.tensor(0.1), 0.3)
    with c("late"):
        assert close(1.00000001, 1)
    c.score()
    first, second, _ = capsys.readouterr().out.splitlines()
    assert first.endswith("got 0.1, wanted 0.3")
    assert second.endswith("got 1.00000001, wanted 1")


def test_an_error_inside_the_students_function_names_function_and_line(capsys) -> None:
    def reciprocal(x: float) -> float:
        return 1 / x

    run(lambda: reciprocal(0)).score()
    line = reciprocal.__code__.co_firstlineno + 1
    assert f"ZeroDivisionError: division by zero (in reciprocal, line {line})" in capsys.readouterr().out


def test_a_reason_of_an_earlier_criterion_is_not_told_again(capsys) -> None:
    c = Checks("Q", points=2)
    with c("no error, though not close"):
        close(1, 2)
    with c("another reason"):
        assert not 1
    assert c.score() == 1.0
    assert "got 1, wanted 2" not in capsys.readouterr().out


def test_a_grader_finds_every_criterion_as_a_value():
    take_scores()
    checks = Checks("Doubling", points=3, seed=7)
    with checks("of a number", 2):
        assert True
    with checks("of a text", 1, hint="repeat it"):
        raise ValueError("too short")
    assert checks.score() == 2
    [score] = take_scores()
    assert (score.title, score.points, score.reached, score.seed) == ("Doubling", 3, 2, 7)
    met, failed = score.criteria
    assert (met.label, met.is_met, met.reason) == ("of a number", True, "")
    assert (failed.points, failed.is_met, failed.hint) == (1, False, "repeat it")
    assert "too short" in failed.reason
    assert take_scores() == ()
