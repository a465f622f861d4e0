"""The randomization test as one picture: the maps as the layers are forgotten, and what is left of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from torch import Tensor

from vizwidgets.core.edges import edge_map
from vizwidgets.core.likeness import Similarity
from vizwidgets.core.random_maps import random_map
from vizwidgets.core.sanity_report import RandomizationTest
from vizwidgets.core.sanity_verdict import ALIKE, FOLLOWS, IGNORES
from vizwidgets.core.whole_numbers import whole_number

from .charts import COLORS, DASHES, NotebookFigure
from .color_scale import color_scale
from .pixels import to_bytes

COLUMN = 0.78  # inches from picture to picture, more where they are few
SHORTEST = 10.4  # inches of the strip: the titles need them
LEFT, TOP, TITLE, NAMES, CHART, BETWEEN, BOTTOM = 0.62, 0.08, 0.56, 0.50, 1.55, 0.56, 0.34  # inches
LETTERS = 11.5  # points; a slide shows the figure about as large as it is
ASIDE = 1.35  # columns from the strip to what stands beside it
MARKS = "osD^vP"
LONGEST_NAME = 10  # letters in a line
FAINT = "#555555"
CHARTS = {
    "rank_correlation": (
        "rank correlation r with the map of the trained network (where it is shaded, the mean decides:\n"
        f"{IGNORES:g} or more is like the original, {FOLLOWS:g} or less is little left)"
    ),
    "structural_similarity": (
        f"structural similarity with it\n(to be like the original, this mean must reach {ALIKE:g}, too)"
    ),
}
ORDERS = {
    "cascading": "made random from the output layer down, what is random stays random  →",
    "independent": "made random one at a time, all others as trained",
}


def sanity_figure(
    tests: RandomizationTest | Sequence[RandomizationTest],
    number: int = 0,
    *,
    charts: Sequence[str] = tuple(CHARTS),
) -> NotebookFigure:
    """Draw one randomization test, or several methods beneath each other.

    Each map has a scale of its own. The points beneath a map say how like it is to the map of the trained
    network; beside them stand the edges of the image and a random map, which one must know to read them.

    Parameters
    ----------
    tests : RandomizationTest or sequence of them
        Of the same images and layers.
    number : int
        Which image is shown; the points are means over all images.
    charts : sequence of str
        "rank_correlation", "structural_similarity", or both; a slide has room for one.

    Raises
    ------
    TypeError, ValueError
        If there is no test, something else, no such image or chart, or the tests have other images or layers.

    Examples
    --------
    >>> import torch
    >>> from torch import nn
    >>> from vizwidgets.core.sanity import randomization_test
    >>> net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(1024, 2))
    >>> figure = sanity_figure(randomization_test(net, torch.rand(1, 3, 18, 18), method="gradient"))
    >>> len(figure.axes)
    3
    """
    rows = _rows(tests)
    number = _check_number(number, len(rows[0].images))
    names = _check_charts(charts)
    page = _Page(rows, len(names))
    strips = [page.strip(place) for place in range(len(rows))]
    axes = [page.chart(place) for place in range(len(names))]
    for place, (strip, test) in enumerate(zip(strips, rows, strict=True)):
        _draw_strip(strip, test, number)
        for axis, name in zip(axes, names, strict=True):
            _draw_points(axis, (place, len(rows)), test, name)
    _name_columns(strips[-1], rows[0])
    for axis, name in zip(axes, names, strict=True):
        _finish(axis, rows, CHARTS[name])
    axes[-1].set_xlabel(ORDERS[rows[0].kind], fontsize=LETTERS)
    return page.figure


class _Page:
    """Where everything stands, in inches from the left and from the top."""

    def __init__(self, rows: Sequence[RandomizationTest], num_charts: int) -> None:
        image = rows[0].images
        self._ends = _place_of("image", rows[0]) - 0.6, _place_of("random", rows[0]) + 0.6
        columns = self._ends[1] - self._ends[0]
        self._length = max(COLUMN * columns, SHORTEST)
        self._picture = self._length / columns * image.shape[2] / image.shape[3]
        self._charts = TOP + len(rows) * (TITLE + self._picture) + NAMES + BETWEEN
        height = self._charts + num_charts * (CHART + BETWEEN) - BETWEEN + BOTTOM
        self._size = LEFT + self._length + 0.08, height
        self.figure = NotebookFigure(figsize=self._size, dpi=100)

    def strip(self, place: int) -> Axes:
        """Add the axes of one row of pictures."""
        top = TOP + place * (TITLE + self._picture) + TITLE
        return self._axes(top, self._picture)

    def chart(self, place: int) -> Axes:
        """Add the axes of one chart, whose columns stand beneath those of the strips."""
        return self._axes(self._charts + place * (CHART + BETWEEN), CHART)

    def _axes(self, top: float, height: float) -> Axes:
        width, total = self._size
        box = (LEFT / width, 1 - (top + height) / total, self._length / width, height / total)
        axis = self.figure.add_axes(box)
        axis.set_xlim(*self._ends)
        return axis


def _place_of(name: str, test: RandomizationTest) -> float:
    """Return the column of what stands beside the strip, whose maps have the columns 0 to L."""
    last = len(test.layers)
    return {"image": -ASIDE, "edges": last + ASIDE, "random": last + ASIDE + 1}[name]


def _draw_strip(axis: Axes, test: RandomizationTest, number: int) -> None:
    maps, image = test.maps[:, number], test.images[number]
    _show(axis, to_bytes(image), _place_of("image", test))
    for place, values in enumerate(maps):
        _show(axis, _colored(values), place)
        if not bool(values.any()):
            axis.text(place, 0, "all 0", color="white", ha="center", va="center", fontsize=LETTERS)
    _show(axis, _colored(edge_map(image)[0]), _place_of("edges", test))
    _show(axis, _colored(random_map(maps[:1])[0]), _place_of("random", test))
    axis.set_ylim(-0.5, 0.5)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    axis.set_xticks([])
    axis.set_yticks([])
    outcome, _, reason = test.verdict.partition(": ")
    reason = reason.partition(". ")[0].rstrip(".") + "."  # what edges reach stands beneath
    start = axis.get_xlim()[0] + 0.13
    axis.annotate(
        f"{test.method} {outcome}",
        (start, 0.5),
        (0, 21),
        textcoords="offset points",
        fontsize=14,
        weight="bold",
    )
    axis.annotate(reason, (start, 0.5), (0, 5), textcoords="offset points", fontsize=LETTERS, color=FAINT)


def _colored(values: Tensor) -> np.ndarray:
    return color_scale([values]).colors(values)


def _show(axis: Axes, picture: np.ndarray, place: float) -> None:
    half = 0.47
    axis.imshow(
        picture,
        extent=(place - half, place + half, -half, half),
        aspect="auto",
        interpolation="nearest" if len(picture) < 64 else "antialiased",
    )


def _draw_points(axis: Axes, turn: tuple[int, int], test: RandomizationTest, name: str) -> None:
    """Draw one curve; `turn` is which of how many it is, so that single points stand beside each other."""
    place, count = turn
    shift = 0.14 * (place - (count - 1) / 2)

    def means(similarity: Similarity) -> np.ndarray:
        return getattr(similarity, name).mean(dim=-1).numpy()

    style: dict[str, Any] = {"color": COLORS[place % len(COLORS)], "marker": MARKS[place % len(MARKS)]}
    style["markersize"] = 5
    steps = np.arange(1, len(test.layers) + 1)
    has_map = ~test.is_flat[1:].all(dim=1).numpy()
    values = np.concatenate([[1.0], np.where(has_map, means(test.similarity), np.nan)])
    (line,) = axis.plot([0, *steps], values, linewidth=1.6, label=test.method, **style)
    if DASHES[place % len(DASHES)]:
        line.set_dashes(DASHES[place % len(DASHES)])
    axis.plot(_place_of("edges", test) + shift, float(means(test.edges)), linestyle="", **style)
    chance = means(test.random)
    axis.errorbar(
        _place_of("random", test) + shift, chance.mean(), chance.std(), capsize=3, linewidth=1.2, **style
    )


def _finish(axis: Axes, rows: Sequence[RandomizationTest], title: str) -> None:
    axis.set_title(title, fontsize=LETTERS, loc="left", x=0.0)
    low = min(0.0, float(axis.dataLim.y0)) if np.isfinite(axis.dataLim.y0) else 0.0
    axis.set_ylim(max(-1.05, low - 0.08), 1.08)
    axis.grid(alpha=0.25)
    axis.axhline(0, color="black", linewidth=0.7)
    axis.set_xticks(_columns(rows[0]), [])
    axis.set_yticks([0, 0.5, 1] if low > -0.25 else [-0.5, 0, 0.5, 1])
    axis.tick_params(labelsize=LETTERS)
    first = rows[0]
    axis.axvspan(0.5, len(first.upper) + 0.5, color="black", alpha=0.06, linewidth=0)
    axis.spines[["top", "right"]].set_visible(False)
    if len(rows) > 1:
        axis.legend(fontsize=LETTERS, frameon=False, loc="center left", handlelength=2.6)


def _name_columns(axis: Axes, test: RandomizationTest) -> None:
    names = ["the\nimage", "as\ntrained", *map(_short, test.layers), "its\nedges", "random\nmap"]
    axis.set_xticks([_place_of("image", test), *_columns(test)], names, fontsize=LETTERS)


def _columns(test: RandomizationTest) -> list[float]:
    return [*range(len(test.layers) + 1), _place_of("edges", test), _place_of("random", test)]


def _short(name: str) -> str:
    """Break a layer's name where it has its first part, and shorten what is still too long."""
    lines = name.replace("_", "_\n", 1).splitlines()
    return "\n".join(each if len(each) <= LONGEST_NAME else f"{each[: LONGEST_NAME - 1]}…" for each in lines)


