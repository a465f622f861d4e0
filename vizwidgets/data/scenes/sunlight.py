"""Shadows: which places of the street the sun does not reach."""

from __future__ import annotations

import numpy as np

from .drawing import Drawing

SIGHT = 60.0  # metres; shadows farther away are not told from the ground
NUM_CASTERS = 24  # balls and boxes each, the nearest ones


def shadows(drawing: Drawing, places: np.ndarray) -> np.ndarray:
    """Return how much of the sun each pixel lacks.

    Parameters
    ----------
    drawing : Drawing
        Holds the sun and what keeps it away.
    places : array
        (H, W, 3), where in the street the pixels look.

    Returns
    -------
    array
        (H, W) float32 in [0, 1].
    """
    shade = np.zeros(places.shape[:2], np.float32)
    is_near = (drawing.middles > 0) & (places[..., 2] < SIGHT)
    points = np.ascontiguousarray(places[is_near].T)  # (3, n)
    sun = drawing.sun.astype(np.float32)
    boxes, balls = _nearest(drawing.boxes), _nearest(drawing.balls)
    shade[is_near] = np.maximum(_behind_boxes(points, sun, boxes), _behind_balls(points, sun, balls))
    return shade


def _nearest(casters: np.ndarray) -> np.ndarray:
    return casters[np.argsort(casters[:, 2])[:NUM_CASTERS]]


def _behind_boxes(points: np.ndarray, sun: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return 1 where the way to the sun enters a box: between its planes (Kay and Kajiya, 1986)."""
    way = np.where(np.abs(sun) < 1e-3, np.float32(1e-3), sun)
    here, ends = points / way[:, None], boxes.reshape(-1, 2, 3) / way
    low, high = ends.min(axis=1), ends.max(axis=1)
    is_dark = np.zeros(points.shape[1], bool)
    for (x0, y0, z0), (x1, y1, z1) in zip(low, high, strict=True):
        enters = np.maximum(np.maximum(x0 - here[0], y0 - here[1]), z0 - here[2])
        leaves = np.minimum(np.minimum(x1 - here[0], y1 - here[1]), z1 - here[2])
        is_dark |= (enters > 0.05) & (enters < leaves)
    return is_dark.astype(np.float32)


def _behind_balls(points: np.ndarray, sun: np.ndarray, balls: np.ndarray) -> np.ndarray:
    """Return how much of the sun balls of leaves take; their rims let light through."""
    if not len(balls):
        return np.zeros(points.shape[1], np.float32)
    middles, radii = balls[:, :3], balls[:, 3:]
    along = middles @ sun[:, None] - sun @ points  # (m, n): how far ahead a ball is, on the way to the sun
    apart = (middles**2).sum(axis=1, keepdims=True) + (points**2).sum(axis=0) - 2 * middles @ points
    dense = (1 - (apart - along**2) / radii**2) * 2.5  # from its distance to that way, squared
    return (np.clip(dense, 0, 0.85) * (along > 0.5 * radii)).max(axis=0)
