"""Lessons that have not run are run, and one that fails keeps none of the others from the website."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.website.small_lessons import write_lesson
from website import executing
from website.lessons import Lesson, failed_cells, lessons, read_executed

CODE = {"00_good": ["1 + 1"], "01_bad": ["x = 1", "x / 0", "print(x)"], "02_dead": ["import os; os._exit(3)"]}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Iterator[tuple[list[Lesson], Path, list[str]]]:
    folder = tmp_path_factory.mktemp("lessons")
    for stem, code in CODE.items():
        write_lesson(folder / f"{stem}.ipynb", *code)
    found = lessons(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(executing, "library_digest", lambda: "the library")
        yield found, folder / "executed", list(executing.bring_up_to_date(found, folder / "executed"))


def test_each_lesson_is_said_to_run_and_the_failing_ones_are_named(course):
    _, _, said = course
    assert said[0] == "00_good: runs …"
    assert said[1].startswith("00_good: ") and said[1].endswith("seconds")
    assert said[3] == "01_bad: FAILED at cell 'cell_1'"
    assert said[5] == "02_dead: FAILED at cell 'cell_0'"


def test_outputs_are_kept_up_to_the_cell_that_failed(course):
    found, folder, _ = course
    good, bad, dead = (read_executed(lesson, folder) for lesson in found)
    assert good.cells[1].outputs[0].data["text/plain"] == "2"
    assert bad.cells[2].outputs[0].ename == "ZeroDivisionError"
    assert bad.cells[3].outputs == []
    assert [list(failed_cells(lesson)) for lesson in (good, bad, dead)] == [[], ["cell_1"], ["cell_0"]]


def test_what_has_run_does_not_run_again(course):
    found, folder, _ = course
    assert list(executing.bring_up_to_date(found[:1], folder)) == ["00_good: has run already"]
