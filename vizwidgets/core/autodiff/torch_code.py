"""The same expression and its gradients as a student writes them in plain PyTorch."""

from __future__ import annotations

import math
from collections.abc import Mapping

from .graph import ComputeGraph, Node
from .names import TAKEN, code_names, free_name
from .operations import BINARY, NEGATIVE

INFIX = {operation.name: sign for sign, operation in BINARY.items()}
STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3, "**": 4, "atom": 5}  # what binds more has more
CALLS = {"√": "sqrt", "σ": "sigmoid", "max": "maximum", "min": "minimum"}
Piece = tuple[str, int]  # source, and how strongly it binds


def torch_code(graph: ComputeGraph, values: Mapping[str, float]) -> str:
    """Return Python that computes value and gradients with ``torch.autograd``.

    Parameters
    ----------
    graph : ComputeGraph
        The graph.
    values : mapping of str to float
        A value for each name.

    Returns
    -------
    str
        A program that runs by itself. A name that it needs for something else (``torch``) gets an underscore.

    Raises
    ------
    ValueError
        If a value is missing or no number.

    Examples
    --------
    >>> from vizwidgets.core.autodiff import compute_graph
    >>> print(torch_code(compute_graph("x^2"), {"x": 3}))
    import torch
    <BLANKLINE>
    x = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    f = x**2.0
    f.backward()
    print("f =", f.item())
    print("gradient towards x:", x.grad.item())
    """
    checked = graph.check_values(values)
    names = code_names(graph.names)
    wanted = graph.output.name if graph.output.operation is not None else "result_"
    result = free_name(wanted, TAKEN.union(names.values()))
    makes = [f"{names[name]} = {_tensor(value, ', requires_grad=True')}" for name, value in checked.items()]
    shows = [f'print("gradient towards {name}:", {names[name]}.grad.item())' for name in graph.names]
    return "\n".join(
        ["import torch", "", *makes, f"{result} = {_source(graph, names)}", f"{result}.backward()"]
        + [f'print("{result} =", {result}.item())', *shows]
    )


def _source(graph: ComputeGraph, names: Mapping[str, str]) -> str:
    pieces: list[Piece] = []
    for node in graph.nodes:
        if node.operation is not None:
            pieces.append(_operation_source(graph, node, pieces))
        elif node.constant is not None:
            number = _number(node.constant)
            pieces.append((number, STRENGTH["neg" if number.startswith("-") else "atom"]))  # -0.0 too
        else:
            pieces.append((names[node.name], STRENGTH["atom"]))
    return pieces[-1][0]


def _operation_source(graph: ComputeGraph, node: Node, pieces: list[Piece]) -> Piece:
    assert node.operation is not None
    operands = [pieces[parent] for parent in node.parents]
    first = graph.nodes[node.parents[0]]
    if first.constant is not None and all(graph.nodes[each].operation is None for each in node.parents):
        if not any(
            graph.nodes[each].is_input for each in node.parents
        ):  # Python's own numbers cannot overflow
            operands[0] = (_tensor(first.constant), STRENGTH["atom"])
    if sign := INFIX.get(node.operation.name):
        return _infix(sign, *operands)
    if node.operation is NEGATIVE:
        return f"-{_held(operands[0], STRENGTH['neg'])}", STRENGTH["neg"]
    name = CALLS.get(node.operation.symbol, node.operation.symbol)
    arguments = ", ".join(_argument(graph, node, slot, operands[slot]) for slot in range(len(operands)))
    return f"torch.{name}({arguments})", STRENGTH["atom"]


def _infix(sign: str, left: Piece, right: Piece) -> Piece:
    strength, space = STRENGTH[sign], "" if sign == "**" else " "
    is_power = sign == "**"  # groups to the right, all others to the left
    first = _held(left, strength + 1 if is_power else strength)
    second = _held(right, strength if is_power else strength + 1)
    return f"{first}{space}{sign}{space}{second}", strength


def _argument(graph: ComputeGraph, node: Node, slot: int, piece: Piece) -> str:
    """A constant operand of maximum and minimum has to be a tensor."""
    constant = graph.nodes[node.parents[slot]].constant
    return piece[0] if constant is None else _tensor(constant)


def _held(piece: Piece, strength: int) -> str:
    return piece[0] if piece[1] >= strength else f"({piece[0]})"


def _tensor(value: float, more: str = "") -> str:
    return f"torch.tensor({_number(value)}, dtype=torch.float64{more})"


def _number(value: float) -> str:
    """Write a number; for what Python has no number for, torch has one."""
    if math.isnan(value):
        return "torch.nan"
    return repr(value).replace("inf", "torch.inf")
