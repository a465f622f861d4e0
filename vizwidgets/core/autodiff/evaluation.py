"""What the two passes leave behind: single steps, and what is known after each."""

from __future__ import annotations

from dataclasses import dataclass, field

from .graph import ComputeGraph, Node


@dataclass(frozen=True)
class Flow:
    """What flows back along one edge, from a node to one of its operands.

    Parameters
    ----------
    node, slot : int
        The edge: into this node, as this operand (0 or 1).
    parent : int
        The operand.
    slope : float
        Local derivative of the node towards the operand.
    gradient : float
        Incoming gradient · slope.
    before, total : float
        Gradient of the operand before and after this was added.
    """

    node: int
    slot: int
    parent: int
    slope: float
    gradient: float
    before: float
    total: float


@dataclass(frozen=True)
class GraphStep:
    """What happened at one node.

    Parameters
    ----------
    phase : str
        "forward", or "backward".
    node : int
        The node at work.
    value : float
        Forward its value; backward the gradient that comes in, ∂f/∂node.
    flows : tuple of Flow
        What it hands back to its operands; constants get nothing.
    words : str
        What happened, in a sentence or two.
    formulas : tuple of str
        The same as formulas, with names and with numbers.
    trouble : str
        Why a number is infinite or none at all; the empty string if all are finite.
    """

    phase: str
    node: int
    value: float
    flows: tuple[Flow, ...] = ()
    words: str = ""
    formulas: tuple[str, ...] = ()
    trouble: str = ""

    def uses(self, node: int) -> bool:
        """Whether something runs along the wires into a node: its operands forward, gradients backward."""
        return node == self.node and (self.phase == "forward" or bool(self.flows))


@dataclass(frozen=True)
class Seen:
    """What is known after some steps; None is not known yet.

    Parameters
    ----------
    values, gradients : list of float or None
        One per node. A gradient counts from its first part on.
    flows : dict of (node, slot) to float
        The gradient on each edge.
    pending : frozenset of int
        The nodes to whose gradient later steps will add.
    """

    values: list[float | None]
    gradients: list[float | None]
    flows: dict[tuple[int, int], float] = field(default_factory=dict)
    pending: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Evaluation:
    """A graph at certain values: all steps of the forward and of the backward pass.

    Parameters
    ----------
    graph : ComputeGraph
        The graph.
    inputs : dict of str to float
        The value of each name.
    steps : tuple of GraphStep
        First all operations forward, then the result and all operations backward.
    """

    graph: ComputeGraph
    inputs: dict[str, float]
    steps: tuple[GraphStep, ...]

    def after(self, num_steps: int) -> Seen:
        """Return what is known after so many steps."""
        nodes = self.graph.nodes
        pending = frozenset(flow.parent for step in self.steps[num_steps:] for flow in step.flows)
        seen = Seen([self._given(node) for node in nodes], [None] * len(nodes), pending=pending)
        for step in self.steps[:num_steps]:
            (seen.values if step.phase == "forward" else seen.gradients)[step.node] = step.value
            for flow in step.flows:
                seen.gradients[flow.parent] = flow.total
                seen.flows[flow.node, flow.slot] = flow.gradient
        return seen

    @property
    def value(self) -> float:
        """The value of the expression."""
        value = self.after(len(self.steps)).values[-1]
        assert value is not None
        return value

    @property
    def gradient(self) -> dict[str, float]:
        """The derivative of the expression towards each name."""
        gradients = self.after(len(self.steps)).gradients
        return {node.name: gradients[node.index] or 0.0 for node in self.graph.inputs}

    @property
    def num_forward(self) -> int:
        """Number of steps of the forward pass."""
        return len(self.graph.operations)

    @property
    def trouble(self) -> str:
        """The first thing that is not a finite number, in words, with its node; or the empty string."""
        return next((step.trouble for step in self.steps if step.trouble), "")

    def _given(self, node: Node) -> float | None:
        return self.inputs[node.name] if node.is_input else node.constant
