"""Shapes of the street as corners in metres: strips of ground, walls, upright outlines, turned bodies."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from .camera import Points


def ground(x0: ArrayLike, x1: ArrayLike, z0: ArrayLike, z1: ArrayLike, y: float = 0.0) -> Points:
    """Return rectangles (..., 4, 3) that lie on the ground."""
    return _rectangles((1, y), (0, x0, x1), (2, z0, z1))


def wall_along(x: float, z0: ArrayLike, z1: ArrayLike, y0: ArrayLike, y1: ArrayLike) -> Points:
    """Return upright rectangles (..., 4, 3) along the street.

    Examples
    --------
    >>> wall_along(5, 1, 2, 0, 3).tolist()
    [[5.0, 0.0, 1.0], [5.0, 0.0, 2.0], [5.0, 3.0, 2.0], [5.0, 3.0, 1.0]]
    """
    return _rectangles((0, x), (2, z0, z1), (1, y0, y1))


def wall_across(z: float, x0: ArrayLike, x1: ArrayLike, y0: ArrayLike, y1: ArrayLike) -> Points:
    """Return upright rectangles (..., 4, 3) that face the camera."""
    return _rectangles((2, z), (0, x0, x1), (1, y0, y1))


def _rectangles(
    level: tuple[int, float],
    first: tuple[int, ArrayLike, ArrayLike],
    second: tuple[int, ArrayLike, ArrayLike],
) -> Points:
    """Return rectangles at a level of one axis, between two ends of both others."""
    (a, a0, a1), (b, b0, b1) = first, second
    corners = np.empty((*np.broadcast(a0, a1, b0, b1).shape, 4, 3))
    corners[..., level[0]] = level[1]
    corners[..., 0, a] = corners[..., 3, a] = a0
    corners[..., 1, a] = corners[..., 2, a] = a1
    corners[..., 0, b] = corners[..., 1, b] = b0
    corners[..., 2, b] = corners[..., 3, b] = b1
    return corners


def upright(outline: ArrayLike, x: float, z: float) -> Points:
    """Return outlines (..., k, 2), right and up from a foot on the ground, as they stand there."""
    flat = np.asarray(outline, float)
    corners = np.empty((*flat.shape[:-1], 3))
    corners[..., :2], corners[..., 2] = flat, z
    corners[..., 0] += x
    return corners


@cache
def circle(num_points: int) -> np.ndarray:
    """Return a circle (k, 2) of radius 1 about 0."""
    angle = np.linspace(0, 2 * np.pi, num_points, endpoint=False)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def disc(x: float, y: float, rx: float, ry: float | None = None, num_points: int = 14) -> np.ndarray:
    """Return an ellipse (k, 2) about (x, y)."""
    return circle(num_points) * (rx, rx if ry is None else ry) + (x, y)


def plate(x0: float, x1: float, y0: float, y1: float) -> np.ndarray:
    """Return a flat rectangle (4, 2)."""
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def taper(x0: float, y0: float, w0: float, x1: float, y1: float, w1: float) -> np.ndarray:
    """Return a limb (4, 2) that runs from one place to another and changes its width on the way."""
    return np.array([(x0 - w0 / 2, y0), (x0 + w0 / 2, y0), (x1 + w1 / 2, y1), (x1 - w1 / 2, y1)])
