"""What is measured layer by layer, as charts: how good probes are, and how far weights have moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vizwidgets.core.probes import PIXELS, LayerProbes
from vizwidgets.core.weight_change import NEW, LayerChange, WeightChange

from .charts import COLORS, DASHES, LETTERS, SMALL, NotebookFigure

MARKS = "osD^vP"
FAINT = "#555555"
LONGEST_NAME = 16
HEIGHT = 3.6  # inches of a chart
CLOSE = 0.05  # two dashed lines that are closer have one label
HIGH = 0.6  # where all curves lie above it, the chart begins near the lowest


def probe_figure(probes: LayerProbes | Mapping[str, LayerProbes], title: str = "") -> NotebookFigure:
    """Draw how well the classes are told apart from each layer, for one network or task or several.

    Each curve begins with what a probe makes of the pixels alone. The dashed line is what always answering
    the commonest class gives; where it lies far below all curves, they are drawn larger and it is only named.

    Parameters
    ----------
    probes : LayerProbes, or dict from str to LayerProbes
        As `vw.probe_layers` returns them; several with what they are called, drawn together.
    title : str
        Above.

    Raises
    ------
    TypeError, ValueError
        If there is nothing to draw, or something else.

    Examples
    --------
    >>> import torch
    >>> from torch import nn
    >>> from vizwidgets.core.probes import probe_layers
    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 2))
    >>> data = torch.rand(8, 1, 8, 8), torch.arange(8) % 2
    >>> len(probe_figure(probe_layers(net, data, data)).axes)
    1
    """
    curves = _several(probes, LayerProbes, "probes", "vw.probe_layers(model, train, test)")
    names = list(dict.fromkeys([PIXELS, *(name for each in curves.values() for name in each.layers)]))
    figure, axis = layer_chart(len(names), title)
    for place, (label, each) in enumerate(curves.items()):
        columns = [names.index(name) for name in (PIXELS, *each.layers)]
        _draw_curve(axis, place, label, columns, (each.pixels.accuracy, *each.accuracies))
    name_layers(axis, names)
    axis.set_xlabel("what the linear probe reads, from the image to the output  →", fontsize=LETTERS)
    axis.set_ylabel("accuracy on test images", fontsize=LETTERS)
    _scale(axis, list(curves.values()))
    if len(curves) > 1:
        axis.legend(fontsize=LETTERS, frameon=False, loc="best", handlelength=3)
    return figure


def change_figure(change: WeightChange | Mapping[str, WeightChange], title: str = "") -> NotebookFigure:
    """Draw how far training has moved the weights of each layer, for one training or several.

    Parameters
    ----------
    change : WeightChange, or dict from str to WeightChange
        As `vw.weight_change` returns it; several of the same layers, with what they are called.
    title : str
        Above.

    Raises
    ------
    TypeError, ValueError
        If there is nothing to draw, something else, or the layers differ.

    Examples
    --------
    >>> from torch import nn
    >>> from vizwidgets.core.weight_change import weight_change
    >>> net = nn.Sequential(nn.Linear(2, 2))
    >>> len(change_figure(weight_change(net, net)).axes)
    1
    """
    several = _several(change, WeightChange, "change", "vw.weight_change(before, after)")
    first = next(iter(several.values()))
    if any(each.layers != first.layers for each in several.values()):
        raise ValueError("changes are drawn together only if they are of the same layers.")
    figure, axis = layer_chart(len(first.layers), title)
    width = 0.8 / len(several)
    for place, (label, each) in enumerate(several.items()):
        left = np.arange(len(each.layers)) - 0.4 + width * (place + 0.5)
        draw_bars(axis, place, label, left, (width, [_height(one) for one in each.changes]))
        for at, one in zip(left, each.changes, strict=True):
            _say(axis, float(at), one, rotation=90 if len(several) > 1 else 0)
    name_layers(axis, first.layers)
    axis.set_ylabel("|after − before| / |before|", fontsize=LETTERS)
    axis.set_xlabel("layer, from the image to the output  →", fontsize=LETTERS)
    axis.margins(y=0.16)
    axis.set_ylim(bottom=0)
    if len(several) > 1:
        axis.legend(fontsize=LETTERS, frameon=False, loc="best")
    return figure


def _draw_curve(axis: Axes, place: int, label: str, columns: Sequence[int], shares: Sequence[float]) -> None:
    style: dict[str, Any] = {"color": COLORS[place % len(COLORS)], "marker": MARKS[place % len(MARKS)]}
    (line,) = axis.plot(columns, shares, label=label, linewidth=1.8, markersize=6, **style)
    if DASHES[place % len(DASHES)]:
        line.set_dashes(DASHES[place % len(DASHES)])


def _scale(axis: Axes, curves: Sequence[LayerProbes]) -> None:
    """Choose what the axis shows: all from 0, or where all curves lie high, their part only."""
    low = min(share for each in curves for share in (each.pixels.accuracy, *each.accuracies))
    guesses = sorted({round(each.guess, 2) for each in curves})
    is_close = low > HIGH and guesses[-1] < low - 0.2
    bottom = np.floor(20 * (low - 0.03)) / 20 if is_close else 0.0
    axis.set_ylim(bottom, 1 + 0.04 * (1 - bottom))
    ticks = [tick for tick in np.linspace(0, 1, 21 if is_close else 5) if tick >= bottom - 1e-9]
    axis.set_yticks(ticks, [f"{100 * tick:.0f} %" for tick in ticks])
    style: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "fontsize": SMALL, "color": FAINT}
    for place, group in enumerate(_near_ones(guesses)):
        shares = " and ".join(f"{100 * guess:.0f} %" for guess in group)
        words = f"always the commonest class: {shares}" + (", far below" if is_close else "")
        height = bottom if is_close else group[-1]
        shift = 3 + (13 * place if is_close else 0)
        axis.annotate(words, (1, height), (-2, shift), xycoords=("axes fraction", "data"), **style)
        for guess in [] if is_close else group:
            axis.axhline(guess, color=FAINT, linewidth=1, linestyle=(0, (4, 3)), zorder=0)


def _near_ones(guesses: Sequence[float]) -> list[list[float]]:
    """Group what is sorted: in a group, each is close to the one before."""
    groups: list[list[float]] = []
    for guess in guesses:
        if groups and guess - groups[-1][-1] < CLOSE:
            groups[-1].append(guess)
        else:
            groups.append([guess])
    return groups


def name_layers(axis: Axes, names: Sequence[str]) -> None:
    """Write the names beneath, slanted where they would run into each other."""
    is_long = max(map(len, names)) > 9
    slant: dict[str, Any] = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if is_long else {}
    axis.set_xticks(range(len(names)), [short_name(name) for name in names], **slant)


def draw_bars(
    axis: Axes, place: int, label: str, left: np.ndarray, bars: tuple[float, Sequence[float]]
) -> None:
    """Draw one series of bars at their middles, told apart by hatching too; `bars` is width and heights."""
    width, heights = bars
    hatch = ("", "//", "..", "xx", "\\\\")[place % 5]
    color = COLORS[place % len(COLORS)]
    axis.bar(left, heights, width, label=label, color=color, hatch=hatch, edgecolor="white", linewidth=0.5)


def _height(one: LayerChange) -> float:
    return one.change if np.isfinite(one.change) else 0.0


def _say(axis: Axes, at: float, one: LayerChange, rotation: float) -> None:
    """Write above a bar how long it is, or why there is none."""
    word = "new" if one.state == NEW else f"{one.change:.2g}" if np.isfinite(one.change) else "∞"
    style: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "fontsize": SMALL}
    axis.annotate(word, (at, _height(one)), (0, 3), rotation=rotation, **style)


def layer_chart(count: int, title: str) -> tuple[NotebookFigure, Axes]:
    """Return an empty chart for so many layers."""
    figure = NotebookFigure(figsize=(max(5.6, 1.6 + 0.78 * count), HEIGHT), dpi=100, layout="constrained")
    axis = figure.add_subplot()
    axis.set_title(title, fontsize=LETTERS, loc="left")
    axis.grid(axis="y", alpha=0.25)
    axis.set_axisbelow(True)
    axis.tick_params(labelsize=SMALL)
    axis.spines[["top", "right"]].set_visible(False)
    return figure, axis


def short_name(name: str) -> str:
    """Cut a long name, so that it fits beneath its column."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _several(given: Any, kind: type, name: str, maker: str) -> dict[str, Any]:
    """Return what is to be drawn by what it is called, or say why it can not be drawn."""
    several = dict(given) if isinstance(given, Mapping) else {"": given}
    if not several:
        raise ValueError(f"{name} is empty, so there is nothing to draw; {maker} makes one.")
    other = next((each for each in several.values() if not isinstance(each, kind)), None)
    if other is not None or any(each is None for each in several.values()):
        raise TypeError(wanted(name, maker, other, " or a dict from names to such"))
    return several


def wanted(name: str, maker: str, got: Any, more: str = "") -> str:
    """Say what a figure is drawn from, and what came instead."""
    return f"{name} must be what {maker} returns{more}; got {type(got).__name__}."
