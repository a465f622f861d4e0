"""What a randomization test has found: the maps, how like the first one they are, and a verdict in words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from .likeness import Similarity, stacked
from .saliency import SaliencyMap
from .sanity_verdict import Finding
from .similarity import is_flat

AS_TRAINED = "as trained"


@dataclass(frozen=True)
class RandomizationStep:
    """The map of a network that has forgotten some of its layers.

    Attributes
    ----------
    done, total : int
        Layers (or groups of layers) that were made random so far, of all; 0 for the trained network.
    layer : str
        The layer that was made random last; `AS_TRAINED` for the trained network.
    map : SaliencyMap
        What the network's map has become.
    similarity : Similarity
        To the map of the trained network, each (N,).
    """

    done: int
    total: int
    layer: str
    map: SaliencyMap
    similarity: Similarity

    @property
    def rank_correlation(self) -> Tensor:
        """(N,), of the values with those of the trained network."""
        return self.similarity.rank_correlation

    @property
    def signed_rank_correlation(self) -> Tensor:
        """(N,), of the signed attribution with that of the trained network."""
        return self.similarity.signed_rank_correlation

    @property
    def structural_similarity(self) -> Tensor:
        """(N,), of the values with those of the trained network."""
        return self.similarity.structural_similarity


@dataclass(frozen=True)
class RandomizationTest:
    """How a map changes when layers are forgotten, from the output layer down; prints as a table.

    Attributes
    ----------
    steps : tuple of RandomizationStep
        The trained network first.
    images : Tensor
        (N, C, H, W) in [0, 1].
    kind : str
        "cascading" or "independent".
    edges : Similarity
        How like the trained network's map the edges of the images are, each (N,).
    random : Similarity
        How like it random maps are, each (M, N).
    """

    steps: tuple[RandomizationStep, ...]
    images: Tensor
    kind: str
    edges: Similarity
    random: Similarity

    @property
    def method(self) -> str:
        """How the maps were found."""
        return self.steps[0].map.method

    @property
    def layers(self) -> tuple[str, ...]:
        """The L layers (or groups) that were made random, in this order."""
        return tuple(step.layer for step in self.steps[1:])

    @property
    def maps(self) -> Tensor:
        """(L + 1, N, H, W), at least 0, that of the trained network first."""
        return torch.stack([step.map.values for step in self.steps])

    @property
    def rank_correlation(self) -> Tensor:
        """(L, N), of the values."""
        return self.similarity.rank_correlation

    @property
    def signed_rank_correlation(self) -> Tensor:
        """(L, N), of the signed attributions."""
        return self.similarity.signed_rank_correlation

    @property
    def structural_similarity(self) -> Tensor:
        """(L, N), of the values."""
        return self.similarity.structural_similarity

    @property
    def similarity(self) -> Similarity:
        """To the trained network's map, each (L, N)."""
        if len(self.steps) > 1:
            return stacked([step.similarity for step in self.steps[1:]])
        none = torch.zeros(0, len(self.images), dtype=torch.float64)
        return Similarity(none, none, none)

    @property
    def upper(self) -> tuple[str, ...]:
        """The upper half of the layers, which decide the verdict."""
        return self.layers[: math.ceil(self.steps[0].total / 2)]

    @property
    def is_flat(self) -> Tensor:
        """(L + 1, N), whether all pixels of a map are equal, mostly 0, so that it shows nothing."""
        return is_flat(self.maps)

    @property
    def finding(self) -> Finding:
        """What is left of the maps while layers of the upper half are random, and what it means."""
        count = len(self.upper)
        has_map = (~self.is_flat[0] & ~self.is_flat[1:])[:count]
        similarity = self.similarity
        return Finding(
            float(similarity.rank_correlation[:count][has_map].mean()),
            float(similarity.structural_similarity[:count][has_map].mean()),
            float(self.edges.rank_correlation.mean()),
            "weights",
        )

    @property
    def remaining(self) -> float:
        """The mean rank correlation that decides: what is left while layers of the upper half are random."""
        return self.finding.rank_correlation

    @property
    def outcome(self) -> str:
        """Which of the rules of this module applies."""
        return self.finding.outcome

    @property
    def verdict(self) -> str:
        """The outcome with its reason, in one sentence."""
        if not self.layers:
            return "cannot be judged: no layer was made random yet."
        first, last = self.upper[0], self.upper[-1]
        which = first if first == last else f"{first} down to {last}"
        if self.kind == "independent":
            return self.finding.verdict(f"with a single output layer random (each from {which})")
        return self.finding.verdict(f"with the output layers random ({which})")

    def __str__(self) -> str:
        """Return the verdict and a table of the layers, means over the images."""
        head = "random from here up" if self.kind == "cascading" else "random alone"
        rows = []
        for step, flat in zip(self.steps[1:], self.is_flat[1:], strict=True):
            rows.append((step.layer, *(("flat map", "", "") if flat.all() else cells(step.similarity))))
        return f"{self.method} {self.verdict}\n{table(head, rows, self.edges, self.random)}"

    __repr__ = __str__


def table(
    head: str, rows: Iterable[tuple[str, str, str, str]], edges: Similarity, random: Similarity
) -> str:
    """Write rows of a name and its `cells`, and beneath them what edges and random maps reach."""
    lines = [
        (head, "rank corr. r", "with sign", "structure"),
        *rows,
        ("edges of the image", *cells(edges, has_sign=False)),
        ("a random map", *cells(random, has_sign=False)),
    ]
    width = max(len(name) for name, *_ in lines)
    written = (f"{name:<{width}}" + "".join(f"{cell:>15}" for cell in each) for name, *each in lines)
    return "\n".join(line.rstrip() for line in written)


def cells(similarity: Similarity, has_sign: bool = True) -> tuple[str, str, str]:
    """Write rank correlation, the signed one and structural similarity for a table."""
    signed = similarity.signed_rank_correlation if has_sign else None
    return _cell(similarity.rank_correlation), _cell(signed), _cell(similarity.structural_similarity)


def _cell(values: Tensor | None) -> str:
    """Write a mean over images, and over M comparisons with their spread."""
    if values is None:
        return ""
    mean = f"{float(values.mean()):.2f}"
    return mean if values.dim() == 1 else f"{mean} ± {float(values.std(dim=0).mean()):.2f}"
