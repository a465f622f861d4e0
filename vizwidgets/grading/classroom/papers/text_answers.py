"""The texts that students wrote into a sheet, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from nbformat import NotebookNode

from vizwidgets.grading.classroom.reading.budget import NOTEBOOK_BYTES, megabytes
from vizwidgets.grading.classroom.recognizing.own_cells import PROSE, essence, own_cells
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.sheet import MARKER, Sheet, id_of, mark_of

UNREADABLE = "the notebook can not be read"


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
        Whether that is still what the release says.
    problem : str
        Why there is no text, in words.
    beside : str
        What stands below, in cells of the student's own: many a student writes there.
    """

    student: str
    cell: str
    text: str = ""
    is_placeholder: bool = False
    problem: str = ""
    beside: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether the student wrote nothing, neither into the cell nor below it."""
        return self.is_placeholder and not self.beside

    @property
    def fingerprint(self) -> str:
        """Tells whether the answer has changed; spaces and line ends do not count."""
        return sha256(essence(f"{self.text} {self.beside}").encode()).hexdigest()[:12]


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
    yield from (answer_in(cells, name, release, student) for name in release.texts)


def answer_in(cells: list[NotebookNode], name: str, release: Sheet, student: str = "") -> TextAnswer:
    """Return what a notebook's cells say to a question; its problem if the cell of the answer is missing."""
    text = text_in(cells, name)
    if text is None:
        return TextAnswer(student, name, problem="the cell of the answer is missing; look into the notebook")
    is_placeholder = essence(text) in ("", essence(without_marker(release.cell(name).source)))
    below = own_cells(cells, lambda cell: _is_of(cell, name), release)
    beside = "\n\n".join(filter(None, (_written_in(cell) for cell in below)))
    return TextAnswer(student, name, text, is_placeholder, beside=beside)


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
    if path.is_file() and path.stat().st_size > NOTEBOOK_BYTES:
        raise ValueError(f"the file has more than {megabytes(NOTEBOOK_BYTES)}")
    return Sheet.read(path)


def text_in(cells: list[NotebookNode], name: str) -> str | None:
    """Return the text under a cell's id or behind its marker; an answer that was split is put together."""
    parts = [_written_in(cell) for cell in cells if _is_of(cell, name)]
    return "\n\n".join(dict.fromkeys(parts)) if parts else None


def _written_in(cell: NotebookNode) -> str:
    """Return what a cell says; pictures that are attached to it, and not named in its text, stand below."""
    attached = cell.get("attachments", {})
    unnamed = [name for name in attached if name not in cell.source and quote(name) not in cell.source]
    pictures = [f"![](<attachment:{name}>)" for name in unnamed]
    return "\n\n".join(filter(None, [without_marker(cell.source), *pictures]))


def _is_of(cell: NotebookNode, name: str) -> bool:
    """Whether a cell is the one of an answer, by its id or by its marker."""
    has_mark = bool(mark_of(cell)) and id_of(cell) == name
    has_marker = any(match.group(1) == name for match in MARKER.finditer(cell.source))
    return cell.cell_type in PROSE and (has_mark or has_marker)
