"""The texts that students wrote into a sheet, one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from nbformat import NotebookNode

from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.sheet import MARKER, Sheet, id_of, mark_of

UNREADABLE = "the notebook can not be read"
MOST_BYTES = 20_000_000  # a larger notebook is not opened


@dataclass(frozen=True)
class TextAnswer:
    """What a student wrote into one cell.

    Parameters
    ----------
    student, cell : str
        Whose, and where.
    text : str
        Markdown, without the marker line.
    is_placeholder : bool
        Whether it is still what the release says.
    problem : str
        Why there is no text, in words.
    """

    student: str
    cell: str
    text: str = ""
    is_placeholder: bool = False
    problem: str = ""

    @property
    def fingerprint(self) -> str:
        """Tells whether the answer has changed; spaces and line ends do not count."""
        return sha256(_essence(self.text).encode()).hexdigest()[:12]


def text_answers(course: Course, sheet: str) -> list[TextAnswer]:
    """Return every text answer of everyone who handed in the sheet."""
    release = Sheet.read(course.release(sheet))
    found: list[TextAnswer] = []
    for student, _ in course.submissions(sheet):
        found.extend(answers_of(student, course.submission(student, sheet), release))
    return found


def answers_of(student: str, path: Path, release: Sheet) -> Iterator[TextAnswer]:
    """Yield the text answers of one notebook; one that can not be read yields its problem."""
    try:
        cells = _opened(path).cells
    except (OSError, ValueError) as reason:
        words = f"{UNREADABLE}: {str(reason).splitlines()[0][:120]}"
        yield from (TextAnswer(student, name, problem=words) for name in release.texts)
        return
    for name in release.texts:
        placeholder = without_marker(release.cell(name).source)
        text = text_in(cells, name)
        if text is None:
            problem = "the cell of the answer is missing; look into the notebook"
            yield TextAnswer(student, name, problem=problem)
        else:
            is_placeholder = _essence(text) in ("", _essence(placeholder))
            yield TextAnswer(student, name, text, is_placeholder)


def without_marker(source: str) -> str:
    """Return a text without the line that marks it.

    Examples
    --------
    >>> without_marker("<!-- answer q6 -->\\nThe network sees edges.")
    'The network sees edges.'
    """
    return MARKER.sub("", source).strip()


def read_submission(path: Path) -> Sheet | None:
    """Return what was handed in; None if it can not be read, or is larger than 20 MB."""
    try:
        return _opened(path)
    except (OSError, ValueError):
        return None


def _opened(path: Path) -> Sheet:
    if path.is_file() and path.stat().st_size > MOST_BYTES:
        raise ValueError(f"the file has more than {MOST_BYTES / 1e6:g} MB")
    return Sheet.read(path)


def text_in(cells: list[NotebookNode], name: str) -> str | None:
    """Return the text under a cell's id or behind its marker; an answer that was split is put together."""
    parts = [
        without_marker(cell.source)
        for cell in cells
        if cell.cell_type in ("markdown", "raw") and (_has_mark(cell, name) or _has_marker(cell, name))
    ]
    return "\n\n".join(dict.fromkeys(parts)) if parts else None


def _has_mark(cell: NotebookNode, name: str) -> bool:
    return bool(mark_of(cell)) and id_of(cell) == name


def _has_marker(cell: NotebookNode, name: str) -> bool:
    return any(match.group(1) == name for match in MARKER.finditer(cell.source))


def _essence(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
