"""The compute graph: nodes in topological order, each after its operands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .operations import Operation

USUAL_VALUES = (2.0, 3.0, 1.0, 0.5, 1.5)  # positive and different: a logarithm has one, a difference is not 0


@dataclass(frozen=True)
class Node:
    """An input, a constant or an operation.

    Parameters
    ----------
    index : int
        Its place in the graph; its operands come before it.
    name : str
        Of an input its own ("x0"), of a constant the number, of an operation "v1", "v2", …; the last is "f".
    operation : Operation, optional
        What it computes.
    parents : tuple of int
        The nodes that are its operands; x * x has the same parent twice.
    constant : float, optional
        The number of a constant.
    """

    index: int
    name: str
    operation: Operation | None = None
    parents: tuple[int, ...] = ()
    constant: float | None = None

    @property
    def is_input(self) -> bool:
        """Whether its value is the student's choice."""
        return self.operation is None and self.constant is None


@dataclass(frozen=True)
class ComputeGraph:
    """An expression as a graph of single operations.

    A name is one node, however often it is written: the gradients of its uses add up (the chain rule of
    several variables). A subexpression that is written twice is two nodes: the graph mirrors the text.

    Parameters
    ----------
    expression : str
        The text it was read from.
    nodes : tuple of Node
        In the order in which they are computed; the last one is the result.
    """

    expression: str
    nodes: tuple[Node, ...]

    @property
    def output(self) -> Node:
        """The node whose value is the result f."""
        return self.nodes[-1]

    @property
    def operations(self) -> tuple[Node, ...]:
        """The nodes that compute something, in order."""
        return tuple(node for node in self.nodes if node.operation is not None)

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The names of the expression, in the order in which they are first written."""
        return tuple(node for node in self.nodes if node.is_input)

    @property
    def names(self) -> tuple[str, ...]:
        """What the inputs are called."""
        return tuple(node.name for node in self.inputs)

    def usual_values(self) -> dict[str, float]:
        """Return a value for each input, for a start.

        Examples
        --------
        >>> from vizwidgets.core.autodiff import compute_graph
        >>> compute_graph("w * x").usual_values()
        {'w': 2.0, 'x': 3.0}
        """
        return {name: USUAL_VALUES[at % len(USUAL_VALUES)] for at, name in enumerate(self.names)}

    def check_values(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return the values as floats in the graph's order.

        Raises
        ------
        ValueError
            If a value is missing, not a number, or given for a name that the expression does not have.
        TypeError
            If they are no mapping.

        Examples
        --------
        >>> from vizwidgets.core.autodiff import compute_graph
        >>> compute_graph("w * x").check_values({"x": 2, "w": 3})
        {'w': 3.0, 'x': 2.0}
        """
        if not isinstance(values, Mapping):
            raise TypeError(f"the values are a mapping such as {{'x': 2.0}}; got {type(values).__name__}.")
        known = ", ".join(self.names)
        if unknown := [name for name in values if name not in self.names]:
            raise ValueError(f"the expression has no {unknown[0]!r}; its names are {known}.")
        if missing := [name for name in self.names if name not in values]:
            raise ValueError(f"there is no value for {missing[0]!r}; give one for each of {known}.")
        return {name: _as_float(name, values[name]) for name in self.names}


def _as_float(name: str, value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"the value of {name!r} must be a number such as 0.5; got {value!r:.60}.") from None
