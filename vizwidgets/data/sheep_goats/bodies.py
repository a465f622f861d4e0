"""What sheep and goats have in common: legs with hooves, eyes, a muzzle."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from .looks import AMBER, EYE_WHITE, HOOF, PUPIL
from .outlines import Frame, ellipse, stroke
from .pen import Color, Pen


def draw_legs(
    pen: Pen, rng: Generator, color: Color, hips: np.ndarray, top: float, *, length: float, width: float
) -> None:
    """Draw a leg with its hoof beneath each hip (x coordinates), from `top` down."""
    for hip in hips:
        swing = rng.normal(0, 0.06)
        knee = (hip + 0.4 * swing + rng.normal(0, 0.01), top + 0.5 * length)
        x, y = hip + swing, top + length
        pen.fill(stroke([(hip, top - 0.08), knee, (x, y)], 1.35 * width, 0.8 * width), color)
        pen.fill(stroke([(x, y - 0.045), (x + 0.005, y + 0.012)], 0.95 * width, 1.2 * width), HOOF)


def draw_sheeps_eye(pen: Pen, head: Frame, face: Color) -> None:
    """Draw a dark eye, in a white ring where the face is dark."""
    if face.mean() < 0.45:
        pen.fill(head(ellipse(0.035, -0.045, 0.022, 0.022)), EYE_WHITE)
        pen.fill(head(ellipse(0.039, -0.043, 0.013, 0.013)), PUPIL)
    else:
        pen.fill(head(ellipse(0.035, -0.045, 0.021, 0.021)), PUPIL)
        pen.fill(head(ellipse(0.041, -0.052, 0.006, 0.006)), EYE_WHITE)


def draw_goats_eye(pen: Pen, head: Frame) -> None:
    """Draw an amber eye with a goat's level, slit pupil."""
    pen.fill(head(ellipse(0.02, -0.035, 0.023, 0.019)), AMBER)
    pen.fill(head(ellipse(0.02, -0.035, 0.015, 0.008)), PUPIL)


def draw_muzzle(pen: Pen, head: Frame, face: Color, tip: float) -> None:
    """Draw a nostril near the tip of the nose, and the mouth beneath."""
    pen.fill(head(ellipse(tip - 0.018, -0.012, 0.014, 0.010)), 0.4 * face)
    pen.fill(head(stroke([(tip - 0.075, 0.036), (tip - 0.015, 0.028)], 0.011, 0.008)), 0.5 * face)
