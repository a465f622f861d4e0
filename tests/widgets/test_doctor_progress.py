"""The doctor's line on the file of the progress."""

from __future__ import annotations

from pathlib import Path

import pytest

from vizwidgets.grading.progress.book import Book
from vizwidgets.grading.progress.entries import Prediction
from vizwidgets.widgets.doctor_progress import progress_findings
from vizwidgets.widgets.doctor_report import Finding


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path) -> Path:
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", str(tmp_path / "mine"))
    return tmp_path / "mine"


def line() -> Finding:
    [found] = progress_findings()
    return found


def test_it_tells_where_the_progress_lies_and_nothing_of_what_is_in_it(folder):
    assert line().state == "fine" and "none so far" in line().words and not folder.exists()
    folder.mkdir()
    (folder / "progress.json").write_text(Book().noting([Prediction("01", "goat", "a secret")]).text())
    assert line().state == "fine" and str(folder / "progress.json") in line().words
    assert "secret" not in line().words and "goat" not in line().words


@pytest.mark.parametrize(
    ("text", "words", "remedy"),
    [
        ("{", "is damaged", "nothing to do"),
        ('{"format": "vizwidgets progress 2"}', "of another version", "up to date, or move the file away"),
    ],
)
def test_a_file_that_cannot_be_used_is_worth_a_look_and_stays_as_it_is(folder, text, words, remedy):
    folder.mkdir()
    (folder / "progress.json").write_text(text)
    assert line().state == "look" and words in line().words and remedy in line().remedy
    assert [path.name for path in folder.iterdir()] == ["progress.json"]


def test_a_folder_that_cannot_be_written_is_worth_a_look_and_the_remedy_helps(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", str(tmp_path / "file" / "below"))
    assert line().state == "look" and "cannot be written" in line().words
    name, value = line().remedy.partition("%env ")[2].split("=")
    assert value.startswith("/")
    monkeypatch.setenv(name, str(tmp_path / "another"))
    assert line().state == "fine"


def test_where_it_is_not_wanted_that_is_fine(monkeypatch):
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", "off")
    assert (line().state, "kept nowhere" in line().words) == ("fine", True)
