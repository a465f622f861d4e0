"""Answers beneath images: which name belongs to which."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vizwidgets.draw.answer_sheet import LINE, answer_sheet

SIDE = 50  # of an image of ShortcutLab
BLACK, WHITE = torch.zeros(2, 3, 8, 8), torch.ones(2, 3, 8, 8)


@pytest.mark.parametrize(("guess", "least"), [("sheep", 8), ("goat", 8), ("0", 8)])
def test_names_of_neighbours_stand_well_apart(guess: str, least: int) -> None:
    sheet = answer_sheet(WHITE, [guess] * 2, [guess] * 2, columns=2, side=SIDE)
    inked = np.flatnonzero((sheet < 200).any(axis=(0, 2)))
    middle = sheet.shape[1] // 2
    assert inked[inked > middle].min() - inked[inked < middle].max() > least


def test_a_wrong_name_does_not_touch_the_next_wrong_one() -> None:
    sheet = answer_sheet(BLACK, ["goat"] * 2, ["sheep"] * 2, columns=2, side=SIDE)[-LINE:]
    inked = np.flatnonzero((sheet < 200).any(axis=(0, 2)))
    middle = sheet.shape[1] // 2
    assert inked[inked > middle].min() - inked[inked < middle].max() > 4
