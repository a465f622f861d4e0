"""The network of the moment and the chart of all points as one picture: a scene of a lab's film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .charts import LETTERS, NotebookFigure, figure_pixels
from .learning_chart import LearningChart
from .learning_figure import draw_learning
from .pixels import Bytes

CHART = (560, 330)  # pixels: width and height
GAP = 16
WIDE = 2.3  # a picture that is so many times as wide as high has the chart beneath it


def steady(charts: Sequence[LearningChart]) -> list[LearningChart]:
    """Return charts of one film with the same axes: points land, and what was there stays where it is."""
    low, high = min(chart.low for chart in charts), max(chart.high for chart in charts)
    counts = tuple(sorted({count for chart in charts for count in chart.counts}))
    return [replace(chart, low=low, high=high, counts=counts, live=None) for chart in charts]


def chart_picture(chart: LearningChart, title: str, width: int = CHART[0]) -> Bytes:
    """Draw a chart with its title, (H, W, 3) bytes.

    Examples
    --------
    >>> from vizwidgets.core.measurement import Measurements
    >>> from .learning_chart import learning_chart
    >>> chart_picture(learning_chart(Measurements()), "accuracy").shape
    (330, 560, 3)
    """
    figure = NotebookFigure(figsize=(width / 100, CHART[1] / 100), dpi=100, layout="constrained")
    axis = figure.add_subplot()
    draw_learning(axis, chart)
    axis.set_title(title, fontsize=LETTERS, loc="left")
    return figure_pixels(figure)


def is_wide(size: tuple[int, ...]) -> bool:
    """Whether a picture (height, width) has the chart beneath it, else at its side."""
    return size[1] > WIDE * size[0]


def lab_scene(sheet: Bytes, chart: Bytes, size: tuple[int, int]) -> Bytes:
    """Put the picture of a network and a chart together.

    Parameters
    ----------
    sheet : array
        (h, w, 3) bytes.
    chart : array
        (H, W, 3) bytes.
    size : (int, int)
        Height and width of the largest sheet of the film: each is put into the middle of that.

    Examples
    --------
    >>> sheet, chart = np.zeros((90, 100, 3), np.uint8), np.zeros((330, 560, 3), np.uint8)
    >>> lab_scene(sheet, chart, (100, 100)).shape, lab_scene(sheet, chart, (100, 700)).shape
    ((330, 676, 3), (446, 700, 3))
    """
    (high, wide), (height, width) = size, chart.shape[:2]
    if is_wide(size):
        paper = np.full((high + GAP + height, max(wide, width), 3), 255, np.uint8)
        paper[high + GAP :, :width] = chart
    else:
        paper = np.full((max(high, height), wide + GAP + width, 3), 255, np.uint8)
        paper[:height, wide + GAP :] = chart
        high = len(paper)
    top, left = (high - sheet.shape[0]) // 2, (wide - sheet.shape[1]) // 2
    paper[top : top + sheet.shape[0], left : left + sheet.shape[1]] = sheet
    return paper
