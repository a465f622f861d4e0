"""Submissions on disk: written whole, never lost, and never outside of ``submitted/``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from vizwidgets.grading.classroom.reading.budget import MB, megabytes
from vizwidgets.grading.classroom.reading.file_kinds import Notebook
from vizwidgets.grading.classroom.reading.unusable import forget_reasons, write_reasons
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.whole_file import write_whole

NEW, SAME, OLDER, REPLACED = "new", "as before", "older", "replaced"
MOST_BYTES = 10 * MB  # a larger notebook is kept without its outputs, which answer nothing
_HALF_SIGN = re.compile(rb"\\u[dD][89a-fA-F]")  # in JSON, half of a sign beyond the first 65,536
_NOT_IN_NAMES = re.compile(r"[^\w .-]+")


def original_of(submission: Path) -> Path:
    """Return where the notebook lies as it was handed in, when it had to be put together again.

    Examples
    --------
    >>> original_of(Path("ann/a1/a1.ipynb")).name
    'a1.original.ipynb'
    """
    return submission.with_name(f"{submission.stem}.original.ipynb")


def keep(course: Course, sheet: str, student: str, text: str, records: dict[str, bytes]) -> str:
    """Write what a student handed in, and the records beside it; what it replaces is kept in ``earlier/``.

    Parameters
    ----------
    course, sheet, student
        Where it goes.
    text : str
        The notebook.
    records : dict of str to bytes
        By the names of their files.

    Returns
    -------
    str
        ``"new"``, ``"as before"``, ``"replaced"``, or ``"older"``: then it was replaced before and
        stays where it is, in ``earlier/``.

    Raises
    ------
    ValueError
        If the folder leads out of ``submitted/`` by a link.
    """
    path = _place(course, sheet, student)
    state = _keep_notebook(path, text)
    for name, data in records.items():
        own = _NOT_IN_NAMES.sub("_", name).strip(" .")[:100].removesuffix(".json") or "record"
        _replace(path.parent / "records" / f"{own}.json", data.decode("utf-8-sig"))
    forget_reasons(path.parent)
    return state


def keep_reasons(course: Course, sheet: str, student: str, reasons: list[str]) -> bool:
    """Write why nothing of a submission can be graded; return False if a notebook is there, which stays.

    Parameters
    ----------
    course, sheet, student
        Where it goes.
    reasons : list of str
        What to tell a person.

    Raises
    ------
    ValueError
        If the folder leads out of ``submitted/`` by a link.
    """
    path = _place(course, sheet, student)
    if path.is_file():
        return False
    write_reasons(path.parent, reasons)
    return True


def slim(data: bytes, notebook: Notebook) -> tuple[str, str]:
    """Return the text of a notebook to be kept, and a note if that is less than came.

    Parameters
    ----------
    data : bytes
        The file as it came.
    notebook : dict
        The same as plain values.

    Examples
    --------
    >>> slim(b'{"cells": []}', {"cells": []})
    ('{"cells": []}', '')
    """
    if len(data) > MOST_BYTES:
        cells = [_without_outputs(cell) for cell in notebook.get("cells", [])]
        note = f"{megabytes(len(data))}: kept without its outputs, which are not graded"
        return _written({**notebook, "cells": cells}), note
    is_other = data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"))  # which nbformat does not read
    if _HALF_SIGN.search(data):
        is_other = is_other or _written(notebook) != _written(notebook, "surrogatepass")
    return (_written(notebook) if is_other else data.decode("utf-8")), ""


def _written(notebook: Notebook, errors: str = "replace") -> str:
    """Return a notebook as JSON; half a sign, which no file can hold, becomes a question mark."""
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    return text.encode(errors=errors).decode(errors=errors)


def _without_outputs(cell: dict[str, object]) -> dict[str, object]:
    return {**cell, "outputs": [], "execution_count": None} if cell.get("cell_type") == "code" else cell


def _place(course: Course, sheet: str, student: str) -> Path:
    path = course.submission(student, sheet)
    if course.submitted.resolve() not in path.resolve().parents:
        raise ValueError(f"submitted/{student} leads elsewhere by a link; put a folder in its place")
    return path


def _keep_notebook(path: Path, text: str) -> str:
    original = original_of(path)
    as_handed_in = original if original.exists() else path
    if not as_handed_in.exists():
        write_whole(path, text)
        return NEW
    if _text(as_handed_in) == text:
        return SAME
    if any(_text(other) == text for other in _earlier(path)):
        return OLDER
    _set_aside(as_handed_in, path)
    write_whole(path, text)
    original.unlink(missing_ok=True)
    return REPLACED


def _replace(path: Path, text: str) -> None:
    if path.exists() and _text(path) != text:
        _set_aside(path, path)
    write_whole(path, text)


def _set_aside(what: Path, named_as: Path) -> None:
    """Keep a file in ``earlier/``; one that is there already is not kept twice."""
    text, others = _text(what), list(_earlier(named_as))
    if not any(_text(other) == text for other in others):
        folder = _folder_of_earlier(named_as)
        names = (folder / f"{named_as.stem}_{k}{named_as.suffix}" for k in range(1, len(others) + 2))
        write_whole(next(name for name in names if not name.exists()), text)


def _earlier(path: Path) -> Iterable[Path]:
    return sorted(_folder_of_earlier(path).glob(f"*{path.suffix}"))


def _folder_of_earlier(path: Path) -> Path:
    return path.parent / "earlier"


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")
