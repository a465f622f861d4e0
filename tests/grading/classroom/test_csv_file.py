"""CSV files are read as people leave them, and written as spreadsheets need them."""

from __future__ import annotations

import csv
import io

import pytest

from vizwidgets.grading.classroom.reading.csv_file import CsvFile, formulas, read_csv
from vizwidgets.grading.whole_file import write_whole

NASTY = (
    'Ann "A", Mary',
    "Müller;Söhne",
    "line\nbreak",
    "=1+1",
    "",
    " spaces ",
    "李雷",
    "tab\there",
    "'quote'",
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("has_bom", [True, False])
def test_what_is_written_is_read_again_by_pythons_own_reader(tmp_path, delimiter, line_end, has_bom):
    table = CsvFile((("a", "b c", *"defghij"[:7]), NASTY), delimiter, line_end, has_bom)
    path = tmp_path / "table.csv"
    table.write(path)
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") == has_bom
    text = data.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[1] == list(NASTY)
    assert read_csv(path) == table
    table.write(path)
    assert path.read_bytes() == data


def test_a_file_of_windows_is_read_with_its_umlauts(tmp_path):
    (tmp_path / "x.csv").write_bytes("student;name\r\nann;Müller – Ann\r\n".encode("cp1252"))
    assert read_csv(tmp_path / "x.csv").records() == [{"student": "ann", "name": "Müller – Ann"}]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'a,b\n"open,1\n', "line 2"),
        ("a,b".encode("utf-16"), "plain text"),
        (b"PK\x03\x04\x00\x00", "plain text"),
    ],
)
def test_what_is_no_csv_is_refused_in_words(tmp_path, data, words):
    (tmp_path / "x.csv").write_bytes(data)
    with pytest.raises(ValueError, match=words):
        read_csv(tmp_path / "x.csv")


def test_an_empty_file_has_no_columns(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"")
    assert read_csv(tmp_path / "x.csv").header == ()
    assert read_csv(tmp_path / "x.csv").records() == []


def test_short_rows_are_filled_up_and_empty_ones_left_out():
    table = CsvFile((("A ", "b"), ("1",), (), ("", " "), ("2", "3")))
    assert table.records() == [{"a": "1", "b": ""}, {"a": "2", "b": "3"}]


def test_formulas_are_recognised():
    assert formulas(["=1+1", "+49 170", "-2", "@x", "\tx", "Ann", "1=2", ""]) == [
        "=1+1",
        "+49 170",
        "-2",
        "@x",
        "\tx",
    ]


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "new" / "x.txt"
    assert write_whole(path, "one") is True
    assert write_whole(path, "one") is False

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, "two")
    assert path.read_text(encoding="utf-8") == "one"
    assert [each.name for each in path.parent.iterdir()] == ["x.txt"]
