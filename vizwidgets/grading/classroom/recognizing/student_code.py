"""The code of a cell as statements, one by one, so that a mistake in one of them costs no other."""

from __future__ import annotations

import ast
import re
import symtable
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from vizwidgets.grading.parsing import NO_PYTHON, parsed

_MAGIC = re.compile(r"^([%!?].*|[\w.]+\?{1,2}[ \t]*)$", re.MULTILINE)
_BEGINS = re.compile(r"(?!(?:else|elif|except|finally)\b)[^\s#)\]}]")  # of a line: a statement of its own
_DEFINITION = re.compile(r"^(?:async\s+)?def\s+(\w+)", re.MULTILINE)
_MOST_SIGNS, _MOST_STARTS = 200_000, 2_000  # of a cell that is cut into statements
_MOST_PIECES = 40  # that are put together when a text reaches over lines that look like statements
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Statement:
    """One statement at the top level of a cell.

    Parameters
    ----------
    text : str
        As the student wrote it, with the comment right above it.
    node : ast.stmt, optional
        None if it is no Python.
    cell : int
        In which cell of the notebook it stands, from 0.
    """

    text: str
    node: ast.stmt | None
    cell: int = 0

    @property
    def defines(self) -> str:
        """Name of the function that it defines, by ``def`` or ``name = lambda``, even if it is no Python."""
        if isinstance(self.node, _FUNCTIONS):
            return self.node.name
        if isinstance(self.node, ast.Assign) and isinstance(self.node.value, ast.Lambda):
            return _first_name(self.node.targets[0])
        if self.node is None and (found := _DEFINITION.search(self.text)):
            return found.group(1)
        return ""

    @cached_property
    def names(self) -> tuple[frozenset[str], frozenset[str]]:
        """The global names that it sets and that it reads, also inside of its functions."""
        if self.node is None:
            words = frozenset(re.findall(r"[A-Za-z_]\w*", self.text))
            return frozenset(filter(None, [self.defines])), words
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                table = symtable.symtable(self.text, "cell", "exec")
        except NO_PYTHON:
            return frozenset(), frozenset()
        names_set = frozenset(_set_names(table))
        return names_set, frozenset(_read_names(table)) | (names_set & _added_to(self.node))

    @property
    def changes(self) -> str:
        """Name of the object that it changes in place, as in ``x[0] = 1``, ``x.y = 1`` or ``x.add(1)``."""
        node = self.node
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            target: ast.expr = node.value.func
        elif isinstance(node, ast.Assign):
            target = node.targets[0]
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            target = node.target
        else:
            return ""
        return _first_name(target) if isinstance(target, (ast.Attribute, ast.Subscript)) else ""

    @property
    def is_stub(self) -> bool:
        """Whether it is a function that was left as it was handed out, whatever its docstring says."""
        if not isinstance(self.node, _FUNCTIONS):
            return False
        body = [each for each in self.node.body if not _is_text(each)]
        raised = body[0].exc if len(body) == 1 and isinstance(body[0], ast.Raise) else None
        name = raised.func if isinstance(raised, ast.Call) else raised
        return isinstance(name, ast.Name) and name.id == "NotImplementedError"

    @cached_property
    def essence(self) -> str:
        """What it does, whatever its comments and its layout; two with the same essence are the same."""
        return ast.dump(self.node) if self.node else self.text.strip()


def statements_of(source: str, cell: int = 0) -> list[Statement]:
    """Return the statements of a cell in their order; lines that are magics are taken for comments.

    Examples
    --------
    >>> found = statements_of("%pylab\\nimport math\\ndef f(x):\\n    return math.sqrt(x\\n\\ny = f(2)")
    >>> [(each.defines, each.node is not None) for each in found]
    [('', True), ('f', False), ('', True)]
    """
    return list(_statements(source, cell))


@lru_cache(256)  # the course's own cells stand in every submission
def _statements(source: str, cell: int) -> tuple[Statement, ...]:
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    if len(source) > _MOST_SIGNS:
        return (Statement(source, None, cell),)
    for text in (source, _MAGIC.sub(r"pass  # \1", source)):
        if (tree := parsed(text)) is not None:
            return tuple(_cut(text, tree, cell))
    return tuple(_pieces(source.split("\n"), cell))


def _cut(source: str, tree: ast.Module, cell: int) -> Iterator[Statement]:
    """Yield the text of each statement, with the comment lines right above it."""
    lines = source.split("\n")
    spans = [_span(node) for node in tree.body]
    for k, (node, (first, last)) in enumerate(zip(tree.body, spans, strict=True)):
        before = spans[k - 1][1] if k else 0
        after = spans[k + 1][0] if k + 1 < len(spans) else len(lines) + 1
        if before == first or last == after:  # two statements on one line
            yield Statement(ast.get_source_segment(source, node) or "", node, cell)
            continue
        while first - 1 > before and lines[first - 2].startswith("#"):
            first -= 1
        yield Statement("\n".join(lines[first - 1 : last]), node, cell)


def _span(node: ast.stmt) -> tuple[int, int]:
    """Return the first and the last line of a statement, from 1."""
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)]), node.end_lineno or node.lineno


def _pieces(lines: list[str], cell: int) -> Iterator[Statement]:
    """Yield the statements of a cell that is no Python as a whole: what can be parsed, else as text."""
    starts = [k for k, line in enumerate(lines) if _BEGINS.match(line)]
    if len(starts) > _MOST_STARTS:
        yield Statement("\n".join(lines), None, cell)
        return
    ends = [*starts[1:], len(lines)]
    at, broken = 0, ""
    while at < len(starts):
        first = starts[at]
        whole = next(_wholes(lines, first, ends[at : at + _MOST_PIECES]), None)
        if broken and (whole or _DEFINITION.match(lines[first])):
            yield Statement(broken.rstrip(), None, cell)
            broken = ""
        if whole:
            taken, text, tree = whole
            yield from _cut(text, tree, cell)
            at += taken
        else:  # lines that belong to the same mistake stay together
            broken += "" if _MAGIC.fullmatch(lines[first]) else "\n".join([*lines[first : ends[at]], ""])
            at += 1
    if broken:
        yield Statement(broken.rstrip(), None, cell)


def _wholes(lines: list[str], first: int, ends: list[int]) -> Iterator[tuple[int, str, ast.Module]]:
    """Yield how many pieces from this line on are Python together, with their text, shortest first."""
    while first and lines[first - 1].startswith("#"):
        first -= 1
    for k, end in enumerate(ends):
        text = "\n".join(lines[first:end])
        if (tree := parsed(text)) is not None:
            yield k + 1, text, tree


def _is_text(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _added_to(node: ast.stmt) -> set[str]:
    """Return the names in ``x += 1``, which reads x, though Python's table of symbols does not say so."""
    return {_first_name(each.target) for each in ast.walk(node) if isinstance(each, ast.AugAssign)}


def _first_name(target: ast.expr) -> str:
    while isinstance(target, (ast.Attribute, ast.Subscript, ast.Starred)):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


def _set_names(table: symtable.SymbolTable) -> Iterator[str]:
    is_top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if (is_top or symbol.is_declared_global()) and (symbol.is_assigned() or symbol.is_imported()):
            yield symbol.get_name()
    for inner in table.get_children():
        yield from _set_names(inner)


def _read_names(table: symtable.SymbolTable) -> Iterator[str]:
    is_top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (is_top or symbol.is_global()):
            yield symbol.get_name()
    for inner in table.get_children():
        yield from _read_names(inner)
