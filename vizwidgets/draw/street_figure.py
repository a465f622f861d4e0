"""What a lab of segmentations shows, for paper: pictures, curves, and the chart of all points."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

import numpy as np

from .charts import LETTERS, SMALL, NotebookFigure, Panel, draw_panel
from .learning_chart import LearningChart
from .learning_figure import IN_A_LINE, draw_learning
from .pixels import Bytes

WIDTH, BELOW, TITLE, CAPTION = 10.0, 4.3, 0.3, 0.5  # inches


def street_figure(
    sheet: Bytes,
    curves: tuple[Sequence[str], np.ndarray, Sequence[Panel]],
    chart: LearningChart,
    title: str,
    caption: str,
) -> NotebookFigure:
    """Draw the pictures of one network above the curves of its training and the chart of all points.

    Parameters
    ----------
    sheet : array
        (H, W, 3) bytes, as `segmentation_sheet` returns it.
    curves : (names, values, panels)
        Of the training.
    chart : LearningChart
        The points.
    title, caption : str
        Above the pictures, and beneath the whole.

    Examples
    --------
    >>> from vizwidgets.core.measurement import Measurements
    >>> from .learning_chart import learning_chart
    >>> curves = ["loss"], np.ones((1, 3)), [("loss", [0])]
    >>> figure = street_figure(np.zeros((4, 8, 3), np.uint8), curves, learning_chart(Measurements()), "", "")
    >>> [axis.get_ylabel() for axis in figure.axes]
    ['', '', 'accuracy in %']
    """
    above = WIDTH * sheet.shape[0] / sheet.shape[1] + TITLE
    figure = NotebookFigure(figsize=(WIDTH, above + BELOW + CAPTION), dpi=100, layout="constrained")
    rows = figure.add_gridspec(2, 1, height_ratios=[above, BELOW])
    axis = figure.add_subplot(rows[0, 0])
    axis.imshow(sheet, interpolation="antialiased")
    axis.set_title(title, fontsize=LETTERS, loc="left")
    axis.axis("off")
    names, values, panels = curves
    below = rows[1, 0].subgridspec(1, 2, width_ratios=[1, 1.35])
    if panels:
        left = below[0, 0].subgridspec(len(panels), 1)
        for index, (name, members) in enumerate(panels):
            draw_panel(figure.add_subplot(left[index, 0]), name, members, names, values)
    draw_learning(figure.add_subplot(below[0, 1] if panels else below[0, :]), chart)
    if caption:
        figure.supxlabel(fill(caption, IN_A_LINE), fontsize=SMALL)
    return figure
