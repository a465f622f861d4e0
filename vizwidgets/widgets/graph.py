"""Automatic differentiation, node by node: `AutodiffGraph`."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Any

import ipywidgets
import torch
from matplotlib.figure import Figure

from vizwidgets.core.autodiff import ComputeGraph, compare, evaluate, torch_code
from vizwidgets.draw.graph_layout import lay_out

from .cells import claim_cell
from .code_box import CodeBox
from .filmed import Reel
from .graph_bar import GraphBar
from .graph_controls import GraphControls
from .graph_film import graph_at, graph_scenes
from .graph_scene import heading, scene
from .graph_stepper import GraphStepper
from .graph_traits import GraphTraits
from .graph_view import GraphView
from .recorder import spread_out
from .run import Run
from .still import Still


class AutodiffGraph(GraphTraits, Still):
    """An expression as a compute graph: values go forward and gradients backward, one node at a time.

    Parameters
    ----------
    expression : str, optional
        See `compute_graph`; by default the lecture's function.
    values : mapping of str to float, optional
        A value for each name, or for some of them.

    Raises
    ------
    ValueError
        If the expression cannot be read, or a value does not fit; the message says what to do.
    TypeError
        If the values are no mapping.

    References
    ----------
    Lecture, "Gradient of Activation in Input".

    Examples
    --------
    >>> graph = AutodiffGraph("x * y", {"x": 3, "y": 2})
    >>> graph.run_to_end()
    >>> graph.gradient
    {'x': 2.0, 'y': 3.0}
    """

    view: GraphView

    def __init__(self, expression: str | None = None, values: Mapping[str, float] | None = None) -> None:
        self._set_up(expression, values)
        self._stepper = GraphStepper(evaluate(self.graph, self.values), self._is_live)
        super().__init__()
        self.run = Run(self._stepper, self._on_step, self._on_rest)
        self.bar = GraphBar(self.run, self._progress)
        self.view = GraphView(self.bar.press)
        self.code_box = CodeBox(self.code)
        self.controls = GraphControls(self, self.bar.say)
        self._assemble()
        claim_cell(self.run)

    def _assemble(self) -> None:
        header = ipywidgets.HTML(
            '<span class="vw-title">Compute graph</span>'
            '<span class="vw-subtitle">automatic differentiation, node by node</span>'
        )
        header.add_class("vw-header")
        self.children = (header, self.controls, self.bar, self.view, self.code_box)
        self.add_class("vw-root")
        self._on_rest()

    # -- in Python ------------------------------------------------------------------------------------

    @property
    def gradient(self) -> dict[str, float]:
        """The derivative towards each name at the values of the moment, whatever step is shown."""
        return dict(evaluate(self.graph, self.values).gradient)

    def run_to_end(self) -> None:
        """Take all steps in the calling thread, as Start does: for scripts, tests and handouts."""
        self.run.run_to_end()

    def close(self) -> None:
        """End the run and take the widget from the page."""
        if hasattr(self, "run"):  # a refused expression ends the constructor before there is a run
            self.run.end()
        super().close()

    def figure(self) -> Figure:
        """Return the static picture: the graph at the step that is shown, and what happened there."""
        self.run.wait_for_orders()
        at, number = self._stepper.evaluation, self._stepper.num_taken
        return graph_at(at, number, lay_out(at.graph))

    def _reel(self, most: int) -> Reel:
        """Every step can be drawn again: the film shows those up to the one that is shown."""
        self.run.wait_for_orders()
        at, taken = self._stepper.evaluation, self._stepper.num_taken
        return Reel(graph_scenes(at, spread_out(taken + 1, most))) if self._stepper.furthest else Reel()

    def code(self) -> str:
        """Return plain PyTorch that gives the same value and gradients."""
        return torch_code(self.graph, self.values)

    def record(self) -> dict[str, Any]:
        """Return expression, values, place and gradients as JSON-able data."""
        self.run.wait_for_orders()
        rows = compare(self.graph, self.values)
        return {
            "format": "vizwidgets graph 1",
            "expression": self.expression,
            "values": dict(self.values),
            "num_taken": self.run.num_taken,
            "result": self._stepper.evaluation.value,
            "gradient": {row.name: row.graph for row in rows},
            "pytorch": {row.name: row.pytorch for row in rows},
            "finite_difference": {row.name: row.finite_difference for row in rows},
            "versions": {"torch": torch.__version__, "machine": platform.machine()},
        }

    # -- changes --------------------------------------------------------------------------------------

    def _on_change(self, is_new_graph: bool) -> None:
        """Compute with what holds now: other values keep the place, another graph begins anew."""
        evaluation = evaluate(self.graph, self.values)
        self.bar.clear()
        self.run.tell(lambda: self._stepper.show(evaluation))
        if is_new_graph:
            self.run.restart()
        elif self.run.state == "running":
            self._show()
        else:
            self.run.refresh()

    def _on_pace(self, seconds: float) -> None:
        self._stepper.seconds = seconds

    def _is_live(self) -> bool:
        return self.run.state == "running" and not self.run.is_in_foreground

    # -- what the run calls ---------------------------------------------------------------------------

    def _on_step(self) -> None:
        if self._is_live() and self.view.scene.get("step") != self._stepper.num_taken:
            self._show()  # nobody could follow what `run_to_end` does on its way
        self.bar.tick()

    def _on_rest(self) -> None:
        self._show()
        self.bar.update()
        self.code_box.update()
        self._renew_display()

    def _show(self) -> None:
        number, (evaluation, rows) = self._stepper.num_taken, self._stepper.table()
        drawn = scene(evaluation, lay_out(evaluation.graph), number, rows)
        self.view.show(drawn, f"{self._words()}; {drawn['heading']}. {drawn['words']}")

    def _progress(self) -> str:
        evaluation, number = self._stepper.evaluation, self._stepper.num_taken
        parts = [f"step {number} of {len(evaluation.steps)}", heading(evaluation, number)]
        return " · ".join([*parts, evaluation.trouble] if evaluation.trouble else parts)

    def _words(self) -> str:
        graph: ComputeGraph = self.graph
        count = len(graph.operations)
        nodes = "1 operation" if count == 1 else f"{count} operations"
        return f"compute graph of {graph.output.name} = {' '.join(graph.expression.split())}, {nodes}"
