"""Intersection over union of each class as bars, for one network or several side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from .charts import COLORS, LETTERS, SMALL, NotebookFigure
from .class_key import ClassKey

HATCHES = ("", "///", "...", "xxx", "\\\\\\", "|||")
ROW = 0.26  # inches of one bar


def draw_class_bars(axis: Axes, ious: Mapping[str, Sequence[float]], key: ClassKey) -> None:
    """Draw a bar for each class and network, with its number, and the mean over the classes at the foot.

    Absent classes (NaN) have a dash and are left out of the mean.

    Parameters
    ----------
    axis : Axes
        Drawn into.
    ious : mapping of str to sequence of float
        By the network's name, one value in 0..1 for each class.
    key : ClassKey
        Names and colours of the classes.
    """
    count = len(ious)
    height = 0.8 / count
    places = np.array([*range(len(key)), len(key) + 0.4])
    for turn, (name, values) in enumerate(ious.items()):
        numbers = np.array([*values, np.nanmean(values) if np.isfinite(values).any() else np.nan], float)
        at = places + (turn - (count - 1) / 2) * height
        bars = axis.barh(
            at, np.nan_to_num(numbers), height * 0.92, label=name, color=COLORS[turn % len(COLORS)],
            hatch=HATCHES[turn % len(HATCHES)], edgecolor="white", linewidth=0,
        )  # fmt: skip
        words = ["–" if np.isnan(number) else f"{number:.2f}" for number in numbers]
        axis.bar_label(bars, words, padding=3, fontsize=SMALL)
    axis.axhline(len(key) - 0.3, color="black", linewidth=0.7)
    axis.set_yticks(places, [*key.names, "mean IoU"], fontsize=LETTERS)
    axis.get_yticklabels()[-1].set_fontweight("bold")
    _draw_swatches(axis, key)
    axis.set(xlim=(0, 1.12), ylim=(len(key) + 0.4 + 0.5, -0.5))
    axis.set_xticks([0, 0.5, 1], ["0", "0.5", "1"], fontsize=SMALL)
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(axis="y", length=0, pad=16)
    if count > 1:
        beside = min(count, 3)
        axis.legend(fontsize=SMALL, frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=beside)


def class_bars_figure(ious: Mapping[str, Sequence[float]], key: ClassKey) -> NotebookFigure:
    """Draw the bars as a figure of their own.

    Examples
    --------
    >>> from .class_key import class_key
    >>> figure = class_bars_figure({"net": [0.9, 0.2]}, class_key(["sky", "car"]))
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['0.90', '0.20', '0.55']
    """
    figure = NotebookFigure(figsize=(6.4, bars_height(key, len(ious))), dpi=100, layout="constrained")
    draw_class_bars(figure.add_subplot(), ious, key)
    return figure


def bars_height(key: ClassKey, count: int) -> float:
    """Return how many inches the bars of so many networks need."""
    return 0.7 + ROW * (len(key) + 1.4) * max(1.0, 0.6 * count)


def _draw_swatches(axis: Axes, key: ClassKey) -> None:
    """Show each class's colour beside its name, as in the pictures."""
    beside = ScaledTranslation(-10 / 72, 0, axis.figure.dpi_scale_trans)
    for number, color in enumerate(key.colors):
        axis.plot(
            [0], [number], "s", markersize=9, color=[part / 255 for part in color], markeredgecolor="black",
            markeredgewidth=0.5, clip_on=False, transform=axis.get_yaxis_transform() + beside,
        )  # fmt: skip
