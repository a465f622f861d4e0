"""Answers found by the names of their functions, with what they need of the student's other code."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vizwidgets.grading.sheets.sheet import Sheet, is_answer, is_fixed, is_grade, is_shown_only

from .student_code import Statement, statements_of


@dataclass(frozen=True)
class FoundAnswer:
    """An answer that was found.

    Parameters
    ----------
    text : str
        What goes into its cell: what it needs, then the functions.
    words : str
        What was found where; what is missing.
    is_whole : bool
        Whether all of its functions were found, and can be run.
    """

    text: str
    words: str
    is_whole: bool


def find_answer(
    functions: Sequence[str], earlier: Iterable[str], statements: Sequence[Statement], release: Sheet
) -> FoundAnswer | None:
    """Return an answer, or None if nothing of it is there.

    Parameters
    ----------
    functions : sequence of str
        What the answer must define.
    earlier : iterable of str
        Functions of the answers before it, which need not be given again.
    statements : sequence of Statement
        All that stands in the notebook, in its order.
    release : Sheet
        As it was handed out: its stubs are no answers, its setup is there anyway.

    Examples
    --------
    >>> import nbformat
    >>> empty = Sheet(nbformat.v4.new_notebook())
    >>> code = "import math\\ndef half(x): return x / 2\\ndef f(x): return math.sqrt(half(x))\\nf(3)"
    >>> found = find_answer(["f"], [], statements_of(code), empty)
    >>> print(found.text)
    import math
    <BLANKLINE>
    def half(x): return x / 2
    <BLANKLINE>
    def f(x): return math.sqrt(half(x))
    >>> found.words
    'f from cell 1, with math, half'
    """
    own = _own_statements(statements, release)
    chosen = {name: [each for each in own if name in each.names[0]] for name in functions}
    last = [found[-1] for found in chosen.values() if found]
    if not last:
        return None
    needed = _needed(last, own, {*earlier, *functions}, _set_by_setup(release))
    parts = [each for each in own if each in needed or each in last]
    words = [_words(name, found) for name, found in chosen.items()]
    if helpers := [name for each in parts if each not in last for name in sorted(each.names[0])]:
        words.append(f"with {', '.join(dict.fromkeys(helpers))}")
    is_whole = all(found and found[-1].node is not None for found in chosen.values())
    return FoundAnswer("\n\n".join(each.text for each in parts), ", ".join(words), is_whole)


def _own_statements(statements: Sequence[Statement], release: Sheet) -> list[Statement]:
    """Return what the student wrote: no stubs, nothing that the release has but imports."""
    given = {
        each.essence
        for cell in release.cells
        if cell.cell_type == "code"
        for each in statements_of(cell.source)
        if not isinstance(each.node, (ast.Import, ast.ImportFrom))
    }
    return [each for each in statements if each.essence not in given and not each.is_stub]


def _set_by_setup(release: Sheet) -> dict[str, set[str]]:
    """Return the names that hold before any answer, each with the statements that set it."""
    found: dict[str, set[str]] = {}
    for cell in release.cells:
        if cell.cell_type == "code" and is_fixed(cell) and not (is_grade(cell) or is_shown_only(cell)):
            for each in statements_of(cell.source):
                for name in each.names[0]:
                    found.setdefault(name, set()).add(each.essence)
        if is_answer(cell):
            break
    return found


def _needed(
    answers: Sequence[Statement], own: Sequence[Statement], known: set[str], setup: dict[str, set[str]]
) -> list[Statement]:
    """Return the statements of the student's own without which the answers would miss a name."""
    needed: list[Statement] = []
    waiting = [each for each in answers if each.node is not None]  # what is no Python runs with nothing
    done = set(known)
    while waiting:
        for name in waiting.pop().names[1] - done:
            done.add(name)
            found = [each for each in _history(name, own) if each.essence not in setup.get(name, ())]
            waiting += found
            needed += found
    return needed


def _history(name: str, own: Sequence[Statement]) -> list[Statement]:
    """Return the last statement that sets a name, what it builds upon, and what changes the object."""
    setting = [k for k, each in enumerate(own) if name in each.names[0] and each.node is not None]
    if not setting:
        return [each for each in own if _imports_all(each)]  # it may come from there
    first = next((k for k in reversed(setting) if _is_beginning(own[k], name)), setting[0])
    is_object = not isinstance(own[first].node, (ast.Import, ast.ImportFrom))
    changing = [k for k in range(first, len(own)) if is_object and own[k].changes == name]
    return [own[k] for k in sorted({*(k for k in setting if k >= first), *changing})]


def _is_beginning(statement: Statement, name: str) -> bool:
    """Return whether the name is set for sure, whatever it was before."""
    is_sure = not isinstance(statement.node, (ast.If, ast.For, ast.While, ast.Try))
    return is_sure and name not in statement.names[1]


def _imports_all(statement: Statement) -> bool:
    node = statement.node
    return isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)


def _words(name: str, found: Sequence[Statement]) -> str:
    if not found:
        return f"{name} is missing"
    last = found[-1]
    several = f", the last of {len(found)}" if len(found) > 1 else ""
    broken = "" if last.node is not None else ", which is no Python"
    return f"{name} from cell {last.cell + 1}{several}{broken}"
