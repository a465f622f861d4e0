"""What a screen shows of a tensor: cut off, never rescaled."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from vizwidgets.draw.pixels import grid, png, tile, to_bytes


def test_values_become_bytes_by_rounding_and_are_cut_off_outside():
    image = torch.tensor([0.0, 0.5, 1.0, -3.0, 7.0, 0.2]).reshape(1, 2, 3)
    assert to_bytes(image)[..., 0].tolist() == [[0, 128, 255], [0, 255, 51]]


def test_channels_move_to_the_back_and_gray_is_repeated():
    colour = torch.stack([torch.zeros(2, 3), torch.ones(2, 3), torch.zeros(2, 3)])
    assert to_bytes(colour).shape == (2, 3, 3)
    assert to_bytes(colour)[0, 0].tolist() == [0, 255, 0]
    assert (to_bytes(torch.full((1, 1, 4, 4), 0.2)) == 51).all()


def test_not_a_number_is_shown_black():
    assert (to_bytes(torch.full((3, 2, 2), float("nan"))) == 0).all()


def test_two_images_are_not_one():
    with pytest.raises(ValueError, match=r"one image of 1 or 3 channels is wanted.*got \(2, 3, 4, 4\)"):
        to_bytes(torch.zeros(2, 3, 4, 4))


def test_a_png_holds_exactly_the_bytes():
    picture = np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    assert (np.asarray(Image.open(io.BytesIO(png(picture)))) == picture).all()
    assert png(picture) == png(picture)


def test_a_grid_puts_each_picture_in_its_place():
    pictures = [np.full((3, 4, 4), value) for value in (0.0, 0.2, 0.4)]
    sheet = np.asarray(grid(pictures, columns=2, gap=2))
    assert sheet.shape == (10, 10, 3)
    assert (sheet[0, 0, 0], sheet[0, 6, 0], sheet[6, 0, 0]) == (0, 51, 102)
    assert grid(pictures, columns=2, labels=["a", "b", "c"]).size[1] > 10
    assert tile(pictures).shape == (10, 10, 3)


@pytest.mark.parametrize("bad", [dict(images=[], columns=1), dict(images=[np.zeros((3, 2, 2))], columns=0)])
def test_an_empty_grid_is_refused(bad):
    with pytest.raises(ValueError, match="a grid needs pictures and columns"):
        grid(**bad)
