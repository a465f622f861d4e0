"""What a student can set on an `AutodiffGraph`: the expression, its values, and the pace."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import traitlets

from vizwidgets.core.autodiff import ComputeGraph, compute_graph

from .graph_presets import PRESETS, preset_of


class GraphTraits(traitlets.HasTraits):
    """Expression and values as traits, checked by the rules of core."""

    expression = traitlets.Unicode("", help="What is computed; see compute_graph.")
    values = traitlets.Dict(help="The value of each name; set some of them and the others stay.")
    seconds_per_step = traitlets.Float(1.0, min=0.05, max=10, help="How long each node is shown.")

    graph: ComputeGraph
    _is_set_up = False

    def _set_up(self, expression: str | None, values: Mapping[str, float] | None) -> None:
        """Take over the arguments of the constructor."""
        if not isinstance(values or {}, Mapping):
            raise TypeError(f"the values are a mapping such as {{'x': 2.0}}; got {type(values).__name__}.")
        self._changing = threading.RLock()  # a slider and a cell may change things at the same time
        self.expression = PRESETS["lecture"].expression if expression is None else expression
        self.values = dict(values or {})
        self._is_set_up = True

    def use(self, expression: str, values: Mapping[str, float]) -> None:
        """Take an expression together with its values.

        Raises
        ------
        ValueError
            If one of them does not fit; nothing changes then.
        """
        checked = _finite(compute_graph(expression).check_values(values))
        with self._changing:
            is_new = expression != self.expression
            with self._unheard():
                self.expression = expression
                self.values = checked
            self._on_change(is_new)

    # -- checks ---------------------------------------------------------------------------------------

    @traitlets.validate("expression")
    def _check_expression(self, proposal: dict[str, Any]) -> str:
        with self._changing:
            self.graph = compute_graph(proposal["value"])
        return proposal["value"]

    @traitlets.validate("values")
    def _check_values(self, proposal: dict[str, Any]) -> dict[str, float]:
        """Let names that are not given keep their values; new ones get the usual ones."""
        given = {str(name): value for name, value in proposal["value"].items()}
        kept = {name: value for name, value in self._known().items() if name in self.graph.names}
        return _finite(self.graph.check_values({**kept, **given}))

    def _known(self) -> dict[str, float]:
        preset = preset_of(self.expression)
        known = PRESETS[preset].values if preset else {}
        return {**self.graph.usual_values(), **known, **self.values}

    # -- changes --------------------------------------------------------------------------------------

    @traitlets.observe("expression")
    def _on_expression(self, _: Any) -> None:
        with self._changing:
            if not self._is_set_up:
                return
            with self._unheard():
                self._fit_values()
            self._on_change(True)

    @traitlets.observe("values")
    def _on_values(self, _: Any) -> None:
        with self._changing:  # another thread may be changing the expression: first let it finish
            if not self._is_set_up:
                return
            with self._unheard():
                self._fit_values()
            self._on_change(False)

    def _fit_values(self) -> None:
        """Give each name of the expression a value, and no other one."""
        if set(self.values) != set(self.graph.names):
            self.values = {name: value for name, value in self._known().items() if name in self.graph.names}

    @contextmanager
    def _unheard(self) -> Iterator[None]:
        """Let several traits change before anybody computes with them."""
        self._is_set_up = False
        try:
            yield
        finally:
            self._is_set_up = True

    @traitlets.observe("seconds_per_step")
    def _on_seconds(self, change: dict[str, Any]) -> None:
        self._on_pace(change["new"])

    def _on_change(self, is_new_graph: bool) -> None:
        """Hear of a change."""

    def _on_pace(self, seconds: float) -> None:
        """Hear of another pace."""


def _finite(values: dict[str, float]) -> dict[str, float]:
    for name, value in values.items():
        if not math.isfinite(value):
            raise ValueError(f"the value of {name!r} must be a finite number; got {value}.")
    return values
