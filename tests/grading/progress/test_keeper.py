"""The file of the progress: for two kernels at once, damaged, read-only, or not wanted at all."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import tempfile
from pathlib import Path

import pytest

from vizwidgets.grading.progress.entries import Prediction, Result
from vizwidgets.grading.progress.keeper import Keeper
from vizwidgets.grading.progress.place import Presence, progress_file


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path) -> Path:
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", str(tmp_path / "mine"))
    return tmp_path / "mine"


def keeper(is_seen: bool = True) -> Keeper:
    presence = Presence()
    if is_seen:
        presence.see()
    return Keeper(presence)


def answers(folder: Path) -> list[str]:
    found = json.loads((folder / "progress.json").read_text(encoding="utf-8"))
    return [prediction["answer"] for prediction in found["predictions"]]


def test_what_is_noted_lies_in_the_file_at_once_and_another_kernel_finds_it(folder):
    keeper().note(Prediction("01", "goat", "a sheep"))
    assert answers(folder) == ["a sheep"]
    assert [found.answer for found in keeper().book().predictions()] == ["a sheep"]
    assert sorted(path.name for path in folder.iterdir() if path.suffix != ".lock") == ["progress.json"]


def test_nobody_else_may_look_into_the_folder(folder):
    keeper().note(Prediction("01", "goat", "a sheep"))
    assert folder.stat().st_mode & 0o077 == 0


def test_where_nobody_is_seen_nothing_is_written_or_read(folder):
    keeper().note(Prediction("01", "goat", "a sheep"))
    unseen = keeper(is_seen=False)
    assert unseen.book().entries == ()
    unseen.note(Prediction("01", "goat", "a goat"))
    assert [found.answer for found in unseen.book().predictions()] == ["a goat"]  # for this run of the cells
    assert answers(folder) == ["a sheep"]


def test_off_keeps_nothing_on_disk(folder, monkeypatch):
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", "Off")
    one = keeper()
    one.note(Prediction("01", "goat", "a goat"))
    assert progress_file() is None and not folder.exists() and one.trouble == ""
    assert [found.answer for found in one.book().predictions()] == ["a goat"]


def test_without_the_variable_it_lies_in_the_users_own_data_folder_not_in_that_of_the_weights(
    monkeypatch, tmp_path
):
    monkeypatch.delenv("VIZWIDGETS_PROGRESS")
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path / "shared"))  # a class may share the weights
    own = "vizwidgets.grading.progress.place.user_data_dir"
    monkeypatch.setattr(own, lambda *_, **__: str(tmp_path / "own"))
    assert progress_file() == tmp_path / "own" / "progress.json"


def _note_many(name: str, barrier) -> None:
    one = keeper()
    barrier.wait(30)
    for number in range(20):
        one.note(Prediction(name, f"question {number}", name), Result("07", "Exchange rate", 3, number % 4))


def test_two_processes_at_once_lose_nothing_of_each_other(folder):
    fork = multiprocessing.get_context("fork")
    barrier = fork.Barrier(2)
    both = [fork.Process(target=_note_many, args=(name, barrier)) for name in ("here", "there")]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
        assert process.exitcode == 0
    assert sorted(answers(folder)) == ["here"] * 20 + ["there"] * 20
    found = json.loads((folder / "progress.json").read_text(encoding="utf-8"))
    assert [(each["tries"], each["reached"]) for each in found["exercises"]] == [(40, 3)]


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe\x00", b'{"format": "vizwidgets progress 1"}'])
def test_a_damaged_file_is_set_aside_and_said_and_a_new_one_begun(folder, damage):
    folder.mkdir()
    (folder / "progress.json").write_bytes(damage)
    one = keeper()
    assert one.book().entries == ()
    assert "could not be read: " in one.trouble and "Nothing is lost" in one.trouble
    assert not re.search("codec|char |Expecting", one.trouble)  # words for people
    one.note(Prediction("01", "goat", "a goat"))
    [aside] = folder.glob("progress.damaged-*.json")
    assert aside.read_bytes() == damage
    assert str(aside) in one.trouble
    assert answers(folder) == ["a goat"]
    one.note(Prediction("01", "meadow", "a sheep"))
    assert one.trouble == ""  # it is said once


def test_a_file_of_a_newer_version_stays_as_it_is(folder):
    folder.mkdir()
    newer = '{"format": "vizwidgets progress 2", "stars": 5}'
    (folder / "progress.json").write_text(newer)
    one = keeper()
    one.note(Prediction("01", "goat", "a goat"))
    assert (folder / "progress.json").read_text() == newer
    assert "not kept" in one.trouble and "progress 2" in one.trouble
    assert [found.answer for found in one.book().predictions()] == ["a goat"]


def test_a_disk_that_refuses_is_told_in_words_and_what_was_noted_follows_later(folder, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system", str(folder))

    one = keeper()
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse)
        one.note(Prediction("01", "goat", "a goat"))
        assert "not kept: read-only file system" in one.trouble
        assert [found.answer for found in one.book().predictions()] == ["a goat"]
    assert [path for path in folder.iterdir() if path.suffix == ".part"] == []
    one.note(Prediction("01", "meadow", "a sheep"))
    assert sorted(answers(folder)) == ["a goat", "a sheep"] and one.trouble == ""


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", str(tmp_path / "file" / "below"))
    one = keeper()
    one.note(Prediction("01", "goat", "a goat"))
    assert "not kept" in one.trouble and "VIZWIDGETS_PROGRESS" in one.trouble


def _note_as_nobody() -> None:
    os.setuid(65534)
    one = keeper()
    one.note(Prediction("01", "goat", "a goat"))
    assert "not kept: permission denied" in one.trouble, one.trouble


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can become another user")
def test_a_read_only_home_of_an_ordinary_user_is_told_in_words(monkeypatch):
    with tempfile.TemporaryDirectory() as home:  # pytest's own folders are closed to others
        folder = Path(home) / "data"
        folder.mkdir()
        Path(home).chmod(0o755)
        folder.chmod(0o755)
        monkeypatch.setenv("VIZWIDGETS_PROGRESS", str(folder))
        process = multiprocessing.get_context("fork").Process(target=_note_as_nobody)
        process.start()
        process.join(60)
        assert process.exitcode == 0
        assert list(folder.iterdir()) == []


def test_a_lesson_is_visited_once_an_hour(folder, monkeypatch):
    one = keeper()
    for at in ("2026-11-23 13:05", "2026-11-23 13:40", "2026-11-23 14:01"):
        monkeypatch.setattr("vizwidgets.grading.progress.keeper.now", lambda at=at: at)
        one.visit("01_sheep_or_goat")
    one.visit("")
    assert one.book().visits() == {"01_sheep_or_goat": "2026-11-23 14:01"}
