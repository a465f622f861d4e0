"""Pieces of three photographed textures, brick, grass and gravel: nothing like digits."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from vizwidgets.data.digits import check_split

TEXTURES = ("brick", "grass", "gravel")
SIZE = 28
NUM_OF_EACH = {"train": 200, "test": 150}


def textures(split: str) -> tuple[Tensor, Tensor]:
    """Return random pieces of scikit-image's brick wall, grass and gravel, as large as a digit of MNIST.

    The pieces for training come from the left half of each photograph and those for testing from the right
    half, so no pixel is in both.

    Parameters
    ----------
    split : str
        "train" (200 pieces of each texture, some overlap) or "test" (150 of each).

    Returns
    -------
    images : Tensor
        (N, 1, 28, 28) in [0, 1], gray, in turns.
    labels : Tensor
        (N,) whole numbers: 0 brick, 1 grass, 2 gravel.

    Raises
    ------
    ValueError
        If there is no such split.

    References
    ----------
    The photographs are CC0 (cc0textures.com, and "Grass 01" by linolafett) and lie in scikit-image's wheel.

    Examples
    --------
    >>> images, labels = textures("test")
    >>> images.shape, labels[:4].tolist()
    (torch.Size([450, 1, 28, 28]), [0, 1, 2, 0])
    """
    check_split(split)
    from skimage import data  # takes a second to import, so not before it is needed

    number, generator = NUM_OF_EACH[split], np.random.default_rng((SIZE, split == "test"))
    groups = [_pieces(_half(getattr(data, name)(), split), number, generator) for name in TEXTURES]
    images = torch.from_numpy(np.stack(groups, axis=1)).flatten(0, 1)[:, None]
    return images, torch.arange(len(TEXTURES)).repeat(number)


def _half(photograph: np.ndarray, split: str) -> np.ndarray:
    middle = photograph.shape[1] // 2
    return photograph[:, :middle] if split == "train" else photograph[:, middle:]


def _pieces(photograph: np.ndarray, number: int, generator: np.random.Generator) -> np.ndarray:
    """Return `number` random squares (number, SIZE, SIZE) of float32 in [0, 1]."""
    rows, columns = (generator.integers(side - SIZE + 1, size=number) for side in photograph.shape)
    pieces = [photograph[r : r + SIZE, c : c + SIZE] for r, c in zip(rows, columns, strict=True)]
    return np.stack(pieces).astype(np.float32) / 255
