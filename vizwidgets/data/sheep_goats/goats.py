"""A goat: a smooth body on long legs, with a beard, a raised tail and horns that sweep back."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from .bodies import draw_goats_eye, draw_legs, draw_muzzle
from .looks import HORN, Look, random_coat
from .outlines import Frame, curve, ellipse, spline, stroke
from .pen import Color, Pen

NUM_HAIRS = 18
FACE = [
    (-0.12, -0.07),
    (0.0, -0.085),
    (0.14, -0.05),
    (0.215, -0.01),
    (0.20, 0.045),
    (0.10, 0.06),
    (-0.02, 0.09),
    (-0.12, 0.07),
]


def draw_goat(pen: Pen, rng: Generator, look: Look) -> None:
    """Draw a goat that looks to the right; the unit is its body, the origin its middle."""
    leg_color = look.coat * rng.uniform(0.75, 1.0) if rng.random() < 0.6 else look.face
    legs = dict(length=0.37 * rng.uniform(0.88, 1.1), width=0.052 * rng.uniform(0.9, 1.15))
    head = _random_head(rng, look.is_grazing)
    draw_legs(pen, rng, 0.70 * leg_color, np.array((-0.30, 0.21)), 0.13, **legs)
    _draw_tail(pen, rng, look.coat)
    _draw_body(pen, rng, head, look.coat)
    _draw_hairs(pen, rng, look.coat)
    draw_legs(pen, rng, leg_color, np.array((-0.23, 0.28)), 0.14, **legs)
    _draw_horns(pen, head, length=rng.uniform(0.26, 0.40))
    _draw_face(pen, rng, head, look.face)


def _random_head(rng: Generator, is_grazing: bool) -> Frame:
    if is_grazing:
        return Frame(0.60, 0.05, 0.9)
    return Frame(0.53 + rng.normal(0, 0.02), -0.42 + rng.normal(0, 0.03), 0.42 + rng.normal(0, 0.12))


def _draw_tail(pen: Pen, rng: Generator, coat: Color) -> None:
    path = np.array([(-0.36, -0.12), (-0.43, -0.21), (-0.44, -0.30)]) + rng.normal(0, 0.012, (3, 2))
    pen.fill(stroke(path, 0.075, 0.02), 0.85 * coat)


def _draw_body(pen: Pen, rng: Generator, head: Frame, coat: Color) -> None:
    back, belly = rng.normal(0, 0.01), rng.normal(0, 0.015)
    upper = [(-0.40, -0.10), (-0.30, -0.19), (-0.05, -0.16 + back), (0.20, -0.20), (0.36, -0.16)]
    lower = [(0.38, 0.02), (0.28, 0.15), (0.02, 0.18 + belly), (-0.24, 0.13), (-0.38, 0.08)]
    throat = ((0.22 + head.x) / 2 + 0.05, (head.y - 0.06) / 2)
    neck = curve([(0.22, -0.06), throat, (head.x - 0.02, head.y + 0.02)], 4)
    pen.fill(stroke(neck, 0.27, 0.125), 0.95 * coat)
    pen.fill(spline(upper + lower), coat)
    if rng.random() < 0.4:
        blot = ellipse(rng.uniform(-0.25, 0.15), -0.01, 0.14, 0.12, num_points=8)
        pen.fill(spline(blot + rng.normal(0, 0.02, (8, 2))), random_coat(rng))


def _draw_hairs(pen: Pen, rng: Generator, coat: Color) -> None:
    """Draw strands that hang from the belly."""
    x = rng.uniform(-0.34, 0.30, NUM_HAIRS)
    roots = np.stack([x, 0.10 + 0.05 * np.cos(3 * x)], axis=1)
    tips = roots + np.stack([np.full(NUM_HAIRS, -0.015), rng.uniform(0.05, 0.11, NUM_HAIRS)], axis=1)
    shades = rng.uniform(0.82, 1.0, NUM_HAIRS)[:, None]
    pen.fill_all(stroke(np.stack([roots, tips], axis=1), 0.022, 0.004), coat * shades)


def _draw_horns(pen: Pen, head: Frame, length: float) -> None:
    """Draw the far horn, darker and a little ahead, then the near one with its rings."""
    t = np.linspace(0, 1, 9)
    sweep = -length * np.stack([t**1.5, 0.95 * np.sin(1.9 * t)], axis=1)
    pen.fill(stroke(head.at(0.005, -0.07) + sweep, 0.06, 0.012), 0.72 * HORN)
    near = head.at(-0.03, -0.07) + sweep
    pen.fill(stroke(near, 0.066, 0.012), 1.08 * HORN)
    for k in range(1, 6):
        ring = (near[k + 1] - near[k]) * 0.18
        across = np.array((-ring[1], ring[0])) / (np.hypot(*ring) + 1e-9) * 0.028 * (1 - k / 8)
        pen.fill(stroke([near[k] - across, near[k] + across], 0.012, 0.012), 0.82 * HORN)


def _draw_face(pen: Pen, rng: Generator, head: Frame, face: Color) -> None:
    pen.fill(head(spline(FACE)), face)
    chin, drop = head.at(0.12, 0.055), rng.uniform(0.15, 0.24)
    # The beard hangs straight down, however the head is turned.
    beard = [(-0.05, -0.015), (0.035, -0.01), (0.015, drop / 2), (-0.01, drop), (-0.04, drop / 2)]
    pen.fill(spline(chin + np.array(beard), 5), 0.72 * face + 0.02)
    pen.fill(head(ellipse(-0.10, 0.05, 0.105, 0.030, 2.0)), 0.75 * face)  # a drooping ear
    draw_goats_eye(pen, head)
    draw_muzzle(pen, head, face, tip=0.213)
