"""What happens at a node, in words and as a formula with names and numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .graph import ComputeGraph, Node
from .words import as_operand, called, equals, number_text

if TYPE_CHECKING:
    from .evaluation import Flow

DOUBLE = re.compile(r"\(\((−[^()]*)\)\)")  # exp((−1))


def forward_words(graph: ComputeGraph, node: Node) -> str:
    """Say what is computed: "v1 is a product of w0 and x0."."""
    assert node.operation is not None
    names = " and ".join(graph.nodes[parent].name for parent in node.parents)
    return f"{node.name} is {node.operation.name} of {names}."


def forward_formula(graph: ComputeGraph, node: Node, numbers: Sequence[float]) -> str:
    """Write the value with names and with numbers: "v1 = w0 · x0 = 2 · (−1) = −2"."""
    assert node.operation is not None
    with_names = _filled(node.operation.formula, graph, node, None)
    with_numbers = _filled(node.operation.formula, graph, node, numbers)
    result = equals(numbers[node.index])
    parts = dict.fromkeys((node.name, with_names, with_numbers))  # of constants alone both are the same
    if result == f"= {with_numbers}":
        del parts[with_numbers]
    return f"{' = '.join(parts)} {result}"


def forward_trouble(graph: ComputeGraph, node: Node, numbers: Sequence[float]) -> str:
    """Say why a value is not finite."""
    if math.isfinite(numbers[node.index]):
        return ""
    assert node.operation is not None
    begun = next((graph.nodes[each] for each in node.parents if not math.isfinite(numbers[each])), None)
    formula = _filled(node.operation.formula, graph, node, numbers)
    reason = f"{begun.name} already is {called(numbers[begun.index])}" if begun else node.operation.domain
    return f"{node.name} = {formula} is {called(numbers[node.index])}: {reason}."


def seed_words(graph: ComputeGraph) -> tuple[str, str]:
    """Say where the backward pass begins."""
    name = graph.output.name
    return (
        f"Backward, from the end: {name} changes as {name} itself does, one to one.",
        f"∂{name}/∂{name} = 1",
    )


def backward_words(
    graph: ComputeGraph, node: Node, incoming: float, flows: Sequence[Flow]
) -> tuple[str, str]:
    """Say by which rule the gradient goes back; and why a number is not finite, or the empty string."""
    assert node.operation is not None
    words = f"{number_text(incoming)} comes in at {node.name}. {node.operation.rule}"
    if any(_is_shared(graph, flow.parent) for flow in flows):
        words += " What comes back from several uses of one name adds up."
    broken = next((flow for flow in flows if not math.isfinite(flow.total)), None)
    if broken is None:
        return words, ""
    towards, result = graph.nodes[broken.parent].name, graph.output.name
    sizes = f"incoming {number_text(incoming)}, local derivative {number_text(broken.slope)}"
    return words, f"∂{result}/∂{towards} is {called(broken.total)} after {node.name}: {sizes}."


def backward_formula(graph: ComputeGraph, node: Node, flow: Flow, incoming: float) -> str:
    """Write the chain rule: "∂f/∂w0 = ∂f/∂v1 · x0 = 0.2 · (−1) = −0.2"."""
    assert node.operation is not None
    template, result = node.operation.slope_formulas[flow.slot], graph.output.name
    is_shared = _is_shared(graph, flow.parent)
    with_names = _filled(template, graph, node, None)
    left = f"∂{result}/∂{graph.nodes[flow.parent].name} {'+=' if is_shared else '='} ∂{result}/∂{node.name}"
    right = (
        f"{left} · {with_names} = {as_operand(incoming)} · {as_operand(flow.slope)} {equals(flow.gradient)}"
    )
    if not is_shared:
        return right
    return f"{right}, in all {number_text(flow.before)} + {as_operand(flow.gradient)} {equals(flow.total)}"


def _is_shared(graph: ComputeGraph, index: int) -> bool:
    return sum(node.parents.count(index) for node in graph.operations) > 1


def _filled(template: str, graph: ComputeGraph, node: Node, numbers: Sequence[float] | None) -> str:
    """Fill in a template with the names of operands and result, or with their numbers."""

    def text(index: int) -> str:
        constant = graph.nodes[index].constant
        if numbers is not None or constant is not None:
            return as_operand(numbers[index] if constant is None and numbers is not None else constant or 0.0)
        return graph.nodes[index].name

    operands = dict(zip("ab", map(text, node.parents), strict=False))
    return DOUBLE.sub(r"(\1)", template.format(**operands, r=text(node.index)))
