"""Without a kernel a reader guesses all the same, and then sees what came."""

from __future__ import annotations

import json
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_output

import vizwidgets as vw
from website.predictions import DATA, Came, card, script, what_came

HOSTILE = "<script>alert('1')</script>\" onclick='x"


def said(shown: Any) -> dict[str, Any]:
    """What a card leaves in a notebook, as a notebook keeps it."""
    return json.loads(json.dumps(shown._repr_mimebundle_()[0][DATA]))


def values(page: str) -> dict[str, Any]:
    """What the script of the page is told of a card."""
    return json.loads(unescape(page.split('data-card="')[1].split('"')[0]))


def answered(shown: Any, cell: str = "came") -> dict[str, Came]:
    return what_came([new_code_cell("", id=cell, outputs=[new_output("display_data", {DATA: said(shown)})])])


def test_a_number_and_what_it_came_to_are_told_behind_a_fold_with_the_way_there():
    came = answered(vw.outcome("how far it sees, on a page", 196))
    page = card(said(vw.predict("how far it sees, on a page", unit="pixels")), came)
    assert "<p>in pixels?</p><details><summary>What came</summary><p><b>196</b>" in page
    assert 'href="#cell-came"' in page


@pytest.mark.parametrize(("unit", "most"), [("of 8", 8), ("%", 100), ("pixels", None)])
def test_a_page_knows_how_large_a_number_can_be(unit, most):
    page = card(said(vw.predict("how large, on a page", unit=unit)), {})
    assert values(page)["most"] == most
    assert f"<p>{unit if unit == 'of 8' else f'in {unit}'}?</p>" in page


@pytest.mark.parametrize(
    ("unit", "value", "right"),
    [("pixels", 196.0, [176.4, 215.6]), ("%", 2.0, [-3.0, 7.0]), ("points", -10.0, [-11.0, -9.0])],
)
def test_a_number_is_close_where_the_notebook_calls_it_close(unit, value, right):
    asked = said(vw.predict("closeness on a page", unit=unit))
    told = values(card(asked, answered(vw.outcome("closeness on a page", value))))
    assert told["right"] == pytest.approx(right) and told["yes"] == "Close."


def test_of_choices_the_one_that_came_is_right():
    asked = said(vw.predict("on a page", "a goat", "a sheep"))
    page = card(asked, answered(vw.outcome("on a page", "a sheep")))
    assert "a goat or a sheep?" in page and values(page)["right"] == "a sheep"


def test_where_the_reader_is_to_look_the_card_leads_there_and_judges_nothing():
    asked = said(vw.predict("looked at on a page", "a goat", "a sheep"))
    page = card(asked, answered(vw.outcome("looked at on a page"), "look"))
    assert '<a href="#cell-look">See what came</a>' in page and values(page)["right"] is None


def test_a_question_whose_answer_never_came_promises_none():
    assert "details" not in card(said(vw.predict("never answered")), {})


def test_hostile_words_stay_words():
    class Tags(HTMLParser):
        def handle_starttag(self, tag, attrs):
            assert tag != "script" and "onclick" not in dict(attrs)

    came = answered(vw.outcome(HOSTILE, HOSTILE))
    asked = said(vw.predict(HOSTILE, "a goat", HOSTILE))
    for page in (card(asked, came), card(said(vw.outcome(HOSTILE, HOSTILE)), came)):
        Tags().feed(page)
        assert HOSTILE in unescape(page)


def test_the_script_is_no_module_for_a_page_on_a_disk_loads_none():
    assert "export" not in script().replace("exported", "") and "import " not in script()
