"""The questions of a sheet: their titles, and which cells belong to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vizwidgets.grading.sheets.sheet import Sheet, id_of, is_answer, is_grade

_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_CODE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)  # a comment in it is no heading
_POINTS = re.compile(r"\s*\([\d.,]+ points?\b[^()]*\)\s*$")


@dataclass(frozen=True)
class Question:
    """What a student is asked, and the cells that give points for it.

    Parameters
    ----------
    name : str
        Id of the answer, such as ``"q1"``.
    title : str
        The heading above it.
    prose : str
        The markdown above it, without the heading.
    cells : tuple of str
        Ids of the cells that have points, in the order of the sheet.
    """

    name: str
    title: str
    prose: str
    cells: tuple[str, ...]


def questions_of(sheet: Sheet) -> tuple[Question, ...]:
    """Return the questions of a sheet in their order.

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> def cell(name, source, kind=v4.new_code_cell, **mark):
    ...     return kind(source, id=name, metadata={"nbgrader": {"grade_id": name, **mark}})
    >>> prose = v4.new_markdown_cell("## Q1 Doubling")
    >>> cells = [prose, cell("q1", "...", solution=True), cell("q1_check", "", grade=True, points=2)]
    >>> [(each.name, each.title, each.cells) for each in questions_of(Sheet(v4.new_notebook(cells=cells)))]
    [('q1', 'Q1 Doubling', ('q1_check',))]
    """
    found = []
    graded = [id_of(cell) for cell in sheet.graded]
    title, prose = "", ""
    for cell in sheet.cells:
        name = id_of(cell)
        if is_answer(cell):
            own = tuple(each for each in graded if question_of(each, sheet.answers) == name)
            found.append(Question(name, title or name, prose, own))
        elif cell.cell_type == "markdown" and not is_grade(cell):
            headings = headings_of(cell.source)
            title = headings[-1] if headings else title
            prose = _HEADING.sub("", cell.source).strip() if headings else f"{prose}\n\n{cell.source}".strip()
    return tuple(found)


def question_of(cell: str, answers: Sequence[str] | Mapping[str, object]) -> str:
    """Return the id of the answer that a graded cell belongs to; itself if it belongs to none.

    Examples
    --------
    >>> question_of("q1_hidden", ["q1"]), question_of("q6", ["q6"]), question_of("integrity", ["q1"])
    ('q1', 'q6', 'integrity')
    """
    beginnings = [name for name in answers if cell == name or cell.startswith(f"{name}_")]
    return max(beginnings, key=len, default=cell)


def sheet_title(sheet: Sheet) -> str:
    """Return the first heading of a sheet; its name if there is none."""
    for cell in sheet.cells:
        if cell.cell_type == "markdown" and (headings := headings_of(cell.source)):
            return headings[0]
    return sheet.name.replace("_", " ")


def headings_of(text: str) -> list[str]:
    """Return the headings of a text, without the signs of markdown and without their points.

    Examples
    --------
    >>> headings_of("## **Q1** `total_variation` (2.5 points)\\n\\nProse")
    ['Q1 total_variation']
    """
    found = _HEADING.findall(_CODE.sub("", text))
    return [re.sub(r"(?<!\w)[*_]+|[*_]+(?!\w)|`", "", _POINTS.sub("", heading)).strip() for heading in found]
