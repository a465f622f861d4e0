"""Outlines: closed curves as arrays of points (n, 2), x to the right and y down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

Outline = np.ndarray  # (n, 2)


@cache
def _circle(num_points: int) -> Outline:
    angle = np.linspace(0, 2 * np.pi, num_points, endpoint=False)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def turned(points: np.ndarray, angle: float) -> np.ndarray:
    """Return the points turned clockwise about the origin; the angle in radians."""
    cosine, sine = np.cos(angle), np.sin(angle)
    return points @ np.array([[cosine, sine], [-sine, cosine]])


def ellipse(x: float, y: float, rx: float, ry: float, angle: float = 0.0, num_points: int = 28) -> Outline:
    """Return an ellipse about (x, y) with half axes rx and ry.

    Examples
    --------
    >>> ellipse(1, 0, 2, 1, num_points=4).round(6).tolist()
    [[3.0, 0.0], [1.0, 1.0], [-1.0, 0.0], [1.0, -1.0]]
    """
    return turned(_circle(num_points) * (rx, ry), angle) + (x, y)


def spline(corners: ArrayLike, steps: int = 8) -> Outline:
    """Return the smooth closed curve through the corners (Catmull and Rom, 1974).

    Examples
    --------
    >>> corners = [(0, 0), (4, 0), (4, 2), (0, 2)]
    >>> spline(corners, steps=5)[::5].tolist() == np.array(corners, float).tolist()
    True
    """
    here = np.asarray(corners, float)[:, None]
    before, after, last = (np.roll(here, -shift, axis=0) for shift in (-1, 1, 2))
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    bent = (2 * before - 5 * here + 4 * after - last) * t**2 + (3 * here - before - 3 * after + last) * t**3
    return (here + 0.5 * ((after - before) * t + bent)).reshape(-1, 2)


def stroke(path: ArrayLike, start: float, end: float) -> Outline:
    """Return the outline of a brush stroke along a path, from one width to another.

    Parameters
    ----------
    path : array
        (..., n, 2): one path, or many of the same number of points.
    start, end : float
        Width at the first and at the last point.

    Returns
    -------
    array
        (..., 2 n, 2).

    Examples
    --------
    >>> stroke([(0, 0), (4, 0)], 2, 1).round(6).tolist()
    [[0.0, 1.0], [4.0, 0.5], [4.0, -0.5], [0.0, -1.0]]
    """
    points = np.asarray(path, float)
    along = np.empty_like(points)
    along[..., 1:-1, :] = points[..., 2:, :] - points[..., :-2, :]
    along[..., 0, :] = points[..., 1, :] - points[..., 0, :]
    along[..., -1, :] = points[..., -1, :] - points[..., -2, :]
    along /= np.sqrt((along**2).sum(axis=-1, keepdims=True)) + 1e-9
    across = np.stack([-along[..., 1], along[..., 0]], axis=-1)
    across *= np.linspace(start, end, points.shape[-2])[:, None] / 2
    return np.concatenate([points + across, (points - across)[..., ::-1, :]], axis=-2)


@dataclass(frozen=True)
class Frame:
    """A part of the body with axes of its own, such as a head: where it is and how it is turned.

    Examples
    --------
    >>> Frame(1.0, 2.0, np.pi / 2)([(3, 0)]).round(6).tolist()
    [[1.0, 5.0]]
    """

    x: float
    y: float
    angle: float

    def __call__(self, points: ArrayLike) -> Outline:
        """Return points of this part in the coordinates of the body."""
        return turned(np.asarray(points, float), self.angle) + (self.x, self.y)

    def at(self, u: float, v: float) -> Outline:
        """Return one point of this part in the coordinates of the body."""
        return self([(u, v)])[0]


def curve(points: Sequence[tuple[float, float]], steps: int = 6) -> Outline:
    """Return an open smooth path through the points, for a stroke.

    Examples
    --------
    >>> curve([(0, 0), (1, 1), (2, 0)], steps=2)[::2].tolist()
    [[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]]
    """
    corners = np.asarray(points, float)
    # Mirrored neighbours beyond both ends let the path run out straight.
    beyond = [2 * corners[-1] - corners[-2], 2 * corners[0] - corners[1]]
    smooth = spline(np.concatenate([corners, beyond]), steps)
    return smooth[: (len(corners) - 1) * steps + 1]
