"""The decks of the lessons that this very test run has run."""

from __future__ import annotations

import pytest

from slides.building import lesson_deck, write_decks
from slides.deck import Deck
from website.links import faults


@pytest.fixture(scope="module")
def decks(ran) -> list[Deck]:
    return [lesson_deck(lesson) for lesson in ran]


def test_every_lesson_has_a_deck_whose_links_lead_somewhere(decks, ran, tmp_path):
    folder = write_decks(decks, tmp_path).parent
    assert {page.stem for page in folder.glob("0*.html")} == {lesson.stem for lesson in ran}
    assert list(faults(folder)) == []


def test_a_path_of_five_minutes_is_short_and_part_of_the_longer_ones(decks):
    for deck in decks:
        minutes = [slide.facts.minutes for slide in deck.slides]
        assert 2 <= minutes.count(5) <= 5 < len(minutes) <= 30, deck.stem
