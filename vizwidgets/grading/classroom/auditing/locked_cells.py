"""Cells of the course that a submission has in another form: put back by grading, shown to a person."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from vizwidgets.grading.classroom.reading.file_kinds import Notebook, cells_of
from vizwidgets.grading.parsing import parsed
from vizwidgets.grading.sheets.sheet import Sheet, id_of, is_fixed, mark_of

_MOST_LINES = 14  # of a difference


@dataclass(frozen=True)
class Change:
    """A locked cell that is another one.

    Parameters
    ----------
    cell : str
        Its id.
    words : str
        What happened to it.
    lines : tuple of str
        What was taken out (``-``) and put in (``+``).
    """

    cell: str
    words: str
    lines: tuple[str, ...] = ()


def changed_cells(notebook: Notebook, release: Sheet) -> list[Change]:
    """Return the locked cells of a release that were changed or deleted; another layout is no change.

    Parameters
    ----------
    notebook : dict
        As it was handed in.
    release : Sheet
        Of the same version.
    """
    sources: dict[str, str] = {}
    for cell in cells_of(notebook):
        if mark_of(cell):
            sources.setdefault(id_of(cell), cell["source"])
    found = []
    for cell in release.cells:
        if not is_fixed(cell):
            continue
        name = id_of(cell)
        if name not in sources:
            found.append(Change(name, "deleted"))
        elif not _same(sources[name], cell.source):
            found.append(Change(name, "changed", tuple(_difference(cell.source, sources[name]))))
    return found


def _same(one: str, other: str) -> bool:
    if _lines(one) == _lines(other):
        return True
    trees = parsed(one), parsed(other)
    return None not in trees and ast.dump(trees[0]) == ast.dump(trees[1])  # type: ignore[arg-type]


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def _difference(given: str, found: str) -> Iterator[str]:
    lines = list(difflib.unified_diff(_lines(given), _lines(found), lineterm="", n=0))[2:]
    lines = [line[:160] for line in lines if not line.startswith("@@")]
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield f"… and {len(lines) - _MOST_LINES} further lines"
