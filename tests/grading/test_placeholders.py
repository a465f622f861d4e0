"""An exercise that nobody has begun is no mistake: one calm line.

PYTEST_DONT_REWRITE: an assertion in a criterion must fail as it does in a notebook.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from vizwidgets.grading import Checks, close
from vizwidgets.grading.placeholders import is_placeholder


def raises(x: Any) -> Any:
    raise NotImplementedError


def returns(x: Any) -> Any:
    return ...


def stores(x: Any) -> Any:
    """With given lines around it."""
    twice = 2 * x
    answer = ...
    return answer, twice


def empty(x: Any) -> Any: ...


def passes(x: Any) -> Any:
    """Only words."""
    pass


def computes(x: Any) -> Any:
    """A gap in the middle of given lines."""
    factor = x * ...
    return [factor, ...]


STUBS = [computes, raises, returns, stores, empty, passes, lambda x: ...]


@pytest.mark.parametrize("stub", STUBS, ids=lambda stub: stub.__name__)
def test_a_stub_gives_one_calm_line_and_no_points(stub: Callable[[Any], Any], capsys) -> None:
    c = Checks("Doubling", points=3)
    with c("a number", 1, hint="2x"):
        assert stub(2) == 4
    with c("a tensor", 2):
        assert (stub(torch.ones(2)) - 2).abs().max() == 0
    assert c.score() == 0.0
    assert capsys.readouterr().out == "Doubling: not answered yet\n"


def test_a_name_that_is_still_three_dots_gives_one_calm_line(capsys) -> None:
    width: Any = ...
    c = Checks("Width", points=2)
    with c("equal"):
        assert width == 5
    with c("close"):
        assert close(width, 5)
    assert c.score() == 0.0
    assert capsys.readouterr().out == "Width: not answered yet\n"


def test_a_stub_that_a_list_is_filled_from_gives_one_calm_line(capsys) -> None:
    c = Checks("Doubling", points=2)
    with c("a list"):
        found = [returns(number) for number in (1, 2)]
        assert found == [2, 4], f"for 1 and 2 you return {found[0]!r} and {found[1]!r}"
    with c("a sum"):
        assert sum(returns(number) for number in (1, 2)) == 6
    assert c.score() == 0.0
    assert capsys.readouterr().out == "Doubling: not answered yet\n"


def test_half_an_answer_is_told_criterion_by_criterion(capsys) -> None:
    first, second = 4, ...
    c = Checks("Two", points=2)
    with c("first"):
        assert first == 5
    with c("second"):
        assert second == 5
    c.score()
    assert capsys.readouterr().out.splitlines()[1:] == [
        "[--] 0/1 second | not answered yet",
        "Two: 0 of 2 points",
    ]


def test_a_list_with_a_gap_is_unanswered_where_the_gap_counts(capsys) -> None:
    answer = [2, ...]
    c = Checks("Doubling", points=2)
    with c("first"):
        assert close(answer[:1], [2])
    with c("second"):
        assert close(answer, [2, 4])
    assert c.score() == 1.0
    assert "[--] 0/1 second | not answered yet" in capsys.readouterr().out


def wrong_index(x: torch.Tensor) -> torch.Tensor:
    return x[..., 1:] * 0 + x[..., :-1]


def forgets_to_return(x: float) -> None:
    x * 2


@pytest.mark.parametrize("answer", [wrong_index, forgets_to_return, len, 0, None, "..."])
def test_an_answer_that_was_tried_is_no_placeholder(answer: Any) -> None:
    assert not is_placeholder(answer)


def test_a_wrong_answer_with_dots_in_an_index_is_wrong_and_not_unanswered(capsys) -> None:
    c = Checks("Differences", points=1)
    with c("of neighbours"):
        assert wrong_index(torch.arange(3.0)).sum() == 2
    c.score()
    assert "not answered" not in capsys.readouterr().out


def test_a_forgotten_return_is_told_as_such(capsys) -> None:
    c = Checks("Doubling", points=1)
    with c("a number"):
        assert close(forgets_to_return(2), 4)
    c.score()
    assert "got None: is a `return` missing?" in capsys.readouterr().out
