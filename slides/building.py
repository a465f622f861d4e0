"""From lessons to decks: outputs from the lesson as it ran, films where there are some."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from vizwidgets.draw.film import Film, read_film
from website.lessons import EXECUTED, NOTEBOOKS, Lesson, failed_cells, read_executed

from .deck import Deck, map_page, write_deck, write_style
from .slide import read_slides
from .theirs import copy_mathjax, copy_reveal

FILMS = NOTEBOOKS / "films"


def lesson_deck(lesson: Lesson, executed: Path = EXECUTED, films: Path = FILMS) -> Deck:
    """Return the deck of a lesson that has run.

    Parameters
    ----------
    lesson : Lesson
        Words and metadata are taken from it as it stands now.
    executed : Path
        Folder in which the lesson lies as it ran.
    films : Path
        Folder with a folder of films for each lesson.

    Raises
    ------
    ValueError
        If the lesson has not run, a cell failed, it has no slides, or their metadata is at fault.
    """
    ran = read_executed(lesson, executed)
    if ran is None:
        raise ValueError("has not run: there is nothing to show yet.")
    if failed := failed_cells(ran):
        raise ValueError(f"failed at cell {failed[0]!r}.")
    moving = _moving_films(films / lesson.stem)
    slides = read_slides(_with_outputs(lesson.notebook, ran), moving)
    if not slides:
        raise ValueError("has no cell with the tag slide.")
    return Deck(lesson.stem, tuple(slides), moving)


def write_decks(decks: Sequence[Deck], folder: Path, site: str = "") -> Path:
    """Write decks, their pictures and films, and all they need; return the page that leads to them.

    Parameters
    ----------
    decks : sequence of Deck
        In the order of the course.
    folder : Path
        It is made where there is none. What lies there is replaced by what is new; nothing else is removed.
    site : str
        Address of the website that the folder lies in, as seen from there, such as "../": then decks lead to
        its lessons and notebooks, and play its films. Without one they bring their films along.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_style(folder)
    copy_reveal(folder / "reveal")
    copy_mathjax(folder / "mathjax")
    there = {deck.stem for deck in decks} | {page.stem for page in folder.glob("*.html")}  # some from before
    for deck in decks:
        write_deck(deck, folder, site, there)
        for slide in deck.slides:
            if not site and any(part.kind == "film" for part in slide.parts):  # with the player of today
                deck.films[slide.cell].save(folder / "films" / deck.stem / f"{slide.cell}.html")
    index = folder / "index.html"
    index.write_text(map_page(decks, site), encoding="utf-8")
    return index


def _moving_films(folder: Path) -> dict[str, Film]:
    """Return the films that move, by the cells of their widgets; others show a picture."""
    films = {path.stem: read_film(path) for path in sorted(folder.glob("*.html"))}
    return {cell: film for cell, film in films.items() if len(film.pictures) > 1}


def _with_outputs(written: NotebookNode, ran: NotebookNode) -> NotebookNode:
    """Return the lesson as it is written, with the outputs of its cells as they ran."""
    lesson = nbformat.from_dict(written)
    outputs = {cell.id: cell.outputs for cell in ran.cells if cell.cell_type == "code"}
    for cell in lesson.cells:
        if cell.cell_type == "code":
            cell.outputs = outputs.get(cell.id, [])
    return lesson
