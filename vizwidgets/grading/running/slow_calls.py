"""Cells that call what is known to hang: only their beginning is run, so that they cost no time twice."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from ..parsing import parsed


def until_call(source: str, slow: Collection[str]) -> str:
    """Return what stands in a cell before the first statement that calls one of some functions.

    An import or a number that later cells need is still there then, as it would be after an interrupt.

    Parameters
    ----------
    source : str
        Of a cell. One that is no plain Python, such as one with magics, is returned as it is.
    slow : collection of str
        Names of functions.

    Examples
    --------
    >>> until_call("import math\\ny = spread(x)\\nprint(y)", {"spread"})
    'import math'
    >>> until_call("def helper(x):\\n    return spread(x)", {"spread"})
    'def helper(x):\\n    return spread(x)'
    """
    if not slow:
        return source
    tree = parsed(source)
    body = [] if tree is None else tree.body
    for place, statement in enumerate(body):
        if not set(slow).isdisjoint(_names_at_once(statement)):
            return ast.unparse(ast.Module(body[:place], []))
    return source


def _names_at_once(node: ast.AST) -> Iterator[str]:
    """Yield the names that are looked up when a statement runs, not later when a function is called."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from _names_at_once(child)
