"""Grounds: grass with blades and flowers, cracked rock, snow with blue shade, rippled sand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw

from .noise import Field, fractal_noise

Painted = np.ndarray  # (size, size, 3) float32
NUM_BLADES = 420
FLOWERS = ((250, 236, 120), (245, 245, 250), (205, 130, 195))
STONES = np.array([(0.52, 0.51, 0.50), (0.56, 0.50, 0.43), (0.45, 0.46, 0.49), (0.60, 0.56, 0.50)])


def mixed(first: ArrayLike, second: ArrayLike, share: Field) -> Painted:
    """Return a mixture of two colours or pictures, with the second's share clipped to [0, 1]."""
    start, end = np.asarray(first, np.float32), np.asarray(second, np.float32)
    return start + (end - start) * share.clip(0, 1).astype(np.float32)[..., None]


def grass(rng: Generator, row: Field, column: Field) -> Painted:
    """Paint a meadow: patches of light and dark, blades that grow towards the viewer, some flowers."""
    size = len(row)
    tint = rng.normal(0, 0.02, 3)
    patches = 0.22 * fractal_noise(rng, size, 2) + 0.12 * fractal_noise(rng, size, 8, gain=0.75)
    ground = mixed((0.22, 0.42, 0.12) + tint, (0.50, 0.68, 0.25) + tint, 0.5 + patches)
    image = Image.fromarray((255 * ground.clip(0, 1)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    _draw_blades(draw, rng, size, np.array((0.33, 0.56, 0.17)) + tint)
    if rng.random() < 0.5:
        _draw_flowers(draw, rng, size)
    return np.asarray(image, np.float32) / 255


def _draw_blades(draw: ImageDraw.ImageDraw, rng: Generator, size: int, green: np.ndarray) -> None:
    """Draw blades from far to near; they grow longer towards the viewer."""
    roots = np.sort(rng.uniform(0, 1.05, NUM_BLADES))
    length = (0.015 + 0.055 * roots) * rng.uniform(0.6, 1.3, NUM_BLADES)
    x = rng.uniform(0, 1, NUM_BLADES)
    tips = x + length * rng.normal(0, 0.35, NUM_BLADES)
    lines = size * np.stack([x, roots, tips, roots - length], axis=1)
    light = rng.uniform(-0.16, 0.16, (NUM_BLADES, 1)) * (0.8, 1.0, 0.5)
    colors = (255 * (green + light)).clip(0, 255).astype(int).tolist()
    width = max(1, size // 160)
    for line, color in zip(lines.tolist(), colors, strict=True):
        draw.line(line, fill=tuple(color), width=width)


def _draw_flowers(draw: ImageDraw.ImageDraw, rng: Generator, size: int) -> None:
    color = FLOWERS[rng.integers(len(FLOWERS))]
    for x, y in rng.uniform((0, 0.25), (1, 1), (rng.integers(4, 16), 2)) * size:
        radius = 0.006 * (0.5 * size + y) + 0.4
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=color)


def rock(rng: Generator, row: Field, column: Field) -> Painted:
    """Paint slabs of stone: the cells of random points, each with its own slope, and cracks between."""
    size = len(row)
    rough, fine = fractal_noise(rng, size, 2), fractal_noise(rng, size, 8, gain=0.75)
    x, y = column + 0.03 * rough, row + 0.018 * fine
    count = int(rng.integers(12, 24))
    points = rng.uniform(-0.1, 1.1, (count, 2)).astype(np.float32)
    cell, crack = _cells(x, y, points)
    slope = rng.normal(0, 0.25, (count, 2)).astype(np.float32)[cell]
    lean = slope[..., 0] * (x - points[cell, 0]) + slope[..., 1] * (y - points[cell, 1])
    shade = 1 + rng.normal(0, 0.09, count).astype(np.float32)[cell] + lean + 0.07 * fine + 0.04 * rough
    shade -= 0.35 * np.exp(-((crack / 0.012) ** 2))
    shade += 0.07 * np.exp(-(((crack - 0.030) / 0.014) ** 2))  # light on the edges of the slabs
    tint = STONES[rng.integers(len(STONES))] + rng.normal(0, 0.025) + rng.normal(0, 0.006, 3)
    return shade[..., None] * tint.astype(np.float32)


def _cells(x: Field, y: Field, points: np.ndarray) -> tuple[np.ndarray, Field]:
    """Return for each pixel the nearest point and how much farther the second nearest is."""
    nearest, second = np.full_like(x, 9), np.full_like(x, 9)
    cell = np.zeros(x.shape, np.intp)
    for number, (px, py) in enumerate(points):
        distance = (x - px) ** 2 + np.float32(1.7) * (y - py) ** 2
        second = np.minimum(second, np.maximum(distance, nearest))
        cell[distance < nearest] = number
        nearest = np.minimum(nearest, distance)
    return cell, np.sqrt(second) - np.sqrt(nearest)


def snow(rng: Generator, row: Field, column: Field) -> Painted:
    """Paint drifts of snow with blue shade between them."""
    size = len(row)
    drifts, fine = fractal_noise(rng, size, 2), fractal_noise(rng, size, 8, gain=0.75)
    waves = np.sin(2 * np.pi * (rng.uniform(1.5, 3) * row + 0.4 * column * rng.normal() + 0.10 * drifts))
    return mixed((0.72, 0.80, 0.91), (0.98, 0.985, 1.0), 0.66 + 0.15 * drifts + 0.14 * waves + 0.05 * fine)


def sand(rng: Generator, row: Field, column: Field) -> Painted:
    """Paint a dune with ripples, closer together in the distance."""
    size = len(row)
    dunes, fine = fractal_noise(rng, size, 2), fractal_noise(rng, size, 8, gain=0.75)
    across = (row + 0.03 * dunes + 0.15).clip(0.02, None) ** 0.7
    ripples = np.sin(2 * np.pi * (rng.uniform(9, 15) * across + 0.6 * column * rng.normal()))
    return mixed((0.74, 0.60, 0.38), (0.94, 0.83, 0.59), 0.5 + 0.13 * ripples + 0.12 * dunes + 0.09 * fine)


GROUNDS: dict[str, Callable[[Generator, Field, Field], Painted]] = {
    "grass": grass,
    "rock": rock,
    "snow": snow,
    "sand": sand,
}
