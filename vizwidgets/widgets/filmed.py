"""A run as a film: made, saved, and loaded again to be played without weights and without computing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vizwidgets.draw.film import NO_CURVES, Curves, Film, Scene, read_film

from .film_player import FilmPlayer
from .recorder import MOST_SCENES

KINDS = (
    "AscentExplorer",
    "AutodiffGraph",
    "FilterWall",
    "PrototypeWall",
    "SaliencyExplorer",
    "SegmentationLab",
    "ShortcutLab",
    "TrainingExplorer",
    "TransferLab",
    "UnitExplorer",
)
NOTHING = "there is nothing to film yet: press Start, or call explorer.run_to_end(), first."


@dataclass(frozen=True)
class Reel:
    """What an explorer has to show of its run.

    Parameters
    ----------
    scenes : sequence of Scene
        Pictures of one size, in the order of their steps; none if nothing has run yet.
    curves : (names, values, panels)
        Of the steps up to the last scene; or none.
    title : str
        What was run; by default what the explorer shows, in words.
    """

    scenes: Sequence[Scene] = ()
    curves: Curves = NO_CURVES
    title: str = ""


class Filmed:
    """What can be filmed; a subclass answers `_reel`, and `record` if it has one."""

    def film(self, most_scenes: int = MOST_SCENES) -> Film:
        """Return the run up to the step that is shown as a film.

        A run that goes on is filmed as far as it is, and goes on meanwhile. Of one that was rewound and went
        on from there, the steps that led to the picture on the screen are shown.

        Parameters
        ----------
        most_scenes : int
            Pictures of the film at most, 1 or more; fewer make a smaller file.

        Raises
        ------
        RuntimeError
            If nothing has run yet.

        Examples
        --------
        >>> from .graph import AutodiffGraph
        >>> graph = AutodiffGraph("x * x", {"x": 3})
        >>> graph.run_to_end()
        >>> graph.film().steps
        (0, 1, 2, 3)
        """
        if most_scenes < 1:
            raise ValueError(f"most_scenes must be 1 or more; got {most_scenes}.")
        reel = self._reel(most_scenes)
        if not reel.scenes:
            raise RuntimeError(NOTHING)
        title = reel.title or self._words()
        return Film.of(
            reel.scenes,
            title=title,
            kind=type(self).__name__,
            alt=f"{title}. At the end: {reel.scenes[-1].words}" if reel.scenes[-1].words else title,
            curves=reel.curves,
            record=self.record(),
        )

    def save(self, path: str | os.PathLike[str], most_scenes: int = MOST_SCENES) -> Path:
        """Write the film of the run: as ``.html``, which plays in any browser and can be loaded, or ``.gif``.

        Parameters
        ----------
        path : str or Path
            The file, which is there afterwards either whole or not at all.
        most_scenes : int
            As for `film`.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        RuntimeError
            If nothing has run yet.
        ValueError
            If the name ends in neither.
        OSError
            If it can not be written there.
        """
        return self.film(most_scenes).save(path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> FilmPlayer:
        """Return a player of a run that `save` wrote as a page; it needs no weights and computes nothing.

        Parameters
        ----------
        path : str or Path
            The ``.html`` file.

        Raises
        ------
        ValueError
            If it is no film, damaged, or one of another explorer; the message says what to call instead.
        OSError
            If there is no such file.
        """
        film = read_film(path)
        if film.kind != cls.__name__:
            own = f"vw.{film.kind}.load, or with " if film.kind in KINDS else ""
            raise ValueError(
                f"{Path(path).name} is a film of {film.kind}, not of {cls.__name__}: play it with "
                f"{own}vw.load_film, which plays any film."
            )
        return FilmPlayer(film)

    # -- what a subclass answers ----------------------------------------------------------------------

    def _reel(self, most: int) -> Reel:
        """Return what is to be shown, at most so many scenes; none if nothing has run yet."""
        raise NotImplementedError

    def _words(self) -> str:
        """Return what is shown, in words that do not depend on the machine."""
        raise NotImplementedError

    def record(self) -> dict[str, Any] | None:
        """Return settings and results as JSON-able data, or None."""
        return None
