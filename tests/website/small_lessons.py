"""Lessons of a few cells, for tests of the website."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

TITLE = "# A small lesson\n\n*Lecture · 5 minutes*\n\nWhat is it about? About nothing."


def write_lesson(path: Path, *code: str) -> None:
    """Write a lesson of a title and code cells with the ids cell_0, cell_1 …"""
    cells = [new_code_cell(source, id=f"cell_{number}") for number, source in enumerate(code)]
    metadata = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    lesson = new_notebook(cells=[new_markdown_cell(TITLE, id="title"), *cells], metadata=metadata)
    nbformat.write(lesson, path)
