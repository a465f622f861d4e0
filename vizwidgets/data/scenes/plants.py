"""Trees, bushes and hedges."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from .canvas import Canvas
from .classes import VEGETATION
from .colors import Color, color
from .shapes import circle, taper, upright

LEAVES = color((0.22, 0.46, 0.16), (0.22, 0.30, 0.13))
BARK = color((0.34, 0.25, 0.18), (0.27, 0.22, 0.18))
NUM_CORNERS = 11


def paint_tree(
    canvas: Canvas, rng: Generator, x: float, z: float, height: float, leaves: Color, light: float
) -> None:
    """Paint a tree: trunk with two branches, and a crown of leafy balls, round or slender.

    `light` is where the sun stands: -1 to the left, 1 to the right.
    """
    is_slender = rng.random() < 0.2
    across = height * (rng.uniform(0.10, 0.14) if is_slender else rng.uniform(0.24, 0.33))
    up = height * (0.42 if is_slender else rng.uniform(0.26, 0.32))
    middle, thick = height - up, height * rng.uniform(0.035, 0.05)
    bark = BARK * rng.uniform(0.8, 1.2)
    canvas.fill(upright(taper(0, 0, thick * 1.2, 0, middle, thick * 0.6), x, z), bark, VEGETATION)
    for lean in (-0.45, 0.4):
        branch = taper(0, middle - up * 0.9, thick * 0.6, lean * across, middle, thick * 0.3)
        canvas.fill(upright(branch, x, z), 0.9 * bark, VEGETATION)
    paint_crown(canvas, rng, (x, middle, z), (across, up), leaves, light, count=16)


def paint_crown(
    canvas: Canvas,
    rng: Generator,
    middle: tuple[float, float, float],
    half: tuple[float, float],
    leaves: Color,
    light: float,
    count: int,
) -> None:
    """Paint leafy balls over an ellipse with these half axes: dark ones first, those in the sun last."""
    x, y, z = middle
    angle, out = rng.uniform(0, 2 * np.pi, count), 0.78 * np.sqrt(rng.uniform(0.05, 1, count))
    places = np.stack([np.cos(angle) * out, np.sin(angle) * out], axis=1)
    sizes = rng.uniform(0.30, 0.46, count)
    places[0], sizes[0] = 0, 0.82  # the shade in the middle, which the others cover
    sunny = 0.62 * places[:, 1] + 0.35 * light * places[:, 0]
    order = np.concatenate([[0], 1 + np.argsort(sunny[1:])])
    shades = np.where(order == 0, 0.68, 0.92 + 0.42 * sunny[order])[:, None, None]
    outlines = places[order, None] + sizes[order, None, None] * _leafy(rng, count)
    shades = shades * rng.uniform(0.94, 1.06, (count, 1, 1))
    canvas.fill(upright(outlines * half + (0, y), x, z), leaves * shades, VEGETATION)
    canvas.balls.append((x, y, z, sum(half) / 2))


def _leafy(rng: Generator, count: int) -> np.ndarray:
    """Return circles (count, k, 2) with uneven rims."""
    return circle(NUM_CORNERS) * rng.uniform(0.80, 1.18, (count, NUM_CORNERS, 1))


def paint_bush(canvas: Canvas, rng: Generator, x: float, z: float, leaves: Color, light: float) -> None:
    """Paint a bush."""
    height = rng.uniform(0.45, 0.85)
    paint_crown(canvas, rng, (x, height * 0.9, z), (rng.uniform(0.8, 1.5), height), leaves, light, count=8)
