"""Predictions: what may be said, that it is kept for a student alone, and how it stands beside what came."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
import torch

import vizwidgets as vw
from vizwidgets.grading.progress.keeper import KEEPER
from vizwidgets.grading.progress.place import Presence
from vizwidgets.widgets.prediction import DATA, PredictionCard


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """Nobody sits here, and what is noted goes to a folder of the test."""
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", str(tmp_path / "mine"))
    monkeypatch.setattr(KEEPER, "presence", Presence())
    yield tmp_path / "mine"
    KEEPER.forget()


def press_commit(card: PredictionCard, answer: str) -> None:
    """Do what the page does when Commit is pressed."""
    card._handle_custom_msg({"type": "commit", "answer": answer}, [])


def noted(folder) -> list[dict]:
    return json.loads((folder / "progress.json").read_text(encoding="utf-8"))["predictions"]


def test_what_is_committed_in_the_page_is_kept_under_its_lesson(folder):
    press_commit(vw.predict("a goat on grass", "a goat", "a sheep"), "a goat")
    [one] = noted(folder)
    assert (one["lesson"], one["question"]) == ("01_sheep_or_goat", "a goat on grass")
    assert one["answer"] == "a goat"


@pytest.mark.filterwarnings("error")
def test_a_number_that_has_a_gradient_is_a_number():
    assert "what came: 0.5" in vw.outcome("how sure?", torch.tensor(0.5, requires_grad=True)).words


def test_a_day_later_it_is_still_there_unless_the_choices_are_others(folder):
    press_commit(vw.predict("a goat on grass", "a goat", "a sheep"), "a goat")
    assert vw.predict("a goat on grass", "a goat", "a sheep").answer == "a goat"
    assert vw.predict("a goat on grass", "a cow", "a sheep").answer == ""


def test_without_a_person_nothing_is_written_and_nothing_is_asked_in_vain(folder):
    card = vw.predict("a goat on grass", "a goat", "a sheep")
    shown = vw.outcome("a goat on grass", "a sheep")
    assert (card.answer, shown.words) == ("", "you predicted: nothing yet, what came: a sheep")
    card.commit("a sheep")  # by code
    assert shown.words == "you predicted: a sheep, what came: a sheep"
    assert not folder.exists()


def test_the_outcome_follows_when_the_prediction_is_changed_and_is_noted_beside_it(folder):
    card = vw.predict("an own question", "up", "down")
    shown = vw.outcome("an own question", "down")
    press_commit(card, "up")
    assert "Otherwise than you predicted" in shown.page
    press_commit(card, "down")
    assert "As you predicted." in shown.page
    assert [(one["answer"], one["outcome"]) for one in noted(folder)] == [("down", "down")]


@pytest.mark.parametrize(
    ("unit", "said", "came", "verdict"),
    [
        ("pixels", "200", 196, "Close."),
        ("pixels", "13", 196, "Not close"),
        ("%", "3", torch.tensor(0.5), "Close."),
        ("%", "50", torch.tensor(99.5), "Not close"),
        ("of 1", "0.3", 0.29, "Close."),
        ("times", "-2", -2.1, "Close."),
    ],
)
def test_a_number_is_close_within_a_tenth_and_percentages_within_five_points(unit, said, came, verdict):
    vw.predict(f"{said} {unit}?", unit=unit).commit(said)
    assert verdict in vw.outcome(f"{said} {unit}?", came).page


def test_a_few_words_are_compared_by_the_student_alone():
    vw.predict("what will it draw?").commit("a  dog,\nperhaps")
    shown = vw.outcome("what will it draw?")
    assert shown.words == "you predicted: a dog, perhaps"
    assert "hint" not in shown.page


@pytest.mark.parametrize(
    ("options", "unit", "answer", "words"),
    [
        (("a goat", "a sheep"), "", "a cow", "one of a goat, a sheep; got 'a cow'"),
        ((), "pixels", "many", "a number of pixels, such as 12 or 0.5; got 'many'"),
        ((), "pixels", "nan", "a number"),
        ((), "of 8", "many", "a number, of 8, such as"),
        ((), "of 8", "-3.5", "a number from 0 to 8 here; got '-3.5'"),
        ((), "of 8", "50", "a number from 0 to 8 here"),
        ((), "%", "101", "a number from 0 to 100 here"),
        ((), "pixels", "inf", "a number"),
        ((), "", " \n ", "a few words"),
    ],
)
def test_what_is_no_answer_is_refused_in_words_by_code_and_in_the_page(options, unit, answer, words):
    card = vw.predict("a question", *options, unit=unit)
    with pytest.raises(ValueError, match=words):
        card.commit(answer)
    press_commit(card, answer)
    assert words.split(";")[0] in card.note and card.answer == ""


@pytest.mark.parametrize(("unit", "answer"), [("of 8", 0), ("of 8", 8), ("%", 100), ("points", -4)])
def test_a_number_that_its_unit_allows_is_taken(unit, answer):
    card = vw.predict("a question", unit=unit)
    card.commit(answer)
    assert card.answer == str(answer)


def test_a_long_answer_is_cut_and_odd_messages_are_let_go():
    card = vw.predict("a long answer")
    press_commit(card, "x" * 10_000)
    assert len(card.answer) == 300
    for odd in ({}, [], "commit", {"type": "other"}):
        card._handle_custom_msg(odd, [])


@pytest.mark.parametrize(("options", "unit"), [(("one",), ""), (("one", "two"), "pixels")])
def test_a_question_that_makes_no_sense_is_refused_with_the_three_kinds(options, unit):
    with pytest.raises(ValueError, match="two options or more, or a question and a unit="):
        vw.predict("a question", *options, unit=unit)


@pytest.mark.parametrize(
    ("question", "options", "words"),
    [
        ("", (), "a question of a few words"),
        ("  ", ("a", "b"), "a question of a few words"),
        ("q", ("a", "a", "b"), "differ from each other; got 'a' 2 times"),
        ("q", ("a", ""), "without spaces around them; got ''"),
        ("q", ("a", " b"), "got ' b'"),
        ("q", (1, 2), "got 1"),
        ("q", ("a", "x" * 301), "a few words"),
    ],
)
def test_a_card_whose_answers_could_not_be_told_apart_is_refused(question, options, words):
    with pytest.raises(ValueError, match=words):
        vw.predict(question, *options)


@pytest.mark.parametrize(
    ("options", "unit", "came", "words"),
    [
        (("up", "down"), "", "sideways", "one of up, down; got 'sideways'"),
        (("up", "down"), "", 3, "one of up, down; got 3"),
        ((), "pixels", "many", "one number of pixels; got 'many'"),
        ((), "pixels", torch.ones(2), "one number of pixels"),
        ((), "pixels", float("nan"), "one number of pixels; got nan"),
        ((), "of 8", "banana", "one number, of 8; got 'banana'"),
        ((), "%", "many", "one number, in %; got"),
        ((), "", [1, 2], "one number; got"),
    ],
)
def test_an_outcome_that_nobody_could_have_predicted_is_refused_in_words(options, unit, came, words):
    vw.predict("which way?", *options, unit=unit)
    with pytest.raises(ValueError, match=words):
        vw.outcome("which way?", came)
    assert vw.outcome("which way?").words == "you predicted: nothing yet"


def test_a_disk_that_refuses_is_said_on_the_card_and_the_outcome_comes_all_the_same(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VIZWIDGETS_PROGRESS", str(tmp_path / "file" / "below"))
    card = vw.predict("a goat on grass", "a goat", "a sheep")
    press_commit(card, "a goat")
    assert "not kept" in card.note
    assert vw.outcome("a goat on grass").words == "you predicted: a goat"


class Page(HTMLParser):
    """What stands on a page, as a browser would read it."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words += data