def _rows(tests: Any) -> list[RandomizationTest]:
    """Return the tests to draw, or say why these cannot be drawn."""
    is_many = isinstance(tests, Iterable) and not isinstance(tests, (str, Tensor))
    rows = list(tests) if is_many else [tests]
    if not rows:
        raise ValueError("there is no test to draw; vw.randomization_test(model, image) makes one.")
    other = next((row for row in rows if not isinstance(row, RandomizationTest)), rows[0])
    if not isinstance(other, RandomizationTest):
        raise TypeError(
            "tests must be what vw.randomization_test(model, image) returns, or a list of such; "
            f"got {'a list with ' if is_many else ''}{type(other).__name__}."
        )
    first = rows[0]
    if any(test.layers != first.layers or test.images.shape != first.images.shape for test in rows):
        raise ValueError("tests are drawn together only if they have the same images and the same layers.")
    return rows


def _check_number(number: Any, count: int) -> int:
    place = whole_number(number)
    if place is None or not 0 <= place < count:
        raise ValueError(
            f"number must be a whole number in 0..{count - 1}, one of the images; got {number!r}."
        )
    return place


def _check_charts(charts: Sequence[str]) -> list[str]:
    names = [charts] if isinstance(charts, str) else list(charts)
    if not names or any(name not in CHARTS for name in names):
        raise ValueError(f"charts must be one or more of {', '.join(CHARTS)}; got {charts!r}.")
    return names
