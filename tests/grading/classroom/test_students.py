"""students.csv: kept as it is, extended, and read back by Python's own csv module."""

from __future__ import annotations

import csv

import pytest

from vizwidgets.grading.classroom.reading.csv_file import CsvFile
from vizwidgets.grading.classroom.reading.students import Sender, Students, folder_name


def rows_of(path, delimiter=","):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_a_name_with_everything_in_it_is_quoted_so_that_csv_reads_it_back(tmp_path):
    path = tmp_path / "students.csv"
    names = ['Müller, Ann', 'O"Neil', "<b>Bob</b>", "Núñez\tAna", "=1+1", "李雷", "two\nlines", "semi;colon"]
    students = Students.read(path)
    for k, name in enumerate(names):
        students.take(Sender(name, moodle_id=str(k)), "a1")
    students.write(path)
    assert [row["name"] for row in rows_of(path)] == names
    folders = [row["student"].replace("-", "") for row in rows_of(path)]
    assert len(set(folders)) == len(names)
    assert all(folder.isalnum() and folder.isascii() for folder in folders)


def test_columns_rows_and_signs_of_the_instructor_are_kept(tmp_path):
    path = tmp_path / "students.csv"
    given = "student;group;name;canvas_id\nann;\"A; B\";Ann Lee;7\nbob;C;Bob;8\n"
    path.write_text(given, encoding="utf-8")
    students = Students.read(path)
    assert students.take(Sender("leeann", canvas_id="7"), "a1") == "ann"
    assert students.take(Sender("zoe", canvas_id="9"), "a1") == "zoe"
    students.write(path)
    rows = rows_of(path, ";")
    assert [(row["student"], row["group"], row["name"], row["canvas_id"]) for row in rows] == [
        ("ann", "A; B", "Ann Lee", "7"),
        ("bob", "C", "Bob", "8"),
        ("zoe", "", "zoe", "9"),
    ]
    once = path.read_bytes()
    again = Students.read(path)
    again.take(Sender("zoe", canvas_id="9"), "a1")
    assert not again.write(path)
    assert path.read_bytes() == once


def test_moodle_numbers_participants_anew_in_each_assignment():
    students = Students(CsvFile((("student", "name"),)))
    assert students.take(Sender("Ann Lee", moodle_id="12"), "a1") == "ann-lee"
    assert students.take(Sender("Ann Lee", moodle_id="77"), "a2") == "ann-lee"
    (row,) = students.rows
    assert (row["moodle_id_a1"], row["moodle_id_a2"], row["moodle_id"]) == ("12", "77", "77")


def test_two_of_the_same_name_stay_two_and_an_unclear_one_is_asked_for(tmp_path):
    path = tmp_path / "students.csv"
    students = Students.read(path)
    assert students.take(Sender("Ann Lee", moodle_id="12"), "a1") == "ann-lee"
    assert students.take(Sender("Ann Lee", moodle_id="13"), "a1") == "ann-lee-13"
    assert students.take(Sender("Ann Lee", moodle_id="12"), "a1") == "ann-lee"
    with pytest.raises(ValueError, match="2 students are called 'Ann Lee'; write 80 into the column moodle_"):
        students.take(Sender("Ann Lee", moodle_id="80"), "a2")


def test_a_class_list_without_folders_gets_them(tmp_path):
    path = tmp_path / "students.csv"
    path.write_text("name,canvas_id\nAnn Lee,7\nBob,8\n", encoding="utf-8")
    students = Students.read(path)
    assert students.folders == ["ann-lee", "bob"]
    assert students.take(Sender("leeann", canvas_id="7"), "a1") == "ann-lee"


@pytest.mark.parametrize("folder", ["../ann", "a/b", "..", ".git", "a b\\c", "c:x"])
def test_a_folder_that_leads_elsewhere_is_refused(tmp_path, folder):
    path = tmp_path / "students.csv"
    path.write_text(f"student,name\n{folder},Ann\n", encoding="utf-8")
    with pytest.raises(ValueError, match="the name of a folder"):
        Students.read(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,mark\n1,2\n", "at least one of the first two"),
        ("student,name\nann,A\nAnn,B\n", "each student has one row; ann has several"),
        ("student,name\nann,Lee, Ann\n", "has 2 columns, but the row of 'ann' has 3 fields"),
    ],
)
def test_a_list_that_can_not_be_used_is_refused_in_words(tmp_path, text, words):
    path = tmp_path / "students.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=words):
        Students.read(path)


def test_folders_are_names_that_every_system_takes():
    for name in ("con", "NUL", "  ", "../..", "a" * 300, "ÄÖÜ", "🎉", "-x-"):
        folder = folder_name(name)
        assert len(folder) <= 70 and folder not in {"con", "nul"}
        assert not folder.startswith(("-", ".")) and (folder == "" or folder.replace("-", "").isalnum())
