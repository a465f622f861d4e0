"""A new sheet to begin with: one question, one text, and wrong answers, all of which pass the proof."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ..whole_file import write_whole
from .build import notebook_text
from .course import Course
from .sheet import WIDGET
from .source_rules import GOES_ON

HELP = (
    "Begin a new sheet: source/<name>/<name>.ipynb with one question and one text, and mutants/<name>.py "
    "with wrong answers to it. It can be built and proved as it is; put your questions in place of its own."
)
NAME = re.compile(r"[a-z][a-z0-9_]*")
PARTS = Path(__file__).with_name("template.txt")  # each cell, and the wrong answers, behind a line %% name
FIXED = {"locked": True}

# id: (nbgrader's marks, tags); a cell without marks is no affair of the grader's
CELLS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "title.md": ({}, []),
    "setup.py": (FIXED, []),
    "q1_words.md": ({}, []),
    "q1.py": ({"solution": True}, []),
    "q1_try.py": ({}, [GOES_ON]),
    "q1_check.py": ({**FIXED, "grade": True, "points": 6}, []),
    "q1_hidden.py": ({**FIXED, "grade": True, "points": 10}, []),
    "q1_widget.py": (FIXED, [WIDGET, GOES_ON]),
    "q2_words.md": ({}, []),
    "q2.md": ({"grade": True, "solution": True, "points": 4}, []),
    "integrity.py": ({**FIXED, "grade": True, "points": 0}, []),
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``new``."""
    parser.add_argument("name", metavar="NAME", help="such as a4_style_transfer: small letters, digits and _")


def run(course: Course, options: argparse.Namespace) -> int:
    """Write the new sheet; one that is there already is left as it is.

    Raises
    ------
    ValueError
        If the name will not do, or a sheet has it.
    """
    source, mutants = course.source(options.name), course.mutants(options.name)
    if not NAME.fullmatch(options.name):
        raise ValueError(f"a sheet's name has small letters, digits and _; got {options.name!r}.")
    if source.exists() or mutants.exists():
        raise ValueError(f"there is a sheet {options.name} already; choose another name.")
    for path, text in ((source, notebook_text(template_sheet())), (mutants, _part("mutants.py"))):
        write_whole(path, text)
        sys.stdout.write(f"written: {path.relative_to(course.root)}\n")
    sys.stdout.write(f"next: python -m vizwidgets.grading build {options.name}, then check {options.name}\n")
    return 0


def template_sheet() -> NotebookNode:
    """Return the source of the new sheet.

    Examples
    --------
    >>> [cell.id for cell in template_sheet().cells][:3]
    ['title', 'setup', 'q1_words']
    """
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    cells = [_cell(part, *properties) for part, properties in CELLS.items()]
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _cell(part: str, marks: dict[str, Any], tags: list[str]) -> NotebookNode:
    name, _, kind = part.partition(".")
    cell = (new_code_cell if kind == "py" else new_markdown_cell)(_part(part).rstrip("\n"), id=name)
    if tags:
        cell.metadata["tags"] = tags
    if marks:
        plain = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
        cell.metadata["nbgrader"] = {**plain, "grade_id": name, "cell_type": cell.cell_type, **marks}
    return cell


def _part(name: str) -> str:
    parts = PARTS.read_text(encoding="utf-8").split("\n%% ")
    return next(text for head, _, text in (part.partition("\n") for part in parts) if head == name) + "\n"
