"""From values to colours: a scale that shows a heavy-tailed map, and says where it was cut."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
import torch

from vizwidgets.draw.color_scale import ColorScale, color_scale, laid_over


def test_a_scale_that_reaches_the_largest_value_is_not_cut():
    smooth = torch.linspace(0, 3, 400).reshape(20, 20)
    assert color_scale([smooth]) == ColorScale(3.0, 3.0)
    assert [text for _, text in color_scale([smooth]).ticks()] == ["0", "1.5", "3"]


def test_one_pixel_far_above_the_others_does_not_darken_the_map():
    values = np.random.default_rng(0).random((30, 40))
    values[3, 4] = 100
    scale = color_scale([values])
    by_hand = np.sort(values.ravel())
    place = 0.995 * (len(by_hand) - 1)
    low = int(place)
    wanted = by_hand[low] + (place - low) * (by_hand[low + 1] - by_hand[low])
    assert scale.end == pytest.approx(wanted) and scale.largest == 100 and scale.is_cut
    assert scale.ticks()[-1] == (1.0, f"≥ {wanted:.3g}")
    assert color_scale([values], top=100) == ColorScale(100.0, 100.0)


def test_a_map_that_is_0_almost_everywhere_goes_to_its_largest_value():
    values = torch.zeros(40, 40)
    values[0, :4] = torch.tensor([1.0, 2.0, 3.0, 4.0])
    assert color_scale([values]) == ColorScale(4.0, 4.0)


def test_zeros_nothing_and_nan_are_no_trouble():
    assert color_scale([]) == color_scale([torch.zeros(3, 3)]) == ColorScale(0.0, 0.0)
    assert color_scale([[[np.nan, np.inf, 2.0]]], top=100) == ColorScale(2.0, 2.0)
    assert ColorScale(0.0, 0.0).levels(torch.zeros(2, 2)).tolist() == [[0, 0], [0, 0]]


def test_several_maps_share_one_scale():
    first, second = torch.full((4, 4), 1.0), torch.full((4, 4), 3.0)
    assert color_scale([first, second], top=100).end == 3
    assert color_scale([first, second], top=25).end == pytest.approx(1.0)


def test_colours_are_those_of_inferno_and_end_at_the_end():
    values = np.array([[0.0, 0.5, 1.0, 7.0]])
    wanted = matplotlib.colormaps["inferno"](np.array([0.0, 128 / 255, 1.0, 1.0]))[:, :3] * 255
    assert ColorScale(1.0, 7.0).colors(values)[0].tolist() == wanted.round().tolist()


@pytest.mark.parametrize("strength", [0.0, 0.2, 0.5, 0.7, 1.0])
def test_each_pixel_is_the_formula_of_its_own_value(strength):
    random = np.random.default_rng(1)
    picture, values = random.integers(0, 256, (5, 4, 3), dtype=np.uint8), 2 * random.random((5, 4))
    drawn = laid_over(picture, values, ColorScale(1.5, 2.0), strength)
    for row in range(5):
        for column in range(4):
            level = round(min(1.0, values[row, column] / 1.5) * 255) / 255
            color = np.array(matplotlib.colormaps["inferno"](level)[:3]) * 255
            pixel, share = picture[row, column].astype(float), min(1.0, 2 * strength)
            gray = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]
            dim = (1 - share) * pixel + share * 0.5 * gray
            opacity = share * level ** ((1 - strength) / strength) if strength else 0.0
            wanted = (1 - opacity) * dim + opacity * color
            assert drawn[row, column] == pytest.approx(wanted, abs=1.6)


def test_a_strength_of_0_is_the_image_and_of_1_the_map():
    random = np.random.default_rng(2)
    picture, values = random.integers(0, 256, (6, 6, 3), dtype=np.uint8), random.random((6, 6))
    scale = color_scale([values])
    assert np.array_equal(laid_over(picture, values, scale, 0.0), picture)
    assert np.array_equal(laid_over(picture, values, scale, 1.0), scale.colors(values))


def test_from_half_the_strength_on_the_end_of_the_scale_has_the_colour_of_the_bars_end():
    white = np.full((1, 1, 3), 255, np.uint8)
    end = ColorScale(1.0, 1.0).colors([[1.0]])
    for strength in (0.5, 0.7, 0.9):
        assert np.array_equal(laid_over(white, [[1.0]], ColorScale(1.0, 1.0), strength), end)


def test_wrong_sizes_strengths_and_percentages_are_refused():
    picture, scale = np.zeros((2, 3, 3), np.uint8), ColorScale(1.0, 1.0)
    with pytest.raises(ValueError, match=r"the map must be \(2, 3\), as the image; got \(3, 2\)"):
        laid_over(picture, np.ones((3, 2)), scale, 0.5)
    with pytest.raises(ValueError, match=r"strength must be in 0\.\.1; got -0.1"):
        laid_over(picture, np.ones((2, 3)), scale, -0.1)
    for top in (0, 101, float("nan")):
        with pytest.raises(ValueError, match="top is a percentage"):
            color_scale([np.ones((2, 2))], top)
