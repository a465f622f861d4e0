"""Dice of a street: random numbers whose ranges lie between those of the game and those before a camera."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import Generator

Range = tuple[float, float]


@dataclass(frozen=True)
class Dice:
    """Random numbers for the layout of one street.

    Attributes
    ----------
    rng : numpy Generator
        Where they come from.
    layout : float
        0: the game's streets; 1: those before the camera; between, ranges and chances lie between.

    Examples
    --------
    >>> import numpy as np
    >>> Dice(np.random.default_rng(0), 0.5).between((0, 0), camera=(1, 1))
    0.5
    """

    rng: Generator
    layout: float

    def between(self, game: Range, camera: Range | None = None) -> float:
        """Return a number from a range."""
        low, high = (self._mixed(*ends) for ends in zip(game, camera or game, strict=True))
        return self.rng.uniform(low, high)

    def near(self, game: Range, camera: Range | None = None) -> float:
        """Return a number near a mean, with a standard deviation."""
        mean, spread = (self._mixed(*ends) for ends in zip(game, camera or game, strict=True))
        return self.rng.normal(mean, spread)

    def chance(self, game: float, camera: float | None = None) -> bool:
        """Throw once, with this chance of True."""
        return bool(self.rng.random() < self._mixed(game, game if camera is None else camera))

    def count(self, game: float, camera: float | None = None) -> int:
        """Return a number of things that come independently of each other, so many on average."""
        return int(self.rng.poisson(self._mixed(game, game if camera is None else camera)))

    def side(self) -> int:
        """Return -1 or 1."""
        return int(2 * self.rng.integers(2) - 1)

    def _mixed(self, game: float, camera: float) -> float:
        return game + self.layout * (camera - game)
