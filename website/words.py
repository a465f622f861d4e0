"""Markdown written for the repository, with links that hold on the website."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^()\s]+)\)")


def relink(text: str, home: str, page: str, pages: Mapping[str, str], keep: Callable[[str], str]) -> str:
    """Return markdown whose links lead to pages of the website.

    A link to a file that has no page becomes plain text: a reader of the website has no such file.

    Parameters
    ----------
    text : str
        Markdown as it stands in the repository.
    home, page : str
        Where the text stands in the repository, and which page it is on the website, as paths with slashes.
    pages : mapping
        From a file of the repository to the source of its page.
    keep : callable
        Takes the path of a picture in the repository and returns that of its copy among the pages.

    Examples
    --------
    >>> pages = {"notebooks/00_start.ipynb": "lessons/00_start.ipynb"}
    >>> relink("[go](notebooks/00_start.ipynb), [law](LICENSE)", "README.md", "index.md", pages, str)
    '[go](lessons/00_start.ipynb), law'
    >>> relink("[go](#below), `[x](y)`", "README.md", "index.md", pages, str)
    '[go](#below), `[x](y)`'
    """

    def mended(found: re.Match[str]) -> str:
        picture, words, target = found.groups()
        if re.match(r"[a-z]+:|#", target):
            return found[0]
        place, _, anchor = target.partition("#")
        file = posixpath.normpath(str(PurePosixPath(home).parent / place))
        goal = keep(file) if picture else pages.get(file)
        if goal is None:
            return words
        relative = posixpath.relpath(goal, str(PurePosixPath(page).parent))
        return f"{picture}[{words}]({relative}{'#' + anchor if anchor else ''})"

    parts = _CODE.split(text)
    return "".join(part if part.startswith("`") else _LINK.sub(mended, part) for part in parts)


def section(text: str, until: str) -> str:
    """Return the text before the heading `until`.

    Raises
    ------
    ValueError
        If it has no such heading.
    """
    before, heading, _ = text.partition(f"\n{until}\n")
    if not heading:
        raise ValueError(f"a heading {until!r} is wanted; there is none. Was it renamed?")
    return before + "\n"


def heading(path: Path) -> str:
    """Return the first heading of a markdown file, or its name if it has none."""
    found = re.search(r"^# (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1].strip() if found else path.stem
