"""What the course wrote is put back before a sheet is graded; what the student wrote stays."""

from __future__ import annotations

from copy import deepcopy

from nbformat import NotebookNode

from .sheet import id_of, is_answer, is_fixed, mark_of


def overwrite(submission: NotebookNode, source: NotebookNode) -> NotebookNode:
    """Return the submission with every locked or graded cell as the source has it, hidden checks included.

    Parameters
    ----------
    submission : NotebookNode
        What a student handed in; it is not changed.
    source : NotebookNode
        The sheet with its hidden checks.

    Returns
    -------
    NotebookNode
        Answers and cells of the student's own as they were. A cell of the course that was deleted stands
        again after the one it follows in the source; the second of two with one id is the student's own; a
        deleted answer comes back empty, so that its checks are run and fail.
    """
    graded = deepcopy(submission)
    wanted = {id_of(cell): cell for cell in source.cells if mark_of(cell)}
    kept: list[NotebookNode] = []
    seen: set[str] = set()
    for cell in graded.cells:
        name = id_of(cell) if mark_of(cell) else ""
        if name in seen:
            name = ""  # copied with its metadata: the copy is the student's own cell
            cell.metadata.pop("nbgrader", None)
        if name in wanted:
            seen.add(name)
            cell = _put_back(cell, wanted[name])
        kept.append(cell)
    graded.cells = kept
    _add_missing(graded, source, seen)
    return graded


def _put_back(cell: NotebookNode, original: NotebookNode) -> NotebookNode:
    """Return the course's cell, or the student's answer under the course's metadata."""
    if is_fixed(original):
        return deepcopy(original)
    answer = deepcopy(original)
    answer.source = cell.source
    return answer


def _add_missing(graded: NotebookNode, source: NotebookNode, seen: set[str]) -> None:
    """Set each cell that is missing behind the one that it follows in the source."""
    place = 0
    for original in source.cells:
        name = id_of(original)
        if not mark_of(original):
            continue
        if name in seen:
            place = 1 + next(
                k for k, cell in enumerate(graded.cells) if mark_of(cell).get("grade_id") == name
            )
            continue
        added = deepcopy(original)
        if is_answer(original):
            added.source = ""
        graded.cells.insert(place, added)
        place += 1
