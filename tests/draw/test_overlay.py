"""A map over an image: bright where the map is large, and nothing hidden."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
import torch

from vizwidgets.draw.overlay import overlay


def test_a_strength_of_0_leaves_the_image_as_it_is():
    image = torch.rand(3, 5, 4, generator=torch.Generator().manual_seed(0))
    wanted = (image * 255).round().permute(1, 2, 0).numpy()
    assert np.array_equal(overlay(image, torch.rand(5, 4), strength=0), wanted)


def test_each_pixel_is_the_formula_of_its_own_value():
    generator = torch.Generator().manual_seed(1)
    image, values = torch.rand(3, 3, 4, generator=generator), 7 * torch.rand(3, 4, generator=generator)
    drawn = overlay(image, values, strength=0.5)
    for row in range(3):
        for column in range(4):
            level = float(values[row, column] / values.max())
            color = np.array(matplotlib.colormaps["inferno"](level)[:3]) * 255
            pixel = (image[:, row, column] * 255).round().numpy().astype(float)
            gray = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]
            dim = pixel + 0.5 * (0.45 * gray - pixel)
            wanted = dim * (1 - 0.5 * level) + color * 0.5 * level
            assert drawn[row, column] == pytest.approx(wanted, abs=1)


def test_a_map_of_zeros_dims_the_image_and_breaks_nothing():
    drawn = overlay(torch.ones(1, 2, 2), torch.zeros(2, 2), strength=1)
    assert drawn.tolist() == [[[115] * 3] * 2] * 2


def test_wrong_sizes_and_strengths_are_refused():
    with pytest.raises(ValueError, match=r"the map must be \(2, 2\), as the image; got \(3, 2\)"):
        overlay(torch.ones(3, 2, 2), torch.zeros(3, 2))
    with pytest.raises(ValueError, match=r"strength must be in 0\.\.1; got 2"):
        overlay(torch.ones(3, 2, 2), torch.zeros(2, 2), strength=2)
