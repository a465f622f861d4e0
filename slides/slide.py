"""The slides of a lesson: each a cell with the tag `slide`, with what belongs to it before and after."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from textwrap import dedent

from nbformat import NotebookNode

from .facts import CODE, WORDS, Facts, is_slide, read_facts
from .markdown import blocks, bold_points, html
from .outputs import Picture, shown_outputs
from .python_html import python_html
from .surroundings import exercise_of, functions_of, notes_of, section_of


@dataclass(frozen=True)
class Part:
    """A piece of a slide.

    Attributes
    ----------
    kind : str
        "formula", "list", "table", "question", "code", "printed", "picture" or "film".
    html : str
        What it is on the page; of a film, what it shows in words.
    picture : Picture, optional
        In place of HTML; of a film, what is shown where none can play.
    width : int
        Letters in the longest line of code or print.
    """

    kind: str
    html: str = ""
    picture: Picture | None = None
    width: int = 0


@dataclass(frozen=True)
class Slide:
    """One idea: a title, perhaps a sentence, and a formula, some code or a picture.

    Attributes
    ----------
    cell : str
        Id of the lesson's cell.
    facts : Facts
        What the cell says of it.
    parts : tuple of Part
        From top to bottom.
    notes : str
        What to say, HTML: the lesson's prose before the cell, and the answer after it.
    section : str
        Heading of the lesson's section.
    functions : tuple of str
        Of vizwidgets, in the order in which they are used.
    exercise : str
        The exercise that asks for the same, in words.
    """

    cell: str
    facts: Facts
    parts: tuple[Part, ...]
    notes: str
    section: str
    functions: tuple[str, ...]
    exercise: str


def read_slides(lesson: NotebookNode, films: Collection[str] = ()) -> list[Slide]:
    """Return the slides of a lesson.

    Parameters
    ----------
    lesson : NotebookNode
        Executed, if its pictures are to be on the slides.
    films : collection of str, optional
        Ids of the cells whose film stands in the place of the picture.

    Raises
    ------
    ValueError
        If a cell's metadata is at fault; the words name the cell.
    """
    places = [place for place, cell in enumerate(lesson.cells) if is_slide(cell)]
    return [_slide(lesson.cells, place, films) for place in places]


def _slide(cells: list[NotebookNode], place: int, films: Collection[str]) -> Slide:
    cell = cells[place]
    facts = read_facts(cell)
    return Slide(
        cell.id,
        facts,
        tuple(_code_parts(cell, facts, films) if cell.cell_type == "code" else _word_parts(cell, facts)),
        html("\n\n".join(notes_of(cells, place))),
        section_of(cells, place),
        functions_of(cells, place),
        exercise_of(cells, facts.exercise),
    )


def _word_parts(cell: NotebookNode, facts: Facts) -> Iterator[Part]:
    wanted = WORDS[:-1] if facts.show is None else facts.show
    for kind, text in blocks(cell.source):
        if kind == "list" and "points" in wanted:
            yield Part("list", html(bold_points(text)))
        elif kind in wanted:
            yield Part(kind, html(text))


def _code_parts(cell: NotebookNode, facts: Facts, films: Collection[str]) -> Iterator[Part]:
    wanted = CODE[:1] if facts.show is None else facts.show
    if "code" in wanted:
        code = shown_lines(cell.source, facts)
        yield Part("code", python_html(code), width=max(map(len, code.splitlines()), default=0))
    outputs = shown_outputs(cell, " · ".join(filter(None, [facts.title, facts.line])))
    if cell.id in films and "output" in wanted:
        still = next((each for each in outputs if isinstance(each, Picture)), None)
        yield Part("film", still.alt if still else facts.title, still)
        return
    for output in outputs:
        if isinstance(output, Picture):
            if {"output", "picture"} & set(wanted):
                yield Part("picture", picture=output)
        elif {"output", output.kind} & set(wanted):  # printed, or a table
            yield Part(output.kind, output.html, width=output.width)


def shown_lines(source: str, facts: Facts) -> str:
    """Return the lines of a cell's code that its slide shows, moved to the left margin."""
    lines = source.splitlines()
    if facts.lines:
        lines = lines[facts.lines[0] - 1 : facts.lines[1]]
    return dedent("\n".join(lines))
