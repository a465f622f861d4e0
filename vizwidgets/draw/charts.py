"""Charts as matplotlib figures, made without pyplot: it keeps global state that a second thread corrupts."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from .curves import human, named
from .pixels import Bytes

# Okabe and Ito's first three and two darker ones, told apart with any colour vision, and by dashes without.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#9C2F74", "#604000")
DASHES: tuple[tuple[float, ...], ...] = ((), (6, 2), (2, 1.5), (7, 2, 2, 2), (1, 1))
LETTERS, SMALL = 11, 10  # points: of words, and of numbers and legends; a slide shows them as 15 px or more
Panel = tuple[str, Sequence[int]]  # title, and which series it shows


class NotebookFigure(Figure):
    """A figure that shows itself at the end of a cell; a plain one needs pyplot for that."""

    def _repr_png_(self) -> bytes:
        return figure_png(self)


def curve_figure(
    names: Sequence[str],
    values: np.ndarray,
    panels: Sequence[Panel],
    picture: np.ndarray | None = None,
    caption: str = "",
) -> Figure:
    """Draw curves in stacked panels, each with an axis of its own, beside the picture they belong to.

    Parameters
    ----------
    names : sequence of str
        Names of the series.
    values : array
        (series, steps); NaN is a gap.
    panels : sequence of (str, sequence of int)
        Title and series of each panel, from top to bottom.
    picture : array, optional
        (H, W, 3) bytes.
    caption : str
        What it shows, beneath.

    Examples
    --------
    >>> figure = curve_figure(["activation"], np.array([[1.0, 2.0, 3.0]]), [("activation", [0])])
    >>> len(figure.axes)
    1
    """
    has_picture = picture is not None
    figure = NotebookFigure(figsize=(8.4 if has_picture else 5.0, 3.6), dpi=100, layout="constrained")
    columns = figure.add_gridspec(1, 2 if has_picture else 1, width_ratios=[1, 1.25] if has_picture else None)
    if picture is not None:
        _show_picture(figure.add_subplot(columns[0, 0]), picture)
    heights = [1.5] + [1] * (len(panels) - 1)
    rows = columns[0, -1].subgridspec(len(panels), 1, height_ratios=heights)
    axes = [figure.add_subplot(rows[index, 0]) for index in range(len(panels))]
    for axis, (title, members) in zip(axes, panels, strict=True):
        draw_panel(axis, title, members, names, values)
    for axis in axes[:-1]:
        axis.tick_params(labelbottom=False)
    axes[-1].set_xlabel("step", fontsize=LETTERS)
    if caption:
        figure.supxlabel(caption, fontsize=LETTERS)
    return figure


def _show_picture(axis: Axes, picture: np.ndarray) -> None:
    axis.imshow(picture, interpolation="nearest" if max(picture.shape) < 64 else "antialiased")
    axis.set_xticks([])
    axis.set_yticks([])


def draw_panel(
    axis: Axes, title: str, members: Sequence[int], names: Sequence[str], values: np.ndarray
) -> None:
    """Draw some of the series into an axis, with its title and legend."""
    words = named(names)
    steps = np.arange(values.shape[1])
    for index in members:
        color = COLORS[index % len(COLORS)]
        (line,) = axis.plot(steps, values[index], label=words[index], color=color, linewidth=1.6)
        if DASHES[index % len(DASHES)]:
            line.set_dashes(DASHES[index % len(DASHES)])
    axis.set_title(title, fontsize=LETTERS, loc="left")
    axis.grid(alpha=0.25)
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: human(value)))
    axis.tick_params(labelsize=SMALL)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(fontsize=SMALL, frameon=False, loc="best", handlelength=2.6)


def figure_png(figure: Figure) -> bytes:
    """Return a figure as the bytes of a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def figure_pixels(figure: Figure) -> Bytes:
    """Return a figure as (H, W, 3) bytes.

    Examples
    --------
    >>> figure_pixels(Figure(figsize=(2, 1), dpi=10)).shape
    (10, 20, 3)
    """
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
