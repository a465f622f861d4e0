"""The rules of a check cell: what it may use, what it must end with, what is hidden of it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from ..parsing import parsed

LAST = "checks.score()"
_BEGIN, _END = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"


def check_cell_faults(source: str, points: float, own: tuple[str, ...]) -> Iterator[str]:
    """Say which rules of a check cell are broken.

    Parameters
    ----------
    source : str
        Of the cell.
    points : float
        What the notebook says it is worth.
    own : tuple of str
        The functions of its own question: all that it may take from a student.

    Examples
    --------
    >>> list(check_cell_faults("f(2)\\nchecks.score()", 2, ("f",)))[0]
    'it takes checks from the cells above, where a student may have changed it; import or define it here'
    """
    tree = parsed(source)
    if tree is None:
        return  # told by the rule for code
    lines = [line for line in source.splitlines() if line.strip() and _END not in line]
    if not lines or lines[-1] != LAST:
        yield f"the last line is {LAST}, without a semicolon; got {lines[-1] if lines else 'nothing'!r}"
    if foreign := sorted(_taken_names(tree) - set(own)):
        them = "it" if len(foreign) == 1 else "them"
        yield (
            f"it takes {', '.join(foreign)} from the cells above, where a student may have changed {them}; "
            f"import or define {them} here"
        )
    for worth in _checks_points(tree):
        if worth != points:
            yield f"the notebook says {points:g} points, Checks(points=…) says {worth:g}"
    for label in _repeated_labels(tree):
        yield f"two criteria are called {label!r}; each needs a label of its own"


def hidden_cell_faults(source: str, words: str) -> Iterator[str]:
    """Say what would be seen of a hidden check in the release, or not be hidden.

    Parameters
    ----------
    source : str
        Of the cell.
    words : str
        What its first comment says to students.
    """
    lines = [line for line in source.splitlines() if line.strip()]
    first = lines[0] if lines else ""
    if not (first.startswith("#") and first.rstrip(".").endswith(f": {words}")):
        yield f"the first line is a comment such as '# Q1, further checks: {words}.'; got {first!r}"
    inner = lines[1:]
    is_whole = len(inner) > 2 and inner[0].strip() == _BEGIN and inner[-1].strip() == _END
    if not is_whole or source.count("HIDDEN TESTS") != 2:
        yield f"all but the first line stands between {_BEGIN} and {_END}"
    if "fresh_seed()" not in source:
        yield "a hidden check draws its inputs with seed = fresh_seed()"


def _taken_names(tree: ast.Module) -> set[str]:
    """Return the names that a cell reads and does not bind itself."""
    read: set[str] = set()
    bound = set(dir(builtins))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
    return read - bound


def _checks_points(tree: ast.Module) -> Iterator[float]:
    """Return what is written as the points of each ``Checks(…)``."""
    for node in _calls(tree, "Checks"):
        worth = [keyword.value for keyword in node.keywords if keyword.arg == "points"] or node.args[1:2]
        if worth and isinstance(worth[0], ast.Constant) and isinstance(worth[0].value, (int, float)):
            yield float(worth[0].value)


def _repeated_labels(tree: ast.Module) -> list[str]:
    labels = [
        call.args[0].value
        for call in _calls(tree, "checks")
        if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    ]
    return sorted({label for label in labels if labels.count(label) > 1})


def _calls(tree: ast.Module, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node
