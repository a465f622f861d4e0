"""The two passes through a compute graph, as steps: values forward, gradients backward, node by node."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from .evaluation import Evaluation, Flow, GraphStep
from .expression import compute_graph
from .graph import ComputeGraph, Node
from .step_words import (
    backward_formula,
    backward_words,
    forward_formula,
    forward_trouble,
    forward_words,
    seed_words,
)


def gradient(expression: str, values: Mapping[str, float]) -> dict[str, float]:
    """Differentiate an expression towards each of its names, by its compute graph.

    Parameters
    ----------
    expression : str
        See `compute_graph`.
    values : mapping of str to float
        A value for each name.

    Returns
    -------
    dict of str to float
        The derivative towards each name, in the order in which they are first written. Where there is none
        (a division by zero) it is infinite or NaN, as in PyTorch.

    Raises
    ------
    ValueError
        If the expression cannot be read or a value is missing; the message says what to do.
    TypeError
        If the expression is no text or the values are no mapping.

    References
    ----------
    Lecture, "Gradient of Activation in Input".

    Examples
    --------
    >>> gradient("w * x + x", {"w": 3, "x": 2})
    {'w': 2.0, 'x': 4.0}
    """
    return evaluate(compute_graph(expression), values).gradient


def evaluate(graph: ComputeGraph, values: Mapping[str, float]) -> Evaluation:
    """Take all steps, forward and backward.

    Nothing is raised where a number becomes infinite or no number at all (a division by zero, the logarithm
    of a negative number): the step says so, and the rest is computed with it as PyTorch does.

    Parameters
    ----------
    graph : ComputeGraph
        The graph.
    values : mapping of str to float
        A value for each name.

    Returns
    -------
    Evaluation
        All steps, with value and gradients.

    Raises
    ------
    ValueError, TypeError
        If the values do not fit; see `ComputeGraph.check_values`.

    Examples
    --------
    >>> at = evaluate(compute_graph("1 / (1 + exp(-x))"), {"x": 0.0})
    >>> at.value, at.gradient, at.num_forward
    (0.5, {'x': 0.25}, 4)
    >>> at.steps[-1].formulas
    ('∂f/∂x = ∂f/∂v1 · (−1) = (−0.25) · (−1) = 0.25',)
    """
    inputs = graph.check_values(values)
    computed = values_of(graph, {name: torch.tensor(v, dtype=torch.float64) for name, v in inputs.items()})
    numbers = [float(value) for value in computed]
    forward = [_forward_step(graph, node, numbers) for node in graph.operations]
    return Evaluation(graph, inputs, (*forward, *_backward(graph, computed)))


def values_of(graph: ComputeGraph, inputs: Mapping[str, Tensor]) -> list[Tensor]:
    """Return the value of each node, from the tensors of the inputs.

    Examples
    --------
    >>> values_of(compute_graph("2 * x"), {"x": torch.tensor(3.0)})[-1].item()
    6.0
    """
    values: list[Tensor] = []
    for node in graph.nodes:
        if node.operation is not None:
            values.append(node.operation.apply(*(values[parent] for parent in node.parents)))
        elif node.constant is not None:
            values.append(torch.tensor(node.constant, dtype=torch.float64))
        else:
            values.append(inputs[node.name])
    return values


def _forward_step(graph: ComputeGraph, node: Node, numbers: list[float]) -> GraphStep:
    words = forward_words(graph, node)
    formula = forward_formula(graph, node, numbers)
    trouble = forward_trouble(graph, node, numbers)
    return GraphStep("forward", node.index, numbers[node.index], (), words, (formula,), trouble)


def _backward(graph: ComputeGraph, values: list[Tensor]) -> list[GraphStep]:
    """Go through the nodes from the last to the first: when a node's turn comes, its gradient is complete."""
    gradients = [0.0] * len(graph.nodes)
    gradients[-1] = 1.0
    words, formula = seed_words(graph)
    steps = [GraphStep("backward", graph.output.index, 1.0, (), words, (formula,))]
    depending = _depending_on_inputs(graph)
    for node in reversed(graph.operations):
        if node.index in depending:
            flows = _flows(node, values, gradients, depending)
            steps.append(_backward_step(graph, node, gradients[node.index], flows))
    return steps


def _flows(node: Node, values: list[Tensor], gradients: list[float], depending: set[int]) -> tuple[Flow, ...]:
    """Apply the chain rule at one node, and add to the gradients of its operands."""
    assert node.operation is not None
    slopes = node.operation.slopes(*(values[parent] for parent in node.parents), values[node.index])
    flows = []
    for slot, (parent, slope) in enumerate(zip(node.parents, map(float, slopes), strict=True)):
        if parent in depending:
            is_shut = slope == 0 and node.operation.is_gate
            part, before = 0.0 if is_shut else gradients[node.index] * slope, gradients[parent]
            gradients[parent] = before + part
            flows.append(Flow(node.index, slot, parent, slope, part, before, before + part))
    return tuple(flows)


def _backward_step(graph: ComputeGraph, node: Node, incoming: float, flows: tuple[Flow, ...]) -> GraphStep:
    formulas = tuple(backward_formula(graph, node, flow, incoming) for flow in flows)
    words, trouble = backward_words(graph, node, incoming, flows)
    return GraphStep("backward", node.index, incoming, flows, words, formulas, trouble)


def _depending_on_inputs(graph: ComputeGraph) -> set[int]:
    """Return the nodes that change with an input; the others need no gradient."""
    depending: set[int] = set()
    for node in graph.nodes:
        if node.is_input or depending.intersection(node.parents):
            depending.add(node.index)
    return depending
