"""By how much one strategy is better than another, seed by seed, and how sure one may be of it."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .spread import Spread, deviation

MIN_SEEDS = 3  # two gains of one sign come about by chance every other time
RULE = (
    f"A gain is called beyond the spread if at least {MIN_SEEDS} seeds were compared, the gains of all of "
    "them have one sign, and their mean is larger than their standard deviation. A gain that is written as "
    "±0.0 has none."
)
NOTHING = 0.0005  # smaller gains are written as ±0.0 points: a sign that nobody sees is none


@dataclass(frozen=True)
class Gain:
    """The gain of one strategy over another with so many labels, paired by seed.

    Both were measured with the same labelled images, so what a lucky draw adds to both falls out.

    Parameters
    ----------
    label, over : str
        The strategy, and the one that it is compared with.
    num_labels : int
        Labelled target images, as the target counts them.
    each : mapping of int to float
        Score minus score, of each seed.

    Examples
    --------
    >>> print(Gain("head, then all", "from scratch", 2, {0: 0.08, 1: 0.11, 2: 0.16}))
    +11.7 ± 4.0 points (3 seeds: +8.0 +11.0 +16.0), beyond the spread
    >>> print(Gain("head, then all", "from scratch", 50, {0: 0.001, 1: -0.002, 2: 0.02}))
    +0.6 ± 1.2 points (3 seeds: +0.1 −0.2 +2.0), within the spread
    >>> print(Gain("head, then all", "from scratch", 2, {0: 0.08}))
    +8.0 points (1 seed), more seeds would show the spread
    """

    label: str
    over: str
    num_labels: int
    each: Mapping[int, float]

    @property
    def mean(self) -> float:
        """Mean gain."""
        return statistics.fmean(self.each.values())

    @property
    def deviation(self) -> float:
        """Standard deviation of the gains (divided by n - 1); NaN with a single seed."""
        return deviation(self.each)

    @property
    def num_seeds(self) -> int:
        """Number of seeds of which both were measured."""
        return len(self.each)

    @property
    def is_beyond_spread(self) -> bool:
        """Whether the gain is beyond the spread, by `RULE`."""
        signs = {(gain >= NOTHING) - (gain <= -NOTHING) for gain in self.each.values()}
        has_one_sign = len(signs) == 1 and signs != {0}
        return self.num_seeds >= MIN_SEEDS and has_one_sign and abs(self.mean) > self.deviation

    @property
    def finding(self) -> str:
        """What may be said of it."""
        if self.is_beyond_spread:
            return "beyond the spread"
        if self.num_seeds < MIN_SEEDS:
            return "more seeds would show the spread"
        return "within the spread"

    def __str__(self) -> str:
        """Return the gain in points, its spread, and what may be said of it."""
        if self.num_seeds == 1:
            return f"{points(self.mean)} points (1 seed), {self.finding}"
        each = " ".join(points(gain) for gain in self.each.values())
        spread = f"{points(self.mean)} ± {100 * self.deviation:.1f} points"
        return f"{spread} ({self.num_seeds} seeds: {each}), {self.finding}"


def points(gain: float) -> str:
    """Write a difference of shares in points, always with its sign.

    Examples
    --------
    >>> points(0.0712), points(-0.004), points(0.0)
    ('+7.1', '−0.4', '±0.0')
    """
    words = f"{100 * gain:+.1f}".replace("-", "−")
    return "±0.0" if words[1:] == "0.0" else words


def paired_gains(spreads: Sequence[Spread], label: str, over: str) -> tuple[Gain, ...]:
    """Return the gain for each task and number of labels with a seed of which both were measured."""
    base = {
        (spread.source, spread.target, spread.num_labels): spread.scores
        for spread in spreads
        if spread.label == over
    }
    gains = []
    for spread in spreads:
        if spread.label != label:
            continue
        other = base.get((spread.source, spread.target, spread.num_labels), {})
        each = {seed: score - other[seed] for seed, score in sorted(spread.scores.items()) if seed in other}
        if each:
            gains.append(Gain(label, over, spread.num_labels, each))
    return tuple(gains)
