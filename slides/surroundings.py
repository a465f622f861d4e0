"""What belongs to a slide without being on it: words to speak from, section, functions, exercise."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from nbformat import NotebookNode

from .facts import is_slide
from .markdown import plain, unfolded

LONGEST_TASK = 80  # letters; of a longer one stands there what comes before its colon
_ASIDES = (["predict"], ["outcome"])
_NUMBERED = re.compile(r"\*\*(\d+)\.\*\*\s*(.+?[.?])(?:\s|$)", re.DOTALL)  # **1.** Write the flip rate.


def notes_of(cells: Sequence[NotebookNode], place: int) -> list[str]:
    """Return the markdown to speak from: the prose before a cell, its own words, and the answer after it.

    Parameters
    ----------
    cells : sequence of NotebookNode
        Of the lesson.
    place : int
        Which of them is the slide.
    """
    begin, end = place, place + 1
    while begin and (_is_prose(cells[begin - 1]) or _asks(cells[begin - 1])):
        begin -= 1
    while end < len(cells) and (_is_answer(cells[end]) or _asks(cells[end])):
        end += 1
    texts = [cell.source for cell in cells[begin:end] if cell.cell_type == "markdown"]
    return [text for text in map(_without_headings, texts) if text.strip()]


def section_of(cells: Sequence[NotebookNode], place: int) -> str:
    """Return the heading of the section that a cell stands in; before the first one, the lesson's title."""
    for cell in reversed(cells[: place + 1]):
        if cell.cell_type == "markdown" and (found := re.search(r"^#{1,2} .+", cell.source, re.MULTILINE)):
            return plain(found[0])
    return ""


def functions_of(cells: Sequence[NotebookNode], place: int) -> tuple[str, ...]:
    """Return the names of vizwidgets that a cell uses; for words, those of the code up to the next slide."""
    after = place + 1
    if cells[place].cell_type == "markdown":
        while after < len(cells) and not is_slide(cells[after]):
            after += 1
    code = [cell.source for cell in cells[place:after] if cell.cell_type == "code" and not _asks(cell)]
    return tuple(dict.fromkeys(name for source in code for name in names_used(source)))


def names_used(source: str) -> list[str]:
    """Return what a cell takes from vizwidgets, in the order of the text.

    Examples
    --------
    >>> names_used("h = vw.channel('conv1', 3)\\nvw.show(vw.maximize(model, h).image)")
    ['channel', 'show', 'maximize']
    """
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)]
    used = [node for node in nodes if isinstance(node.value, ast.Name) and node.value.id == "vw"]
    return [node.attr for node in sorted(used, key=lambda node: (node.lineno, node.col_offset))]


def exercise_of(cells: Sequence[NotebookNode], name: str) -> str:
    """Return the exercise with this id in words, "1. Write the flip rate yourself"; nothing for no id.

    Raises
    ------
    ValueError
        If the lesson has no such cell, or no numbered question in it or before it.
    """
    if not name:
        return ""
    place = next((k for k, cell in enumerate(cells) if cell.id == name), None)
    if place is None:
        raise ValueError(f"a slide names the exercise {name!r}; the lesson has no such cell.")
    words = [cell.source for cell in cells[: place + 1] if cell.cell_type == "markdown"]
    if not (asked := _NUMBERED.findall(words[-1])):
        raise ValueError(f"before the exercise {name!r} stands no question with a number, as **1.** has one.")
    number, question = asked[-1]
    task = plain(question).rstrip(".")
    return f"{number}. {task if len(task) <= LONGEST_TASK else task.partition(':')[0]}"


def _is_prose(cell: NotebookNode) -> bool:
    return cell.cell_type == "markdown" and not is_slide(cell) and not _is_answer(cell)


def _is_answer(cell: NotebookNode) -> bool:
    return "answer" in cell.metadata.get("tags", ()) and not is_slide(cell)


def _asks(cell: NotebookNode) -> bool:
    """Whether a cell asks for a prediction or compares it: it stands between a slide and its words."""
    return cell.cell_type == "code" and not is_slide(cell) and names_used(cell.source)[-1:] in _ASIDES


def _without_headings(text: str) -> str:
    return "\n".join(line for line in unfolded(text).splitlines() if not line.startswith("#"))
