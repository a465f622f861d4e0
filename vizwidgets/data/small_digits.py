"""The small digits of scikit-learn, made to look like MNIST's: real handwriting from another source."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from vizwidgets.data.digits import check_split

NUM_TRAIN = 1000  # the first ones in the file
SIDE, MARGIN = 20, 4  # a digit of MNIST fills 20 x 20 pixels in the middle of 28 x 28


def small_digits(split: str) -> tuple[Tensor, Tensor]:
    """Return scikit-learn's ``load_digits``, enlarged and padded to the size of MNIST, white on black.

    Thirteen people wrote them on forms; the black pixels were counted in 8 x 8 blocks, so there are 17 gray
    levels. Similar to MNIST, and not the same.

    Parameters
    ----------
    split : str
        "train" (the first 1,000 in the file) or "test" (the other 797).

    Returns
    -------
    images : Tensor
        (N, 1, 28, 28) in [0, 1].
    labels : Tensor
        (N,) whole numbers 0..9, nearly as many of each.

    Raises
    ------
    ValueError
        If there is no such split.
    ModuleNotFoundError
        If scikit-learn is not installed.

    References
    ----------
    E. Alpaydin and C. Kaynak, "Optical recognition of handwritten digits", UCI repository, 1998.

    Examples
    --------
    >>> images, labels = small_digits("test")
    >>> images.shape, labels[:5].tolist()
    (torch.Size([797, 1, 28, 28]), [1, 4, 0, 5, 3])
    """
    check_split(split)
    from sklearn.datasets import load_digits  # takes a second to import, so not before it is needed

    found = load_digits()
    chosen = slice(0, NUM_TRAIN) if split == "train" else slice(NUM_TRAIN, None)
    small = torch.from_numpy(found.images[chosen]).float()[:, None] / 16
    large = interpolate(small, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
    return pad(large, (MARGIN,) * 4), torch.from_numpy(found.target[chosen]).long()
