"""Answers that are the same but for names, comments and layout, and how much that says."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from vizwidgets.grading.classroom.reading.file_kinds import Notebook
from vizwidgets.grading.classroom.recognizing.recognition import all_statements
from vizwidgets.grading.classroom.recognizing.text_search import find_text
from vizwidgets.grading.sheets.sheet import Sheet

LONG, SHORT = 90, 30  # parts of a syntax tree: from these on one, or two, equal answers are worth a look
_LEAST_WORDS = 15  # of a text
_SHARE = 0.03  # of the class: what more have in common is the natural way to write it


@dataclass(frozen=True)
class Pair:
    """Two submissions with the same answers.

    Parameters
    ----------
    students : tuple of str
        The two.
    answers : tuple of str
        Which answers are the same.
    """

    students: tuple[str, str]
    answers: tuple[str, ...]


def normalized_answers(notebook: Notebook, release: Sheet) -> dict[str, tuple[str, int]]:
    """Return each answer as it is without names and layout, and its size.

    Parameters
    ----------
    notebook : dict
        What was handed in.
    release : Sheet
        As it was handed out; what was left as it was is no answer.
    """
    statements = all_statements(notebook)
    found: dict[str, tuple[str, int]] = {}
    for name, functions in release.answers.items():
        if functions:
            own = [each for each in statements if each.defines in functions and not each.is_stub]
            last = {each.defines: each.node for each in own if each.node is not None}
            texts = [normalized(last[each]) for each in functions if each in last]
            size = sum(sum(1 for _ in ast.walk(node)) for node in last.values())
        else:
            text = find_text(name, notebook, release)
            words = re.findall(r"\w+", text.text.partition("-->")[2].casefold()) if text else []
            texts = [" ".join(words)] if len(words) >= _LEAST_WORDS else []
            size = LONG
        if texts:
            found[name] = "\n".join(texts), size
    return found


def normalized(function: ast.AST) -> str:
    """Return a function without the names of its variables, its docstring and its annotations.

    Examples
    --------
    >>> one = ast.parse("def f(x):\\n    y = x + 1  # one more\\n    return y").body[0]
    >>> other = ast.parse("def f(n: int) -> int:\\n    'More.'\\n    more = (n+1)\\n    return more").body[0]
    >>> normalized(one) == normalized(other)
    True
    """
    copy = ast.parse(ast.unparse(function)).body[0]
    return ast.dump(_Renamed(_own_names(copy)).visit(copy))


def alike(answers: Mapping[str, Mapping[str, tuple[str, int]]]) -> list[Pair]:
    """Return the pairs of students that a person should compare.

    A pair is named if one long answer, or two shorter ones, are the same, and few others have them.

    Parameters
    ----------
    answers : mapping of str to mapping
        By student, as `normalized_answers` gives them.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for student, own in answers.items():
        for name, (text, size) in own.items():
            if size >= SHORT:
                groups.setdefault((name, text), []).append(student)
    shared: dict[tuple[str, str], list[str]] = {}
    most = max(2, int(_SHARE * len(answers)))
    for (name, _), students in groups.items():
        if 2 <= len(students) <= most:
            for one, other in combinations(sorted(students), 2):
                shared.setdefault((one, other), []).append(name)
    return [
        Pair(pair, tuple(names))
        for pair, names in sorted(shared.items())
        if len(names) > 1 or answers[pair[0]][names[0]][1] >= LONG
    ]


def _own_names(tree: ast.AST) -> dict[str, str]:
    """Return a number for each name that the function itself sets, in the order of their appearance."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            names.append(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.append(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node is not tree:
            names.append(node.name)
    return {name: f"v{k}" for k, name in enumerate(dict.fromkeys(names))}


class _Renamed(ast.NodeTransformer):
    """Gives numbers for names, and drops what does nothing."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg, node.annotation = self._names.get(node.arg, node.arg), None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name, node.returns = self._names.get(node.name, node.name), None
        self.generic_visit(node)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        if isinstance(node.value, ast.Constant):  # a docstring
            return None
        return self.generic_visit(node)
