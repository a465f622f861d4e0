"""Outputs of cells as a website shows them: pictures with words for who does not see them, and films."""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from PIL import Image

from vizwidgets.draw.film import read_film

from .lessons import ROOT
from .predictions import DATA, Came, card

WIDGET = "application/vnd.jupyter.widget-view+json"
LOSSLESS_BYTES = 120_000  # a larger picture is a photograph or full of noise, and nobody misses its last bit
HOPELESS_BYTES = 600_000  # of a PNG file; trying to keep each of its bits takes seconds, and is never small
QUALITY = 90
FILM_WORDS = "A run that was kept: play it, or pull the slider. In the notebook it is live."
STILL_WORDS = "In the notebook this is live; here is the picture it ended with."


@dataclass(frozen=True)
class Gallery:
    """Where the pictures and films of one lesson lie.

    Attributes
    ----------
    stem : str
        Name of the lesson.
    site : Path
        Files that are copied into the site as they are; pages of lessons lie in a folder of their own there.
    films : Path
        Folder of the lesson's films, each named after the cell of its widget; it need not exist.
    """

    stem: str
    site: Path
    films: Path

    def film(self, cell_id: str) -> str | None:
        """Return the HTML of the film of a widget's cell, or None if it has none that can be read."""
        path = self.films / f"{cell_id}.html"
        try:
            film = read_film(path)
        except (OSError, ValueError):
            return None
        place = f"films/{self.stem}/{path.name}"
        film.save(self.site / place)  # with the player of today, whenever it was made
        title = html.escape(f"Film: {film.title}")
        frame = f'<iframe src="../{place}" title="{title}" loading="lazy"></iframe>'
        return _figure(frame, FILM_WORDS if len(film.pictures) > 1 else STILL_WORDS, "course-film")

    def picture(self, data: bytes, name: str, alt: str, width: int | None, words: str = "") -> str:
        """Store a picture and return its HTML; `words` stand beneath it."""
        with Image.open(io.BytesIO(data)) as picture:
            columns, rows = picture.size
        place = f"pictures/{self.stem}/{name}.webp"
        (self.site / place).parent.mkdir(parents=True, exist_ok=True)
        (self.site / place).write_bytes(encode(data))
        wide = width or columns
        size = f'width="{wide}" height="{round(rows * wide / columns)}"'
        image = f'<img src="../{place}" alt="{html.escape(alt)}" {size} loading="lazy" decoding="async">'
        return _figure(image, words, "course-picture")


@lru_cache(maxsize=512)  # pages and slides show the same pictures, and this is what takes long about both
def encode(data: bytes) -> bytes:
    """Return the file of a picture as a WebP file: exact where that is small, else nearly so."""
    with Image.open(io.BytesIO(data)) as picture:
        exact, nearly = io.BytesIO(), io.BytesIO()
        if len(data) <= HOPELESS_BYTES:
            picture.save(exact, "WEBP", lossless=True)
            if exact.tell() <= LOSSLESS_BYTES:
                return exact.getvalue()
        picture.convert("RGB").save(nearly, "WEBP", quality=QUALITY)
    return min(filter(None, (exact.getvalue(), nearly.getvalue())), key=len)


def _figure(content: str, words: str, name: str) -> str:
    caption = f"<figcaption>{html.escape(words)}</figcaption>" if words else ""
    return f'<figure class="{name}">{content}{caption}</figure>'


def alt_text(cell: NotebookNode, output: NotebookNode) -> str:
    """Return what a picture shows, in words.

    The lesson's author says it (`alt` in the metadata of the cell), else the widget that drew the picture; a
    picture of which nobody said anything is named after the code that made it.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_output
    >>> shown = new_output("display_data", {"text/plain": "FilterWall(vgg16: 50 filters)"})
    >>> alt_text(new_code_cell("wall"), shown)
    'FilterWall: vgg16: 50 filters'
    >>> alt_text(new_code_cell("x = 1\\nvw.show(x)"), new_output("display_data", {"text/plain": "<Image>"}))
    'Picture made by vw.show(x)'
    """
    said = output.get("metadata", {}).get("image/png", {}).get("alt")
    words = "".join(output.data.get("text/plain", ""))
    if cell.metadata.get("alt"):
        return str(cell.metadata["alt"])
    if said:
        return str(said)
    if drawn := re.fullmatch(r"(\w+)\((.+)\)", words, re.DOTALL):
        return f"{drawn[1]}: {drawn[2]}"
    return f"Picture made by {cell.source.strip().splitlines()[-1].strip()}"


def shown_outputs(cell: NotebookNode, gallery: Gallery, came: Mapping[str, Came]) -> list[NotebookNode]:
    """Return the outputs of a cell with every picture and widget turned into HTML that needs no kernel.

    `came` tells of each question of the lesson what came.
    """
    is_widget = "widget" in cell.metadata.get("tags", [])
    shown, filmed = [], gallery.film(cell.id) if is_widget else None
    if filmed:
        shown.append(_html_output(filmed))
    for number, output in enumerate(cell.outputs):
        data: dict[str, Any] = output.get("data", {})
        if filmed and WIDGET in data:
            continue  # the film stands in its place
        if DATA in data:
            shown.append(_html_output(card(data[DATA], came)))
        elif "image/png" in data or "image/jpeg" in data:
            kind = "image/png" if "image/png" in data else "image/jpeg"
            width = output.metadata.get(kind, {}).get("width")
            words = STILL_WORDS if WIDGET in data else ""
            name, alt = f"{cell.id}-{number}", alt_text(cell, output)
            shown.append(_html_output(gallery.picture(base64.b64decode(data[kind]), name, alt, width, words)))
        elif "text/html" in data:
            content = lead_to_pages("".join(data["text/html"]))
            shown.append(_html_output(f'<div class="course-table">{content}</div>'))
        else:
            if "text" in output:  # what a lesson says of a file names folders of the computer it ran on
                output.text = output.text.replace(f"{ROOT}/", "")
            shown.append(output)
    return shown


def lead_to_pages(content: str) -> str:
    """Let links to lessons, as the map of the course has them, lead to their pages.

    Examples
    --------
    >>> lead_to_pages("<a href='01_sheep_or_goat.ipynb'>Sheep or goat?</a>")
    "<a href='01_sheep_or_goat.html'>Sheep or goat?</a>"
    """
    return re.sub(r"""(href=['"]\d\d_\w+)\.ipynb""", r"\1.html", content)


def _html_output(content: str) -> NotebookNode:
    return new_output("display_data", {"text/html": content})
