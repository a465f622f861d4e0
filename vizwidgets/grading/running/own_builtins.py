"""Checks that mean Python's ``sum``, whatever a student has called ``sum`` in a cell of her own."""

from __future__ import annotations

import ast
import builtins
import contextlib
from collections.abc import Collection, Iterator

from IPython.core.interactiveshell import InteractiveShell

_KEPT = "__kept_builtins__"  # by this name a check finds Python's own, while it runs


@contextlib.contextmanager
def own_builtins(shell: InteractiveShell) -> Iterator[None]:
    """Let the cell that is run inside mean Python's builtins; functions defined before keep their names.

    Parameters
    ----------
    shell : InteractiveShell
        Names that the cell binds itself stay as they are.
    """
    space = shell.user_ns
    taken = {name for name in vars(builtins) if name in space and not name.startswith("_")}
    taken = {name for name in taken if space[name] is not getattr(builtins, name)}
    change = _Builtins(taken)
    space[_KEPT] = builtins
    shell.ast_transformers.append(change)
    try:
        yield
    finally:
        space.pop(_KEPT, None)
        if change in shell.ast_transformers:
            shell.ast_transformers.remove(change)


class _Builtins(ast.NodeTransformer):
    """Turns ``sum`` into an attribute of Python's builtins."""

    def __init__(self, taken: Collection[str]) -> None:
        self._taken = set(taken)

    def visit_Module(self, node: ast.Module) -> ast.AST:
        """Leave the names that the cell itself binds."""
        self._taken -= set(_bound(node))
        return self.generic_visit(node) if self._taken else node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Look a builtin up where it can not be shadowed."""
        if node.id not in self._taken:
            return node
        kept = ast.copy_location(ast.Name(_KEPT, ast.Load()), node)
        return ast.copy_location(ast.Attribute(kept, node.id, ast.Load()), node)


def _bound(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
