"""What a student wrote below the cell of a text answer, in cells of the student's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from nbformat import NotebookNode

from vizwidgets.grading.sheets.sheet import Sheet, id_of, mark_of

PROSE = ("markdown", "raw")


def own_cells(
    cells: Iterable[NotebookNode], is_answer: Callable[[NotebookNode], bool], release: Sheet
) -> Iterator[NotebookNode]:
    """Yield the student's own cells of prose between an answer's cell and the next cell of the course.

    Parameters
    ----------
    cells : iterable of NotebookNode
        Of what was handed in.
    is_answer : callable
        Whether a cell is the answer's.
    release : Sheet
        As it was handed out. Its cells are known by nbgrader's metadata, by their id, and by what they say:
        some programs give new ids to all cells when they save.

    Examples
    --------
    >>> from nbformat import v4
    >>> release = Sheet(v4.new_notebook(cells=[v4.new_markdown_cell("The end", id="end")]))
    >>> cells = [v4.new_markdown_cell(text) for text in ("before", "q6", "mine", "The end", "after")]
    >>> [cell.source for cell in own_cells(cells, lambda cell: cell.source == "q6", release)]
    ['mine']
    """
    ids = {id_of(cell) for cell in release.cells}
    words = {essence(cell.source) for cell in release.cells} - {""}
    is_below = False
    for cell in cells:
        if is_answer(cell):
            is_below = True
        elif mark_of(cell) or id_of(cell) in ids or essence(cell.source) in words:
            is_below = False
        elif is_below and cell.cell_type in PROSE:
            yield cell


def essence(text: str) -> str:
    """Return a text in which spaces and line ends make no difference."""
    return re.sub(r"\s+", " ", text).strip()
