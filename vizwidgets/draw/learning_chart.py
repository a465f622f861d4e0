"""Accuracy against the number of labels: which lines, bands and points there are, and where they lie.

What is drawn is decided here, once; `learning_svg` draws it for the page, `learning_figure` for paper.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vizwidgets.core.measurement import Measurement, Measurements
from vizwidgets.core.spread import Spread

DODGE = 0.032  # of the logarithm, between two lines: points of several strategies would hide each other
STEP = 0.05  # the axis of the scores ends at a multiple of this
MARGIN = 0.01  # between it and the nearest point, at least
NUM_COLORS = 7  # and markers; the first colour is that of the text
Live = tuple[str, int, float]  # label, number of labels, score so far


@dataclass(frozen=True)
class Arm:
    """The line of one strategy.

    Parameters
    ----------
    label : str
        The strategy, with what is unusual about it.
    style : int
        Which colour, marker and dashes it has.
    shift : float
        By how much of the logarithm its points are moved aside.
    spreads : tuple of Spread
        Mean and spread for each number of labels above 0, in this order.
    points : tuple of Measurement
        What they come from.
    level : Spread or None
        What it reaches with no labels at all: drawn as a level line.
    """

    label: str
    style: int
    shift: float
    spreads: tuple[Spread, ...]
    points: tuple[Measurement, ...]
    level: Spread | None

    @property
    def is_hollow(self) -> bool:
        """Whether all of its points are precomputed."""
        return all(point.origin == "precomputed" for point in self.points)

    def is_hollow_at(self, num_labels: int) -> bool:
        """Whether all of its points with so many labels are precomputed: then their mean is, too."""
        here = [point for point in self.points if point.num_labels == num_labels]
        return all(point.origin == "precomputed" for point in here)

    def bands(self) -> list[list[Spread]]:
        """Return runs of neighbours of which each has a spread: a single seed has none, so it has no band."""
        runs: list[list[Spread]] = [[]]
        for spread in self.spreads:
            if spread.num_seeds > 1:
                runs[-1].append(spread)
            elif runs[-1]:
                runs.append([])
        return [run for run in runs if run]


@dataclass(frozen=True)
class LearningChart:
    """One chart: score against the number of labels, on a logarithmic axis.

    Parameters
    ----------
    arms : tuple of Arm
        From the first strategy to the last.
    low, high : float
        Ends of the axis of the scores, 0..1.
    counts : tuple of int
        Numbers of labels that have a point, or could have.
    counted, score : str
        What the two axes show, in words.
    chance : float or None
        What guessing reaches, if that lies within the axis.
    live : (str, int, float) or None
        Label, number of labels and score so far of the network that trains now.
    """

    arms: tuple[Arm, ...]
    low: float
    high: float
    counts: tuple[int, ...]
    counted: str
    score: str
    chance: float | None = None
    live: Live | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """The ends of the axis of the labels, as natural logarithms."""
        margin = 0.35 if len(self.counts) > 1 else 0.7
        return math.log(self.counts[0]) - margin, math.log(self.counts[-1]) + margin

    def place(self, num_labels: int, shift: float = 0.0) -> float:
        """Return where a number of labels lies along the axis, 0..1."""
        first, last = self.ends
        return (math.log(num_labels) + shift - first) / (last - first)

    def height(self, score: float) -> float:
        """Return where a score lies along its axis, 0..1."""
        return (score - self.low) / (self.high - self.low)

    def ticks(self, most: int = 6) -> tuple[float, ...]:
        """Return round scores for the axis, at most so many."""
        span = round((self.high - self.low) / STEP)
        step = next((each for each in (1, 2, 4, 5, 10) if span / each <= most), 10)
        first, last = round(self.low / STEP), round(self.high / STEP)
        return tuple(place * STEP for place in range(first, last + 1) if place % step == 0)

    def arm(self, label: str) -> Arm | None:
        """Return the line of a strategy, if it has one."""
        return next((arm for arm in self.arms if arm.label == label), None)

    @property
    def has_precomputed(self) -> bool:
        """Whether a point is precomputed."""
        return any(point.origin == "precomputed" for arm in self.arms for point in arm.points)

    @property
    def words(self) -> str:
        """What the chart shows, for those who do not see it."""
        lines = [f"{arm.label}: " + ", ".join(map(_spoken, arm.spreads)) for arm in self.arms]
        return f"{self.score} against {self.counted}. " + ("; ".join(lines) or "No points yet")


def learning_chart(
    points: Measurements,
    known: Sequence[str] = (),
    *,
    counts: Sequence[int] = (1, 10),
    counted: str = "labels per class",
    score: str = "accuracy",
    chance: float | None = None,
    live: Live | None = None,
) -> LearningChart:
    """Lay measured points out as a chart.

    Parameters
    ----------
    points : Measurements
        Of one source and one target.
    known : sequence of str
        Strategies in the order of their colours; a variant of one gets what is free.
    counts : sequence of int
        Numbers of labels that the axis shows in any case.
    counted, score, chance, live
        As in `LearningChart`.

    Examples
    --------
    >>> first = Measurement("digits", "small digits", "from scratch", 2, 0, 0.69)
    >>> second = Measurement("digits", "small digits", "from scratch", 10, 0, 0.69)
    >>> points = Measurements([first, second])
    >>> chart = learning_chart(points, ["from scratch"], counts=())
    >>> chart.low, chart.high, chart.counts, chart.arms[0].bands()
    (0.65, 0.75, (2, 10), [])
    """
    there = {*counts, *(point.num_labels for point in points), *([live[1]] if live else [])} - {0}
    scores = [point.score for point in points] + ([live[2]] if live else [])
    low, high = _ends(scores, chance)
    return LearningChart(
        _arms(points, known),
        low,
        high,
        tuple(sorted(there)) or (1, 10),
        counted,
        score,
        chance if chance is not None and low <= chance <= high else None,
        live,
    )


def style_of(label: str, known: Sequence[str], labels: Sequence[str]) -> int:
    """Return which colour, marker and dashes a strategy has: its place among those that are known.

    Others, such as variants, take in turn what none of the known has, then what is free on this chart.
    """
    if label in known:
        return list(known).index(label)
    others = [each for each in labels if each not in known]
    turn = others.index(label) if label in others else len(others)
    absent = [place for place, name in enumerate(known) if place and name not in labels]
    free = [*range(len(known), NUM_COLORS), *absent]
    return free[turn] if turn < len(free) else max(len(known), NUM_COLORS) + turn - len(free)


def _arms(points: Measurements, known: Sequence[str]) -> tuple[Arm, ...]:
    labels, spreads = points.labels, points.spread()
    order = sorted(labels, key=lambda label: (label not in known, style_of(label, known, labels)))
    arms = []
    for index, label in enumerate(order):
        own = [spread for spread in spreads if spread.label == label]
        with_labels = tuple(spread for spread in own if spread.num_labels)
        level = next((spread for spread in own if not spread.num_labels), None)
        shift = DODGE * (index - (len(order) - 1) / 2)
        style = style_of(label, known, labels)
        arms.append(Arm(label, style, shift, with_labels, tuple(points.where(label=label)), level))
    return tuple(arms)


def _ends(scores: Sequence[float], chance: float | None) -> tuple[float, float]:
    if not scores:
        return 0.0, 1.0
    low, high = min(scores), max(scores)
    if chance is not None and low - chance < 0.12:
        low = min(low, chance)
    low = max(0.0, math.floor(round((low - MARGIN) / STEP, 6)) * STEP)
    high = min(1.0, math.ceil(round((high + MARGIN) / STEP, 6)) * STEP)
    return round(low, 2), round(max(high, low + 2 * STEP), 2)


def _spoken(spread: Spread) -> str:
    deviation = "" if spread.num_seeds < 2 else f" ± {100 * spread.deviation:.1f}"
    return f"{100 * spread.mean:.1f}{deviation} % with {spread.num_labels}"
