"""Where a film lies: a file that is not there, or is none, is answered in words."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import Any

MOST_NAMES = 4  # of films that are there
PLACES = ("*.html", "*/*.html", "films/*/*.html")  # the last: where the course has its own
MARK, HEAD = b'content="vizwidgets film ', 400  # stands within the first bytes of a film


def film_bytes(path: Any) -> bytes:
    """Return what is in a file that should hold a film.

    Parameters
    ----------
    path : str or Path
        The file.

    Raises
    ------
    TypeError
        If it is no path.
    OSError
        Of the kind that it was, in words: there is none, it is a folder, or it can not be read.

    Examples
    --------
    >>> film_bytes(3)
    Traceback (most recent call last):
    TypeError: the path of a film is wanted, such as 'name.html'; got int.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"the path of a film is wanted, such as 'name.html'; got {type(path).__name__}.")
    path = Path(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise type(error)(_in_words(path, error)) from None  # what the system says of it helps nobody


def _in_words(path: Path, error: OSError) -> str:
    if os.path.isdir(path):
        return f"{str(path)!r} is a folder; name the .html file of a film. {_films_in(path)}"
    if not isinstance(error, FileNotFoundError):
        return f"{str(path)!r} can not be read ({error.strerror}): choose another file, or copy it."
    if os.path.isdir(path.parent):
        return f"there is no film {str(path)!r}. {_films_in(path.parent)}"
    begin = "" if path.is_absolute() else f"; relative names begin in {str(Path.cwd())!r}"
    return f"there is no film {str(path)!r}: there is no folder {str(path.parent)!r}{begin}."


def _films_in(folder: Path) -> str:
    names: list[str] = []
    for place in PLACES:
        films = (each for each in sorted(folder.glob(place)) if _is_film(each))
        names = names or [each.relative_to(folder).as_posix() for each in islice(films, MOST_NAMES + 1)]
    more = ", …" if len(names) > MOST_NAMES else ""
    if names:
        return f"In {str(folder)!r} there are {', '.join(map(repr, names[:MOST_NAMES]))}{more}."
    return f"In {str(folder.absolute())!r} there are no films; explorer.save('name.html') writes one."


def _is_film(path: Path) -> bool:
    """Return whether a page begins as a film does: slides and websites are pages, too."""
    try:
        with path.open("rb") as file:
            return MARK in file.read(HEAD)
    except OSError:
        return False
