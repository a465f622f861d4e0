"""The film of a run: its pictures, curves and record in one page that opens in any browser, without a kernel.

The page is also the file that is loaded again: what plays and what is kept are one and the same.
"""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .curves import decimate, named
from .film_file import film_data, parse_page
from .film_gif import film_gif
from .film_page import film_page
from .film_path import film_bytes
from .film_scenes import Scene, encode_picture, fit_scenes, picture_size

__all__ = ["FORMAT", "Film", "Scene", "encode_picture", "read_film"]

FORMAT = "vizwidgets film 1"
USUAL_BYTES, MOST_BYTES = 1_000_000, 2_900_000  # of a page
CODE_BYTES = 60_000  # what a page holds beside its film
Curves = tuple[Sequence[str], np.ndarray, Sequence[tuple[str, Sequence[int]]]]  # names, values, panels
NO_CURVES: Curves = ((), np.empty((0, 0), np.float32), ())


@dataclass(frozen=True, eq=False)
class Film:
    """A run that can be played again without weights and without computing.

    `Film.of` makes one of scenes; `read_film` reads what `save` wrote.

    Attributes
    ----------
    title : str
        What was run: "vgg16: channel 19 of block3_conv3".
    kind : str
        Class of the explorer.
    pictures : tuple of bytes
        WebP files, all of one size. One with a clear part is drawn over those before it: `whole_pictures`
        yields what is seen. The first and the last one are whole.
    steps : tuple of int
        The step that each picture is of.
    words : tuple of str
        The status line at each picture.
    alt : str
        What the pictures show, for those who do not see them.
    names : tuple of str
        What each curve is called.
    values : array
        (series, points) float32, at most 600 points, evenly spread over the steps 0..last.
    panels : tuple of (str, tuple of int)
        Title and series of each panel.
    last : int
        The last step of the curves.
    record : dict, optional
        The explorer's record, with which the run can be computed again.
    versions : dict
        Of vizwidgets and torch, and the kind of processor, at the time of the run.

    Examples
    --------
    >>> scenes = [Scene(step, np.full((8, 8, 3), 40 * step, np.uint8), f"step {step}") for step in range(3)]
    >>> film = Film.of(scenes, title="gray", kind="AscentExplorer", alt="a square that gets lighter")
    >>> film.steps, film.last
    ((0, 1, 2), 2)
    """

    title: str
    kind: str
    pictures: tuple[bytes, ...]
    steps: tuple[int, ...]
    words: tuple[str, ...]
    alt: str
    names: tuple[str, ...] = ()
    values: np.ndarray = field(default_factory=lambda: NO_CURVES[1])
    panels: tuple[tuple[str, tuple[int, ...]], ...] = ()
    last: int = 0
    record: dict[str, Any] | None = None
    versions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        scenes: Sequence[Scene],
        *,
        title: str,
        kind: str,
        alt: str,
        curves: Curves = NO_CURVES,
        last: int | None = None,
        record: dict[str, Any] | None = None,
    ) -> Film:
        """Make a film of the scenes of a run; where it would be larger than a page may be, it keeps fewer.

        Parameters
        ----------
        scenes : sequence of Scene
            One or more, in the order of their steps, pictures of one size.
        title, kind, alt : str
            What was run, the class of the explorer, what the pictures show.
        curves : (names, values, panels)
            As explorers draw them: values (series, steps 0..last), NaN is a gap. Long ones are thinned out.
        last : int, optional
            The last step of the curves; by default one less than their points, or the last scene's step.
        record : dict, optional
            JSON-able.

        Raises
        ------
        ValueError
            If there is no scene, or their pictures have several sizes.
        """
        _check(scenes)
        names, values, panels = curves
        values = np.asarray(values, np.float32)
        film = cls(
            title,
            kind,
            (),
            (),
            (),
            alt,
            tuple(named(names)),
            decimate(values),
            tuple((words, tuple(map(int, members))) for words, members in panels),
            (max(values.shape[1] - 1, 0) or scenes[-1].step) if last is None else last,
            record,
            _versions(),
        )
        beside = len(film_data(film._with(scenes, ()), FORMAT)) + CODE_BYTES
        usual, most = (_room(page_bytes - beside) for page_bytes in (USUAL_BYTES, MOST_BYTES))
        return film._with(*fit_scenes(scenes, usual, most))

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the pictures."""
        return picture_size(self.pictures[0])

    def page(self) -> str:
        """Return the film as one HTML page that asks no other host for anything."""
        return film_page(self, FORMAT)

    def gif(self) -> bytes:
        """Return the film as an animated GIF, for readers who can run no script."""
        return film_gif(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the film: ``.html`` is the page that plays and can be loaded, ``.gif`` moves and is all.

        Parameters
        ----------
        path : str or Path
            Its folder is made where there is none; an older file is replaced when the new one is whole.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ValueError
            If the name ends in neither.
        OSError
            If it can not be written there.
        """
        path = Path(path)
        if path.suffix.lower() not in (".html", ".gif"):
            raise ValueError(f"a film is saved as name.html or name.gif; got {path.name!r}.")
        _write_whole(path, self.gif() if path.suffix.lower() == ".gif" else self.page().encode())
        return path

    def _with(self, scenes: Sequence[Scene], pictures: Sequence[bytes]) -> Film:
        """Return the film with these scenes."""
        return replace(
            self,
            pictures=tuple(pictures),
            steps=tuple(int(scene.step) for scene in scenes),
            words=tuple(scene.words for scene in scenes),
        )


def read_film(path: str | os.PathLike[str]) -> Film:
    """Read a film that `Film.save` wrote as a page.

    Parameters
    ----------
    path : str or Path
        The ``.html`` file.

    Raises
    ------
    ValueError
        If it is no film, cut short, damaged, of another format version, or a GIF; the words say which.
    TypeError, OSError
        If it is no path, there is no such file, or it can not be read; the words say which films there are.
    """
    return Film(**parse_page(film_bytes(path), Path(path).name, FORMAT))


def _check(scenes: Sequence[Scene]) -> None:
    if not scenes:
        raise ValueError("a film needs at least one scene; got none.")
    sizes = {
        picture_size(scene.picture) if isinstance(scene.picture, bytes) else scene.picture.shape[:2]
        for scene in scenes
    }
    if len(sizes) > 1:
        raise ValueError(
            f"the pictures of a film have one size; got {sorted(sizes)}. Begin a new film where it changes."
        )


def _room(letters: int) -> int:
    """Return how many bytes fit into so many letters: base64 makes four letters of three bytes."""
    return letters * 3 // 4


def _versions() -> dict[str, str]:
    return {
        "vizwidgets": metadata.version("vizwidgets"),
        "torch": torch.__version__,
        "machine": platform.machine(),
    }


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there either whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".film-", dir=path.parent) as folder:
            made = Path(folder, path.name)
            made.write_bytes(data)
            os.replace(made, path)
    except OSError as error:
        words = f"{path} can not be written ({error.strerror}): save the film into a folder of your own."
        raise type(error)(error.errno, words) from error
