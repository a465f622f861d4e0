"""Exports hold what is known, leave empty what is not, and keep a platform's own table as it was."""

from __future__ import annotations

import csv
import io
import locale
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest

from tests.grading.classroom.papers import SHEET, hand_in, keep, new_course, not_graded, result_of
from vizwidgets.grading.classroom.exporting import export
from vizwidgets.grading.results import CellResult

# as Canvas exports a gradebook: two assignments, a row of manual posting, the points, the test student
CANVAS = '''\
Student,ID,SIS User ID,SIS Login ID,Section,A1 · Looking (501),Essay (502),Current Score,Final Score
,,,,,Manual Posting,,,
    Points Possible,,,,,10.00,5.00,(read only),(read only)
"Müller, Ann ""Änni""",71,S71,ann@example.org,"K1, K2",,4.50,90.00,45.00
"O'Neil, Bob",72,S72,bob@example.org,K1,,,,
"Excused, Eve",73,S73,eve@example.org,K1,EX,,,
"Never, There",74,S74,there@example.org,K1,,1.00,20.00,10.00
"Student, Test",99,,abcdef,K1,,,,
'''
# as Moodle gives out a grading worksheet
MOODLE = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 21","Ann ""Änni"" Müller",ann@example.org,"Submitted for grading - ",,10.00,Yes,\
"Monday, 23 November 2026, 9:00 AM",-,"Nice, but <p>late</p>"
"Participant 22","Bob O'Neil",bob@example.org,"Submitted for grading - ",,10.00,Yes,-,-,
"Participant 24","There Never",there@example.org,"No submission - ",,10.00,Yes,-,-,
"""
STUDENTS = '''\
student,name,email,moodle_id,canvas_id
ann,"Müller, Ann ""Änni""",ann@example.org,21,71
bob,"O'Neil, Bob",bob@example.org,22,72
eve,"Excused, Eve",eve@example.org,23,73
'''


def finished(student: str, points: float):
    """Return a result in which the text has been read."""
    result = result_of(student)
    return replace(result, cells=(CellResult("q1_check", 10, points),))


@pytest.fixture
def course(tmp_path):
    course = new_course(tmp_path / "course")
    course.students.write_text(STUDENTS, encoding="utf-8")
    keep(course, finished("ann", 13.5 - 4), finished("bob", 1 / 3))
    return course


def exported(course, to: str, template: str = "", **options) -> tuple[int, str, list[list[str]]]:
    """Run the command; return its status, the text of the file, and its rows by Python's own reader."""
    path = None
    if template:
        path = course.root / "template.csv"
        path.write_text(template, encoding="utf-8")
    known = {"sheet": "a1", "to": to, "template": path, "column": "", "decimal_comma": False}
    status = export.run(course, Namespace(**{**known, **options}))
    text = (course.exports / f"{SHEET}-{to}.csv").read_bytes().decode("utf-8")
    return status, text, list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_canvas_without_a_template_has_the_columns_that_canvas_looks_for(course):
    status, text, rows = exported(course, "canvas")
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", SHEET],
        ["    Points Possible", "", "", "", "", "10"],
        ['Müller, Ann "Änni"', "71", "", "ann@example.org", "", "9.5"],
        ["O'Neil, Bob", "72", "", "bob@example.org", "", "0.33"],
    ]
    assert text.startswith("\ufeffStudent,")  # Excel needs the mark, Canvas an unquoted first word
    assert status == 0


def test_canvas_own_export_keeps_everything_but_one_column(course, capsys):
    status, text, rows = exported(course, "canvas", CANVAS)
    before = list(csv.reader(io.StringIO(CANVAS, newline="")))
    assert [row[5] for row in rows[3:]] == ["9.5", "0.33", "EX", "", ""]
    assert [[*row[:5], *row[6:]] for row in rows] == [[*row[:5], *row[6:]] for row in before]
    assert [row[5] for row in rows[:3]] == [row[5] for row in before[:3]]
    assert not text.startswith("\ufeff")
    words = capsys.readouterr().out
    assert "2 grades written" in words
    assert "without a submission, left as they are: 2" in words  # There and Eve; the test student is nobody
    assert status == 0


def test_an_excused_student_stays_excused(course, capsys):
    keep(course, finished("eve", 8.0))
    _, _, rows = exported(course, "canvas", CANVAS)
    assert rows[5][5] == "EX"
    assert "kept: eve" in capsys.readouterr().out


def test_moodle_without_a_template_has_the_columns_that_moodle_looks_for(course):
    _, text, rows = exported(course, "moodle")
    assert rows[0][:6] == ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"]
    assert "Last modified (grade)" in rows[0]
    assert rows[1][:6] == [
        "Participant 21", 'Müller, Ann "Änni"', "ann@example.org", "Submitted for grading", "9.5", "10",
    ]  # fmt: skip
    assert text.startswith("\ufeff")


def test_moodles_own_worksheet_keeps_everything_but_the_grade(course, capsys):
    _, _, rows = exported(course, "moodle", MOODLE)
    before = list(csv.reader(io.StringIO(MOODLE, newline="")))
    assert [row[4] for row in rows[1:]] == ["9.5", "0.33", ""]
    assert [[*row[:4], *row[5:]] for row in rows] == [[*row[:4], *row[5:]] for row in before]
    assert "left as they are: 1" in capsys.readouterr().out


def test_a_german_worksheet_is_understood(course):
    german = (
        MOODLE.replace("Identifier", "ID")
        .replace("Participant ", "Teilnehmer/in")
        .replace("Grade,", "Bewertung,", 1)
    )
    german = german.replace("Full name", "Vollständiger Name").replace("Email address", "E-Mail-Adresse")
    _, _, rows = exported(course, "moodle", german, decimal_comma=True)
    assert [row[4] for row in rows] == ["Bewertung", "9,5", "0,33", ""]
    assert rows[1][0] == "Teilnehmer/in21"


def test_the_worksheet_of_another_assignment_is_refused(course):
    with pytest.raises(ValueError, match="another assignment"):
        exported(course, "moodle", MOODLE.replace("Participant 21", "Participant 99").replace("t 22", "t 21"))


def test_a_text_that_nobody_read_and_a_sheet_that_was_not_graded_stay_empty(course, capsys):
    hand_in(course, "ann")
    keep(course, result_of("ann"), not_graded("bob", "it is no notebook"))
    for to, template, column in (
        ("canvas", CANVAS, 5),
        ("moodle", MOODLE, 4),
        ("canvas", "", 5),
        ("moodle", "", 4),
    ):
        _, _, rows = exported(course, to, template)
        by_name = {row[0] + row[1]: row[column] for row in rows}
        own = [points for name, points in by_name.items() if "Änni" in name or "Neil" in name]
        assert own == ["", ""]
        words = capsys.readouterr().out
        assert "0 grades written" in words
        assert "ann: q3 is not read yet" in words
        assert "bob: not graded: it is no notebook" in words


def test_an_old_grade_does_not_stand_for_one_that_is_not_known(course):
    keep(course, not_graded("bob"))
    _, _, rows = exported(
        course, "canvas", CANVAS.replace("bob@example.org,K1,,", "bob@example.org,K1,10.00,")
    )
    assert rows[4][5] == ""


def test_zero_points_are_zero_and_not_empty(course):
    keep(course, finished("ann", 0.0))
    _, _, rows = exported(course, "canvas", CANVAS)
    assert rows[3][5] == "0"


def test_a_student_without_a_row_is_named_and_the_command_ends_with_1(course, capsys):
    keep(course, finished("zoe", 5.0))
    for to, template in (("canvas", CANVAS), ("moodle", MOODLE), ("moodle", "")):
        assert exported(course, to, template)[0] == 1
        assert "enter by hand: zoe" in capsys.readouterr().out


def test_two_of_one_name_are_told_apart_by_their_numbers_only(course):
    course.students.write_text(
        "student,name,moodle_id,canvas_id\nann,Kim Lee,21,71\nbob,Kim Lee,22,\n", encoding="utf-8"
    )
    template = CANVAS.replace('"Müller, Ann ""Änni"""', '"Lee, Kim"').replace('"O\'Neil, Bob"', '"Lee, Kim"')
    status, _, rows = exported(course, "canvas", template)
    assert rows[3][5] == "9.5"
    assert rows[4][5] == "0.33"  # the only Kim Lee who is left
    course.students.write_text("student,name\nann,Kim Lee\nbob,Kim Lee\n", encoding="utf-8")
    status, _, rows = exported(course, "canvas", template)
    assert [row[5] for row in rows[3:5]] == ["", ""]
    assert status == 1


def test_names_with_first_and_last_in_columns_of_their_own_are_understood(course):
    course.students.write_text("student,name\nann,Ann Müller\nbob,Bob O'Neil\n", encoding="utf-8")
    header = "LastName,FirstName,ID,SIS Login ID,Section,A1 Looking (5)\n"
    template = f"{header}    Points Possible,,,,,10\nMüller,Ann,71,x,K,\n"
    _, _, rows = exported(course, "canvas", template)
    assert rows[2] == ["Müller", "Ann", "71", "x", "K", "9.5"]


def test_decimal_commas_come_with_semicolons_for_canvas(course):
    _, text, _ = exported(course, "canvas", decimal_comma=True)
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert [row[5] for row in rows[2:]] == ["9,5", "0,33"]
    _, text, _ = exported(course, "moodle", decimal_comma=True)
    assert '"9,5"' in text


def test_a_template_keeps_its_delimiter_its_mark_and_its_line_ends(course):
    template = "\ufeff" + CANVAS.replace("K1, K2", "K1").replace(",", ";").replace(
        '"M\u00fcller;', '"M\u00fcller,'
    )
    _, text, _ = exported(course, "canvas", template)
    assert text.startswith("\ufeffStudent;ID;")
    assert "\r" not in text


def test_the_language_of_the_computer_does_not_matter(course):
    before = exported(course, "canvas")[1]
    kept = locale.setlocale(locale.LC_ALL)
    for name in ("de_DE.UTF-8", "de_DE", "German_Germany.1252", "fr_FR.UTF-8", "C"):
        try:
            locale.setlocale(locale.LC_ALL, name)
        except locale.Error:
            continue
        try:
            assert exported(course, "canvas")[1] == before
        finally:
            locale.setlocale(locale.LC_ALL, kept)


@pytest.mark.parametrize("name", ["=1+1", "+A1", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_a_name_like_a_formula_is_said_and_kept_literally(course, capsys, name):
    course.students.write_text(f'student,name,canvas_id\nann,"{name}",71\n', encoding="utf-8")
    _, _, rows = exported(course, "canvas")
    assert rows[2][0] == name
    words = capsys.readouterr().out
    assert "formulas to a spreadsheet" in words and name in words


def test_which_column_is_asked_for_where_it_can_not_be_told(course):
    template = CANVAS.replace("A1 · Looking (501)", "Homework One (501)")
    with pytest.raises(ValueError, match=r"--column.*'Homework One \(501\)', 'Essay \(502\)'"):
        exported(course, "canvas", template)
    _, _, rows = exported(course, "canvas", template, column="Homework")
    assert rows[3][5] == "9.5"
    with pytest.raises(ValueError, match="There are"):
        exported(course, "canvas", template, column="Nothing")
    with pytest.raises(ValueError, match="There are"):
        exported(course, "canvas", template, column="Final Score")  # read only, and none of ours


@pytest.mark.parametrize(("to", "words"), [("canvas", "exported by Canvas"), ("moodle", "grading worksheet")])
def test_another_table_is_refused_in_words(course, to, words):
    for template in ("a,b,c\n1,2,3\n", MOODLE if to == "canvas" else CANVAS):
        with pytest.raises(ValueError, match=words):
            exported(course, to, template)


def test_a_template_that_is_not_there_is_said(course):
    options = Namespace(sheet="a1", to="canvas", template=Path("nowhere.csv"), column="", decimal_comma=False)
    with pytest.raises(FileNotFoundError, match="no file nowhere.csv"):
        export.run(course, options)


def test_other_points_on_the_platform_are_said(course, capsys):
    exported(course, "canvas", CANVAS.replace(",10.00,5.00,", ",100.00,5.00,"))
    assert "Canvas has 100 points for this column, the sheet is worth 10" in capsys.readouterr().out
    exported(course, "moodle", MOODLE.replace("10.00", "100.00"))
    assert "Moodle has 100 points for this, the sheet is worth 10" in capsys.readouterr().out
    exported(course, "canvas", CANVAS)
    assert "worth" not in capsys.readouterr().out


def test_what_was_handed_in_and_not_graded_yet_is_said(course, capsys):
    hand_in(course, "late")
    assert exported(course, "canvas")[0] == 1
    assert "left empty: late: not graded: waits for the command grade" in capsys.readouterr().out


def test_who_handed_in_and_has_no_result_is_not_counted_with_those_who_did_not(course, capsys):
    course.students.write_text(STUDENTS + 'there,"Never, There",there@example.org,24,74\n', encoding="utf-8")
    hand_in(course, "there")
    for to, template, others in (("canvas", CANVAS, 1), ("moodle", MOODLE, 0)):
        status, _, _ = exported(course, to, template)
        words = capsys.readouterr().out
        assert status == 1
        assert "left empty: there: not graded: waits for" in words
        assert (f"left as they are: {others}" in words) == bool(others)


@pytest.mark.parametrize(
    ("to", "template"), [("canvas", ""), ("canvas", CANVAS), ("moodle", ""), ("moodle", MOODLE)]
)
@pytest.mark.parametrize("result", [result_of("bob"), not_graded("bob")])
def test_a_grade_that_is_not_in_the_file_ends_the_command_with_1(course, to, template, result):
    assert exported(course, to, template)[0] == 0
    keep(course, result)
    assert exported(course, to, template)[0] == 1


@pytest.mark.parametrize("to", export.PLATFORMS)
def test_whom_no_platform_can_find_is_entered_by_hand(course, capsys, to):
    course.students.write_text("student,name,moodle_id,canvas_id\nann,Ann,21,71\nbob,,,\n", encoding="utf-8")
    assert exported(course, to)[0] == 1
    assert "enter by hand: bob" in capsys.readouterr().out


def test_moodles_number_of_this_sheet_goes_before_any_other(course):
    course.students.write_text(
        f"student,name,moodle_id,moodle_id_{SHEET}\nann,,99,21\nbob,,98,\n", encoding="utf-8"
    )
    _, _, rows = exported(course, "moodle")
    assert [row[0] for row in rows[1:]] == ["Participant 21", ""]
