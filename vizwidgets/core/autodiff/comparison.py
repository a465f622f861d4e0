"""The gradient three ways: by the graph, by PyTorch, and by small changes of each input."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from .graph import ComputeGraph
from .passes import evaluate, values_of

STEP = 1e-6  # relative; near the cube root of the precision of a float, where central differences are best
TOLERANCE = 1e-4  # relative; finite differences are not more exact where a function bends much


@dataclass(frozen=True)
class Comparison:
    """The derivative towards one name, three ways.

    Parameters
    ----------
    name : str
        The input.
    graph, pytorch, finite_difference : float
        By the steps of the graph, by ``torch.autograd``, and by (f(x + d) − f(x − d)) / 2d.
    """

    name: str
    graph: float
    pytorch: float
    finite_difference: float

    @property
    def is_finite(self) -> bool:
        """Whether all three are numbers; where the function has no slope they are not."""
        return all(map(math.isfinite, (self.graph, self.pytorch, self.finite_difference)))

    @property
    def agree(self) -> bool:
        """Whether all three are the same number, up to what finite differences can tell."""
        return _is_close(self.graph, self.pytorch) and _is_close(self.graph, self.finite_difference)


def compare(graph: ComputeGraph, values: Mapping[str, float]) -> tuple[Comparison, ...]:
    """Differentiate three ways; one row per name.

    Where a function has a kink (relu at 0) the finite difference is the mean of the slopes on both sides, and
    may disagree with the two others.

    Examples
    --------
    >>> from vizwidgets.core.autodiff import compute_graph
    >>> [row] = compare(compute_graph("x * x"), {"x": 3})
    >>> row.graph, row.pytorch, round(row.finite_difference, 4), row.agree
    (6.0, 6.0, 6.0, True)
    """
    evaluation = evaluate(graph, values)
    own, theirs = evaluation.gradient, _by_pytorch(graph, evaluation.inputs)
    return tuple(
        Comparison(name, own[name], theirs[name], finite_difference(graph, evaluation.inputs, name))
        for name in graph.names
    )


def finite_difference(graph: ComputeGraph, values: Mapping[str, float], name: str) -> float:
    """Return (f(x + d) − f(x − d)) / 2d for a small d: the slope as one would measure it.

    Examples
    --------
    >>> from vizwidgets.core.autodiff import compute_graph
    >>> round(finite_difference(compute_graph("x * y"), {"x": 3.0, "y": 2.0}, "x"), 6)
    2.0
    """
    width = STEP * max(1.0, abs(values[name]))
    above, below = values[name] + width, values[name] - width
    results = [
        float(values_of(graph, _tensors({**values, name: place}))[-1].detach()) for place in (above, below)
    ]
    return (results[0] - results[1]) / (above - below) if above > below else math.nan


def _by_pytorch(graph: ComputeGraph, values: Mapping[str, float]) -> dict[str, float]:
    with torch.enable_grad():
        inputs = _tensors(values)
        for tensor in inputs.values():
            tensor.requires_grad_()
        gradients = torch.autograd.grad(values_of(graph, inputs)[-1], list(inputs.values()))
    return {name: float(each) for name, each in zip(inputs, gradients, strict=True)}


def _tensors(values: Mapping[str, float]) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(value, dtype=torch.float64) for name, value in values.items()}


def _is_close(first: float, second: float) -> bool:
    if not (math.isfinite(first) and math.isfinite(second)):
        return first == second  # NaN agrees with nothing
    return abs(first - second) <= TOLERANCE * max(1.0, abs(first), abs(second))
