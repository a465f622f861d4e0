"""A compute graph as a matplotlib figure: values above the wires, gradients beneath."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path

from vizwidgets.core.autodiff import ComputeGraph, GraphStep, Seen
from vizwidgets.core.autodiff.words import gradient_text, number_text

from .charts import NotebookFigure
from .graph_layout import BOX, STUB, Box, GraphLayout, Wire, shows_part

INK, FAINT, VALUE, GRADIENT, LINE = "#1a1a1a", "#5f5f5f", "#0072B2", "#B84A00", "#8a8a8a"
FILL = {"input": "#eaf3f9", "constant": "#f2f2f2", "operation": "#ffffff"}
LARGEST = 3200  # pixels; a wider graph is drawn smaller
LINE_HEIGHT, HEAD = 24, 34
POINTS = 0.72  # of a pixel, at 100 dots per inch


def graph_figure(
    graph: ComputeGraph,
    layout: GraphLayout,
    seen: Seen,
    *,
    step: GraphStep | None = None,
    lines: Sequence[str] = (),
) -> Figure:
    """Draw a graph with what is known of its numbers.

    Parameters
    ----------
    graph : ComputeGraph
        The graph.
    layout : GraphLayout
        Where its nodes stand.
    seen : Seen
        Values and gradients that are known.
    step : GraphStep, optional
        The step that was taken last: its node and the wires at work are marked.
    lines : sequence of str
        What happens there, beneath the graph.

    Examples
    --------
    >>> from vizwidgets.core.autodiff import compute_graph, evaluate
    >>> from vizwidgets.draw.graph_layout import lay_out
    >>> graph = compute_graph("x * x")
    >>> figure = graph_figure(graph, lay_out(graph), evaluate(graph, {"x": 3}).after(3))
    >>> {"3", "∂ 6", "9"} <= {text.get_text() for text in figure.axes[0].texts}
    True
    """
    width, height = max(layout.width, 560.0), HEAD + layout.height + LINE_HEIGHT * len(lines) + 12
    scale = min(1.0, LARGEST / width)
    figure = NotebookFigure(figsize=(width * scale / 100, height * scale / 100), dpi=100)
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set(xlim=(0, width), ylim=(height - HEAD, -HEAD))
    axis.axis("off")
    sheet = _Sheet(axis, scale, GRADIENT if step is not None and step.phase == "backward" else VALUE)
    sheet.write(
        14, -HEAD / 2, f"{graph.output.name} = {_shortened(graph.expression)}", INK, 15, weight="bold"
    )
    for wire in layout.wires:
        is_at_work = step is not None and step.uses(wire.node)
        part = seen.flows.get((wire.node, wire.slot)) if shows_part(layout, wire, is_at_work) else None
        sheet.draw_wire(wire, part, is_at_work)
    for box in layout.boxes:
        sheet.draw_box(box, is_current=step is not None and step.node == box.node)
        sheet.draw_numbers(box, seen, is_output=box.node == graph.output.index)
    for row, line in enumerate(lines):
        sheet.write(14, layout.height + LINE_HEIGHT * (row + 0.5), line, INK, 13)
    return figure


class _Sheet:
    """An axis in pixels, drawn at a scale, with the colour of what is at work."""

    def __init__(self, axis: Axes, scale: float, accent: str) -> None:
        self._axis, self._scale, self._accent = axis, scale, accent

    def draw_wire(self, wire: Wire, part: float | None, is_at_work: bool) -> None:
        codes, points = [Path.MOVETO], [wire.points[0]]
        for (x, y), (to_x, to_y) in zip(wire.points, wire.points[1:], strict=False):
            middle = (x + to_x) / 2
            codes += [Path.CURVE4] * 3
            points += [(middle, y), (middle, to_y), (to_x, to_y)]
        color, width = (self._accent, 2.6) if is_at_work else (LINE, 1.3)
        patch = PathPatch(Path(points, codes), fill=False, edgecolor=color, linewidth=width * self._scale)
        self._axis.add_patch(patch)
        if part is not None:
            x, y = wire.points[-1]
            text, height = gradient_text(part), y - 10 if wire.enters_above else y + 12
            self.write(x - 6, height, text, GRADIENT, 11.5, ha="right", style="italic")

    def draw_box(self, box: Box, is_current: bool) -> None:
        color, width = (self._accent, 3.0) if is_current else (INK, 1.2)
        rounding = {"input": 7.0, "constant": 1.0, "operation": BOX / 2}[box.kind]
        patch = FancyBboxPatch(
            (box.x - box.width / 2, box.y - BOX / 2),
            box.width,
            BOX,
            boxstyle=f"round,pad=0,rounding_size={rounding}",
            facecolor=FILL[box.kind],
            edgecolor=color,
            linewidth=width * self._scale,
            zorder=3,
        )
        self._axis.add_patch(patch)
        weight = "bold" if box.kind == "input" else "normal"
        self.write(box.x, box.y, box.label, INK, 15, ha="center", weight=weight)
        self.write(box.x, box.y + BOX / 2 + 10, box.name, FAINT, 11, ha="center")

    def draw_numbers(self, box: Box, seen: Seen, is_output: bool) -> None:
        if is_output:
            ends = [box.right, box.right + STUB]
            self._axis.plot(ends, [box.y, box.y], color=LINE, linewidth=1.3 * self._scale, zorder=1)
        value, gradient = seen.values[box.node], seen.gradients[box.node]
        if value is not None:
            self.write(box.right + 6, box.y - 11, number_text(value), VALUE, 14, weight="bold")
        if gradient is not None:
            text = gradient_text(gradient, box.node in seen.pending)
            self.write(box.right + 6, box.y + 12, text, GRADIENT, 14, style="italic")

    def write(self, x: float, y: float, text: str, color: str, size: float, **how: Any) -> None:
        if color in (VALUE, GRADIENT):  # numbers stand on the wires
            how["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.8}
        points = size * self._scale * POINTS
        self._axis.text(
            x, y, text, color=color, fontsize=points, va="center", zorder=5, parse_math=False, **how
        )


def _shortened(text: str, length: int = 110) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"
