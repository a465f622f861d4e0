"""The negative control notices what the two known cheats change, and honest work leaves it alone."""

from __future__ import annotations

import contextlib
import logging
import sys
import types
import warnings

import pytest

from vizwidgets.grading import controls
from vizwidgets.grading.controls import checks, closeness, negative_control
from vizwidgets.grading.running.runner import Runner


@pytest.fixture
def heard():
    """What a criterion silences is heard again afterwards, also where a cheat kept it from ending."""
    before = logging.root.manager.disable
    with contextlib.redirect_stderr(sys.stderr), warnings.catch_warnings():
        yield
    logging.disable(before)


def test_an_untouched_kernel_passes():
    assert negative_control() == 0.0
    assert type(negative_control()) is float


def test_it_leaves_no_score_behind_and_prints_nothing(capsys):
    checks.take_scores()
    negative_control()
    assert checks.take_scores() == ()
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize(
    ("module", "name", "cheat", "words"),
    [
        (closeness, "close", lambda *a, **k: True, "no longer tells numbers apart"),
        (closeness, "_agree", lambda *a: True, "closeness._agree"),
        (closeness, "_difference", lambda *a: "", "closeness._difference"),
        (checks.Criterion, "__exit__", lambda *a: True, "Criterion.__exit__"),
        (checks.Criterion, "is_met", True, "Checks gives 2.0"),
        (checks.Checks, "score", lambda self: 2.0, "Checks gives 2.0"),
        (checks, "is_unanswered", lambda *a: True, ""),
    ],
)
def test_a_changed_comparison_is_noticed(monkeypatch, module, name, cheat, words):
    monkeypatch.setattr(module, name, cheat)
    if not words:  # what only chooses the words of a refusal does not matter
        assert negative_control() == 0.0
        return
    with pytest.raises(AssertionError, match=words):
        negative_control()


def test_a_package_that_was_swapped_is_noticed(monkeypatch):
    class Lenient(checks.Checks):
        def score(self):
            return 2.0

    other = types.ModuleType("vizwidgets.grading")
    other.Checks, other.close, other.fresh_seed = Lenient, closeness.close, controls.seeds.fresh_seed
    monkeypatch.setitem(sys.modules, "vizwidgets.grading", other)
    with pytest.raises(AssertionError, match="offers another Checks$"):
        negative_control()


def test_cells_that_are_rewritten_before_they_run_are_noticed(monkeypatch):
    shell = pytest.importorskip("IPython").core.interactiveshell.InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    assert negative_control() == 0.0
    shell.input_transformers_post.append(lambda lines: ["2.0"])
    with pytest.raises(AssertionError, match="rewritten before they run"):
        negative_control()


def test_it_compares_with_the_installed_files():
    installed = controls._codes(controls._fresh(closeness))
    assert {"close", "_agree", "_difference", "_plain"} <= set(installed)
    assert controls._codes(closeness) == installed


def test_in_a_graded_sheet_only_the_students_own_changes_are_noticed():
    def cell(name: str, source: str, **mark):
        return {"cell_type": "code", "id": name, "source": source, "metadata": {"nbgrader": mark}}

    control = "from vizwidgets.grading.controls import negative_control\nnegative_control()"
    cells = [
        cell("mine", "sum = 3"),
        cell("q1_check", "float(sum([1]))", grade_id="q1_check", grade=True, locked=True, points=1),
        cell("integrity", control, grade_id="integrity", grade=True, locked=True, points=0),
    ]
    with Runner(protect=False) as runner:
        assert [each.error for each in runner.run(cells, seed=0)] == ["", "", ""]
        cells[0]["source"] = "get_ipython().input_transformers_post.append(lambda lines: lines)"
        assert "rewritten before they run" in runner.run(cells, seed=0)[2].error
