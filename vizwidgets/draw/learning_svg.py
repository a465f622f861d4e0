"""A learning chart as SVG: sharp at any size, in the colours of the page, with a name under each point.

The colours are in `trial.css`: class ``vw-arm-3`` is the third of `learning_figure.ARM_COLORS`, lighter in a
dark theme.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from vizwidgets.core.measurement import Measurement
from vizwidgets.core.spread import Spread

from .learning_chart import NUM_COLORS, Arm, LearningChart

LINES: tuple[tuple[float, ...], ...] = ((6, 3), (2, 2), (9, 2, 2, 2), (14, 3), (), (5, 2, 1, 2, 1, 2))
CORNERS = (0, 4, 3, 4, 3, 5, 6)  # of the markers; 0 is a circle
TURNS = (0.0, 0.5, 0.0, 0.0, 0.5, 0.0, 0.0)  # by how many corners they are turned; 0 points upwards
LEFT, RIGHT, TOP, BOTTOM = 54, 10, 10, 40  # pixels around the plot
SMALL, LARGE = 3.0, 5.5  # radius of a point and of a mean


class LearningSvg:
    """Draws a `LearningChart`; `str` of it is the SVG.

    Parameters
    ----------
    chart : LearningChart
        What to draw.
    width, height : int
        Of the drawing; the page may show it larger or smaller.
    """

    def __init__(self, chart: LearningChart, width: int = 640, height: int = 330) -> None:
        self.chart, self.width, self.height = chart, width, height

    def __str__(self) -> str:
        """Return the SVG element."""
        parts = [*self._axes(), *self._level_lines()]
        for draw in (self._band, self._line, self._points, self._means):
            parts += [f'<g class="{arm_class(arm.style)}">{draw(arm)}</g>' for arm in self.chart.arms]
        parts.append(self._live())
        return (
            f'<svg class="vw-chart" viewBox="0 0 {self.width} {self.height}" role="img" '
            f'aria-label="{escape(self.chart.words)}">{"".join(parts)}</svg>'
        )

    # -- places ---------------------------------------------------------------------------------------

    def _x(self, num_labels: int, shift: float = 0.0) -> float:
        return LEFT + (self.width - LEFT - RIGHT) * self.chart.place(num_labels, shift)

    def _y(self, score: float) -> float:
        return self.height - BOTTOM - (self.height - TOP - BOTTOM) * self.chart.height(score)

    # -- axes -----------------------------------------------------------------------------------------

    def _axes(self) -> Iterator[str]:
        left, right, bottom = LEFT, self.width - RIGHT, self.height - BOTTOM
        for tick in self.chart.ticks():
            y = self._y(tick)
            yield f'<path class="vw-grid" d="M{left} {y:.1f}H{right}"/>'
            yield _text(left - 7, y + 4, f"{100 * tick:.0f} %", "end")
        last = -math.inf
        for count in self.chart.counts:
            x = self._x(count)
            yield f'<path class="vw-grid" d="M{x:.1f} {TOP}V{bottom}"/>'
            if x - last > 24:
                yield _text(x, bottom + 16, str(count), "middle")
                last = x
        yield _text((left + right) / 2, self.height - 6, f"{self.chart.counted} (log axis)", "middle")
        if self.chart.chance is not None:
            y = self._y(self.chart.chance)
            yield f'<path class="vw-chance" d="M{left} {y:.1f}H{right}"/>'
            yield _text(right - 2, y - 5, "guessing", "end")

    def _level_lines(self) -> Iterator[str]:
        for arm in self.chart.arms:
            if arm.level is not None:
                y = self._y(arm.level.mean)
                line = f'<path class="vw-line" d="M{LEFT} {y:.1f}H{self.width - RIGHT}"{_dashes(arm)}/>'
                words = f"{arm.label}, no labels: {arm.level}"
                yield f'<g class="{arm_class(arm.style)}"><title>{escape(words)}</title>{line}</g>'

    # -- one strategy ---------------------------------------------------------------------------------

    def _band(self, arm: Arm) -> str:
        return "".join(self._area(arm, run) for run in arm.bands())

    def _area(self, arm: Arm, run: Sequence[Spread]) -> str:
        if len(run) == 1:  # a band needs two ends: a single place has a bar
            (each,), x = run, self._x(run[0].num_labels, arm.shift)
            low, high = (self._y(self._inside(each.mean + sign * each.deviation)) for sign in (-1, 1))
            return f'<path class="vw-stem" d="M{x:.1f} {low:.1f}V{high:.1f}"/>'
        places = [self._x(each.num_labels, arm.shift) for each in run]
        above = [self._y(self._inside(each.mean + each.deviation)) for each in run]
        below = [self._y(self._inside(each.mean - each.deviation)) for each in run]
        corners = [*zip(places, above, strict=True), *reversed([*zip(places, below, strict=True)])]
        return f'<path class="vw-band" d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in corners)}Z"/>'

    def _inside(self, score: float) -> float:
        return min(max(score, self.chart.low), self.chart.high)

    def _line(self, arm: Arm) -> str:
        corners = [f"{self._x(s.num_labels, arm.shift):.1f} {self._y(s.mean):.1f}" for s in arm.spreads]
        return f'<path class="vw-line" d="M{"L".join(corners)}"{_dashes(arm)}/>' if len(corners) > 1 else ""

    def _points(self, arm: Arm) -> str:
        return "".join(self._point(arm, point) for point in arm.points if point.num_labels)

    def _point(self, arm: Arm, point: Measurement) -> str:
        x, y = self._x(point.num_labels, arm.shift), self._y(point.score)
        return titled(marker(arm.style, x, y, SMALL, point.origin == "precomputed"), point_words(point))

    def _means(self, arm: Arm) -> str:
        several = [spread for spread in arm.spreads if spread.num_seeds > 1]
        return "".join(self._mean(arm, spread) for spread in several)

    def _mean(self, arm: Arm, spread: Spread) -> str:
        x, y = self._x(spread.num_labels, arm.shift), self._y(spread.mean)
        shape = marker(arm.style, x, y, LARGE, arm.is_hollow_at(spread.num_labels))
        return titled(shape, f"{arm.label}, {spread.num_labels} {self.chart.counted}: mean {spread}")

    def _live(self) -> str:
        if self.chart.live is None:
            return ""
        label, count, score = self.chart.live
        arm = self.chart.arm(label)
        x, y = self._x(count, arm.shift if arm else 0.0), self._y(self._inside(score))
        color = f" {arm_class(arm.style)}" if arm else ""
        return (
            f'<g class="vw-live{color}"><title>{escape(label)}, training now: {score:.1%} so far</title>'
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9"/><circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/></g>'
        )


def arm_class(style: int) -> str:
    """Return the class that gives a strategy its colour."""
    index = style if style < NUM_COLORS else 1 + (style - NUM_COLORS) % (NUM_COLORS - 1)
    return f"vw-arm-{index}"


def dashes_of(style: int) -> tuple[float, ...]:
    """Return the dashes of a strategy's line, () for a solid one."""
    return LINES[style % len(LINES)]


