"""How like one saliency map another one is, and how like it random maps and the image's edges are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .edges import edge_map
from .random_maps import random_map
from .saliency import SaliencyMap
from .similarity import structural_similarity, unit_ranks

RANDOM_MAPS = 10  # how many random maps a map is compared with


@dataclass(frozen=True)
class Similarity:
    """How alike maps are: 1 for equal maps, about 0 for maps that have nothing in common.

    Attributes
    ----------
    rank_correlation : Tensor
        (N,), or (M, N) for M comparisons, in [-1, 1], of the maps' values; see `rank_correlation`.
    structural_similarity : Tensor
        The same shape, in [-1, 1], of the maps' values; see `structural_similarity`.
    signed_rank_correlation : Tensor
        The same shape, in [-1, 1], of the signed attributions; 0 where there is no sign to compare.
    """

    rank_correlation: Tensor
    structural_similarity: Tensor
    signed_rank_correlation: Tensor


class Likeness:
    """Compares maps with one and the same map, whose pixels are put in order once.

    Parameters
    ----------
    map : SaliencyMap
        What the others are compared with, for N images.

    Examples
    --------
    >>> values = torch.rand(1, 20, 20)
    >>> reference = SaliencyMap(values, -values[:, None], torch.tensor([0]), "gradient")
    >>> flipped = SaliencyMap(values, values[:, None], torch.tensor([0]), "gradient")
    >>> found = Likeness(reference).of(flipped)
    >>> [round(float(number), 6) for number in (found.rank_correlation, found.signed_rank_correlation)]
    [1.0, -1.0]
    """

    def __init__(self, map: SaliencyMap) -> None:
        self._values = map.values
        self._ranks, self._signed = unit_ranks(map.values), unit_ranks(map.attribution)

    def of(self, other: SaliencyMap) -> Similarity:
        """Return how like the map another one of the same images is, each (N,)."""
        plain = self._of_values(other.values)
        signed = (self._signed * unit_ranks(other.attribution)).sum(dim=1)
        return Similarity(plain.rank_correlation, plain.structural_similarity, signed.clamp(-1, 1))

    def of_edges(self, images: Tensor) -> Similarity:
        """Return how like the map the edges of the images (N, C, H, W) are, each (N,)."""
        return self._of_values(edge_map(images).to(self._values))

    def of_random(self, count: int = RANDOM_MAPS) -> Similarity:
        """Return how like the map random maps are, each (M, N); see `random_map`."""
        return stacked([self._of_values(random_map(self._values, seed)) for seed in range(count)])

    def _of_values(self, values: Tensor) -> Similarity:
        ranks = (self._ranks * unit_ranks(values)).sum(dim=1).clamp(-1, 1)
        return Similarity(ranks, structural_similarity(self._values, values), torch.zeros_like(ranks))


def stacked(similarities: Sequence[Similarity]) -> Similarity:
    """Return M comparisons of N maps as one, each (M, N)."""
    return Similarity(
        torch.stack([one.rank_correlation for one in similarities]),
        torch.stack([one.structural_similarity for one in similarities]),
        torch.stack([one.signed_rank_correlation for one in similarities]),
    )
