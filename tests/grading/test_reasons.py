"""What a student reads when a criterion fails: her own line, and words that help.

PYTEST_DONT_REWRITE: an assertion in a criterion must fail as it does in a notebook.
"""

from __future__ import annotations

import pytest

from vizwidgets.grading.running.runner import Runner

CHECK = """
import torch
from vizwidgets.grading import Checks, close

class Net(torch.nn.Module):
    def forward(self, x):
        return x.flatten(1)

checks = Checks("Q", points=1)
with checks("it works", 1, hint="think"):
    {}
checks.score()
"""


@pytest.fixture(scope="module")
def runner():
    with Runner(protect=False) as runner:
        yield runner


def reason(runner: Runner, answer: str, check: str) -> str:
    cells = [
        {"cell_type": "code", "id": name, "source": source, "metadata": {}}
        for name, source in (("q", answer), ("q_check", CHECK.format(check)))
    ]
    [score] = runner.run(cells, seed=0)[1].scores
    return score.criteria[0].reason


def test_an_answer_whose_cell_was_not_run_is_said_to_be_missing(runner):
    assert (
        reason(runner, "", "assert norm(1) == 1")
        == "`norm` is not there: run the cell with your answer first"
    )


def test_a_name_that_is_missing_in_the_answer_itself_is_an_error_of_its_line(runner):
    words = reason(runner, "def norm(x):\n    return y", "assert norm(1) == 1")
    assert words == "NameError: name 'y' is not defined (in norm, line 2)"


@pytest.mark.parametrize("check", ["assert norm(1).ndim == 1", "Net()(norm(1))", "assert norm(1)[0] == 1"])
def test_an_answer_that_returns_nothing_is_asked_for_its_return(runner, check):
    assert reason(runner, "def norm(x):\n    x + 1", check) == "got None: is a `return` missing?"


def test_none_inside_of_the_answer_is_not_taken_for_a_missing_return(runner):
    words = reason(runner, "def norm(x):\n    g = None\n    return x + g", "assert norm(1.0) == 1")
    assert words.startswith("TypeError: unsupported operand") and words.endswith("(in norm, line 3)")


def test_the_students_line_is_named_not_the_one_inside_of_pytorch(runner):
    answer = "import torch\n\ndef norm(x):\n    y = x.detach()\n    return torch.autograd.grad(y.sum(), x)"
    words = reason(runner, answer, "norm(torch.ones(2, requires_grad=True))")
    assert words.startswith("RuntimeError: element 0 of tensors") and words.endswith("(in norm, line 5)")


def test_an_error_in_a_helper_of_the_check_names_no_place(runner):
    words = reason(runner, "def norm(x):\n    return 3", "Net()(norm(1))")
    assert words == "AttributeError: 'int' object has no attribute 'flatten'"


def test_a_variable_that_hides_a_builtin_is_named(runner):
    answer = "sum = 3\n\ndef norm(x):\n    return x"
    words = reason(runner, answer, "assert sum([norm(1)]) == 1")
    assert words.startswith("TypeError: 'int' object is not callable; a variable called `sum` hides")
