"""Pairs of images and label images: the geometry is the same for both, colours change the images alone."""

from __future__ import annotations

import pytest
import torch
from torch import Generator

from vizwidgets.core.pair_augment import PairAugment


def ramps(num: int = 40, height: int = 20, width: int = 30) -> tuple[torch.Tensor, torch.Tensor]:
    """Images that show in each pixel its row and column, and label images of a number for each pixel."""
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    image = torch.stack([rows / height, columns / width, torch.zeros(height, width)])
    return image.expand(num, -1, -1, -1), (rows * width + columns).expand(num, -1, -1)


def test_the_label_of_every_pixel_is_that_of_the_place_the_image_shows():
    images, labels = ramps()
    moved, ids = PairAugment(color=0, zoom=3)(images, labels, Generator().manual_seed(0))
    rows, columns = ids // 30, ids % 30
    assert float((moved[:, 0] * 20 - rows).abs().max()) < 0.501
    assert float((moved[:, 1] * 30 - columns).abs().max()) < 0.501
    assert not torch.equal(ids, labels)


def test_half_are_mirrored_and_pieces_are_cut_out_at_every_size_up_to_the_zoom():
    images, labels = ramps(400)
    _, ids = PairAugment(color=0, zoom=2)(images, labels, Generator().manual_seed(1))
    widths = (ids[:, 0, -1] % 30 - ids[:, 0, 0] % 30).float()
    assert 0.4 < float((widths < 0).float().mean()) < 0.6
    assert 13 <= float(widths.abs().min()) <= 16 and float(widths.abs().max()) >= 28
    heights = (ids[:, -1, 0] - ids[:, 0, 0]) // 30
    assert int(heights.min()) > 0  # never upside down
    places = (ids[:, 0, :] % 30).float()
    assert float(places.min()) == 0 and float(places.max()) == 29  # from border to border, and not beyond


def test_without_zoom_a_pair_is_itself_or_its_mirror_image_to_the_bit():
    images, labels = torch.rand(30, 3, 8, 12), torch.randint(9, (30, 8, 12))
    moved, ids = PairAugment(color=0, zoom=1)(images, labels, Generator().manual_seed(2))
    is_mirrored = torch.tensor([not torch.equal(a, b) for a, b in zip(ids, labels, strict=True)])
    assert 5 < int(is_mirrored.sum()) < 25
    assert torch.equal(ids, torch.where(is_mirrored[:, None, None], labels.flip(2), labels))
    torch.testing.assert_close(moved, torch.where(is_mirrored[:, None, None, None], images.flip(3), images))


def test_colours_change_each_image_by_itself_and_no_label():
    images, labels = torch.rand(1, 3, 16, 16).expand(20, -1, -1, -1), torch.randint(9, (20, 16, 16))
    changed, ids = PairAugment(color=1, zoom=1, flip=False)(images, labels, Generator().manual_seed(3))
    assert torch.equal(ids, labels)
    assert float(changed.min()) >= 0 and float(changed.max()) <= 1
    distances = (changed - images).abs().mean(dim=(1, 2, 3))
    assert float(distances.min()) > 0.02 and len(distances.unique()) == 20


def test_a_stronger_change_is_farther_away_and_strength_0_is_none():
    images, labels = torch.rand(60, 3, 16, 16), torch.zeros(60, 16, 16).long()
    far = []
    for color in (0, 0.2, 0.5, 1):
        changed, _ = PairAugment(color, 1, False)(images, labels, Generator().manual_seed(4))
        far.append(float((changed - images).abs().mean()))
    assert far[0] == 0 and far == sorted(far) and far[3] > 2 * far[1]


def test_void_stays_void_and_no_new_id_appears():
    labels = torch.where(torch.rand(20, 16, 16) < 0.5, 255, 3)
    _, ids = PairAugment(zoom=2)(torch.rand(20, 3, 16, 16), labels, Generator().manual_seed(5))
    assert ids.unique().tolist() == [3, 255] and ids.dtype == torch.int64


def test_the_generator_decides_everything_and_the_arguments_stay():
    images, labels = ramps(6)
    before = images.clone(), labels.clone()
    state = torch.get_rng_state()
    one, two, three = (PairAugment()(images, labels, Generator().manual_seed(seed)) for seed in (6, 6, 7))
    assert torch.equal(one[0], two[0]) and torch.equal(one[1], two[1]) and not torch.equal(one[0], three[0])
    assert torch.equal(images, before[0]) and torch.equal(labels, before[1])
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"color": 1.5}, r"color must be in \[0, 1\]"),
        ({"color": "strong"}, "color"),
        ({"zoom": 0.5}, r"zoom must be in \[1, 8\]"),
        ({"zoom": float("nan")}, "zoom"),
    ],
)
def test_strengths_out_of_range_are_answered_in_words(options, words):
    with pytest.raises(ValueError, match=words):
        PairAugment(**options)


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (torch.rand(2, 3, 8, 8), torch.zeros(2, 8, 6).long(), r"labels must be \(2, 8, 8\).*got \(2, 8, 6\)"),
        (torch.rand(2, 3, 8, 8), torch.zeros(1, 8, 8).long(), r"labels must be \(2, 8, 8\).*got \(1, 8, 8\)"),
        (torch.rand(2, 3, 8, 8).numpy(), torch.zeros(2, 8, 8), "images must be a torch.Tensor; got ndarray"),
        (torch.rand(2, 3, 8, 8), torch.zeros(2, 8, 8).numpy(), "labels must be a torch.Tensor; got ndarray"),
        (torch.zeros(2, 3, 8, 8).byte(), torch.zeros(2, 8, 8).long(), "images must be floats .*; got uint8"),
        (torch.rand(3, 8, 8), torch.zeros(8, 8).long(), r"images must be floats \(N, C, H, W\)"),
    ],
)
def test_what_does_not_fit_together_is_refused_in_words(images, labels, words):
    with pytest.raises((TypeError, ValueError), match=words):
        PairAugment()(images, labels, torch.Generator())


def test_a_generator_is_wanted():
    with pytest.raises(TypeError, match="generator must be a torch.Generator; got int"):
        PairAugment()(torch.rand(1, 3, 8, 8), torch.zeros(1, 8, 8).long(), 0)
