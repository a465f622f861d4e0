"""Does a map follow what it should explain? A verdict in words, from stated thresholds.

The verdict asks how much of the map is left while the upper half of the layers is random: the layers that
decide about the class, above those that only see edges and textures. It takes the mean rank correlation r and
the mean structural similarity over the steps of that half and over the images:

1. follows the weights: r is at most `FOLLOWS`, so no more than a quarter (r²) of the pixels' order is left;
2. does not follow the weights: r is at least `IGNORES`, so half of it is left, and the structure at least
   `ALIKE`;
3. in between: neither. The order alone does not suffice for 2: where most of an image is empty, as around a
   digit, every map orders the empty pixels last.

A flat map, whose pixels are all equal, is left out, be it of the trained network or of a random one: it has
no order that could be kept. Where every signal has died it is 0, whatever the method. Where nothing else is
there, the test cannot be judged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

FOLLOWS = 0.5
IGNORES = 0.7
ALIKE = 0.5
TELLING = 0.5  # edges that are so much like the map belong into the verdict


@dataclass(frozen=True)
class Finding:
    """What is left of maps that ought to have changed, and what that means by the rules of this module.

    Attributes
    ----------
    rank_correlation, structure : float
        Means over the maps that are not flat; NaN if there are none.
    edges : float
        Mean rank correlation of the edges of the images with the maps as they were.
    what : str
        What the maps should follow: "weights" or "labels".

    Examples
    --------
    >>> Finding(0.96, 0.93, 0.0, "weights").outcome, Finding(0.85, 0.18, 0.71, "labels").outcome
    ('does not follow the weights', 'in between')
    """

    rank_correlation: float
    structure: float
    edges: float
    what: str

    @property
    def outcome(self) -> str:
        """Which rule applies."""
        if math.isnan(self.rank_correlation):
            return "cannot be judged"
        if self.rank_correlation <= FOLLOWS:
            return f"follows the {self.what}"
        is_ignored = self.rank_correlation >= IGNORES and self.structure >= ALIKE
        return f"does not follow the {self.what}" if is_ignored else "in between"

    def verdict(self, when: str) -> str:
        """Return the outcome with its reason; `when` says what was done to the network."""
        if math.isnan(self.rank_correlation):
            why = "the maps are flat (all pixels equal, mostly 0), so there is nothing to compare"
            return f"{self.outcome}: {why}."
        left = "a part of the map is left"
        if self.rank_correlation <= FOLLOWS:
            left = "little of the map is left"
        elif self.rank_correlation >= IGNORES:
            is_alike = self.structure >= ALIKE
            left = (
                "the map is still like the original"
                if is_alike
                else "the pixels keep their order, but not the structure"
            )
        numbers = f"r = {self.rank_correlation:.2f}, structure {self.structure:.2f}"
        edges = f" The edges of the image alone reach r = {self.edges:.2f}." if self.edges >= TELLING else ""
        return f"{self.outcome}: {when} {left}, {numbers}.{edges}"
