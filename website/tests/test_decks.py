"""The decks of the lessons that this very test run has run."""

from __future__ import annotations

import re

import pytest

from website.lessons import lessons


@pytest.mark.parametrize("stem", [lesson.stem for lesson in lessons()])
def test_every_lesson_leads_to_its_deck_and_the_deck_to_its_lesson(site, stem):
    lesson, deck = (site.folder / place / f"{stem}.html" for place in ("lessons", "decks"))
    assert f'href="../decks/{stem}.html?path=45"' in lesson.read_text()
    assert f'href="../lessons/{stem}.html"' in deck.read_text()
    assert f'href="../lessons/{stem}.html"' in (site.folder / "decks" / "index.html").read_text()


def test_a_path_of_five_minutes_is_short_and_part_of_the_longer_ones(site):
    for deck in (site.folder / "decks").glob("0*.html"):
        minutes = re.findall(r'data-minutes="(\d+)"', deck.read_text())
        assert 2 <= minutes.count("5") <= 5 < len(minutes) <= 30, deck.stem
