"""How alike two networks see the same images, as a picture: each layer with itself, or with each."""

from __future__ import annotations

import matplotlib
import numpy as np
from matplotlib.axes import Axes

from vizwidgets.core.representation_similarity import LayerComparison

from .charts import LETTERS, SMALL, NotebookFigure
from .layer_chart import draw_bars, layer_chart, name_layers, short_name, wanted

DARK = 0.55  # similarities above it are written in black, those below in white


def similarity_figure(comparison: LayerComparison, title: str = "") -> NotebookFigure:
    """Draw how alike two networks see the same images: a matrix of layers, or a bar per layer.

    Parameters
    ----------
    comparison : LayerComparison
        As `vw.compare_layers` returns it; with ``matrix=True`` each layer is compared with each.
    title : str
        Above.

    Raises
    ------
    TypeError
        If it is something else.

    Examples
    --------
    >>> import torch
    >>> from vizwidgets.core.representation_similarity import LayerComparison
    >>> len(similarity_figure(LayerComparison(("a", "b"), torch.ones(2), torch.eye(2), 9)).axes)
    2
    """
    if not isinstance(comparison, LayerComparison):
        raise TypeError(wanted("comparison", "vw.compare_layers(before, after, images)", comparison))
    if comparison.matrix is None:
        return _similarity_bars(comparison, title)
    side = 1.6 + 0.52 * max(4, len(comparison.layers))
    figure = NotebookFigure(figsize=(side + 1.0, side), dpi=100, layout="constrained")
    axis = figure.add_subplot()
    _draw_matrix(axis, comparison.matrix.numpy())
    names = [short_name(name) for name in comparison.layers]
    name_layers(axis, names)
    axis.set_yticks(range(len(names)), names)
    axis.set_xlabel("after", fontsize=LETTERS)
    axis.set_ylabel("before", fontsize=LETTERS)
    axis.tick_params(labelsize=SMALL, length=0)
    bar = figure.colorbar(axis.images[0], ax=axis, shrink=0.8, ticks=[0, 0.5, 1])
    bar.set_label("similarity (linear CKA)", fontsize=LETTERS)
    bar.ax.tick_params(labelsize=SMALL)
    axis.set_title(title or _images_of(comparison), fontsize=LETTERS, loc="left")
    return figure


def _similarity_bars(comparison: LayerComparison, title: str) -> NotebookFigure:
    figure, axis = layer_chart(len(comparison.layers), title or _images_of(comparison))
    values = comparison.cka.numpy()
    places = np.arange(len(values))
    draw_bars(axis, 0, "", places, (0.62, list(np.nan_to_num(values))))
    for place, value in zip(places, values, strict=True):
        word = "–" if np.isnan(value) else f"{value:.2f}"
        axis.annotate(
            word,
            (place, np.nan_to_num(value)),
            (0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=SMALL,
        )
    name_layers(axis, comparison.layers)
    axis.set_ylim(0, 1.1)
    axis.set_yticks([0, 0.5, 1])
    axis.set_ylabel("similarity (linear CKA)", fontsize=LETTERS)
    return figure


def _draw_matrix(axis: Axes, values: np.ndarray) -> None:
    colors = matplotlib.colormaps["cividis"].with_extremes(bad="white")
    axis.imshow(values, cmap=colors, vmin=0, vmax=1)
    for (row, column), value in np.ndenumerate(values):
        word = "–" if np.isnan(value) else f"{value:.2f}"
        color = "white" if value < DARK else "black"
        axis.text(column, row, word, ha="center", va="center", fontsize=SMALL, color=color)


def _images_of(comparison: LayerComparison) -> str:
    return f"how alike {comparison.num_images:,} images are seen"
