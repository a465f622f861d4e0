"""The one way in which code that others wrote becomes a syntax tree."""

from __future__ import annotations

import ast
import warnings

NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)  # Python's parser knows no one error
_DEEPEST = 120  # a tree that is deeper overflows the stack of whoever walks it


def parsed(source: str) -> ast.Module | None:
    """Return the syntax tree of a cell; None if it is no Python, or nested beyond reason.

    Examples
    --------
    >>> parsed("x = = 1"), parsed("x = 1").body[0].targets[0].id
    (None, 'x')
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except NO_PYTHON:
        return None
    return tree if _is_shallow(tree) else None


def _is_shallow(tree: ast.Module) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(_DEEPEST):
        level = [inner for node in level for inner in ast.iter_child_nodes(node)]
    return not level
