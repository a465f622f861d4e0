"""Text answers found by their marker line or, failing that, by the heading above them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from vizwidgets.grading.classroom.reading.file_kinds import Notebook, cells_of
from vizwidgets.grading.sheets.sheet import MARKER, Sheet, id_of, mark_of

from .answer_search import FoundAnswer
from .own_cells import PROSE, essence

_HEADING = re.compile(r"#{1,6}\s+\S")
_UNDERLINED = re.compile(r"^(\S.*)\n(?:={3,}|-{3,})[ \t]*$", re.MULTILINE)


def find_text(name: str, notebook: Notebook, release: Sheet) -> FoundAnswer | None:
    """Return a text answer, or None if there is none.

    Parameters
    ----------
    name : str
        Id of its cell in the release.
    notebook : dict
        What was handed in.
    release : Sheet
        As it was handed out: its own paragraphs are no answer.
    """
    texts = [cell for cell in cells_of(notebook) if cell.get("cell_type") in PROSE]
    own = [cell["source"] for cell in texts if mark_of(cell) and id_of(cell) == name]
    lines = [line for cell in texts for line in [*_lines(cell["source"]), ""]]
    headings = {_plain(line) for line in _release_lines(release)} - {""}
    heading = _heading_above(name, release)
    tries = {
        "by its cell": _lines(own[-1]) if own else [],
        "by its marker": _behind(lines, lambda line: name in MARKER.findall(line), headings),
        "by the heading above it": _behind(lines, lambda line: _plain(line) == heading, headings),
    }
    given = {essence(line) for line in _release_lines(release)}
    for words, found in tries.items():
        parts = [part for part in _paragraphs("\n".join(found)) if not _is_given(part, given)]
        if parts:
            text = "\n\n".join([f"<!-- answer {name} -->", *parts])
            return FoundAnswer(text, f"found {words}", is_whole=True)
    return None


def _behind(lines: list[str], is_start: Callable[[str], bool], headings: set[str]) -> list[str]:
    """Return the lines behind the last one that is a start, up to the next question of the sheet."""
    starts = [k for k, line in enumerate(lines) if is_start(line)]
    found: list[str] = []
    for line in lines[starts[-1] + 1 :] if starts else []:
        if _plain(line) in headings or (MARKER.search(line) and any(each.strip() for each in found)):
            break
        found.append(line)
    return found


def _paragraphs(text: str) -> Iterator[str]:
    """Yield what stands between empty lines, without marker lines."""
    for part in re.split(r"\n\s*\n", MARKER.sub("", text)):
        if part.strip():
            yield part.strip("\n")


def _is_given(paragraph: str, given: set[str]) -> bool:
    """Return whether every line of it stands in the release."""
    return all(essence(line) in given for line in paragraph.split("\n") if line.strip())


def _heading_above(name: str, release: Sheet) -> str:
    heading = "no heading"
    for cell in release.cells:
        if cell.cell_type == "markdown":
            heading = next((_plain(line) for line in reversed(_lines(cell.source)) if _plain(line)), heading)
        if id_of(cell) == name:
            break
    return heading


def _release_lines(release: Sheet) -> Iterator[str]:
    for cell in release.cells:
        if cell.cell_type == "markdown":
            yield from _lines(MARKER.sub("", cell.source))


def _lines(text: str) -> list[str]:
    """Return the lines of a markdown text; a heading that is underlined is written as others are."""
    return _UNDERLINED.sub(r"## \1", text.replace("\r\n", "\n")).split("\n")


def _plain(line: str) -> str:
    """Return the words of a heading, whatever its signs; empty for other lines."""
    return " ".join(re.findall(r"\w+", line.casefold())) if _HEADING.match(line) else ""
