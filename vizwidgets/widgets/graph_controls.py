"""The controls of an `AutodiffGraph`: presets, the expression, a slider per input, the pace."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets

from vizwidgets.core.autodiff import ExpressionError
from vizwidgets.core.autodiff.mistakes import ALLOWED

from . import controls
from .graph_inputs import MOST, GraphInputs
from .graph_presets import PRESETS, preset_of

if TYPE_CHECKING:
    from .graph import AutodiffGraph

OWN = "your own"
HINT = f"Press Enter to draw it. {ALLOWED}"
PACES = [("slow", 2.0), ("normal", 1.0), ("fast", 0.3)]


class GraphControls(ipywidgets.VBox):
    """Shows and sets expression and values.

    Parameters
    ----------
    graph : AutodiffGraph
        Whose traits they set.
    say : callable
        Shows an error in the status line.
    """

    def __init__(self, graph: AutodiffGraph, say: Callable[[str], None]) -> None:
        self._graph, self._say, self._is_following = graph, say, False
        self.preset = controls.dropdown("Example", "An expression to begin with", [*PRESETS, OWN])
        self.pace = controls.dropdown("Pace", "How long Start shows each node", PACES)
        self.expression = ipywidgets.Text(
            description="f =",
            tooltip="Write your own expression, and press Enter",
            continuous_update=False,
            style={"description_width": "initial"},
            layout={"width": "auto"},
        )
        self.expression.add_class("vw-expression")
        self.note = ipywidgets.HTML()
        self.note.add_class("vw-graph-note")
        self.inputs = GraphInputs(self._on_slider)
        choices = ipywidgets.HBox([self.preset, self.pace])
        choices.add_class("vw-graph-choices")
        super().__init__(
            [
                controls.group("Expression", [choices, self.expression, self.note], "formula"),
                controls.group("Values of the inputs", [self.inputs], "values"),
            ]
        )
        self.add_class("vw-graph-controls")
        self._tie()

    def _tie(self) -> None:
        self.show()
        self.pace.value = 1.0
        self.preset.observe(self._on_preset, "value")
        self.expression.observe(self._on_expression, "value")
        self.pace.observe(lambda change: setattr(self._graph, "seconds_per_step", change["new"]), "value")
        self._graph.observe(lambda _: self.show(), ["expression", "values"])

    def show(self) -> None:
        """Follow the graph: what it computes now, and with which values."""
        graph = self._graph
        if set(graph.values) != set(graph.graph.names):
            return  # in the middle of a change: the values of the new expression come at once
        preset = preset_of(graph.expression) or OWN
        self._is_following = True
        try:
            self.expression.value = graph.expression
            self.preset.value = preset
        finally:
            self._is_following = False
        self.inputs.show(graph.values)
        self.note.value = _look_at(preset, len(graph.values))

    def refuse(self, refusal: Exception) -> None:
        """Show what is wrong with an expression; the last good graph stays."""
        if isinstance(refusal, ExpressionError):
            words, marked = refusal.message, f"<pre>{escape(refusal.marked)}</pre>"
        else:
            words, marked = str(refusal), ""
        kept = "The graph below is still the last good one."
        self.note.value = f'<span class="vw-trouble">{escape(words)}</span>{marked}{kept}'
        self._say(words)

    def _on_preset(self, change: dict[str, Any]) -> None:
        if not self._is_following and change["new"] in PRESETS:
            chosen = PRESETS[change["new"]]
            self._graph.use(chosen.expression, chosen.values)
            self.show()

    def _on_expression(self, change: dict[str, Any]) -> None:
        if self._is_following:
            return
        try:
            self._graph.expression = change["new"]
        except ValueError as refusal:
            self.refuse(refusal)
        else:
            self.show()

    def _on_slider(self, name: str, value: float) -> None:
        try:
            self._graph.values = {name: value}
        except ValueError:
            self.show()  # a slider of an expression that is gone


def _look_at(preset: str, num_inputs: int) -> str:
    words = [PRESETS[preset].look_at if preset in PRESETS else HINT]
    if num_inputs > MOST:
        words.append(f"Only the first {MOST} of {num_inputs} inputs have a slider; set others in Python.")
    return escape(" ".join(words))
