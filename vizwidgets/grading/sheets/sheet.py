"""A sheet as a value: its cells by their ids, what is graded, and who answers what."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.reader import NotJSONError

from ..parsing import parsed

MARKER = re.compile(r"<!--\s*answer\s+(\S+)\s*-->")  # stands in each text answer
WIDGET = "widget"  # tag of cells that only show; grading leaves them out


class Sheet:
    """A notebook in nbgrader's format.

    Parameters
    ----------
    notebook : NotebookNode
        nbformat 4. It is not changed.
    name : str, optional
        By default the name in the notebook's metadata.

    Examples
    --------
    >>> cell = nbformat.v4.new_code_cell("def double(x):\\n    return 2 * x")
    >>> cell.metadata["nbgrader"] = {"grade_id": "q1", "grade": False, "solution": True, "locked": False}
    >>> sheet = Sheet(nbformat.v4.new_notebook(cells=[cell]), "tiny")
    >>> sheet.answers
    {'q1': ('double',)}
    """

    def __init__(self, notebook: NotebookNode, name: str = "") -> None:
        self.notebook = notebook
        self.name = name or str(notebook.metadata.get("vizwidgets", {}).get("sheet", ""))
        self.cells: list[NotebookNode] = notebook.cells

    @staticmethod
    def read(path: str | Path) -> Sheet:
        """Read a sheet from its file.

        Raises
        ------
        FileNotFoundError
            If there is none.
        ValueError
            If it is no notebook.
        """
        path = Path(path)
        try:
            notebook = nbformat.read(path, as_version=4)
        except FileNotFoundError:
            raise FileNotFoundError(f"there is no sheet {path.name} in {path.parent}.") from None
        except NotJSONError as reason:
            raise ValueError(f"{path.name} is no notebook: its text breaks off or was changed.") from reason
        except Exception as reason:  # nbformat raises what its schema and its converters raise
            raise ValueError(f"{path.name} is no notebook: {type(reason).__name__}: {reason}") from reason
        return Sheet(notebook, path.stem)

    def cell(self, grade_id: str) -> NotebookNode:
        """Return the cell with this id.

        Raises
        ------
        KeyError
            If there is none.
        """
        for cell in self.cells:
            if id_of(cell) == grade_id:
                return cell
        raise KeyError(f"{self.name} has no cell {grade_id!r}.")

    @property
    def graded(self) -> list[NotebookNode]:
        """The cells that have points (or 0 of them), in order."""
        return [cell for cell in self.cells if is_grade(cell)]

    @property
    def points(self) -> dict[str, float]:
        """What each graded cell is worth."""
        return {id_of(cell): float(mark_of(cell)["points"]) for cell in self.graded}

    @property
    def answers(self) -> dict[str, tuple[str, ...]]:
        """The cells that a student fills in: the functions that each defines; a text answer has none."""
        return {id_of(cell): functions_of(cell.source) for cell in self.cells if is_answer(cell)}

    @property
    def texts(self) -> list[str]:
        """Ids of the cells that a person reads."""
        return [id_of(cell) for cell in self.graded if is_answer(cell)]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that a student does not write: it changes when the sheet does."""
        fixed = [[id_of(cell), cell.source, dict(mark_of(cell))] for cell in self.cells if is_fixed(cell)]
        return hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()


def mark_of(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return nbgrader's metadata of a cell; empty for a cell that is the student's own affair."""
    mark = cell.get("metadata", {}).get("nbgrader", {})
    return mark if isinstance(mark, Mapping) else {}


def id_of(cell: Mapping[str, Any]) -> str:
    """Return nbgrader's id of a cell, else the notebook's own."""
    return str(mark_of(cell).get("grade_id") or cell.get("id", ""))


def is_grade(cell: Mapping[str, Any]) -> bool:
    """Whether the cell has points."""
    return bool(mark_of(cell).get("grade"))


def is_answer(cell: Mapping[str, Any]) -> bool:
    """Whether the student fills it in."""
    return bool(mark_of(cell).get("solution"))


def is_fixed(cell: Mapping[str, Any]) -> bool:
    """Whether the course wrote it, and grading puts it back: graded or locked, and no answer."""
    mark = mark_of(cell)
    return bool(mark.get("grade") or mark.get("locked")) and not is_answer(cell)


def is_shown_only(cell: Mapping[str, Any]) -> bool:
    """Whether it is a locked widget: grading leaves it out, for nobody looks."""
    return is_fixed(cell) and not is_grade(cell) and WIDGET in cell.get("metadata", {}).get("tags", [])


def functions_of(source: str) -> tuple[str, ...]:
    """Return the functions that a cell defines at its top level; none if it is no Python.

    Examples
    --------
    >>> functions_of("def f(x):\\n    def g(): ...\\n    return x")
    ('f',)
    """
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return tuple(node.name for node in _statements(source) if isinstance(node, kinds))


def names_of(source: str) -> set[str]:
    """Return the names that a cell reads or binds; none if it is no Python.

    Examples
    --------
    >>> sorted(names_of("y = f(x)"))
    ['f', 'x', 'y']
    """
    nodes = (node for statement in _statements(source) for node in ast.walk(statement))
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _statements(source: str) -> list[ast.stmt]:
    tree = parsed(source)
    return [] if tree is None else tree.body
