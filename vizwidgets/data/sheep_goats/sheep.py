"""A sheep: a cloud of curly wool on short legs, some with a ram's curled horn."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from .bodies import draw_legs, draw_muzzle, draw_sheeps_eye
from .looks import HORN, Look
from .outlines import Frame, ellipse, spline, stroke
from .pen import Color, Pen

NUM_CURLS = 38
FACE = [
    (-0.12, -0.09),
    (0.02, -0.10),
    (0.16, -0.065),
    (0.20, 0.0),
    (0.16, 0.06),
    (0.02, 0.085),
    (-0.10, 0.08),
]


def draw_sheep(pen: Pen, rng: Generator, look: Look) -> None:
    """Draw a sheep that looks to the right; the unit is its body, the origin its middle."""
    half = np.array((0.43 * rng.uniform(0.95, 1.06), 0.27 * rng.uniform(0.92, 1.1)))
    legs = dict(length=0.26 * rng.uniform(0.85, 1.15), width=0.062 * rng.uniform(0.9, 1.15))
    draw_legs(pen, rng, 0.68 * look.face, np.array((-0.27, 0.25)), 0.20, **legs)
    draw_legs(pen, rng, 0.95 * look.face, np.array((-0.19, 0.31)), 0.22, **legs)
    pen.fill(ellipse(-half[0] - 0.03, -0.02, 0.06, 0.09, 0.3), 0.93 * look.coat)  # the tail
    _draw_fleece(pen, rng, half, look.coat)
    _draw_curls(pen, rng, half, look.coat)
    _draw_head(pen, rng, look)


def _draw_fleece(pen: Pen, rng: Generator, half: np.ndarray, coat: Color) -> None:
    """Draw locks around the body, darker beneath, and the body over their inner halves."""
    count = rng.integers(15, 20)
    angles = rng.uniform(0, 6) + 2 * np.pi * np.arange(count) / count
    for angle, radius in zip(angles, 0.085 * rng.uniform(0.85, 1.25, count), strict=True):
        x, y = half * (np.cos(angle), np.sin(angle))
        pen.fill(ellipse(x, y, radius, radius), coat * (1 - 0.18 * max(0.0, np.sin(angle))))
    pen.fill(ellipse(0, 0, *half), 0.98 * coat)


def _draw_curls(pen: Pen, rng: Generator, half: np.ndarray, coat: Color) -> None:
    """Draw open rings all over the wool, most of them darker than it."""
    angle, distance = rng.uniform(0, 2 * np.pi, NUM_CURLS), 0.98 * np.sqrt(rng.random(NUM_CURLS))
    middle = half * distance[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    turn = rng.uniform(0, 2 * np.pi, NUM_CURLS)[:, None] + np.linspace(0, 4.2, 9)
    radius = rng.uniform(0.035, 0.06, NUM_CURLS)[:, None, None]
    rings = middle[:, None] + radius * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    shades = np.where(rng.random(NUM_CURLS) < 0.7, rng.uniform(0.80, 0.90, NUM_CURLS), 1.07)
    pen.fill_all(stroke(rings, 0.019, 0.010), coat * shades[:, None])


def _draw_head(pen: Pen, rng: Generator, look: Look) -> None:
    grazing, upright = Frame(0.53, 0.16, 0.95), Frame(0.51, -0.20, 0.55 + rng.normal(0, 0.12))
    head = grazing if look.is_grazing else upright
    pen.fill(head(ellipse(-0.10, -0.01, 0.15, 0.14)), look.coat)  # the neck is wool too
    pen.fill(head(ellipse(-0.02, 0.13, 0.03, 0.085, -0.5)), 0.80 * look.face)  # the far ear
    pen.fill(head(spline(FACE)), look.face)
    for u, v in rng.uniform((-0.14, -0.12), (-0.02, -0.05), (5, 2)):  # a woolly forehead
        pen.fill(head(ellipse(u, v, 0.05, 0.05)), look.coat)
    pen.fill(head(ellipse(-0.06, -0.105, 0.095, 0.033, 2.6)), 0.88 * look.face)
    if rng.random() < 0.15:
        _draw_curled_horn(pen, head)
    draw_sheeps_eye(pen, head, look.face)
    draw_muzzle(pen, head, look.face, tip=0.20)


def _draw_curled_horn(pen: Pen, head: Frame) -> None:
    turn, radius = np.linspace(-1.2, 4.0, 18), np.linspace(0.12, 0.035, 18)
    spiral = np.stack([-0.09 + radius * np.cos(turn), -0.02 + radius * np.sin(turn)], axis=1)
    pen.fill(head(stroke(spiral, 0.075, 0.03)), 0.72 * HORN)
    pen.fill(head(stroke(spiral, 0.055, 0.015)), 1.1 * HORN)
