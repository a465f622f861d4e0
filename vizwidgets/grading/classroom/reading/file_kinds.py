"""What a file is, whatever it is called: a notebook, a record of an exploration, or what else."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

from .budget import ArchiveError

Notebook = dict[str, Any]  # plain values, as they stand in the file
_ASK = "ask for the notebook (.ipynb) itself"
_BEGINNINGS = {
    b"%PDF": f"a PDF, which can not be run; {_ASK}",
    b"Rar!": f"a RAR archive; {_ASK}, or a zip",
    b"7z\xbc\xaf": f"a 7z archive; {_ASK}, or a zip",
    b"\x1f\x8b": f"a gzip archive; {_ASK}, or a zip",
    b"<": f"a web page, perhaps of the notebook as it is shown; {_ASK}",
}
_ENDINGS = {
    (".py",): f"a Python file, without the cells that are graded; {_ASK}",
    (".pdf",): _BEGINNINGS[b"%PDF"],
    (".html", ".htm"): _BEGINNINGS[b"<"],
    (".doc", ".docx", ".odt", ".rtf"): f"a text document; {_ASK}",
    (".png", ".jpg", ".jpeg", ".heic", ".gif"): f"a picture; {_ASK}",
}


def words_for(name: str) -> str:
    """Return why a file is no use, by its name alone; empty if it must be looked at.

    Examples
    --------
    >>> words_for("a1.PY")
    'a Python file, without the cells that are graded; ask for the notebook (.ipynb) itself'
    >>> words_for("a1.ipynb.txt")
    ''
    """
    ending = PurePosixPath(name).suffix.lower()
    return next((words for endings, words in _ENDINGS.items() if ending in endings), "")


def read_notebook(data: bytes) -> Notebook:
    """Return a notebook of any format as plain values.

    Raises
    ------
    ArchiveError
        If it is none; the message says what it is, and what to do.

    Examples
    --------
    >>> read_notebook(b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')["cells"]
    []
    >>> read_notebook(b'{"cells": [')
    Traceback (most recent call last):
    ...
    vizwidgets.grading.classroom.reading.budget.ArchiveError: broken JSON, perhaps cut short ...
    """
    start = data.lstrip()[:8]
    if not start:
        raise ArchiveError("an empty file; ask for it again")
    if kind := next((words for beginning, words in _BEGINNINGS.items() if start.startswith(beginning)), ""):
        raise ArchiveError(kind)
    found = _json(data)
    if not isinstance(found, dict) or not isinstance(found.get("cells", found.get("worksheets")), list):
        raise ArchiveError(f"JSON, but no notebook and no record; {_ASK}")
    if not all(_is_cell(cell) for cell in _raw_cells(found)):
        raise ArchiveError("a notebook with broken cells; open it in JupyterLab, or ask for it again")
    return found


def is_record(data: bytes) -> bool:
    """Return whether it is a record of an exploration, as ``explorer.record()`` gives it.

    Examples
    --------
    >>> is_record(b'{"format": "vizwidgets ascent 1"}'), is_record(b"[]")
    (True, False)
    """
    try:
        found = _json(data)
    except ArchiveError:
        return False
    return isinstance(found, dict) and str(found.get("format", "")).startswith("vizwidgets ")


def cells_of(notebook: Notebook) -> list[dict[str, Any]]:
    """Return copies of the cells of a notebook, each with ``source`` as one text and with ``metadata``."""
    return [{**cell, "source": _source(cell), "metadata": _metadata(cell)} for cell in _raw_cells(notebook)]


def _raw_cells(notebook: Notebook) -> list[Any]:
    if isinstance(notebook.get("cells"), list):
        return notebook["cells"]
    sheets = [sheet for sheet in notebook.get("worksheets", []) if isinstance(sheet, dict)]
    return [cell for sheet in sheets for cell in sheet.get("cells", [])]


def _is_cell(cell: object) -> bool:
    return isinstance(cell, dict) and "cell_type" in cell and isinstance(_text(cell), (str, list))


def _text(cell: dict[str, Any]) -> Any:
    return cell.get("source", cell.get("input"))  # which format 3 has in cells of code


def _source(cell: dict[str, Any]) -> str:
    text = _text(cell)
    whole = "".join(map(str, text)) if isinstance(text, list) else str(text)
    return whole.encode(errors="replace").decode()  # JSON can hold halves of signs, which no file can


def _metadata(cell: dict[str, Any]) -> dict[str, Any]:
    metadata = cell.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _json(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"))
    except RecursionError as reason:
        raise ArchiveError("broken JSON, nested without end; ask for it again") from reason
    except ValueError as reason:
        raise ArchiveError(f"broken JSON, perhaps cut short ({reason}); ask for it again") from reason
