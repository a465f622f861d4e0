"""A training with a shortcut as one static picture: training set, curves, accuracies, one verdict."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from .charts import COLORS, LETTERS, SMALL, NotebookFigure, Panel, draw_panel
from .pixels import Bytes

Bar = tuple[str, float | None]  # name, share from 0 to 1


def shortcut_figure(
    wall: Bytes,
    curves: tuple[Sequence[str], np.ndarray, Sequence[Panel]],
    bars: Sequence[Bar],
    scene: tuple[Bytes, str],
    caption: str,
) -> NotebookFigure:
    """Draw what a `ShortcutLab` shows.

    Parameters
    ----------
    wall : array
        (H, W, 3) bytes, the training set.
    curves : (names, values, panels)
        As `curve_figure` takes them.
    bars : sequence of (str, float or None)
        Accuracies, 0 to 1.
    scene : (array, str)
        One picture, and what the network says of it.
    caption : str
        Beneath.

    Examples
    --------
    >>> black = np.zeros((8, 8, 3), np.uint8)
    >>> curves = ["loss"], np.ones((1, 3)), [("loss", [0])]
    >>> len(shortcut_figure(black, curves, [("training", 1.0)], (black, "a goat"), "").axes)
    4
    """
    figure = NotebookFigure(figsize=(9.6, 6.4), dpi=100, layout="constrained")
    columns = figure.add_gridspec(1, 2, width_ratios=[1, 1.15])
    left, right = (columns[0, place].subgridspec(2, 1, height_ratios=[2, 1]) for place in (0, 1))
    _show(figure.add_subplot(left[0, 0]), wall, "some of the training images")
    _show(figure.add_subplot(left[1, 0]), *scene)
    names, values, panels = curves
    rows = right[0, 0].subgridspec(len(panels), 1)
    for index, (title, members) in enumerate(panels):
        draw_panel(figure.add_subplot(rows[index, 0]), title, members, names, values)
    _draw_bars(figure.add_subplot(right[1, 0]), bars)
    if caption:
        figure.supxlabel(caption, fontsize=LETTERS)
    return figure


def _show(axis: Axes, picture: Bytes, title: str) -> None:
    axis.imshow(picture)
    axis.set_title(title, fontsize=LETTERS, loc="left")
    axis.axis("off")


def _draw_bars(axis: Axes, bars: Sequence[Bar]) -> None:
    names = [name for name, _ in bars]
    shares = [0.0 if share is None else 100 * share for _, share in bars]
    drawn = axis.barh(names, shares, color=COLORS[0], height=0.62)
    words = ["–" if share is None else f"{100 * share:.0f} %" for _, share in bars]
    axis.bar_label(drawn, words, padding=4, fontsize=LETTERS)
    axis.axvline(50, color="black", linewidth=0.8, linestyle=(0, (4, 3)))
    axis.set_xlim(0, 115)
    axis.set_xticks([0, 50, 100], ["0", "50 (guessing)", "100 %"])
    axis.invert_yaxis()
    axis.tick_params(labelsize=SMALL)
    axis.spines[["top", "right"]].set_visible(False)
