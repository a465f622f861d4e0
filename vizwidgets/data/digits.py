"""Handwritten digits (MNIST): 5,000 of them at hand, all 70,000 on request."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from vizwidgets.data.artifacts import fetch

SPLITS = ("train", "test")


def digits(split: str, *, full: bool = False) -> tuple[Tensor, Tensor]:
    """Return handwritten digits with their labels, in a shuffled but fixed order.

    Parameters
    ----------
    split : str
        "train" (4,000 digits, 400 of each) or "test" (1,000, 100 of each).
    full : bool
        Take the full MNIST, 60,000 and 10,000 digits, which ``fetch_weights.py --full`` fetches.

    Returns
    -------
    images : Tensor
        (N, 1, 28, 28) in [0, 1], white on black.
    labels : Tensor
        (N,) whole numbers 0..9.

    Raises
    ------
    ValueError
        If there is no such split.
    ArtifactError
        If the digits are not in the cache and can not be fetched.
    """
    from safetensors import safe_open

    check_split(split)
    with safe_open(fetch("mnist" if full else "mnist_5k"), framework="pt") as file:
        images, labels = file.get_tensor(f"{split}_images"), file.get_tensor(f"{split}_labels")
    return images[:, None].to(torch.float32) / 255, labels.long()


def digits_among(classes: Sequence[int], split: str) -> tuple[Tensor, Tensor]:
    """Return the digits of some classes only, e.g. ``range(5)``; the first of these classes is label 0.

    Parameters
    ----------
    classes : sequence of int
        Two or more of 0..9, each once.
    split : str
        "train" (400 of each) or "test" (100 of each).

    Returns
    -------
    images, labels : Tensor
        (N, 1, 28, 28) in [0, 1] and (N,) whole numbers, places in `classes`.

    Raises
    ------
    ValueError
        If there is no such split, or these are no two different digits.
    ArtifactError
        If the digits are not in the cache and can not be fetched.
    """
    wanted = list(classes)
    if len(set(wanted)) != len(wanted) or len(wanted) < 2 or not set(wanted) <= set(range(10)):
        raise ValueError(f"classes must be two or more different digits of 0..9; got {wanted}.")
    images, labels = digits(split)
    found = labels[:, None] == torch.tensor(wanted)
    is_wanted = found.any(dim=1)
    return images[is_wanted], found[is_wanted].long().argmax(dim=1)


def check_split(split: str) -> None:
    """Refuse a split that there is not."""
    if split not in SPLITS:
        raise ValueError(f"split must be 'train' or 'test'; got {split!r}.")
