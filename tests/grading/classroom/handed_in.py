"""What a class hands in: notebooks right and wrong, and the zips in which Moodle and Canvas give them out."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from tests.grading.sheets.tiny import NAME, cell_of, tiny_course
from vizwidgets.grading.sheets.build import notebook_text, write_sheet
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.sheet import Sheet
from vizwidgets.grading.sheets.template import template_sheet

OTHER = "a4_contrast"
SPREAD = "def spread(x):\n    return x.amax(dim=1) - x.amin(dim=1)"
CENTRE = "def centre(x):\n    return x - x.mean()"
WORDS = "<!-- answer q3 -->\nOne outlier moves it."
RECORD = json.dumps({"format": "vizwidgets ascent 1", "model": "tiny"}).encode()


def built_course(root: Path) -> Course:
    """A course with two sheets, built."""
    course = tiny_course(root)
    place = course.source(OTHER)
    place.parent.mkdir(parents=True)
    place.write_text(notebook_text(template_sheet()), encoding="utf-8")
    for name in course.sheets():
        write_sheet(course, name)
    return course


def release(course: Course, name: str = NAME) -> NotebookNode:
    return deepcopy(Sheet.read(course.release(name)).notebook)


def solved(course: Course, spread: str = SPREAD, centre: str = CENTRE, words: str = WORDS) -> NotebookNode:
    """The tiny sheet with answers."""
    notebook = release(course)
    for name, source in (("q1", spread), ("q2", centre), ("q3", words)):
        cell_of(notebook, name).source = source
    return notebook


def written(notebook: NotebookNode | dict[str, Any]) -> bytes:
    return nbformat.writes(nbformat.from_dict(notebook)).encode()


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 20, 12, 0, 0)), data, method)
    return packed.getvalue()


def zip_at(path: Path, files: dict[str, bytes]) -> Path:
    path.write_bytes(zipped(files))
    return path


def with_link(target: str, name: str) -> bytes:
    """A zip with a symbolic link in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, target)
    return packed.getvalue()


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with its contents."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
