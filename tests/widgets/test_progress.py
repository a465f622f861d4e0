"""The map of the course, and the progress: to look at, to take along, to delete."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import vizwidgets as vw
from tests.widgets.test_prediction import HOSTILE, Page
from vizwidgets.grading.progress.book import Book
from vizwidgets.grading.progress.course import course, sheets
from vizwidgets.grading.progress.entries import Prediction, Result, Visit
from vizwidgets.grading.progress.keeper import KEEPER
from vizwidgets.grading.progress.place import Presence

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FIRST, SECOND = course()[:2]
ALL_OF_SECOND = [
    Visit(SECOND.name, "2026-11-03 13:05"),
    *(Prediction(SECOND.name, question, "x") for question in SECOND.predictions),
    *(Result(SECOND.name, one.title, one.points, one.points) for one in SECOND.exercises),
]


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """A student sits here, who has done nothing yet."""
    presence = Presence()
    presence.see()
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", str(tmp_path / "mine"))
    monkeypatch.setattr(KEEPER, "presence", presence)
    yield tmp_path / "mine"
    KEEPER.forget()


def test_with_nothing_done_the_map_invites():
    shown = vw.course_map()
    page = Page(shown._repr_html_())
    assert "8 lessons" in page.words and "begin here" in page.words
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
    assert links == [f"{lesson.name}.ipynb" for lesson in course()] + [sheet.link for sheet in sheets()]
    assert all((NOTEBOOKS / link).is_file() for link in links)  # beside the notebook that shows the map
    for lesson in course():
        assert lesson.title in page.words and lesson.question in page.words
    assert f"{sum(lesson.points for lesson in course()):g} points to reach" in str(shown)


def test_the_table_has_heads_and_says_in_words_what_the_colours_say():
    KEEPER.note(*ALL_OF_SECOND)
    page = Page(vw.course_map()._repr_html_())
    scopes = [attrs.get("scope") for tag, attrs in page.tags if tag == "th"]
    assert scopes == ["col"] * 5 + ["row"] * 8 + ["colgroup"] + ["row"] * 3
    count = len(SECOND.predictions)
    assert f"✓ {count} of {count}" in page.words and f"✓ {SECOND.points:g} of {SECOND.points:g}" in page.words
    assert "1 of 8 lessons done" in page.words and "3 Nov 2026" in page.words


def test_the_checks_of_a_sheet_count_in_its_own_row():
    first = sheets()[0]
    KEEPER.note(
        *(
            Result(first.name, one.title, one.points, one.points, at="2026-11-05 10:00")
            for one in first.exercises
        )
    )
    shown = vw.course_map()
    page = Page(shown._repr_html_())
    assert "✓ 16 of 16" in page.words and "5 Nov 2026" in page.words
    assert "0 of 64 points reached, and 16 of 48 in the sheets." in page.words
    assert "A1 · Looking into a network" in str(shown) and shown.next.lesson == FIRST


@pytest.mark.parametrize("sheet", sheets(), ids=lambda sheet: sheet.name)
def test_the_map_says_which_points_of_a_sheet_are_given_by_a_person(sheet):
    notebook = json.loads((NOTEBOOKS / sheet.link.replace("selfstudy", "source")).read_text(encoding="utf-8"))
    marks = [cell["metadata"]["nbgrader"] for cell in notebook["cells"] if "nbgrader" in cell["metadata"]]
    graded = [mark for mark in marks if mark["grade"]]
    by_person = sum(mark["points"] for mark in graded if mark["solution"])  # answered and graded
    total = sum(mark["points"] for mark in graded)
    words = f"{sheet.points:g} of the {total:g} points are checked by the notebook, {by_person:g} by a person"
    assert words in str(vw.course_map()) and words in Page(vw.course_map()._repr_html_()).words


def test_where_to_go_on_is_the_first_lesson_that_is_not_done():
    KEEPER.note(*ALL_OF_SECOND)
    assert vw.course_map().next.lesson == FIRST
    KEEPER.note(Visit(FIRST.name, "2026-11-03 13:05"))
    KEEPER.note(*(Prediction(FIRST.name, question, "x") for question in FIRST.predictions))
    assert vw.course_map().next.lesson == course()[2]


def test_a_page_that_is_made_of_the_lesson_shows_nobodys_progress(monkeypatch, folder):
    KEEPER.note(*ALL_OF_SECOND)
    monkeypatch.setattr(KEEPER, "presence", Presence())
    page = Page(vw.course_map()._repr_html_())
    assert "8 lessons, about" in page.words
    assert str(folder) not in page.words and "3 Nov" not in page.words
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
    assert links == [f"{lesson.name}.ipynb" for lesson in course()]  # the sheets lie elsewhere on a website


def test_the_map_tells_where_the_progress_lies_or_why_it_does_not(folder, monkeypatch):
    assert f"kept in {folder / 'progress.json'} on this computer and sent nowhere" in str(vw.course_map())
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", "off")
    assert "kept nowhere" in str(vw.course_map())


def test_the_progress_shows_what_was_predicted_beside_what_came():
    KEEPER.note(Prediction("01", HOSTILE, "a goat", outcome="a sheep"))
    KEEPER.note(Result("07", "Exchange rate", 3, 1.5, 2))
    assert "a goat" in str(vw.progress()) and "1.5 of 3" in str(vw.progress())
    page = Page(vw.progress()._repr_html_())
    assert HOSTILE in page.words and "script" not in [tag for tag, _ in page.tags]


def test_what_is_exported_is_read_back_by_others(tmp_path):
    KEEPER.note(*ALL_OF_SECOND, Prediction("x", "odd, words", 'a "goat",\nperhaps', outcome="=1+1"))
    table = vw.progress().export(tmp_path / "mine.csv")
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["kind"] for row in rows} == {"visits", "predictions", "exercises"}
    [odd] = [row for row in rows if row["lesson"] == "x"]
    assert (odd["question"], odd["answer"]) == ("odd, words", 'a "goat",\nperhaps')
    reached = [float(row["reached"]) for row in rows if row["kind"] == "exercises"]
    assert sum(reached) == SECOND.points
    found = json.loads(vw.progress().export(str(tmp_path / "mine.json")).read_text(encoding="utf-8"))
    assert len(found["predictions"]) == len(SECOND.predictions) + 1


def test_delete_asks_first_and_then_says_what_is_gone(folder):
    KEEPER.note(*ALL_OF_SECOND)
    (folder / "progress.damaged-20261123-120000.json").write_text("{")
    mine = vw.progress()
    assert mine.delete().startswith("Nothing is deleted yet.") and mine.path.exists()
    said = mine.delete(confirm=True)
    assert f"{len(SECOND.predictions)} predictions, {len(SECOND.exercises)} exercises" in said
    assert str(folder) in said
    assert list(folder.iterdir()) == []
    assert vw.progress().book.entries == () and "begin here" in vw.course_map()._repr_html_()


def test_a_terminal_may_look_and_delete_as_well(monkeypatch, folder):
    KEEPER.note(*ALL_OF_SECOND)
    monkeypatch.setattr(KEEPER, "presence", Presence())
    assert len(vw.progress().book.results()) == len(SECOND.exercises)
    vw.progress().delete(confirm=True)
    assert not (folder / "progress.json").exists()


def test_off_is_said(monkeypatch):
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", "off")
    assert "says off" in str(vw.progress())
    assert vw.progress().path is None


def test_where_nothing_can_be_written_the_map_and_the_progress_say_so_before_and_after_delete(
    monkeypatch, tmp_path
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", str(tmp_path / "file" / "below"))
    said = "not kept: "
    assert said in str(vw.course_map()) and said in str(vw.progress())
    KEEPER.note(*ALL_OF_SECOND)
    assert vw.progress().delete(confirm=True) == "Forgotten: no file was kept."
    assert said in str(vw.course_map()) and said in str(vw.progress())
    assert vw.progress().book.entries == ()


def test_a_damaged_file_is_told_until_it_is_deleted_with_its_new_name(folder):
    folder.mkdir()
    (folder / "progress.json").write_text("{")
    assert "Nothing is lost: with your next prediction" in str(vw.course_map())
    card = vw.predict("a goat on grass", "a goat", "a sheep")  # notes the visit
    [aside] = folder.glob("progress.damaged-*.json")
    assert aside.read_text() == "{" and f"Nothing is lost: it is kept as {aside}" in card.note
    card._handle_custom_msg({"type": "commit", "answer": "a goat"}, [])
    assert card.note == ""  # one sentence of it is enough
    assert aside.name in str(vw.progress())
    vw.progress().delete(confirm=True)
    assert list(folder.iterdir()) == []


def test_what_cannot_be_written_or_deleted_is_refused_with_its_name(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"mine.csv cannot be written: .*Name a file in a folder of yours"):
        vw.progress().export(tmp_path / "file" / "mine.csv")
    KEEPER.note(*ALL_OF_SECOND)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "unlink", refuse)
    with pytest.raises(OSError, match="progress.json cannot be deleted: Permission denied"):
        vw.progress().delete(confirm=True)


def test_what_was_exported_on_another_computer_is_taken_in_and_twice_is_once(tmp_path, monkeypatch, folder):
    KEEPER.note(
        Visit("01", "2026-11-01 10:00"), Prediction("01", "goat", "a goat", "a sheep", "2026-11-01 10:00")
    )
    KEEPER.note(Result("07", "Exchange rate", 3, 3, tries=2, at="2026-11-01 10:00"))
    exported = vw.progress().export(tmp_path / "mine.json")
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", str(tmp_path / "elsewhere"))
    KEEPER.note(
        Prediction("01", "goat", "a cow", at="2026-11-02 10:00"), Prediction("01", "meadow", "a sheep")
    )
    KEEPER.note(Result("07", "Exchange rate", 3, 1, tries=4, at="2026-11-02 10:00"))
    for _ in range(2):
        said = vw.progress().add(exported)
        assert said == "Taken in: 1 prediction, 1 exercise, 1 visited lesson."
        book = vw.progress().book
        answers = {(one.question, one.answer, one.outcome) for one in book.predictions()}
        assert answers == {("goat", "a cow", "a sheep"), ("meadow", "a sheep", "")}
        assert [(one.reached, one.tries) for one in book.results()] == [(3, 4)]
        assert book.visits() == {"01": "2026-11-01 10:00"}


def test_what_is_no_progress_is_not_taken_in_and_changes_nothing(tmp_path, monkeypatch):
    KEEPER.note(*ALL_OF_SECOND)
    before = vw.progress().book
    for name, inside in {"table.csv": b"kind,lesson", "README.md": b"# Hello\n", "a.png": b"\x89PNG"}.items():
        (tmp_path / name).write_bytes(inside)
        words = r"this is no exported progress of vizwidgets. add takes a file that progress\(\).export"
        with pytest.raises(ValueError, match=f"{name}: {words}"):
            vw.progress().add(tmp_path / name)
    (tmp_path / "cut.json").write_text(Book(tuple(ALL_OF_SECOND)).text()[:300])
    with pytest.raises(ValueError, match="cut.json: from line .* cut short, or changed by hand. add takes"):
        vw.progress().add(tmp_path / "cut.json")
    with pytest.raises(OSError, match="absent.json cannot be read: No such file"):
        vw.progress().add(tmp_path / "absent.json")
    assert vw.progress().book == before
    mine = vw.progress().export(tmp_path / "mine.json")
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", str(tmp_path / "table.csv" / "below"))
    with pytest.raises(OSError, match="not kept: "):
        vw.progress().add(mine)
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", "off")
    with pytest.raises(ValueError, match="says off"):
        vw.progress().add(mine)
