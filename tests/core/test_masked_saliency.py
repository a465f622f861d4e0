"""How maps meet masks, against double loops and against every place where a random map may lie."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from vizwidgets.core.masked_saliency import (
    animal_contrast,
    background_share,
    pointing_game,
    share_inside,
)
from vizwidgets.core.random_maps import random_map
from vizwidgets.core.saliency import SaliencyMap


def soft_masks() -> Tensor:
    masks = torch.zeros(3, 6, 7)
    masks[0, 1:4, 2:5] = 1
    masks[1, 0, :] = torch.tensor([0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.0])
    masks[2, 5, 6] = 1
    return masks


def test_the_share_inside_is_its_double_loop_and_the_rest_is_on_the_background() -> None:
    maps, masks = torch.rand(3, 6, 7), soft_masks()
    found = share_inside(maps, masks)
    for number in range(3):
        inside = everywhere = area = 0.0
        for row in range(6):
            for column in range(7):
                value, cover = float(maps[number, row, column]), float(masks[number, row, column])
                inside, everywhere, area = inside + value * cover, everywhere + value, area + cover
        assert float(found.values[number]) == pytest.approx(inside / everywhere, rel=1e-5)
        assert float(found.chance[number]) == pytest.approx(area / 42, rel=1e-5)
    assert torch.allclose(found.values, 1 - background_share(maps, masks))


@pytest.mark.parametrize("tolerance", [0, 1, 2])
def test_the_pointing_game_asks_where_the_largest_value_lies(tolerance: int) -> None:
    maps, masks = torch.rand(3, 6, 7), soft_masks()
    found = pointing_game(maps, masks, tolerance)
    for number in range(3):
        covered = [
            (row, column)
            for row in range(6)
            for column in range(7)
            if any(
                float(masks[number, r, c]) > 0.5
                for r in range(max(0, row - tolerance), min(6, row + tolerance + 1))
                for c in range(max(0, column - tolerance), min(7, column + tolerance + 1))
            )
        ]
        flat = maps[number].flatten().tolist()
        place = divmod(flat.index(max(flat)), 7)
        assert float(found.values[number]) == float(place in covered)
        assert float(found.chance[number]) == pytest.approx(len(covered) / 42)


@pytest.mark.parametrize("score", [share_inside, pointing_game])
def test_the_chance_is_the_mean_over_all_places_of_a_random_map(score) -> None:
    values, masks = torch.rand(1, 6, 7), soft_masks()[:1]
    places = torch.stack([values[0].roll((r, c), (0, 1)) for r in range(6) for c in range(7)])
    everywhere = score(places, masks.expand(42, -1, -1))
    assert everywhere.mean == pytest.approx(float(everywhere.chance[0]), rel=1e-5)
    assert 0 < everywhere.mean_chance < 1
    moved = random_map(values, seed=1)
    assert any(torch.equal(moved[0], place) for place in places)


def test_of_several_largest_values_each_has_an_equal_part() -> None:
    maps = torch.tensor([[[2.0, 1.0], [2.0, 2.0]]])
    assert pointing_game(maps, torch.tensor([[[1.0, 1.0], [0.0, 0.0]]])).values.tolist() == [
        pytest.approx(1 / 3)
    ]


@pytest.mark.parametrize("score", [share_inside, pointing_game])
def test_a_map_of_zeros_gets_what_chance_gives_and_no_nan(score) -> None:
    masks = soft_masks()
    found = score(torch.zeros(3, 6, 7), masks)
    assert torch.allclose(found.values, found.chance) and torch.isfinite(found.values).all()


def test_it_says_both_numbers() -> None:
    found = share_inside(torch.ones(2, 1, 4), torch.tensor([[[1.0, 0, 0, 0]], [[1.0, 1.0, 1.0, 0]]]))
    assert str(found) == repr(found) == "50%, a random map 50% (means of 2 maps)"


@pytest.mark.parametrize("score", [share_inside, pointing_game])
def test_what_does_not_fit_is_answered_in_words(score) -> None:
    with pytest.raises(ValueError, match=r"must both be \(N, H, W\); got \(1, 2, 2\) and \(1, 2, 3\)"):
        score(torch.rand(1, 2, 2), torch.rand(1, 2, 3))
    with pytest.raises(ValueError, match="no animal in the picture"):
        score(torch.rand(1, 2, 2), torch.zeros(1, 2, 2))
    with pytest.raises(ValueError, match="no background in the picture"):
        score(torch.rand(1, 2, 2), torch.ones(1, 2, 2))
    with pytest.raises(ValueError, match="saliency must be 0 or more"):
        score(-torch.rand(1, 2, 2), torch.eye(2)[None])
    for tolerance in (-1, 1.5, True):
        with pytest.raises(ValueError, match="tolerance must be a whole number of pixels"):
            pointing_game(torch.rand(1, 2, 2), torch.eye(2)[None], tolerance)


SCORES = [share_inside, pointing_game, background_share, animal_contrast]


def numbers(found: Any) -> Tensor:
    return found if isinstance(found, Tensor) else found.values


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(
    "changed",
    [lambda maps: maps.half(), lambda maps: maps.bfloat16(), lambda maps: maps / maps.max() * 3e38],
    ids=["half", "bfloat16", "huge"],
)
def test_neither_half_precision_nor_huge_values_change_where_saliency_lies(score, changed) -> None:
    maps, masks = torch.ones(1, 300, 300), torch.zeros(1, 300, 300)
    maps[:, :150], maps[:, 10, 10], masks[:, :150] = 3, 4, 1
    assert torch.allclose(numbers(score(changed(maps), masks)), numbers(score(maps, masks)))
    assert torch.allclose(numbers(score(changed(maps), masks)), numbers(score(maps.double(), masks)))
    assert float(numbers(share_inside(changed(maps), masks))) == pytest.approx(0.75, abs=1e-5)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_saliency_that_is_not_finite_is_refused_in_words(score, value: float) -> None:
    maps = torch.rand(1, 2, 2)
    maps[0, 0, 0] = value
    with pytest.raises(ValueError, match="saliency holds NaN or infinity"):
        score(maps, torch.eye(2)[None])


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(
    "given",
    [
        None,
        np.ones((1, 2, 2)),
        SaliencyMap(torch.ones(1, 2, 2), torch.ones(1, 3, 2, 2), torch.tensor([0]), "gradient"),
    ],
)
def test_what_is_no_tensor_is_refused_in_words(score, given: Any) -> None:
    kind = type(given).__name__
    with pytest.raises(TypeError, match=rf"saliency must be .*, as SaliencyMap.values is; got {kind}"):
        score(given, torch.eye(2)[None])
    with pytest.raises(TypeError, match=f"masks must be a tensor .*; got {kind}"):
        score(torch.rand(1, 2, 2), given)


def test_a_tolerance_beyond_the_picture_covers_it_all() -> None:
    assert pointing_game(torch.rand(1, 3, 4), torch.eye(3, 4)[None], 10**6).mean_chance == 1
