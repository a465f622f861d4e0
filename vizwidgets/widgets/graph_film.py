"""A compute graph at each of its steps: what its static picture and its film show."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from vizwidgets.core.autodiff import Evaluation
from vizwidgets.draw.charts import figure_pixels
from vizwidgets.draw.film import Scene
from vizwidgets.draw.graph_figure import graph_figure
from vizwidgets.draw.graph_layout import GraphLayout, lay_out
from vizwidgets.draw.pixels import webp

from .graph_scene import BEGIN, current_step, heading


def graph_at(evaluation: Evaluation, number: int, layout: GraphLayout, num_lines: int = 0) -> Figure:
    """Draw the graph after some steps, and beneath it what happened there, in so many lines at least."""
    lines = lines_at(evaluation, number)
    lines += [""] * (num_lines - len(lines))
    step = current_step(evaluation, number)
    return graph_figure(evaluation.graph, layout, evaluation.after(number), step=step, lines=lines)


def lines_at(evaluation: Evaluation, number: int) -> list[str]:
    """Return what happened at a step, in words and formulas."""
    step = current_step(evaluation, number)
    if step is None:
        return [BEGIN]
    lines = [f"{heading(evaluation, number)}: {step.words}", *step.formulas, step.trouble]
    return [line for line in lines if line]


def graph_scenes(evaluation: Evaluation, numbers: Sequence[int]) -> list[Scene]:
    """Draw the graph after each of these numbers of steps, all pictures of one size.

    Examples
    --------
    >>> from vizwidgets.core.autodiff import compute_graph, evaluate
    >>> from vizwidgets.draw.film_scenes import picture_size
    >>> scenes = graph_scenes(evaluate(compute_graph("x * x"), {"x": 3}), [0, 1])
    >>> scenes[1].words, picture_size(scenes[0].picture) == picture_size(scenes[1].picture)
    ('forward 1 of 1: f is a product of x and x. · f = x · x = 3 · 3 = 9', True)
    """
    layout = lay_out(evaluation.graph)
    num_lines = max(len(lines_at(evaluation, number)) for number in range(len(evaluation.steps) + 1))
    return [
        Scene(
            number,
            webp(figure_pixels(graph_at(evaluation, number, layout, num_lines))),
            " · ".join(lines_at(evaluation, number)),
        )
        for number in numbers
    ]
