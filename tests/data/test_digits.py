"""Digits come as images in [0, 1] with whole-number labels."""

from __future__ import annotations

import pytest
import torch

from vizwidgets.data.artifacts import is_present
from vizwidgets.data.digits import digits, digits_among


@pytest.mark.parametrize("split, count", [("train", 4000), ("test", 1000)])
def test_digits_are_images_in_0_to_1_a_tenth_of_each(split, count):
    if not is_present("mnist_5k"):
        pytest.skip("the digits are not in the cache: python data_scripts/fetch_weights.py mnist_5k")
    images, labels = digits(split)
    assert images.shape == (count, 1, 28, 28) and images.dtype == torch.float32
    assert (images.min(), images.max()) == (0, 1)
    assert labels.dtype == torch.int64 and labels.bincount().tolist() == [count // 10] * 10
    assert len(labels[:20].unique()) > 4  # shuffled
    # A nine's mean picture is nearer to nines than a zero's is: labels and images belong together.
    mean = torch.stack([images[labels == digit].mean(0) for digit in range(10)]).flatten(1)
    assert (torch.cdist(images.flatten(1), mean).argmin(1) == labels).float().mean() > 0.75


def test_an_unknown_split_is_answered_with_the_two_there_are():
    with pytest.raises(ValueError, match="'train' or 'test'; got 'valid'"):
        digits("valid")


def test_digits_of_some_classes_are_those_of_all_renumbered():
    if not is_present("mnist_5k"):
        pytest.skip("the digits are not in the cache: python data_scripts/fetch_weights.py mnist_5k")
    images, labels = digits("test")
    some, numbers = digits_among((7, 2), "test")
    places = [place for place, label in enumerate(labels.tolist()) if label in (2, 7)]
    assert torch.equal(some, images[places])
    assert numbers.tolist() == [{7: 0, 2: 1}[labels[place].item()] for place in places]


@pytest.mark.parametrize("classes", [[3], [1, 1], [1, 10], []])
def test_classes_that_are_no_two_different_digits_are_refused(classes):
    with pytest.raises(ValueError, match="two or more different digits of 0..9"):
        digits_among(classes, "train")
