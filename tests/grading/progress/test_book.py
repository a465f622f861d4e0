"""What is noted of a student: one entry of each key, the better result, and JSON that others can read."""

from __future__ import annotations

import json

import pytest

from vizwidgets.grading.progress.book import Book, OtherFormat
from vizwidgets.grading.progress.entries import Prediction, Result, Visit


def test_the_best_of_several_tries_is_kept_and_each_try_counts():
    book = Book()
    for reached in (1.0, 3.0, 2.0):
        book = book.noting([Result("01", "Flip rate", points=3, reached=reached)])
    [result] = book.results("01")
    assert (result.reached, result.tries) == (3.0, 3)


def test_of_an_exercise_that_is_worth_something_else_by_now_the_new_result_is_kept():
    book = Book().noting([Result("01", "Flip rate", points=5, reached=5.0)])
    [result] = book.noting([Result("01", "Flip rate", points=3, reached=1.0)]).results()
    assert (result.points, result.reached) == (3, 1.0)


def test_a_prediction_that_is_changed_keeps_what_came():
    book = Book().noting([Prediction("01", "goat", "a goat", outcome="a sheep")])
    [changed] = book.noting([Prediction("01", "goat", "a sheep")]).predictions()
    assert (changed.answer, changed.outcome) == ("a sheep", "a sheep")


def test_two_lessons_may_use_the_same_words():
    book = Book().noting([Result("06", "Paired gain", 3, 3), Result("07", "Paired gain", 4, 1)])
    assert [result.reached for result in book.results()] == [3, 1]
    assert [result.reached for result in book.results("07")] == [1]


def test_the_file_is_plain_json_that_says_whose_it_is():
    book = Book().noting([Visit("01", "2026-11-23 13:05"), Prediction("01", "goat", "ein Schäfchen")])
    found = json.loads(book.text())
    assert "nothing sends it anywhere" in found["about"]
    assert found["visits"] == [{"lesson": "01", "at": "2026-11-23 13:05"}]
    assert found["predictions"][0]["answer"] == "ein Schäfchen"
    assert "Schäfchen" in book.text()  # and not as an escape
    assert Book.read(book.text()) == book


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"format": "something else"}',
        '{"format": "vizwidgets progress 1", "visits": [], "predictions": [], "exercises": 3}',
        '{"format": "vizwidgets progress 1", "visits": [3], "predictions": [], "exercises": []}',
        '{"format": "vizwidgets progress 1", "visits": [{"at": ""}], "predictions": [], "exercises": []}',
        '{"format": "vizwidgets progress 1", "visits": [{"lesson": 1}], "predictions": [], "exercises": []}',
        '{"format": "vizwidgets progress 1", "visits": [], "predictions": [], "exercises": '
        '[{"lesson": "", "exercise": "", "points": NaN, "reached": 1}]}',
        '{"format": "vizwidgets progress 1", "visits": [], "predictions": [], "exercises": '
        '[{"lesson": "", "exercise": "", "points": "3", "reached": 1}]}',
        "[" * 100_000,
    ],
)
def test_what_is_damaged_is_refused(text):
    with pytest.raises(ValueError):
        Book.read(text)


def test_another_version_is_told_from_damage():
    with pytest.raises(OtherFormat, match="progress 2"):
        Book.read('{"format": "vizwidgets progress 2"}')
