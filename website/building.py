"""From pages to a site: Sphinx, once, without a network."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from slides.building import lesson_deck, write_decks
from slides.deck import Deck
from slides.facts import is_slide

from .lessons import EXECUTED, ROOT, Lesson, failed_cells, read_executed
from .pages import Pages

SITE = ROOT / "build" / "site"
SOURCES = ROOT / "build" / "site-sources"


def build(
    lessons: Sequence[Lesson],
    site: Path = SITE,
    sources: Path = SOURCES,
    executed: Path = EXECUTED,
    root: Path = ROOT,
) -> tuple[list[str], str]:
    """Build the site from lessons that have run; what stood there before is replaced.

    Parameters
    ----------
    lessons : sequence of Lesson
        In the order of the course.
    site, sources, executed : Path
        Where the site and the sources of its pages go, and where executed lessons lie.
    root : Path
        The repository with sheets and guides.

    Returns
    -------
    failed : list of str
        Lessons that failed or were never run; their pages say so.
    warnings : str
        What Sphinx complained about, and lessons whose slides are at fault; empty if nothing.

    Raises
    ------
    RuntimeError
        If Sphinx gave up; the words are its own.
    """
    decks, faults = _decks(lessons, executed)
    pages = Pages(sources, root, executed, frozenset(deck.stem for deck in decks))
    failed = pages.write(lessons)
    if decks:
        write_decks(decks, pages.files / "decks", site="../")
    new = sources / "html"
    # our own settings, another folder of pages, one process: pages are few and this is done in seconds
    here = Path(__file__).parent
    command = ["sphinx", "-b", "html", "-q", "-E", "-c", here, "-d", sources / "doctrees"]
    command += ["-D", f"html_extra_path={pages.files}", pages.sources, new]
    ended = subprocess.run([sys.executable, "-m", *map(str, command)], capture_output=True, text=True)
    if ended.returncode:
        raise RuntimeError(f"Sphinx gave up:\n{ended.stderr}")
    shutil.rmtree(site, ignore_errors=True)
    shutil.move(new, site)
    return failed, "\n".join(filter(None, [*faults, ended.stderr.strip()]))


def _decks(lessons: Sequence[Lesson], executed: Path) -> tuple[list[Deck], list[str]]:
    """Return the decks of lessons that have slides and ran to their end, and what is wrong with others."""
    decks, faults = [], []
    for lesson in lessons:
        ran = read_executed(lesson, executed)
        if ran is None or failed_cells(ran) or not any(map(is_slide, lesson.notebook.cells)):
            continue
        try:
            decks.append(lesson_deck(lesson, executed, lesson.path.parent / "films"))
        except ValueError as fault:
            faults.append(f"{lesson.stem}: no deck, the lesson {fault}")
    return decks, faults
