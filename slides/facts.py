"""What a cell with the tag `slide` says of its slide: on which paths it lies, its title, what is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

PATHS = (5, 15, 45)  # minutes; the longer one holds the shorter one
WORDS = ("formula", "list", "table", "question", "points")  # of markdown; points: what is bold in its list
CODE = ("output", "code", "picture", "printed", "table")  # of code; output is all that it left
LONGEST_TITLE, LONGEST_LINE = 60, 120  # letters that can be read from the last row


@dataclass(frozen=True)
class Facts:
    """The metadata `slide` of a cell, `{"minutes": 15, "title": "…", "show": "code output", "lines": "1-3"}`.

    Attributes
    ----------
    minutes : int
        5, 15 or 45: the shortest path through the lesson that the slide lies on.
    title : str
        What the slide says, in a few words; a cell that opens with the lesson's title need not repeat it.
    line : str
        A sentence beneath the title.
    show : tuple of str, optional
        Parts of the cell, of `WORDS` or `CODE`; by default the output of code, and of markdown all formulas,
        lists, tables and questions.
    lines : tuple of int, optional
        First and last line of the code that is shown, counted from 1; by default all of it.
    lecture : str
        Heading of the lecture's slide that this one brings to life.
    exercise : str
        Id of the exercise's cell that asks for the same.
    """

    minutes: int
    title: str
    line: str = ""
    show: tuple[str, ...] | None = None
    lines: tuple[int, int] | None = None
    lecture: str = ""
    exercise: str = ""


def is_slide(cell: Mapping[str, Any]) -> bool:
    """Whether a cell of a notebook has the tag `slide`."""
    return "slide" in cell["metadata"].get("tags", ())


def read_facts(cell: Mapping[str, Any]) -> Facts:
    """Return what a cell says of its slide.

    Parameters
    ----------
    cell : mapping
        A cell of a notebook.

    Raises
    ------
    ValueError
        If something is missing, unknown or too long; the words name the cell.

    Examples
    --------
    >>> metadata = {"tags": ["slide"], "slide": {"minutes": 5, "title": "A goat on a meadow"}}
    >>> read_facts({"id": "goat", "cell_type": "code", "metadata": metadata}).minutes
    5
    """
    said = dict(cell["metadata"].get("slide", {}))
    if opens := re.match(r"# (.+)", cell.get("source", "")):
        said.setdefault("title", opens[1].strip())
    if fault := _fault(said, CODE if cell["cell_type"] == "code" else WORDS):
        raise ValueError(f"cell {cell['id']!r}: {fault}")
    if "show" in said:
        said["show"] = tuple(said["show"].split())
    if "lines" in said:
        first, last = map(int, said["lines"].split("-"))
        said["lines"] = first, last
    return Facts(**said)


def _fault(said: Mapping[str, Any], parts: tuple[str, ...]) -> str:
    """Say what is wrong with the metadata, or nothing."""
    known = [field.name for field in fields(Facts)]
    if unknown := sorted(set(said) - set(known)):
        return f"a slide knows {', '.join(known)}; got {unknown[0]!r}."
    if said.get("minutes") not in PATHS:
        return f"minutes must be 5, 15 or 45; got {said.get('minutes')!r}."
    for name, most in (("title", LONGEST_TITLE), ("line", LONGEST_LINE)):
        if len(said.get(name, "")) > most:
            return f"{name} may have {most} letters; got {len(said[name])}: say it in fewer words."
    if not said.get("title"):
        return "a slide needs a title: what it says, in a few words."
    if strange := [part for part in said.get("show", "").split() if part not in parts]:
        return f"show may name {', '.join(parts)} here; got {strange[0]!r}."
    if not re.fullmatch(r"\d+-\d+", said.get("lines", "1-1")):
        return f"lines must be first-last, as 3-7; got {said['lines']!r}."
    return ""
