"""Colours with two ends: what a surface has in the game, and what it has before a camera."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

Color = np.ndarray  # (2, 3): red, green, blue in [0, 1] in the game, and before the camera


def color(game: ArrayLike, camera: ArrayLike | None = None) -> Color:
    """Return a colour; without a second one, a camera sees the same.

    Examples
    --------
    >>> color((1, 0, 0), (0.6, 0.2, 0.1)).tolist()
    [[1.0, 0.0, 0.0], [0.6, 0.2, 0.1]]
    """
    return np.array([game, game if camera is None else camera], float)


def varied(rng: Generator, base: Color, light: float = 0.05, tint: float = 0.02) -> Color:
    """Return a random neighbour of a colour: lighter or darker, and of a slightly other tint."""
    return (base + rng.normal(0, light) + rng.normal(0, tint, 3)).clip(0.02, 1)


def one_of(rng: Generator, palette: Color, light: float = 0.04, tint: float = 0.02) -> Color:
    """Return a random neighbour of one of a palette's colours (n, 2, 3)."""
    return varied(rng, palette[rng.integers(len(palette))], light, tint)


def seen(colors: np.ndarray, look: float) -> np.ndarray:
    """Return colours (..., 2, 3) as they are seen at a look between 0 (game) and 1 (camera): (..., 3)."""
    return (1 - look) * colors[..., 0, :] + look * colors[..., 1, :]