HOSTILE = "<script>alert('1')</script>\" onclick='x"


def test_without_a_kernel_the_choices_can_still_be_marked_and_hostile_words_stay_words():
    data, _ = vw.predict(HOSTILE, "a goat", HOSTILE)._repr_mimebundle_()
    page = Page(data["text/html"])
    radios = [attrs for tag, attrs in page.tags if tag == "input"]
    assert [radio["type"] for radio in radios] == ["radio", "radio"] and radios[0]["name"] == HOSTILE
    assert "script" not in [tag for tag, _ in page.tags]
    assert not any("onclick" in attrs for _, attrs in page.tags)
    assert "Decide before you read on." in page.words and HOSTILE in page.words
    assert data["text/plain"].startswith("Prediction(")


def test_a_page_that_is_made_of_the_lesson_shows_what_came_and_speaks_of_nobody():
    data, _ = vw.outcome("asked of nobody", 196)._repr_mimebundle_()
    page = Page(data["text/html"])
    assert "196" in page.words and "Compare it with your prediction." in page.words
    assert "You predicted" not in page.words


def test_both_cards_leave_what_a_page_without_a_kernel_needs_to_know_as_data():
    asked, _ = vw.predict("how far it sees", unit="pixels")._repr_mimebundle_()
    came, _ = vw.outcome("how far it sees", torch.tensor(196))._repr_mimebundle_()
    about = {"question": "how far it sees", "unit": "pixels"}
    assert asked[DATA] == {**about, "kind": "number", "options": []}
    assert came[DATA] == {**about, "came": 196.0}
    look, _ = vw.outcome("asked of nobody")._repr_mimebundle_()
    assert look[DATA]["came"] is None


def test_the_outcome_shows_hostile_words_as_words():
    vw.predict("hostile").commit(HOSTILE)
    page = Page(vw.outcome("hostile", HOSTILE).page)
    assert {tag for tag, _ in page.tags} <= {"div", "p", "small", "b"}
    assert page.words.count("alert") == 2
