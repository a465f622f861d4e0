"""Texts are read without names, and what a person wrote is never overwritten."""

from __future__ import annotations

import csv
import json
from argparse import Namespace

import pytest

from tests.grading.classroom.papers import PLACEHOLDER, SHEET, Page, hand_in, new_course
from vizwidgets.grading.classroom.papers import texts
from vizwidgets.grading.classroom.papers.marks import Mark, marks_file, points_from, read_marks
from vizwidgets.grading.command import main


def answer(words: str) -> dict[str, str]:
    return {"q3": f"<!-- answer q3 -->\n{words}"}


def rows_of(course) -> list[dict[str, str]]:
    with open(marks_file(course, SHEET), encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fill_in(course, student: str, **values: str) -> None:
    """Do what a person does with a spreadsheet."""
    rows = rows_of(course)
    for row in rows:
        if row["student"] == student:
            row.update(values)
    with open(marks_file(course, SHEET), "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def course(tmp_path):
    course = new_course(tmp_path)
    for student in ("ann", "bob", "zoe"):
        hand_in(course, student, answer(f"The words of number {ord(student[0])}."))
    return course


def test_the_page_holds_every_answer_and_no_name(course):
    hand_in(course, "xaver-quintus", answer("No name in here."))
    texts.lay_out(course, SHEET)
    html = marks_file(course, SHEET).with_suffix(".html").read_text(encoding="utf-8")
    page = Page(html)
    for number in (97, 98, 122):
        assert f"The words of number {number}." in page.text
    assert "xaver" not in html and "quintus" not in html
    assert "A model answer." in page.text  # what the source says to the reader
    assert "<!-- answer" not in page.text


def test_the_order_is_not_that_of_the_names_and_stays(tmp_path):
    course = new_course(tmp_path)
    names = [f"s{number:02}" for number in range(20)]
    for name in names:
        hand_in(course, name, answer(name[::-1]))
    before = {row["student"]: row["number"] for row in texts.lay_out(course, SHEET)}
    by_number = sorted(before, key=lambda name: int(before[name]))
    assert by_number != names and sorted(by_number) == names
    hand_in(course, "s005", answer("late"))
    after = {row["student"]: row["number"] for row in texts.lay_out(course, SHEET)}
    assert after.pop("s005") == "21"
    assert after == before


def test_what_was_filled_in_stays_when_new_submissions_come(course):
    texts.lay_out(course, SHEET)
    fill_in(course, "bob", points="2,5", comment='Say "why", please')
    hand_in(course, "new", answer("I came late."))
    texts.lay_out(course, SHEET)
    rows = {row["student"]: row for row in rows_of(course)}
    assert set(rows) == {"ann", "bob", "zoe", "new"}
    assert (rows["bob"]["points"], rows["bob"]["comment"]) == ("2,5", 'Say "why", please')
    assert read_marks(course, SHEET)["bob", "q3"] == Mark(2.5, 'Say "why", please')


def test_columns_and_order_of_a_person_stay(course):
    texts.lay_out(course, SHEET)
    rows = rows_of(course)[::-1]
    with open(marks_file(course, SHEET), "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, ["points", "My Own", *[k for k in rows[0] if k != "points"]], delimiter=";"
        )
        writer.writeheader()
        writer.writerows({**row, "My Own": "second look", "points": "3,5"} for row in rows)
    before = marks_file(course, SHEET).read_bytes()
    texts.lay_out(course, SHEET)
    assert marks_file(course, SHEET).read_bytes() == before


def test_a_changed_answer_is_flagged_and_keeps_its_points_until_it_is_read_again(course):
    texts.lay_out(course, SHEET)
    fill_in(course, "ann", points="3")
    fill_in(course, "bob", points="2")
    hand_in(course, "ann", answer("Other words."))
    hand_in(course, "bob", answer("The  words of\nnumber 98. "))  # other spaces are no other words
    texts.lay_out(course, SHEET)
    marks = read_marks(course, SHEET)
    assert marks["ann", "q3"] == Mark(3.0, is_stale=True)
    assert marks["bob", "q3"] == Mark(2.0)
    fill_in(course, "ann", note="", points="1")
    texts.lay_out(course, SHEET)
    assert read_marks(course, SHEET)["ann", "q3"] == Mark(1.0)


def test_an_unchanged_placeholder_is_proposed_as_zero_but_asks(course):
    hand_in(course, "empty")
    rows = {row["student"]: row for row in texts.lay_out(course, SHEET)}
    assert rows["empty"]["points"] == ""
    assert "0 proposed" in rows["empty"]["note"]
    assert read_marks(course, SHEET)["empty", "q3"].points is None
    fill_in(course, "empty", points="0")
    rows = {row["student"]: row for row in texts.lay_out(course, SHEET)}
    assert rows["empty"]["note"] == ""
    assert read_marks(course, SHEET)["empty", "q3"] == Mark(0.0)


def test_an_answer_is_found_by_its_marker_when_its_metadata_are_gone(course):
    path = hand_in(course, "lost", answer("Still mine."))
    path.write_text(path.read_text(encoding="utf-8").replace('"nbgrader"', '"other"'), encoding="utf-8")
    texts.lay_out(course, SHEET)
    assert "Still mine." in marks_file(course, SHEET).with_suffix(".html").read_text(encoding="utf-8")


def test_what_stands_in_a_cell_of_its_own_below_the_answer_is_shown_and_is_no_placeholder(tmp_path):
    course = new_course(tmp_path)
    hand_in(course, "slip", below={"q3": "All of it is down here."})
    hand_in(course, "half", answer("The first half."), below={"q3": "The second half."})
    rows = {row["student"]: row for row in texts.lay_out(course, SHEET)}
    page = Page(marks_file(course, SHEET).with_suffix(".html").read_text(encoding="utf-8"))
    assert rows["slip"]["note"] == rows["half"]["note"] == ""
    assert "Written in a cell of its own All of it is down here." in page.text
    assert "The first half. Written in a cell of its own The second half." in page.text
    assert page.text.count(" 6 words ") == 2  # those of the placeholder are nobody's
    assert "0 points proposed" not in page.text and "Your words here" not in page.text


def test_cells_of_the_course_and_what_stands_elsewhere_are_no_answer(tmp_path):
    course = new_course(tmp_path)
    elsewhere = {"q2": "A note on Q2.", "integrity": "At the very end.", "title": "My name."}
    path = hand_in(course, "empty", below=elsewhere)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    prose = [cell for cell in notebook["cells"] if cell["id"] == "q1_words"]
    last = [cell for cell in notebook["cells"] if cell["id"] == "integrity"]
    for cell in notebook["cells"]:
        cell["id"] += "-new"  # as programs do that save every cell with a new id
    place = notebook["cells"].index(last[0])
    notebook["cells"][place:place] = [{**prose[0], "id": "again"}]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    [row] = texts.lay_out(course, SHEET)
    assert "0 proposed" in row["note"]


def test_who_adds_a_cell_below_has_changed_the_answer(course):
    texts.lay_out(course, SHEET)
    fill_in(course, "ann", points="3")
    fill_in(course, "bob", points="2")
    hand_in(course, "ann", answer("The words of number 97."), below={"q3": "And more."})
    texts.lay_out(course, SHEET)
    assert read_marks(course, SHEET) == {
        ("ann", "q3"): Mark(3.0, is_stale=True), ("bob", "q3"): Mark(2.0), ("zoe", "q3"): Mark(None),
    }  # fmt: skip


def test_a_picture_is_named_even_if_only_attached(tmp_path):
    course = new_course(tmp_path)
    path = hand_in(course, "ann", answer("![](attachment:shown.png)"), below={"q3": "Below."})
    notebook = json.loads(path.read_text(encoding="utf-8"))
    attached = {"shown.png": {"image/png": "aGk="}, "my other.png": {"image/png": "aGk="}}
    [cell] = [cell for cell in notebook["cells"] if cell["id"] == "q3"]
    cell["attachments"] = attached
    path.write_text(json.dumps(notebook), encoding="utf-8")
    texts.lay_out(course, SHEET)
    page = Page(marks_file(course, SHEET).with_suffix(".html").read_text(encoding="utf-8"))
    assert page.text.count("[picture: shown.png; see the notebook]") == 1
    assert page.text.count("[picture: my other.png; see the notebook]") == 1


def test_what_can_not_be_read_is_said_and_hides_nobody_else(course):
    course.submission("bob", SHEET).write_text("{broken", encoding="utf-8")
    hand_in(course, "gone", {"q3": "I deleted the marker."})
    path = course.submission("gone", SHEET)
    path.write_text(path.read_text(encoding="utf-8").replace('"nbgrader"', '"other"'), encoding="utf-8")
    rows = {row["student"]: row for row in texts.lay_out(course, SHEET)}
    assert "can not be read" in rows["bob"]["note"]
    assert "missing" in rows["gone"]["note"]
    assert rows["ann"]["note"] == ""


def test_who_took_the_submission_back_stays_in_the_file(course):
    texts.lay_out(course, SHEET)
    course.submission("bob", SHEET).unlink()
    course.submission("bob", SHEET).parent.rmdir()
    rows = {row["student"]: row for row in texts.lay_out(course, SHEET)}
    assert rows["bob"]["note"] == "no longer handed in"


@pytest.mark.parametrize("points", ["4.5", "-1", "nan", "inf", "two", "1e9", "2,5,1", "0x1", "3/4"])
def test_points_that_can_not_be_are_refused_and_nothing_is_written(course, points):
    texts.lay_out(course, SHEET)
    fill_in(course, "ann", points=points)
    before = marks_file(course, SHEET).read_bytes()
    with pytest.raises(ValueError, match=r"0\.\.4"):
        texts.lay_out(course, SHEET)
    assert marks_file(course, SHEET).read_bytes() == before


@pytest.mark.parametrize(
    ("text", "points"), [("4", 4.0), ("0", 0.0), (" 3,25 ", 3.25), ("3.25", 3.25), ("", None), ("  ", None)]
)
def test_points_are_understood_with_a_point_and_with_a_comma(text, points):
    assert points_from(text, most=4) == points


def test_unknown_students_unknown_cells_and_double_rows_are_each_named(course):
    texts.lay_out(course, SHEET)
    rows = rows_of(course)
    stranger = {**rows[0], "student": "nobody", "points": "1", "number": "77"}
    other = {**rows[0], "cell": "q9", "number": "78"}
    with open(marks_file(course, SHEET), "a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, rows[0]).writerows([stranger, other, rows[1]])
    with pytest.raises(ValueError, match="nobody") as refusal:
        read_marks(course, SHEET)
    for words in ("number 77", "number 78", "q9", "stands there twice"):
        assert words in str(refusal.value)


def test_a_file_that_excel_saved_in_its_own_encoding_is_read(course):
    texts.lay_out(course, SHEET)
    fill_in(course, "ann", points="2,5", comment="schön gemäß")
    path = marks_file(course, SHEET)
    text = path.read_text(encoding="utf-8-sig").replace(",,", ";;")
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    text = "\r\n".join(";".join(row) for row in rows)
    path.write_bytes(text.encode("cp1252"))
    assert read_marks(course, SHEET)["ann", "q3"] == Mark(2.5, "schön gemäß")


def test_a_class_in_which_nobody_handed_in_is_refused_in_words(tmp_path, capsys):
    course = new_course(tmp_path)
    assert main(["texts", "a1", "--course", str(tmp_path)]) == 2
    assert "no submissions of a1_looking" in capsys.readouterr().err
    assert not course.texts.exists()


def test_the_command_ends_with_1_while_there_is_something_to_read(course, capsys):
    course.submission("broken", SHEET).parent.mkdir(parents=True)
    course.submission("broken", SHEET).write_text("{", encoding="utf-8")
    assert texts.run(course, Namespace(sheet="a1")) == 1
    words = capsys.readouterr().out
    assert "3 texts, 0 read, 3 to read" in words
    assert "can not be read: broken" in words
    for student in ("ann", "bob", "zoe"):
        fill_in(course, student, points="4")
    assert texts.run(course, Namespace(sheet="a1")) == 0


def test_the_placeholder_of_the_fixture_is_that_of_the_release(course):
    hand_in(course, "empty", {"q3": PLACEHOLDER + "  \n"})
    rows = {row["student"]: row for row in texts.lay_out(course, SHEET)}
    assert "placeholder" in rows["empty"]["note"]
