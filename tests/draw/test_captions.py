"""Captions beneath pictures: what a slide shows of them."""

from __future__ import annotations

import numpy as np
import pytest

from vizwidgets.draw.captions import LARGEST, SMALLEST, captions
from vizwidgets.draw.fonts import font
from vizwidgets.draw.show import show

LONG = "on rock: 0% sheep, 100% goat"


def test_a_caption_too_long_for_its_picture_is_broken_and_keeps_the_size_of_its_letters() -> None:
    found = captions([LONG, "a goat"], 150)
    assert found.size == LARGEST and found.lines == [["on rock: 0% sheep,", "100% goat"], ["a goat"]]
    assert all(font(LARGEST).getlength(line) <= 150 for line in found.lines[0])


def test_letters_one_pixel_smaller_save_a_line_and_two_are_not_given_for_it() -> None:
    saved, broken = captions(["reads 4: 35.0", "a 5: 35.0"], 90), captions(["reads 4: 35.0", "a 5: 35.0"], 82)
    assert saved == ([["reads 4: 35.0"], ["a 5: 35.0"]], LARGEST - 1)
    assert broken == ([["reads 4:", "35.0"], ["a 5: 35.0"]], LARGEST)


@pytest.mark.parametrize("width", [12, 28, 60, 90, 150, 300])
def test_captions_stay_beneath_their_pictures_and_no_word_is_lost_where_there_is_room(width: int) -> None:
    found = captions([LONG], width)
    assert all(font(found.size).getlength(line) <= max(width, 12) for line in found.lines[0])
    if width >= 60:
        assert " ".join(found.lines[0]) == LONG
    assert SMALLEST <= found.size <= LARGEST


def test_every_line_of_a_caption_is_drawn_between_its_picture_and_the_next_row() -> None:
    sheet = np.asarray(show([np.ones((3, 60, 150))] * 2, [LONG, LONG], columns=1))
    height = sheet.shape[0] // 2 + 3
    rows = (sheet[:height] < 128).any(axis=(1, 2))
    assert not rows[:60].any() and not rows[-6:].any()
    assert np.diff(rows.astype(int)).tolist().count(1) >= 2  # two lines of ink
