"""The curve of a probability while the pixels of an image are replaced, the most important first."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .classes import class_scores
from .explainer import Explainer
from .metrics import hasty


@dataclass(frozen=True)
class PixelCurve:
    """The probability of the class while pixels are deleted or inserted, the most important first.

    Attributes
    ----------
    kind : str
        "deletion" or "insertion".
    shares : Tensor
        (S + 1,), the share of the pixels that were taken away or given back, from 0 to 1.
    probabilities : Tensor
        (N, S + 1) in [0, 1], of the target class of each image.
    random_probabilities : Tensor
        (N, S + 1), the same for random maps, a mean over some of them; see `random_map`.
    target : Tensor
        (N,), the classes.
    """

    kind: str
    shares: Tensor
    probabilities: Tensor
    random_probabilities: Tensor
    target: Tensor

    @property
    def area(self) -> Tensor:
        """(N,) in [0, 1], the area under each curve: small is good for deletion, large for insertion."""
        return torch.trapezoid(self.probabilities, self.shares, dim=1)

    @property
    def random_area(self) -> Tensor:
        """(N,) in [0, 1], the area under the random maps' curve."""
        return torch.trapezoid(self.random_probabilities, self.shares, dim=1)

    @property
    def is_better(self) -> Tensor:
        """(N,), whether the map beats random maps."""
        gain = self.random_area - self.area
        return gain > 0 if self.kind == "deletion" else gain < 0

    def __str__(self) -> str:
        """Return the areas in words."""
        area, chance = float(self.area.mean()), float(self.random_area.mean())
        good = "smaller" if self.kind == "deletion" else "larger"
        better, count = int(self.is_better.sum()), len(self.area)
        return (
            f"{self.kind}: area {area:.3f}, random maps {chance:.3f}; {good} is better: "
            f"the map beats random maps on {better} of {count} image{'' if count == 1 else 's'}."
        )

    __repr__ = __str__


@dataclass(frozen=True)
class Replacement:
    """Pixels of one image after the other are replaced, portion by portion.

    Attributes
    ----------
    explainer : Explainer
        Asked for the scores of every mixture.
    before, after : Tensor
        (N, C, H, W) in [0, 1]: what the pixels are, and what they become.
    classes : Tensor
        (N,), the class of each image that is followed.
    shares : Tensor
        (S + 1,), the shares of the pixels that have been replaced.
    """

    explainer: Explainer
    before: Tensor
    after: Tensor
    classes: Tensor
    shares: Tensor

    def probabilities(self, values: Tensor, seed: int) -> Tensor:
        """Return (N, S + 1) probabilities for maps (N, H, W), or say that there are none."""
        generator = torch.Generator().manual_seed(seed)
        places = [_places(one, generator) for one in values]
        return torch.stack([self._of_one(number, place) for number, place in enumerate(places)])

    def _of_one(self, number: int, places: Tensor) -> Tensor:
        counts = (self.shares.double() * places.numel()).round()
        is_replaced = places < counts.view(-1, 1, 1, 1)
        mixed = torch.where(is_replaced, self.after[number], self.before[number])
        probabilities = self.explainer.scores(hasty(mixed)).softmax(dim=1)
        if bool(probabilities.isnan().any()):
            raise ValueError(
                f"the model's scores for image {number} are NaN or infinite, so there is no probability to "
                "follow; see whether its weights are finite."
            )
        return class_scores(probabilities, (int(self.classes[number]),))


def _places(values: Tensor, generator: torch.Generator) -> Tensor:
    """Return each pixel's place (H, W) in the order of importance, from 0; chance decides among equals."""
    pixels = values.flatten()
    shuffled = torch.randperm(len(pixels), generator=generator)
    order = shuffled[pixels[shuffled].argsort(descending=True, stable=True)]
    places = torch.empty_like(order)
    places[order] = torch.arange(len(order))
    return places.view(values.shape)
