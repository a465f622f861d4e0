"""The gradebook: one whole file for each student, one seed for the class."""

from __future__ import annotations

import json

import pytest

from tests.grading.sheets.tiny import NAME, tiny_course
from vizwidgets.grading.classroom.scoring.gradebook import Gradebook
from vizwidgets.grading.results import NOT_GRADED, CellResult, SheetResult
from vizwidgets.grading.seeds import PIN


@pytest.fixture
def book(tmp_path):
    return Gradebook(tiny_course(tmp_path), NAME)


def result(student: str = "ann", reached: float = 1.5) -> SheetResult:
    return SheetResult(student, NAME, cells=(CellResult("q1_check", 2, reached),), seed=3)


@pytest.mark.parametrize("student", ["ann", "Müller, Zoe", "<b>x&", "a.b", 'say "hi"', "李雷"])
def test_a_result_comes_back_as_it_was(book, student):
    book.add(result(student))
    assert book.find(student) == result(student)
    assert book.results() == [result(student)]


def test_a_second_result_takes_the_place_of_the_first(book):
    book.add(result(reached=1))
    book.add(SheetResult("ann", NAME, NOT_GRADED, "broken"))
    assert [each.problem for each in book.results()] == ["broken"]


def test_results_stand_in_the_order_of_names_and_files_that_are_being_written_are_none(book):
    for student in ("zoe", "ann", "bob"):
        book.add(result(student))
    (book.folder / "results" / ".cat.json.17.part").write_text("{")
    assert [each.student for each in book.results()] == ["ann", "bob", "zoe"]
    assert book.find("cat") is None


def test_who_handed_in_and_has_no_result_is_missing(book, tmp_path):
    for student in ("ann", "bob"):
        (tmp_path / "submitted" / student / NAME).mkdir(parents=True)
    (tmp_path / "submitted" / "cat" / "another_sheet").mkdir(parents=True)
    assert book.missing() == ["ann", "bob"]
    book.add(result("bob"))
    assert book.missing() == ["ann"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"student": "ann"}', "null"])
def test_a_file_that_is_no_result_is_told_with_its_name(book, text):
    book.add(result())
    (book.folder / "results" / "ann.json").write_text(text)
    with pytest.raises(ValueError, match=r"ann\.json can not be read: .*Delete it and grade again"):
        book.results()


def test_a_file_that_was_renamed_is_no_other_student_s_result(book):
    book.add(result())
    (book.folder / "results" / "ann.json").rename(book.folder / "results" / "bob.json")
    with pytest.raises(ValueError, match="bob.json is of ann"):
        book.results()


def test_a_result_of_another_sheet_is_refused(book):
    with pytest.raises(ValueError, match="got a result of a9"):
        book.add(SheetResult("ann", "a9"))


def test_an_interrupted_write_leaves_the_earlier_result(book, monkeypatch):
    book.add(result(reached=1))
    monkeypatch.setattr("os.replace", lambda *paths: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        book.add(result(reached=2))
    assert [each.reached for each in book.results()] == [1.0]
    assert [path.name for path in (book.folder / "results").iterdir()] == ["ann.json"]


def test_the_class_has_one_seed_until_another_is_pinned(book, monkeypatch):
    monkeypatch.delenv(PIN, raising=False)
    first = book.seed()
    assert [book.seed(), book.seed()] == [first, first]
    assert [book.seed(7), book.seed()] == [7, 7]
    monkeypatch.setenv(PIN, "11")
    assert book.seed() == 7
    (book.folder / "seed.txt").unlink()
    assert book.seed() == 11


def test_a_seed_that_is_none_is_refused(book):
    book.seed(7)
    (book.folder / "seed.txt").write_text("seven")
    with pytest.raises(ValueError, match="must hold a whole number of 0 or more; got 'seven'"):
        book.seed()


def test_a_result_is_plain_json_that_a_person_can_read(book):
    book.add(result())
    data = json.loads((book.folder / "results" / "ann.json").read_text())
    assert data["cells"][0]["reached"] == 1.5 and data["student"] == "ann"


@pytest.mark.parametrize("student", ["../ann", "a/b", "..", ""])
def test_a_name_that_leads_elsewhere_is_refused(book, student):
    with pytest.raises(ValueError, match="a student's folder is one name"):
        book.add(result(student))
