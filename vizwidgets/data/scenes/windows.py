"""Rows of windows on a wall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from .camera import Points
from .colors import Color, color, varied
from .shapes import wall_across, wall_along

STOREY = 3.0  # metres from floor to floor
SHARP = 55.0  # metres; farther windows are finer than a pixel
FRAMED = 25.0  # metres; farther frames are

GLASS = color((0.28, 0.36, 0.46), (0.20, 0.23, 0.27))
FRAME = color((0.88, 0.84, 0.76), (0.72, 0.70, 0.65))

Ends = tuple[float, float]


@dataclass(frozen=True)
class Windows:
    """The windows of one house, all alike.

    Attributes
    ----------
    width, height : float
        Of a window, in metres.
    apart : float
        From the beginning of one window to the next.
    glass, frame : array
        (2, 3) colours.
    """

    width: float
    height: float
    apart: float
    glass: Color
    frame: Color

    def along(self, rng: Generator, x: float, ahead: Ends, up: Ends) -> Iterator[tuple[Points, np.ndarray]]:
        """Yield frames, panes and bars of windows along the street: corners (n, 4, 3), colours (n, 2, 3)."""
        z, y = self._grid((ahead[0], min(ahead[1], SHARP)), up)
        z, y = z[z > -2], y[z > -2]  # nothing is seen so close beside the camera
        near_z, near_y = z[z < FRAMED], y[z < FRAMED]
        rim, bar = 0.1, near_z + self.width / 2 - 0.04
        frames = wall_along(
            x, near_z - rim, near_z + self.width + rim, near_y - rim, near_y + self.height + rim
        )
        yield frames, self._painted(len(near_z))
        yield wall_along(x, z, z + self.width, y, y + self.height), self._panes(rng, len(z))
        yield wall_along(x, bar, bar + 0.08, near_y, near_y + self.height), self._painted(len(near_z))

    def across(self, rng: Generator, z: float, aside: Ends, up: Ends) -> tuple[Points, np.ndarray]:
        """Return panes on a wall that faces the camera: corners (n, 4, 3), colours (n, 2, 3)."""
        x, y = self._grid(aside, up) if z < SHARP else (np.zeros(0), np.zeros(0))
        return wall_across(z, x, x + self.width, y, y + self.height), self._panes(rng, len(x))

    def _grid(self, along: Ends, up: Ends) -> tuple[np.ndarray, np.ndarray]:
        """Return where windows begin, along a wall and up, so that they end on it."""
        places = np.arange(along[0], along[1] - self.width, self.apart)
        sills = np.arange(up[0], up[1] - self.height, STOREY)
        across, height = np.meshgrid(places, sills)
        return across.ravel(), height.ravel()

    def _painted(self, count: int) -> np.ndarray:
        return np.broadcast_to(self.frame, (count, 2, 3))

    def _panes(self, rng: Generator, count: int) -> np.ndarray:
        """Return the colours of so many panes: some reflect the sky."""
        bright = rng.choice((0.85, 1.0, 1.45), size=(count, 1, 1), p=(0.4, 0.4, 0.2))
        return (self.glass * bright * rng.uniform(0.92, 1.08, (count, 1, 1))).clip(0, 1)


def random_windows(rng: Generator) -> Windows:
    """Return the windows of some house."""
    return Windows(
        width=rng.uniform(0.95, 1.6),
        height=rng.uniform(1.3, 1.9),
        apart=rng.uniform(2.2, 3.4),
        glass=varied(rng, GLASS, 0.06),
        frame=varied(rng, FRAME, 0.06),
    )
