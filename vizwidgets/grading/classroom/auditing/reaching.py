"""Code that reaches for the checks instead of answering them: found by its shape, flagged for a person.

It sees names, not intentions: honest code can have a reason, and code that wants to hide can.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vizwidgets.grading.classroom.recognizing.student_code import Statement

from .suspicions import ALLOWED, ATTRIBUTES, COMPARISONS, MAY_BE_SET, MODULES, NAMES, PATCHED, PLACES

_BUILTINS = {name for name in dir(builtins) if not name.startswith("_")}
_IN_TEXT = re.compile(  # where there is no Python to look at
    r"vizwidgets\.grading|sys\.modules|get_ipython|os\._exit|subprocess|socket|__builtins__|fresh_seed|"
    r"VIZ_GRADE_SEED|input_transformers|ast_transformers|_getframe"
)
_SHELL = re.compile(
    r"^\s*(?:!(?!pip\b)|%%?(?:bash|sh|script|sx|system|run|load|cd|env|set_env)\b).*", re.MULTILINE
)


@dataclass(frozen=True)
class Reach:
    """A line that reaches for the checks.

    Parameters
    ----------
    words : str
        What it does.
    text : str
        The line that does it.
    cell : int
        In which cell, from 0.
    """

    words: str
    text: str
    cell: int


def reaches(statements: Sequence[Statement], given: Mapping[str, str] | None = None) -> list[Reach]:
    """Return what in a student's own statements reaches for the checks, each kind of a statement once.

    Parameters
    ----------
    statements : sequence of Statement
        What the student wrote.
    given : mapping of str to str
        What the names stand for that the sheet imports, see `imported_names`.

    Examples
    --------
    >>> from vizwidgets.grading.classroom.recognizing.student_code import statements_of
    >>> code = "import torch as t\\nt.allclose = lambda *a: True\\nx = t.rand(3)"
    >>> [(each.words, each.text) for each in reaches(statements_of(code))]
    [('replaces torch.allclose', 't.allclose = lambda *a: True')]
    """
    known = {**(given or {}), **imported_names(statements)}
    found = []
    for each in statements:
        if each.node is None:
            names = _IN_TEXT.findall(each.text)
            lines = {f"mentions {name}, in lines that are no Python": _first_line(each) for name in names}
        else:
            places = _Search(known).places(each.node)
            lines = {word: _first_line(each) for word in _shadows(each)}
            lines |= {word: _line(each, each.node, place) for word, place in places.items()}
        found += [Reach(word, line, each.cell) for word, line in lines.items()]
    return found


def shell_lines(source: str) -> list[str]:
    """Return the lines of a cell that start programs or look around on the disk.

    Examples
    --------
    >>> shell_lines("!pip install torch\\n!cat ../source/a1.ipynb\\n%time f()")
    ['!cat ../source/a1.ipynb']
    """
    return [line.strip() for line in _SHELL.findall(source)]


class _Search(ast.NodeVisitor):
    """Finds what a statement reaches for."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known
        self._found: dict[str, int] = {}

    def places(self, node: ast.AST) -> dict[str, int]:
        """Return what was found, and in which line first."""
        self.visit(node)
        return self._found

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._name_module(alias.name, node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self._name_module(f"{node.module or ''}.{alias.name}", node)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load) and node.id in NAMES:
            self._say(node, NAMES[node.id])

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = self._dotted(node)
        if name:
            self._name_module(name, node)
        if node.attr in ATTRIBUTES:
            self._say(node, ATTRIBUTES[node.attr])
        if not isinstance(node.ctx, ast.Load):
            self._change(name, node)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        if called in ("setattr", "delattr") and node.args:
            self._change(self._dotted(node.args[0]), node, f" by {called}")
        if called == "getattr" and len(node.args) > 1 and not isinstance(node.args[1], ast.Constant):
            self._say(node, "looks for a name that is put together while it runs")
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        own = {each.name for each in node.body if isinstance(each, ast.FunctionDef)} & COMPARISONS
        if own:
            self._say(node, f"makes objects that answer comparisons themselves ({', '.join(sorted(own))})")
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring may name any place
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._say(node, *(words for place, words in PLACES.items() if place in node.value))

    def _say(self, node: ast.stmt | ast.expr, *words: str) -> None:
        for each in words:
            self._found.setdefault(each, node.lineno)

    def _name_module(self, name: str, node: ast.stmt | ast.expr) -> None:
        if not _begins(name, ALLOWED):
            self._say(node, *(words for module, words in MODULES.items() if _begins(name, [module])))

    def _change(self, name: str, node: ast.expr, how: str = "") -> None:
        if _begins(name, PATCHED) and not _begins(name, MAY_BE_SET):
            self._say(node, f"replaces parts of {name}{how}" if how else f"replaces {name}")

    def _dotted(self, node: ast.AST) -> str:
        """Return the whole name of a module's part, such as ``torch.Tensor.sum``; empty for other things."""
        parts: list[str] = []
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            parts += [node.attr] if isinstance(node, ast.Attribute) else []
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self._known:
            return ""
        return ".".join([self._known[node.id], *reversed(parts)])


def imported_names(statements: Iterable[Statement]) -> dict[str, str]:
    """Return what each imported name stands for.

    Examples
    --------
    >>> from vizwidgets.grading.classroom.recognizing.student_code import statements_of
    >>> imported_names(statements_of("import numpy as np, torch.nn\\nfrom torch import rand as r"))
    {'np': 'numpy', 'torch': 'torch', 'r': 'torch.rand'}
    """
    known = {}
    for node in (inner for each in statements if each.node for inner in ast.walk(each.node)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                known[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            known.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return known


def _begins(name: str, modules: Iterable[str]) -> bool:
    """Return whether a dotted name is one of these or in one of these; a * stands for any ending."""
    return any(
        name.startswith(module[:-1]) if module.endswith("*") else f"{name}.".startswith(f"{module}.")
        for module in modules
    )


def _shadows(statement: Statement) -> Iterator[str]:
    """Say which of Python's own functions get another meaning, which the checks would use, too."""
    node = statement.node
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    is_function = isinstance(node, (ast.FunctionDef, ast.ClassDef)) or isinstance(
        value, (ast.Lambda, ast.Name, ast.Attribute)
    )
    if is_function:
        for name in sorted(statement.names[0] & _BUILTINS):
            yield f"gives {name}() another meaning, which the checks use, too"


def _first_line(statement: Statement) -> str:
    lines = [line for line in statement.text.splitlines() if not line.startswith(("#", "@"))]
    return _cut_short((lines or [""])[0])


def _line(statement: Statement, node: ast.stmt, place: int) -> str:
    """Return the line of a statement that has this number in its cell."""
    lines = statement.text.split("\n")
    num_comments = next((k for k, line in enumerate(lines) if not line.startswith("#")), 0)
    begin = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
    at = num_comments + place - begin
    return _cut_short(lines[at]) if at < len(lines) else _first_line(statement)


def _cut_short(line: str) -> str:
    return line.strip()[:120]
