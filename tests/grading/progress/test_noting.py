"""The checks of an exercise are noted for a student at a front end, and for nobody else."""

from __future__ import annotations

import json
import sys
import time

import nbformat
import pytest
from nbclient import NotebookClient

from vizwidgets.grading.checks import Checks
from vizwidgets.grading.controls import negative_control
from vizwidgets.grading.progress import noting
from vizwidgets.grading.progress.keeper import KEEPER
from vizwidgets.grading.progress.place import Presence
from vizwidgets.grading.running.shell import SheetShell

CELL = """
from vizwidgets.grading import Checks
checks = Checks("Flip rate", points=3)
with checks("right", points=2):
    pass
with checks("wrong", points=1):
    raise ValueError
checks.score();
"""
PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", str(tmp_path / "mine"))
    return tmp_path / "mine"


@pytest.fixture
def somebody(monkeypatch, folder):
    """A student who sits at this kernel."""
    presence = Presence()
    presence.see()
    monkeypatch.setattr(noting, "PRESENCE", presence)
    monkeypatch.setattr(KEEPER, "presence", presence)
    yield folder
    KEEPER.forget()


def exercises(folder) -> list[dict]:
    return json.loads((folder / "progress.json").read_text(encoding="utf-8"))["exercises"]


def check(title: str, points: float, reached: float, error: type[Exception] = ValueError) -> None:
    checks = Checks(title, points=points)
    if reached:
        with checks("right", reached):
            pass
    if reached < points:
        with checks("wrong", points - reached):
            raise error
    checks.score()


def test_a_kernel_without_a_front_end_writes_nothing_and_one_with_a_front_end_notes_the_score(folder):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)], metadata=PYTHON)
    client = NotebookClient(notebook)
    with client.setup_kernel():
        client.execute_cell(notebook.cells[0], 0)
        assert "2 of 3 points" in notebook.cells[0].outputs[0].text
        assert not folder.exists()  # nbval, nbgrader and nbconvert run cells like nbclient

        message = client.kc.session.msg("execute_request", {"code": CELL}, metadata={"cellId": "a cell"})
        client.kc.shell_channel.send(message)
        deadline = time.monotonic() + 60
        while not (folder / "progress.json").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
    [found] = exercises(folder)
    assert (found["lesson"], found["exercise"]) == ("01_sheep_or_goat", "Flip rate")
    assert (found["points"], found["reached"], found["tries"]) == (3, 2, 1)


def test_the_lesson_is_found_by_title_and_points(somebody, capsys):
    check("Paired gain", 3, 1)
    check("Paired gain", 4, 4)
    assert {one["lesson"]: one["reached"] for one in exercises(somebody)} == {
        "06_transfer_learning": 1,
        "07_playing_for_data": 4,
    }


def test_a_sheet_is_noted_under_the_name_of_its_notebook(somebody, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "assignments/selfstudy/a3/a3_reusing_what_was_learned.ipynb")
    check("Q1 visible", 1, 0)
    [found] = exercises(somebody)
    assert (found["lesson"], found["exercise"]) == ("a3_reusing_what_was_learned", "Q1 visible")


def test_a_stub_is_no_try_and_a_negative_control_is_no_exercise(somebody):
    check("Flip rate", 3, 0, NotImplementedError)
    negative_control()
    assert not somebody.exists()


def test_a_refusing_disk_costs_one_sentence_and_no_points(somebody, monkeypatch, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", str(tmp_path / "file" / "below"))
    check("Flip rate", 3, 3)
    check("Flip rate", 3, 3)
    said = capsys.readouterr()
    assert said.out.count("not kept") == 1 and said.out.count("Flip rate: 3 of 3 points") == 2
    assert said.err == ""


def test_the_graders_shell_is_no_student(monkeypatch):
    shell = type("Shell", (), {"get_ipython": staticmethod(SheetShell)})
    monkeypatch.setitem(sys.modules, "IPython", shell)
    assert not Presence().is_seen()
