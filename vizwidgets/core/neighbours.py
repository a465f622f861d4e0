"""Nearest neighbours in feature space: which images does a network take for alike?"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .features import feature_rows
from .whole_numbers import whole_number

QUERIES = 512  # at a time: their similarities to all images are held at once
DIGITS = 9  # after the point; what differs later only differs by rounding


def nearest_neighbours(features: Tensor, queries: Tensor, k: int = 5) -> tuple[Tensor, Tensor]:
    r"""Find for each query the k images whose features point in the most similar direction.

    .. math:: s(a, b) = \frac{a \cdot b}{\lVert a \rVert \, \lVert b \rVert}

    Parameters
    ----------
    features : Tensor
        (N, ...), one row per image, as `vw.features` returns them; a map is read as one long row.
    queries : Tensor
        (Q, ...), of the same shape otherwise. An image that is among both is its own nearest neighbour.
    k : int
        1..N.

    Returns
    -------
    indices : Tensor
        (Q, k) whole numbers 0..N-1, most similar first; of equals (to nine digits), the lower index first.
    similarities : Tensor
        (Q, k) float64 in [-1, 1]. A row of zeros has no direction: its similarity to anything is 0.

    Raises
    ------
    TypeError, ValueError
        If these are no features of one length, one of them is NaN or infinite, or there are fewer than k.

    Examples
    --------
    >>> features = torch.tensor([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
    >>> indices, similarities = nearest_neighbours(features, torch.tensor([[0.0, 5.0]]), k=2)
    >>> indices.tolist(), similarities[0, 0].item()
    ([[1, 2]], 1.0)
    """
    known, asked = (_directions(rows, name) for rows, name in ((features, "features"), (queries, "queries")))
    if known.shape[1] != asked.shape[1]:
        raise ValueError(
            f"features and queries must be of one layer; got {known.shape[1]} and {asked.shape[1]} numbers "
            "per image."
        )
    count = whole_number(k)
    if count is None or not 1 <= count <= len(known):
        raise ValueError(f"k must be a whole number in 1..{len(known)}, the number of images; got {k!r}.")
    found = [_nearest(part @ known.T, count) for part in asked.split(QUERIES)]
    indices, similarities = (torch.cat(parts) for parts in zip(*found, strict=True))
    return indices, similarities


def _nearest(similarities: Tensor, k: int) -> tuple[Tensor, Tensor]:
    rounded = similarities.clamp(-1, 1).round(decimals=DIGITS)
    order = rounded.argsort(dim=1, descending=True, stable=True)[:, :k]
    return order, rounded.gather(1, order)


def _directions(rows: Any, name: str) -> Tensor:
    """Return features as rows of length 1 in float64; rows of zeros stay."""
    values = feature_rows(rows, name)
    # first by the largest value: the squares of very large and very small ones leave float64
    values = values / _or_one(values.abs().amax(dim=1, keepdim=True))
    return values / _or_one(values.norm(dim=1, keepdim=True))


def _or_one(values: Tensor) -> Tensor:
    return torch.where(values > 0, values, 1.0)
