"""The lessons, and their executed copies in `build/executed`."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).parent.parent
NOTEBOOKS = ROOT / "notebooks"
EXECUTED = ROOT / "build" / "executed"
MARK = "course"  # our own entry in the metadata of an executed notebook


@dataclass(frozen=True)
class Lesson:
    """One lesson: a notebook without outputs."""

    path: Path

    @property
    def stem(self) -> str:
        """Name of the file without its ending: 02_activation_maximization."""
        return self.path.stem

    @cached_property
    def notebook(self) -> NotebookNode:
        """The notebook as it is committed."""
        return nbformat.read(self.path, as_version=4)

    @property
    def heading(self) -> str:
        """Its place in the course and its title: 02 Activation maximization."""
        return f"{self.stem.partition('_')[0]} {self.title}"

    @property
    def title(self) -> str:
        """The heading with which it opens."""
        return self.notebook.cells[0].source.splitlines()[0].removeprefix("# ").strip()

    @property
    def part(self) -> str:
        """The line beneath the title: part of the lecture and minutes, without stars."""
        found = re.search(r"^\*(.+)\*$", self.notebook.cells[0].source, re.MULTILINE)
        return found[1] if found else ""


def lessons(folder: Path = NOTEBOOKS) -> list[Lesson]:
    """Return all lessons in the order of the course."""
    return [Lesson(path) for path in sorted(folder.glob("[0-9]*.ipynb"))]


def library_digest(library: Path = ROOT / "vizwidgets") -> str:
    """Return the hash of all that the lessons import; dates do not matter, a new clone has other ones."""
    digest = hashlib.sha256()
    for path in sorted(library.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(library).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def lesson_digest(notebook: NotebookNode) -> str:
    """Return the hash of what is run: the code cells and their order."""
    code = [(cell.id, cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256(json.dumps(code).encode()).hexdigest()


def save_executed(
    notebook: NotebookNode, stem: str, failed: Iterable[str], library: str, folder: Path = EXECUTED
) -> Path:
    """Keep an executed lesson, whole or not at all.

    Parameters
    ----------
    notebook : NotebookNode
        With outputs; stays as it is.
    stem : str
        Name of the lesson.
    failed : iterable of str
        The ids of the cells that failed; empty if all is well.
    library : str
        Hash of the library that the lesson imported.
    folder : Path
        Where executed lessons lie.
    """
    kept = nbformat.from_dict(notebook)
    kept.metadata.pop("widgets", None)
    kept.metadata[MARK] = {"code": lesson_digest(notebook), "library": library, "failed": sorted(failed)}
    folder.mkdir(parents=True, exist_ok=True)
    path, unfinished = folder / f"{stem}.ipynb", folder / f"{stem}.part"
    nbformat.write(kept, unfinished)
    os.replace(unfinished, path)
    return path


def read_executed(lesson: Lesson, folder: Path = EXECUTED) -> NotebookNode | None:
    """Return the executed copy of a lesson, or None if there is none that can be read."""
    try:
        notebook = nbformat.read(folder / lesson.path.name, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError):
        return None
    return notebook if MARK in notebook.metadata else None


def is_current(lesson: Lesson, library: str, folder: Path = EXECUTED) -> bool:
    """Return whether the executed copy has the code of the lesson and was run with this library."""
    notebook = read_executed(lesson, folder)
    if notebook is None:
        return False
    mark = notebook.metadata[MARK]
    return mark["code"] == lesson_digest(lesson.notebook) and mark["library"] == library


def failed_cells(notebook: NotebookNode) -> Sequence[str]:
    """Return the ids of the cells of an executed lesson that failed."""
    return list(notebook.metadata[MARK]["failed"])
