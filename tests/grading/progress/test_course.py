"""The index of the course says what the lessons say, and how far a student is follows from it."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from vizwidgets.grading.progress.book import Book
from vizwidgets.grading.progress.course import Exercise, Lesson, course, sheets
from vizwidgets.grading.progress.entries import Prediction, Result, Visit
from vizwidgets.grading.progress.standing import standings

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
NAMES = sorted(path.stem for path in NOTEBOOKS.glob("0*.ipynb"))
AGAIN = "run `python data_scripts/index_course.py`"


def test_every_lesson_is_in_the_index_in_its_order():
    assert [lesson.name for lesson in course()] == NAMES, AGAIN


@pytest.mark.parametrize("lesson", course(), ids=lambda lesson: lesson.name)
def test_the_index_says_what_the_lesson_says(lesson):
    cells = nbformat.read(NOTEBOOKS / f"{lesson.name}.ipynb", as_version=4).cells
    assert cells[0].source.startswith(f"# {lesson.title}\n"), AGAIN
    assert re.search(rf"· {lesson.minutes} minutes\*", cells[0].source), AGAIN
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    assert list(lesson.predictions) == re.findall(r'vw\.predict\("([^"]+)"', code), AGAIN
    checks = re.findall(r'Checks\("([^"]+)", points=([\d.]+)\)', code)
    assert [(one.title, one.points) for one in lesson.exercises] == [(t, float(p)) for t, p in checks], AGAIN
    start = nbformat.read(NOTEBOOKS / "00_start_here.ipynb", as_version=4)
    assert lesson.question and any(lesson.question in cell.source for cell in start.cells), AGAIN


@pytest.mark.parametrize("sheet", sheets(), ids=lambda sheet: sheet.name)
def test_the_index_says_what_the_sheet_says(sheet):
    cells = nbformat.read(NOTEBOOKS / sheet.link, as_version=4).cells
    assert cells[0].source.startswith(f"# {sheet.title}\n"), AGAIN
    assert re.search(rf"\D{sheet.minutes} minutes", cells[0].source), AGAIN
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    checks = re.findall(r'Checks\("([^"]+)", points=([\d.]+)', code)
    assert [(one.title, one.points) for one in sheet.exercises] == [(t, float(p)) for t, p in checks], AGAIN
    assert f"{sheet.points:g} are counted by checks" in cells[0].source
    guide = (NOTEBOOKS / "assignments" / "README.md").read_text(encoding="utf-8")
    assert sheet.question.partition(": ")[2] in guide, AGAIN


def test_every_sheet_for_those_who_learn_alone_is_in_the_index():
    found = sorted(path.stem for path in NOTEBOOKS.glob("assignments/selfstudy/*/*.ipynb"))
    assert [sheet.name for sheet in sheets()] == found, AGAIN


def test_no_two_lessons_ask_or_check_under_the_same_name():
    asked = [question for lesson in course() for question in lesson.predictions]
    checked = [exercise for lesson in course() for exercise in lesson.exercises]
    assert len(set(asked)) == len(asked)
    assert len(set(checked)) == len(checked)  # title and points together


def test_every_outcome_belongs_to_a_prediction_that_stands_above_it():
    for lesson in course():
        cells = nbformat.read(NOTEBOOKS / f"{lesson.name}.ipynb", as_version=4).cells
        asked = []
        for cell in cells:
            asked += re.findall(r'vw\.predict\("([^"]+)"', cell.source)
            for question in re.findall(r'vw\.outcome\("([^"]+)"', cell.source):
                assert question in asked, f"{lesson.name}: {question}"


def test_every_lesson_asks_for_predictions():
    assert all(2 <= len(lesson.predictions) <= 5 for lesson in course())


LESSON = Lesson("01", "One", "?", 10, ("goat", "meadow"), (Exercise("A", 3), Exercise("B", 2)))


def test_a_lesson_is_done_when_all_is_predicted_and_every_point_reached():
    book = Book().noting([Visit("01", "2026-11-23 13:05"), Prediction("01", "goat", "x")])
    [one] = standings(book, [LESSON])
    assert (one.made, one.reached, one.visited) == (1, 0, "2026-11-23 13:05")
    assert one.is_begun and not one.is_done and one.share == pytest.approx(1 / 7)
    book = book.noting([Prediction("01", "meadow", "x"), Result("01", "A", 3, 3), Result("01", "B", 2, 2)])
    [one] = standings(book, [LESSON])
    assert one.is_done and one.share == 1


def test_what_the_lesson_no_longer_asks_does_not_count():
    predictions = [Prediction("01", "cow", "x"), Prediction("02", "goat", "x")]
    results = [Result("01", "A", 5, 5), Result("01", "C", 1, 1)]
    [one] = standings(Book().noting([*predictions, *results]), [LESSON])
    assert (one.made, one.reached, one.is_begun) == (0, 0, False)
