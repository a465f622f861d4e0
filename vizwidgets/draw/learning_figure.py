"""A learning chart on paper, and a lab's whole static picture."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from vizwidgets.core.measurement import Measurements

from .charts import COLORS, LETTERS, SMALL, NotebookFigure, Panel, draw_panel
from .learning_chart import Arm, LearningChart, learning_chart
from .learning_svg import dashes_of
from .pixels import Bytes

INK = "#222222"
ARM_COLORS = (*COLORS, "#56B4E9")  # as many as can be told apart on white
IN_A_LINE = 120  # letters beneath the figure of a lab
MARKERS = ("o", "s", "^", "D", "v", "p", "h")


def learning_figure(
    points: Measurements | LearningChart, caption: str = "", **options: Any
) -> NotebookFigure:
    """Draw measured points against the number of labels: one line per strategy, with its spread.

    Parameters
    ----------
    points : Measurements or LearningChart
        Of one source and one target.
    caption : str
        Beneath.
    **options
        As `learning_chart` takes them: ``known=STRATEGIES, counted="labelled images", score="mean IoU"``.

    Examples
    --------
    >>> from vizwidgets.core.measurement import Measurement
    >>> points = Measurements([Measurement("digits", "small digits", "from scratch", 2, 0, 0.69)])
    >>> len(learning_figure(points, counted="labels per class").axes)
    1
    """
    chart = learning_chart(points, **options) if isinstance(points, Measurements) else points
    figure = NotebookFigure(figsize=(7.2, 4.2), dpi=100, layout="constrained")
    draw_learning(figure.add_subplot(), chart)
    if caption:
        figure.supxlabel(caption, fontsize=LETTERS)
    return figure


def lab_figure(
    chart: LearningChart,
    picture: Bytes,
    curves: tuple[Sequence[str], np.ndarray, Sequence[Panel]],
    title: str,
    caption: str,
) -> NotebookFigure:
    """Draw what a lab shows: the network of the moment with its curves, and the chart of all points.

    Parameters
    ----------
    chart : LearningChart
        The points.
    picture : array
        (H, W, 3) bytes, of the network that trains or was trained last.
    curves : (names, values, panels)
        Of its training; no panels, no curves.
    title, caption : str
        Above the picture, and beneath the whole.
    """
    figure = NotebookFigure(figsize=(9.6, 7.6), dpi=100, layout="constrained")
    top, bottom = figure.subfigures(2, 1, height_ratios=[1, 1.35], squeeze=False)[:, 0]
    names, values, panels = curves
    columns = top.add_gridspec(1, 2, width_ratios=[1, 1.1])
    axis = top.add_subplot(columns[0, 0])
    axis.imshow(picture)
    axis.set_title(fill(title, 52), fontsize=LETTERS, loc="left")
    axis.axis("off")
    rows = columns[0, 1].subgridspec(max(len(panels), 1), 1)
    for index, (name, members) in enumerate(panels):
        draw_panel(top.add_subplot(rows[index, 0]), name, members, names, values)
    draw_learning(bottom.add_subplot(), chart)
    if caption:
        figure.supxlabel(fill(caption, IN_A_LINE), fontsize=SMALL)
    return figure


def draw_learning(axis: Axes, chart: LearningChart) -> None:
    """Draw the chart into an axis: bands, lines, single points, legend."""
    axis.set_xscale("log")
    for arm in chart.arms:
        _draw_arm(axis, arm)
    if chart.chance is not None:
        axis.axhline(100 * chart.chance, color=INK, linewidth=0.9, linestyle=(0, (5, 4)), label="guessing")
    axis.set_xlim(*np.exp(chart.ends))
    axis.set_ylim(100 * chart.low, 100 * chart.high)
    axis.xaxis.set_major_locator(FixedLocator(list(chart.counts)))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xticklabels([str(count) for count in chart.counts])
    axis.set_xlabel(f"{chart.counted} (log axis)", fontsize=LETTERS)
    axis.set_ylabel(f"{chart.score} in %", fontsize=LETTERS)
    axis.grid(alpha=0.25)
    axis.tick_params(labelsize=SMALL)
    axis.spines[["top", "right"]].set_visible(False)
    if chart.arms:
        axis.legend(fontsize=SMALL, frameon=False, loc="best", handlelength=3.4)


def color_of(style: int) -> str:
    """Return the colour of a strategy on paper."""
    if style == 0:
        return INK
    return ARM_COLORS[(style - 1) % len(ARM_COLORS)]


def _draw_arm(axis: Axes, arm: Arm) -> None:
    color, marker = color_of(arm.style), MARKERS[arm.style % len(MARKERS)]
    shift = float(np.exp(arm.shift))
    dashes = dashes_of(arm.style)
    pattern: Any = (0, dashes) if dashes else "solid"
    look: dict[str, Any] = {"color": color, "marker": marker, "linestyle": "none", "markeredgecolor": color}
    for run in arm.bands():
        places = [shift * each.num_labels for each in run]
        below, above = ([100 * (each.mean + sign * each.deviation) for each in run] for sign in (-1, 1))
        if len(run) == 1:
            axis.plot(places * 2, [below[0], above[0]], color=color, linewidth=5, alpha=0.22)
        else:
            axis.fill_between(places, below, above, color=color, alpha=0.13, linewidth=0)
    for is_hollow in (True, False):
        own = [each for each in arm.points if (each.origin == "precomputed") == is_hollow and each.num_labels]
        face = "white" if is_hollow else color
        scores = [100 * each.score for each in own]
        axis.plot([shift * p.num_labels for p in own], scores, markersize=4, markerfacecolor=face, **look)
    if arm.level is not None:
        axis.axhline(100 * arm.level.mean, color=color, linestyle=pattern, linewidth=1.8, label=arm.label)
    if not arm.spreads:
        return
    means = [100 * each.mean for each in arm.spreads]
    look = {**look, "linestyle": pattern, "markerfacecolor": "white" if arm.is_hollow else color}
    places = [shift * each.num_labels for each in arm.spreads]
    axis.plot(places, means, markersize=7, linewidth=1.8, label=arm.label, **look)
    hollow = [at for at, each in enumerate(arm.spreads) if arm.is_hollow_at(each.num_labels)]
    look = {**look, "linestyle": "none", "markerfacecolor": "white"}
    if hollow and not arm.is_hollow:  # only some of its means were measured here
        axis.plot([places[at] for at in hollow], [means[at] for at in hollow], markersize=7, **look)
