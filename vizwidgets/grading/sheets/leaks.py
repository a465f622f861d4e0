"""What must stay with the instructor: no line of a solution or of a hidden check stands in the release."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from .sheet import id_of, is_answer

FEWEST_TOKENS = 7  # `x = x + 1` has five: too common to be a secret
# imports, heads of blocks, and calls such as a contract tells, in tokens
_EMPTY = re.compile(r"(import|from|def) .*|.* :|(?!return )[\w .]+ \( ([a-z_]\w* (, )?)*\)")
_LAYOUT = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


@dataclass(frozen=True)
class Leak:
    """A secret line that a student can read.

    Parameters
    ----------
    secret : str
        Id of the cell in which it is one.
    line : str
        The line.
    place : str
        Where it stands in the release.
    """

    secret: str
    line: str
    place: str

    def __str__(self) -> str:
        return f"{self.place} shows a line of {self.secret} that must stay hidden: {self.line}"


def find_leaks(source: NotebookNode, release: NotebookNode) -> list[Leak]:
    """Return the secret lines of the source that stand in the release.

    Parameters
    ----------
    source, release : NotebookNode
        The sheet, and what is made of it.

    Notes
    -----
    A secret line has seven or more tokens (names, numbers, signs) and is no import, no head of a block and
    no mere call such as a contract tells; spaces and its comment do not count. What other code of the sheet
    shows anyway is no secret of a hidden check, but it is one of a solution. All texts of the release are
    read: cells, their comments, outputs, metadata.
    """
    places = {place: _squeezed(text) for place, text in _texts_of(release)}
    shown = _squeezed("\n".join(cell.source for cell in source.cells if _is_plain_code(cell)))
    leaks = []
    for cell, begin, end in _regions(source):
        for line in secret_lines(cell.source, begin, end):
            squeezed = _squeezed("".join(_tokens(line)))
            if not is_answer(cell) and squeezed in shown:
                continue
            leaks += [Leak(id_of(cell), line, place) for place, text in places.items() if squeezed in text]
    return leaks


def secret_lines(source: str, begin: str, end: str) -> list[str]:
    """Return the lines between two markers that give something away.

    Examples
    --------
    >>> text = "### BEGIN SOLUTION\\nout = []\\nout = (x[1:] - x[:-1]).abs()\\n### END SOLUTION"
    >>> secret_lines(text, "BEGIN SOLUTION", "END SOLUTION")
    ['out = (x[1:] - x[:-1]).abs()']
    """
    found, is_inside = [], False
    for line in source.splitlines():
        if begin in line or end in line:
            is_inside = begin in line
        elif is_inside and _is_telling(line):
            found.append(line.strip())
    return found


def _regions(source: NotebookNode) -> Iterator[tuple[NotebookNode, str, str]]:
    for cell in source.cells:
        if is_answer(cell):
            yield cell, "BEGIN SOLUTION", "END SOLUTION"
        elif "HIDDEN TESTS" in cell.source:
            yield cell, "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"


def _is_plain_code(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and not is_answer(cell) and "HIDDEN TESTS" not in cell.source


def _is_telling(line: str) -> bool:
    tokens = _tokens(line.strip())
    return len(tokens) >= FEWEST_TOKENS and not _EMPTY.fullmatch(" ".join(tokens))


def _tokens(text: str) -> list[str]:
    """Return the tokens of a piece of Python, without comments; the words of what is none."""
    try:
        found = tokenize.generate_tokens(io.StringIO(text).readline)
        return [token.string for token in found if token.type not in _LAYOUT | {tokenize.COMMENT}]
    except (tokenize.TokenError, SyntaxError):  # a bracket that is closed in another line, or prose
        return text.partition("  #")[0].split()


def _squeezed(text: str) -> str:
    """Return a text in which spaces do not count."""
    return "\n".join("".join(line.split()) for line in text.splitlines())


def _texts_of(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield (place, text) for every text in a notebook."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        place = str(value.get("id", place))
        for key, each in value.items():
            yield from _texts_of(each, place if key == "source" else f"{place} {key}".strip())
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _texts_of(each, f"{place} {index}")
