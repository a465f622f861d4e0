"""Plays a saved run in a notebook, without weights and without computing: `FilmPlayer`."""

from __future__ import annotations

import base64
import os
from functools import cached_property
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from vizwidgets.data.artifacts import ARTIFACTS
from vizwidgets.draw.film import FORMAT, Film, read_film
from vizwidgets.draw.film_file import film_data
from vizwidgets.draw.film_still import film_still
from vizwidgets.models.zoo import list_models

HERE = Path(__file__).parent
PLAYER = ("chart.js", "film_screen.js", "film_player.js")  # what the page of a film has too; one module
SCRIPTS = (*(f"../draw/{name}" for name in PLAYER), "stage.js", "live_repair.js", "film_view.js")
STYLES = ("../draw/film_player.css", "stage.css")


class FilmPlayer(anywidget.AnyWidget):
    """A film with play and pause, a scrubber, its speed and its curves.

    Space plays and pauses, the arrows go by one picture, Home and End to the first and the last one.

    Parameters
    ----------
    film : Film
        From ``explorer.film()``, or from a file with `load_film`.

    Attributes
    ----------
    note : str
        What is missing on this machine to compute the run again, and what fetches it; empty if nothing is.

    Examples
    --------
    >>> import numpy as np
    >>> from vizwidgets.draw.film import Scene
    >>> scenes = [Scene(step, np.full((8, 8, 3), 40 * step, np.uint8), f"step {step}") for step in range(3)]
    >>> FilmPlayer(Film.of(scenes, title="gray", kind="AscentExplorer", alt="a gray square"))
    FilmPlayer(gray, 3 pictures of the steps 0 to 2)
    """

    _esm = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    _css = "\n".join((HERE / name).read_text(encoding="utf-8") for name in STYLES)

    data = traitlets.Unicode("", help="The film, as its page holds it, without its record.").tag(sync=True)
    note = traitlets.Unicode("", help="What is missing on this machine, in words.").tag(sync=True)

    def __init__(self, film: Film) -> None:
        if not isinstance(film, Film):
            raise TypeError(
                f"a Film is wanted, from explorer.film(); got {type(film).__name__}. "
                "vw.load_film('name.html') plays a saved one."
            )
        self._film = film
        super().__init__(data=film_data(film, FORMAT, has_record=False), note=missing_weights(film))

    @property
    def film(self) -> Film:
        """The film, with its record."""
        return self._film

    def to_page(self, path: str | os.PathLike[str]) -> Path:
        """Write the film as a page that plays in any browser, ``name.html``, or as ``name.gif``."""
        return self._film.save(path)

    def __repr__(self) -> str:
        steps, count = self._film.steps, len(self._film.pictures)
        pictures = "1 picture of step" if count == 1 else f"{count} pictures of the steps {steps[0]} to"
        return f"FilmPlayer({self._film.title}, {pictures} {steps[-1]})"

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = super()._repr_mimebundle_(**options)
        data = dict((bundle[0] if isinstance(bundle, tuple) else bundle) or {})
        data["text/plain"] = repr(self)  # stable: nbval compares it
        data["image/png"] = base64.b64encode(self._png).decode()
        return data, {}

    @cached_property
    def _png(self) -> bytes:
        return film_still(self._film)


def load_film(path: str | os.PathLike[str]) -> FilmPlayer:
    """Return a player of a saved run; it needs no weights and computes nothing.

    Parameters
    ----------
    path : str or Path
        The page that ``explorer.save("name.html")`` wrote.

    Raises
    ------
    ValueError
        If it is no film, cut short, damaged, of another format version, or a GIF; the message says which.
    OSError
        If there is no such file.
    """
    return FilmPlayer(read_film(path))


def missing_weights(film: Film) -> str:
    """Say which weights of a film are not on this machine, and how to get them; nothing if none are."""
    name = (film.record or {}).get("model")
    entry = next((entry for entry in list_models() if entry.name == name and not entry.is_present), None)
    if entry is None:
        return ""
    how = f"vw.load_model({entry.name!r}) gets them: {entry.status}"
    if entry.name in ARTIFACTS:
        command = "python data_scripts/fetch_weights.py" + (
            " --full" if ARTIFACTS[entry.name].is_large else ""
        )
        how = f"{command} fetches them ({entry.megabytes:.0f} MB)"
    return (
        f"The weights of {entry.name} are not on this machine. The film plays without them; "
        f"to compute the run again, {how}."
    )
