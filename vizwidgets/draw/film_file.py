"""A film as the data that its page holds, and back again; what is not whole is refused in words."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from .film_changes import is_whole
from .film_scenes import picture_size

if TYPE_CHECKING:
    from .film import Film

DATA_BEGINS = '<script type="application/json" id="vizwidgets-film">'
DATA_ENDS = "</script>"


def film_data(film: Film, format_name: str, has_record: bool = True) -> str:
    """Return a film as JSON in which nothing can end the script element that it stands in.

    The record is a text in it: what browsers do not read may hold NaN, which JSON itself does not know.
    Beside what is read back there is what players need: the size of the pictures, which of them are whole,
    and where they come from.
    """
    data = {
        "format": format_name,
        "title": film.title,
        "kind": film.kind,
        "alt": film.alt,
        "size": film.size if film.pictures else (),
        "whole": [place for place, picture in enumerate(film.pictures) if is_whole(picture)],
        "source": source_line(film),
        "steps": film.steps,
        "words": film.words,
        "names": film.names,
        "panels": [{"title": title, "series": members} for title, members in film.panels],
        "points": film.values.shape[1],
        "values": base64.b64encode(film.values.astype("<f4").tobytes()).decode(),
        "last": film.last,
        "versions": film.versions,
        "record": json.dumps(film.record if has_record else None, ensure_ascii=False),
        "pictures": [base64.b64encode(picture).decode() for picture in film.pictures],
    }
    return _harmless(json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False))


def words_at(film: Film, place: int) -> str:
    """Return the status line of a picture; it names the step of the picture in any case."""
    words = film.words[place]
    has_step = re.search(r"\bstep\b", words, re.IGNORECASE)
    return words if has_step else " · ".join(filter(None, [f"step {film.steps[place]}", words]))


def source_line(film: Film) -> str:
    """Say in one line where a film comes from: explorer, weights, seed and versions, as far as known."""
    record = film.record or {}
    settings = record.get("settings")
    seed = record.get("seed", settings.get("seed") if isinstance(settings, dict) else None)
    weights = f", weights {record['weights_hash']}" if record.get("weights_hash") else ""
    parts = [
        f"A film of {film.kind}",
        f"{record['model']}{weights}" if record.get("model") else weights.removeprefix(", "),
        "" if seed is None else f"seed {seed}",
        *(version if name == "machine" else f"{name} {version}" for name, version in film.versions.items()),
    ]
    return " · ".join(filter(None, parts))


def parse_page(page: bytes, name: str, format_name: str) -> dict[str, Any]:
    """Return what a page holds, as the fields of a `Film`.

    Parameters
    ----------
    page : bytes
        The file.
    name : str
        Of the file, for the words of an error.
    format_name : str
        The version that is read.

    Raises
    ------
    ValueError
        If it is no film, cut short, damaged, or of another version.
    """
    data = _read_json(_find_data(page, name), name)
    if data.get("format") != format_name:
        raise ValueError(
            f"{name} was written as {data.get('format')!r}, and this vizwidgets reads {format_name!r}. It "
            "still plays in a browser; to load it, use the version of vizwidgets that is named on the page."
        )
    try:
        return _fields(data)
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ValueError(f"{name} is a damaged film ({error}): copy it again from where it came.") from error


def _find_data(page: bytes, name: str) -> str:
    if page.startswith(b"GIF8"):
        raise ValueError(
            f"{name} is a GIF: it moves, but holds no curves and no record. Open the page instead: the film "
            "that was saved as .html."
        )
    text = page.decode("utf-8", errors="replace")
    _, found, rest = text.partition(DATA_BEGINS)
    data, is_whole, _ = rest.partition(DATA_ENDS)
    if found and is_whole:
        return data
    if found or not text or '<meta name="generator" content="vizwidgets' in text:
        raise ValueError(f"{name} is cut short: copy or download it again, or save the run once more.")
    raise ValueError(f"{name} is no film: what explorer.save('name.html') writes can be loaded.")


def _read_json(text: str, name: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name} is a damaged film ({error}): copy it again from where it came.") from error
    return data if isinstance(data, dict) else {}


def _fields(data: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a film, checked so far that what plays it need not check again."""
    pictures = tuple(base64.b64decode(picture, validate=True) for picture in data["pictures"])
    steps, words = tuple(map(int, data["steps"])), tuple(map(str, data["words"]))
    if not len(pictures) == len(steps) == len(words) > 0:
        raise ValueError(f"{len(pictures)} pictures, {len(steps)} steps and {len(words)} status lines")
    if len({picture_size(picture) for picture in pictures}) > 1:
        raise ValueError("its pictures have several sizes")
    if not is_whole(pictures[0]) or not is_whole(pictures[-1]):
        raise ValueError("its first or its last picture is not whole")
    names = tuple(map(str, data["names"]))
    values = np.frombuffer(base64.b64decode(data["values"], validate=True), "<f4").astype(np.float32)
    panels = tuple((str(panel["title"]), tuple(map(int, panel["series"]))) for panel in data["panels"])
    if any(not 0 <= member < len(names) for _, members in panels for member in members):
        raise ValueError("a panel shows a curve that is not there")
    record = json.loads(data["record"])
    if not (record is None or isinstance(record, dict)):
        raise ValueError("its record is none")
    return {
        **{name: str(data[name]) for name in ("title", "kind", "alt")},
        "pictures": pictures,
        "steps": steps,
        "words": words,
        "names": names,
        "values": values.reshape(len(names), int(data["points"])),
        "panels": panels,
        "last": int(data["last"]),
        "record": record,
        "versions": {str(key): str(value) for key, value in dict(data["versions"]).items()},
    }


def _harmless(text: str) -> str:
    """Write JSON so that no text in it is markup, or a line end in a script.

    Examples
    --------
    >>> _harmless('"</script>"')
    '"\\\\u003c/script\\\\u003e"'
    """
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text
