"""Mean and spread of one strategy over its seeds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """What one strategy reached with so many labels.

    Parameters
    ----------
    source, target : str
        The two tasks.
    label : str
        The strategy, with what is unusual about it.
    num_labels : int
        Labelled target images, as the target counts them.
    scores : mapping of int to float
        The score of each seed, 0..1.

    Examples
    --------
    >>> spread = Spread("digits", "small digits", "from scratch", 2, {0: 0.69, 1: 0.71})
    >>> round(spread.mean, 3), round(spread.deviation, 4), str(spread)
    (0.7, 0.0141, '70.0 ± 1.4 (2)')
    >>> str(Spread("digits", "small digits", "from scratch", 2, {0: 0.69}))
    '69.0 (1)'
    """

    source: str
    target: str
    label: str
    num_labels: int
    scores: Mapping[int, float]

    @property
    def num_seeds(self) -> int:
        """Number of seeds."""
        return len(self.scores)

    @property
    def mean(self) -> float:
        """Mean score."""
        return statistics.fmean(self.scores.values())

    @property
    def deviation(self) -> float:
        """Standard deviation over the seeds (divided by n - 1); NaN with a single one."""
        return deviation(self.scores)

    def __str__(self) -> str:
        """Return mean, spread and number of seeds, in percent."""
        spread = "" if self.num_seeds < 2 else f" ± {100 * self.deviation:.1f}"
        return f"{100 * self.mean:.1f}{spread} ({self.num_seeds})"


def deviation(scores: Mapping[int, float]) -> float:
    """Return the standard deviation (divided by n - 1); NaN of a single number."""
    return statistics.stdev(scores.values()) if len(scores) > 1 else math.nan
