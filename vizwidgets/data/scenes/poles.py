"""Street lamps, traffic lights and signs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from .canvas import Canvas
from .classes import POLE
from .colors import Color, color, varied
from .shapes import disc, plate, taper, upright

METAL = color((0.45, 0.46, 0.48), (0.38, 0.39, 0.40))
DARK = color((0.09, 0.09, 0.10))
LIGHTS = color((0.92, 0.14, 0.10)), color((0.97, 0.72, 0.12)), color((0.12, 0.86, 0.34))
RED = color((0.84, 0.12, 0.12), (0.70, 0.13, 0.13))
BLUE = color((0.11, 0.30, 0.72), (0.13, 0.26, 0.56))
YELLOW = color((0.96, 0.80, 0.14), (0.85, 0.70, 0.20))
WHITE = color((0.94, 0.94, 0.92), (0.84, 0.84, 0.82))

ARROW = np.array(
    [(-0.05, -0.22), (0.05, -0.22), (0.05, 0.05), (0.14, 0.05), (0, 0.25), (-0.14, 0.05), (-0.05, 0.05)]
)
DIAMOND = np.array([(-0.46, 0), (0, -0.46), (0.46, 0), (0, 0.46)])
TRIANGLE = np.array([(-0.48, -0.35), (0.48, -0.35), (0, 0.47)])

Parts = Sequence[tuple[ArrayLike, Color]]  # outlines in metres to the right and up, one over the other
SIGNS: tuple[Parts, ...] = (
    ((disc(0, 0, 0.40), RED), (disc(0, 0, 0.28), WHITE)),  # no vehicles
    ((disc(0, 0, 0.40), RED), (plate(-0.27, 0.27, -0.08, 0.08), WHITE)),  # no entry
    ((disc(0, 0, 0.40), WHITE), (disc(0, 0, 0.36), BLUE), (ARROW, WHITE)),  # ahead only
    ((TRIANGLE, RED), (0.62 * TRIANGLE, WHITE)),  # danger
    ((DIAMOND, WHITE), (0.72 * DIAMOND, YELLOW)),  # right of way
    ((disc(0, 0, 0.42, num_points=8), RED), (plate(-0.28, 0.28, -0.09, 0.09), WHITE)),  # stop
    (  # parking
        (plate(-0.36, 0.36, -0.40, 0.40), BLUE),
        (plate(-0.14, -0.04, -0.25, 0.25), WHITE),
        (plate(-0.14, 0.16, 0.00, 0.25), WHITE),
        (plate(-0.04, 0.08, 0.08, 0.17), BLUE),
    ),
)


def paint_lamp(canvas: Canvas, rng: Generator, x: float, z: float, side: int) -> None:
    """Paint a street lamp whose arm reaches over the road."""
    metal, top, arm = METAL * rng.uniform(0.6, 1.25), rng.uniform(6.0, 8.0), -side * rng.uniform(1.0, 1.9)
    head = [(-0.38, 0.14), (0.38, 0.14), (0.28, 0.36), (-0.28, 0.36)]
    parts: Parts = (
        (taper(0, 0, 0.26, 0, 1.2, 0.18), metal),
        (taper(0, 1.0, 0.17, 0, top, 0.12), metal),
        ([(0, top - 0.16), (0, top), (arm, top + 0.32), (arm, top + 0.2)], metal),
        (np.array(head) + (arm, top), 0.85 * metal),
    )
    _stand(canvas, parts, x, z)


def paint_traffic_light(canvas: Canvas, rng: Generator, x: float, z: float, side: int) -> None:
    """Paint a traffic light; one of its lamps is on."""
    top, lit = rng.uniform(3.0, 3.6), rng.integers(3)
    parts = [
        (taper(0, 0, 0.14, 0, top - 0.9, 0.12), METAL * rng.uniform(0.5, 1.0)),
        (plate(-0.20, 0.20, top - 1.05, top), DARK),
    ]
    for place, lamp in enumerate(LIGHTS):
        shade = 1.0 if place == lit else 0.28
        parts.append((disc(0, top - 0.19 - 0.33 * place, 0.125), shade * lamp))
    _stand(canvas, parts, x, z)


def paint_sign(canvas: Canvas, rng: Generator, x: float, z: float, side: int) -> None:
    """Paint a traffic sign."""
    top, metal = rng.uniform(2.2, 2.9), varied(rng, METAL)
    _stand(canvas, [(taper(0, 0, 0.10, 0, top, 0.09), metal)], x, z)
    _stand(canvas, SIGNS[rng.integers(len(SIGNS))], x, z, up=top)


def _stand(canvas: Canvas, parts: Parts, x: float, z: float, up: float = 0.0) -> None:
    """Paint upright parts, so far above the ground."""
    outlines = [upright(np.asarray(outline) + (0, up), x, z) for outline, _ in parts]
    canvas.fill_all(outlines, np.array([paint for _, paint in parts]), POLE)
