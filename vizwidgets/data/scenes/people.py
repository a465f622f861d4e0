"""People on foot."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from .canvas import Canvas
from .classes import PEDESTRIAN
from .colors import Color, color, one_of
from .shapes import disc, plate, taper, upright

COATS = np.stack(
    [
        color((0.80, 0.22, 0.20), (0.55, 0.20, 0.19)),
        color((0.20, 0.36, 0.66), (0.20, 0.28, 0.44)),
        color((0.90, 0.74, 0.30), (0.66, 0.56, 0.32)),
        color((0.25, 0.27, 0.30), (0.17, 0.18, 0.20)),
        color((0.84, 0.84, 0.82), (0.70, 0.70, 0.68)),
        color((0.32, 0.52, 0.36), (0.28, 0.36, 0.28)),
        color((0.50, 0.36, 0.56), (0.38, 0.30, 0.40)),
        color((0.55, 0.42, 0.32), (0.40, 0.33, 0.27)),
    ]
)
TROUSERS = np.stack(
    [
        color((0.20, 0.25, 0.40), (0.17, 0.20, 0.29)),
        color((0.17, 0.17, 0.19), (0.12, 0.12, 0.13)),
        color((0.46, 0.40, 0.33), (0.37, 0.33, 0.28)),
    ]
)
SKINS = np.stack([color((0.91, 0.73, 0.61)), color((0.78, 0.58, 0.44)), color((0.52, 0.36, 0.26))])
HAIRS = np.stack(
    [
        color((0.16, 0.12, 0.10)),
        color((0.42, 0.28, 0.16)),
        color((0.72, 0.58, 0.34)),
        color((0.60, 0.58, 0.56)),
    ]
)


Part = tuple[np.ndarray, Color]


def paint_person(canvas: Canvas, rng: Generator, x: float, z: float) -> None:
    """Paint somebody who walks or stands."""
    height, wide = rng.uniform(1.55, 1.90), rng.uniform(0.95, 1.15)
    stride, legs = rng.uniform(-0.13, 0.13), one_of(rng, TROUSERS)
    parts = [*_legs(legs, stride), *_trunk(rng, stride), *_head(rng)]
    outlines = [upright(outline * (height * wide, height), x, z) for outline, _ in parts]
    canvas.fill_all(outlines, np.array([paint for _, paint in parts]), PEDESTRIAN)


# Outlines of the body are in parts of its height.


def _legs(cloth: Color, stride: float) -> list[Part]:
    """Return two legs with shoes, the farther one darker."""
    parts = []
    for foot, shade in ((-stride, 0.8), (stride, 1.0)):
        hip = 0.035 if foot > 0 else -0.035
        ankle = hip + 0.9 * foot
        parts.append((taper(hip, 0.50, 0.095, ankle, 0.03, 0.065), shade * cloth))
        parts.append((plate(ankle - 0.035, ankle + 0.055, 0, 0.035), 0.4 * cloth))
    return parts


def _trunk(rng: Generator, swing: float) -> list[Part]:
    """Return one arm, the trunk (some in a long coat or skirt), the other arm, perhaps a bag."""
    coat, hand = one_of(rng, COATS), 0.11 + 0.6 * swing
    hem = 0.34 if rng.random() < 0.35 else 0.47
    half = [(0.05, 0.85), (0.115, 0.79), (0.078, 0.62), (0.085, hem)]
    trunk = np.array(half + [(-x, y) for x, y in reversed(half)])
    parts = [
        (taper(0.095, 0.80, 0.06, hand, 0.47, 0.045), 0.78 * coat),
        (trunk, coat),
        (taper(-0.095, 0.80, 0.06, -hand, 0.47, 0.045), 0.90 * coat),
    ]
    if rng.random() < 0.25:
        parts.append((plate(0.09, 0.19, 0.42, 0.56), 0.5 * coat))
    return parts


def _head(rng: Generator) -> list[Part]:
    """Return a face below short or long hair."""
    skin, hair = one_of(rng, SKINS), one_of(rng, HAIRS)
    crown = disc(0, 0.945, 0.060, 0.060)
    parts = [(disc(0, 0.925, 0.055, 0.072), skin), (crown[crown[:, 1] >= 0.938], hair)]
    if rng.random() < 0.35:
        parts += [(plate(-0.060, 0.060, 0.86, 0.94), hair), (disc(0.005, 0.915, 0.036, 0.05), skin)]
    return parts
