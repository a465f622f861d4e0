"""Where the nodes of a compute graph stand: in layers from left to right, with few crossings.

A node stands one layer before the first node that needs it, so that most wires are short. The wire of an
input that is used in several layers runs on and branches; where it passes a layer it has a place of its own.
The order within a layer starts as it is read and is then improved by barycenters; the heights are as near to
those of the neighbours as order and distances allow.

References
----------
K. Sugiyama, S. Tagawa, M. Toda, "Methods for visual understanding of hierarchical system structures", 1981.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from vizwidgets.core.autodiff import ComputeGraph, Node

from .graph_order import Place, heights, ordered

BOX = 40  # height of a node, and its least width; pixels at full size
LETTER = 10.5  # width of a letter of a label
WIRE, STUB = 106, 50  # from one layer to the next, and the straight part of it that carries the numbers
MARGIN = 26
MOST_PARTS = 10  # parts of gradients that are written at their wires; of more only those of the node at work
PORT = 11  # half the distance at which two operands enter


@dataclass(frozen=True)
class Box:
    """A node as it is drawn; a constant operand is written into the operation instead ("+ 1").

    Parameters
    ----------
    node : int
        Index in the graph.
    kind : str
        "input", "constant" or "operation".
    label, name : str
        What is written into it, and (of an operation) beneath it.
    x, y, width : float
        Centre and width.
    """

    node: int
    kind: str
    label: str
    name: str
    x: float
    y: float
    width: float

    @property
    def right(self) -> float:
        """Where its wire begins."""
        return self.x + self.width / 2


@dataclass(frozen=True)
class Wire:
    """From an operand to the node that needs it.

    Parameters
    ----------
    node, slot : int
        The node, and which of its operands this is.
    parent : int
        The operand.
    points : tuple of (x, y)
        What it runs through, horizontally at each.
    enters_above : bool
        Whether it enters the node above another wire, or alone.
    is_shared : bool
        Whether the operand has other uses too, so that this wire carries only a part of its gradient.
    """

    node: int
    slot: int
    parent: int
    points: tuple[tuple[float, float], ...]
    enters_above: bool
    is_shared: bool


@dataclass(frozen=True)
class GraphLayout:
    """All boxes and wires, in a picture of this width and height."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]

    def box(self, node: int) -> Box | None:
        """Return the box of a node; None if it is written into another one."""
        return next((box for box in self.boxes if box.node == node), None)


@lru_cache(maxsize=16)  # a graph is drawn anew with each step
def lay_out(graph: ComputeGraph) -> GraphLayout:
    """Place the nodes of a graph.

    Examples
    --------
    >>> from vizwidgets.core.autodiff import compute_graph
    >>> layout = lay_out(compute_graph("1 / (1 + x)"))
    >>> [box.label for box in layout.boxes], [box.y for box in layout.boxes]
    (['x', '1 +', '1 ÷'], [46.0, 46.0, 46.0])
    """
    shown = [node for node in graph.nodes if not is_written_inside(graph, node)]
    edges = [(parent, node.index) for node in shown for parent in node.parents]
    layers = _layers(shown)
    places = ordered(layers, [(a, b) for a, b in edges if a in layers])
    height_of = heights(places)
    widths = {node.index: _width(_label(graph, node)) for node in shown}
    columns = _columns(layers, widths)
    boxes = {
        node.index: Box(
            node.index,
            _kind(node),
            _label(graph, node),
            node.name if node.operation is not None else "",
            columns[layers[node.index]][0],
            MARGIN + BOX / 2 + height_of[layers[node.index], node.index],
            widths[node.index],
        )
        for node in shown
    }
    wires = tuple(
        _wire(graph, node, slot, boxes, layers, columns, height_of)
        for node in shown
        for slot, parent in enumerate(node.parents)
        if parent in boxes
    )
    width = max(box.right for box in boxes.values()) + WIRE
    height = max(height_of.values()) + 2 * MARGIN + BOX
    return GraphLayout(width, height, tuple(boxes.values()), wires)


def shows_part(layout: GraphLayout, wire: Wire, is_current: bool) -> bool:
    """Whether a wire tells its part of a gradient: where the whole is a sum, and there is room for it."""
    return wire.is_shared and (is_current or sum(each.is_shared for each in layout.wires) <= MOST_PARTS)


def is_written_inside(graph: ComputeGraph, node: Node) -> bool:
    """Whether a constant is written into the operation that uses it: its other operand is not a constant."""
    if node.constant is None:
        return False
    user = next(each for each in graph.operations if node.index in each.parents)
    return any(graph.nodes[parent].constant is None for parent in user.parents)


def _label(graph: ComputeGraph, node: Node) -> str:
    """Return what is written into a node: "x0", "×", "1 ÷", "^ 2", "max 0"."""
    if node.operation is None:
        return node.name
    words = [node.operation.symbol]
    for slot, parent in enumerate(node.parents):
        if is_written_inside(graph, graph.nodes[parent]):
            words.insert(slot if node.operation.symbol not in ("max", "min") else 1, graph.nodes[parent].name)
    return " ".join(words)


def _kind(node: Node) -> str:
    if node.operation is not None:
        return "operation"
    return "input" if node.is_input else "constant"


def _width(label: str) -> float:
    return max(BOX, LETTER * len(label) + 16)


def _layers(shown: list[Node]) -> dict[int, int]:
    """Return the layer of each node that is shown, by its longest way to the result; the first is 0."""
    distance = {node.index: 0 for node in shown}
    for node in reversed(shown):
        for parent in node.parents:
            if parent in distance:
                distance[parent] = max(distance[parent], distance[node.index] + 1)
    furthest = max(distance.values())
    return {index: furthest - each for index, each in distance.items()}


def _columns(layers: dict[int, int], widths: dict[int, float]) -> list[tuple[float, float]]:
    """Return centre and width of each layer."""
    columns: list[tuple[float, float]] = []
    edge = float(MARGIN)
    for layer in range(max(layers.values()) + 1):
        width = max(widths[index] for index, at in layers.items() if at == layer)
        columns.append((edge + width / 2, width))
        edge += width + WIRE
    return columns


def _wire(
    graph: ComputeGraph,
    node: Node,
    slot: int,
    boxes: dict[int, Box],
    layers: dict[int, int],
    columns: list[tuple[float, float]],
    height_of: dict[Place, float],
) -> Wire:
    parent = boxes[node.parents[slot]]
    points = [(parent.right, parent.y), (parent.right + STUB, parent.y)]
    for layer in range(layers[parent.node] + 1, layers[node.index]):  # past the boxes of the layers between
        y, (x, width) = MARGIN + BOX / 2 + height_of[layer, parent.node], columns[layer]
        points += [(x - width / 2, y), (x + width / 2 + STUB, y)]
    box, is_alone = boxes[node.index], sum(each in boxes for each in node.parents) == 1
    is_above = is_alone or _enters_above(node, slot, boxes)
    port = 0.0 if is_alone else -PORT if is_above else PORT
    points.append((box.x - box.width / 2, box.y + port))
    uses = sum(each.parents.count(parent.node) for each in graph.operations)
    return Wire(node.index, slot, parent.node, tuple(points), is_above, uses > 1)


def _enters_above(node: Node, slot: int, boxes: dict[int, Box]) -> bool:
    """Whether an operand stands above the other one, so that their wires do not cross at the door."""
    mine, other = boxes[node.parents[slot]], boxes[node.parents[1 - slot]]
    return slot == 0 if mine.y == other.y else mine.y < other.y
