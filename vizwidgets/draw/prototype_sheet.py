"""Prototypes as a figure: pictures with their captions, and the curves beneath."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .charts import NotebookFigure, Panel, draw_panel
from .pixels import to_bytes

COLUMNS = 5
ALARM = "#A63D00"


def prototype_sheet(
    pictures: np.ndarray,
    captions: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    values: np.ndarray,
    panels: Sequence[Panel],
    caption: str = "",
) -> NotebookFigure:
    """Draw captioned pictures in rows of five, and their curves side by side beneath.

    Parameters
    ----------
    pictures : array
        (N, H, W, C) bytes.
    captions : sequence of mapping
        For each picture ``title``, ``score``, ``says``, ``isRight`` and ``verdict``.
    names, values, panels
        The curves, as for `curve_figure`.
    caption : str
        What it shows, beneath.

    Examples
    --------
    >>> words = {"title": "7", "score": "22", "says": "7 · 99%", "isRight": True, "verdict": ""}
    >>> black, curve = np.zeros((1, 8, 8, 1), np.uint8), np.ones((1, 3))
    >>> sheet = prototype_sheet(black, [words], ["h"], curve, [("h", [0])])
    >>> sheet.axes[0].get_title()
    '7:  22\\n✓ 7 · 99%'
    """
    rows = math.ceil(len(pictures) / COLUMNS)
    figure = NotebookFigure(figsize=(8.4, 2.1 * rows + 3.0), dpi=100, layout="constrained")
    parts = figure.add_gridspec(2, 1, height_ratios=[2.1 * rows, 2.6])
    tiles = parts[0].subgridspec(rows, COLUMNS)
    for index, (picture, words) in enumerate(zip(pictures, captions, strict=True)):
        axis = figure.add_subplot(tiles[index // COLUMNS, index % COLUMNS])
        axis.imshow(to_bytes(picture), interpolation="nearest" if len(picture) < 64 else "antialiased")
        axis.set_xticks([])
        axis.set_yticks([])
        mark = "✓" if words["isRight"] else "✗"
        is_well = words["isRight"] and not words["verdict"]
        axis.set_title(
            f"{words['title']}:  {words['score']}\n{mark} {words['says']}",
            fontsize=9,
            color="black" if is_well else ALARM,
        )
        axis.set_xlabel(words["verdict"], fontsize=8, color=ALARM)
    lower = parts[1].subgridspec(1, len(panels))
    for index, (title, members) in enumerate(panels):
        axis = figure.add_subplot(lower[0, index])
        draw_panel(axis, title, members, names, values)
        axis.set_xlabel("step", fontsize=9)
        axis.legend(  # beneath: no corner of these curves is free
            fontsize=8,
            frameon=False,
            handlelength=2.6,
            ncols=2,
            loc="upper center",
            bbox_to_anchor=(0.5, -0.3),
        )
    figure.supxlabel(caption, fontsize=9)
    return figure