def marker(style: int, x: float, y: float, radius: float, is_hollow: bool) -> str:
    """Return the marker of a strategy as an SVG element."""
    kind = "vw-hollow" if is_hollow else "vw-full"
    place = style % len(CORNERS)
    if not CORNERS[place]:
        return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>'
    angles = [2 * math.pi * (corner + TURNS[place]) / CORNERS[place] for corner in range(CORNERS[place])]
    corners = [(x + 1.2 * radius * math.sin(a), y - 1.2 * radius * math.cos(a)) for a in angles]
    return f'<path class="{kind}" d="M{"L".join(f"{a:.1f} {b:.1f}" for a, b in corners)}Z"/>'


def titled(shape: str, words: str) -> str:
    """Return an element whose name is shown under the mouse."""
    return f"<g><title>{escape(words)}</title>{shape}</g>"


def point_words(point: Measurement) -> str:
    """Say what one point is."""
    by = " ".join(f"{name} {version}" for name, version in point.versions.items())
    origin = f"precomputed with {by}" if point.origin == "precomputed" and by else point.origin
    return f"{point.label}, {point.num_labels} labels, seed {point.seed}: {point.score:.1%} ({origin})"


def key_of(arm: Arm) -> str:
    """Return the line of a legend: a piece of the line with its marker."""
    line = f'<path class="vw-line" d="M1 8H33"{_dashes(arm)}/>'
    return (
        f'<svg class="{arm_class(arm.style)} vw-key-line" viewBox="0 0 34 16" aria-hidden="true">{line}'
        f"{marker(arm.style, 17, 8, LARGE, arm.is_hollow)}</svg>"
    )


def _dashes(arm: Arm) -> str:
    dashes = " ".join(map(str, dashes_of(arm.style)))
    return f' stroke-dasharray="{dashes}"' if dashes else ""


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
