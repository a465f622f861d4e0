"""What the browser draws of a compute graph, as JSON-able data, and the same in words."""

from __future__ import annotations

import math
from typing import Any

from vizwidgets.core.autodiff import Comparison, Evaluation, GraphStep, Seen
from vizwidgets.core.autodiff.words import gradient_text, number_text
from vizwidgets.draw.graph_layout import Box, GraphLayout, Wire, shows_part

BEGIN = "The inputs have their values. Step, and they go forward, node by node."


def scene(
    evaluation: Evaluation, layout: GraphLayout, num_taken: int, rows: tuple[Comparison, ...]
) -> dict[str, Any]:
    """Describe the graph after some steps: boxes, wires, what just happened, and the table of gradients."""
    seen = evaluation.after(num_taken)
    step = current_step(evaluation, num_taken)
    inputs = evaluation.graph.inputs
    return {
        "width": layout.width,
        "height": layout.height,
        "boxes": [_box(box, seen, step) for box in layout.boxes],
        "wires": [_wire(wire, layout, seen, step) for wire in layout.wires],
        "output": evaluation.graph.output.index,
        "phase": step.phase if step else "",
        "heading": heading(evaluation, num_taken),
        "words": step.words if step else BEGIN,
        "formulas": list(step.formulas) if step else [],
        "trouble": step.trouble if step else "",
        "rows": [_row(row, node.index, seen) for row, node in zip(rows, inputs, strict=True)],
        "result": evaluation.graph.output.name,
        "step": num_taken,
    }


def current_step(evaluation: Evaluation, num_taken: int) -> GraphStep | None:
    """Return the step that was taken last; None at the start."""
    return evaluation.steps[num_taken - 1] if 0 < num_taken <= len(evaluation.steps) else None


def heading(evaluation: Evaluation, num_taken: int) -> str:
    """Say where in which pass this is: "forward 3 of 8"."""
    forward = evaluation.num_forward
    if num_taken == 0:
        return "at the start"
    if num_taken <= forward:
        return f"forward {num_taken} of {forward}"
    return f"backward {num_taken - forward} of {len(evaluation.steps) - forward}"


def _box(box: Box, seen: Seen, step: GraphStep | None) -> dict[str, Any]:
    value, gradient = seen.values[box.node], seen.gradients[box.node]
    return {
        "node": box.node,
        "kind": box.kind,
        "label": box.label,
        "name": box.name,
        "x": box.x,
        "y": box.y,
        "width": box.width,
        "value": "" if value is None else number_text(value),
        "gradient": "" if gradient is None else gradient_text(gradient, box.node in seen.pending),
        "current": step is not None and step.node == box.node,
        "fresh": step is not None and any(flow.parent == box.node for flow in step.flows),
    }


def _wire(wire: Wire, layout: GraphLayout, seen: Seen, step: GraphStep | None) -> dict[str, Any]:
    part = seen.flows.get((wire.node, wire.slot))
    is_active = step is not None and step.uses(wire.node)
    is_shown = part is not None and shows_part(layout, wire, is_active)
    return {
        "points": _bends(wire.points),
        "above": wire.enters_above,
        "active": step.phase if is_active and step is not None else "",
        "part": gradient_text(part) if is_shown and part is not None else "",
    }


def _bends(points: tuple[tuple[float, float], ...]) -> list[list[float]]:
    """Leave out the points between which a wire only goes on straight: a long one passes many layers."""
    inner = [b for a, b, c in zip(points, points[1:], points[2:], strict=False) if not a[1] == b[1] == c[1]]
    return [list(point) for point in (points[0], *inner, points[-1])]


def _row(row: Comparison, index: int, seen: Seen) -> dict[str, Any]:
    """Return a row of the table; what the graph has not found yet is not given away."""
    is_known = seen.gradients[index] is not None and index not in seen.pending
    numbers = [row.graph, row.pytorch, row.finite_difference]
    texts = [_digits(number) for number in numbers] if is_known else ["…"] * 3
    found = "agree" if row.agree else "differ" if row.is_finite else "none"
    verdict = found if is_known else ""
    return {"name": row.name, "numbers": texts, "verdict": verdict}


def _digits(value: float) -> str:
    if not math.isfinite(value):
        return number_text(value)
    text = f"{value:.5f}" if 1e-3 <= abs(value) < 1e5 or value == 0 else f"{value:.4e}"
    return text.replace("-", "−")
