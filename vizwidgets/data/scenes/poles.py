"""Street lamps, traffic lights and signs."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from .canvas import Canvas
from .classes import POLE
from .colors import Color, color, varied
from .shapes import disc, plate, taper, upright

METAL = color((0.45, 0.46, 0.48), (0.38, 0.39, 0.40))
DARK = color((0.09, 0.09, 0.10))
RED, AMBER, GREEN = color((0.92, 0.14, 0.10)), color((0.97, 0.72, 0.12)), color((0.12, 0.86, 0.34))
SIGN_RED, SIGN_BLUE = (
    color((0.84, 0.12, 0.12), (0.70, 0.13, 0.13)),
    color((0.11, 0.30, 0.72), (0.13, 0.26, 0.56)),
)
SIGN_YELLOW, SIGN_WHITE = (
    color((0.96, 0.80, 0.14), (0.85, 0.70, 0.20)),
    color((0.94, 0.94, 0.92), (0.84, 0.84, 0.82)),
)


def paint_lamp(canvas: Canvas, rng: Generator, x: float, z: float, side: int) -> None:
    """Paint a street lamp whose arm reaches over the road."""
    metal, height = METAL * rng.uniform(0.6, 1.25), rng.uniform(6.0, 8.0)
    arm = -side * rng.uniform(1.0, 1.9)
    _stand(canvas, x, z, taper(0, 0, 0.26, 0, 1.2, 0.18), metal)
    _stand(canvas, x, z, taper(0, 1.0, 0.17, 0, height, 0.12), metal)
    _stand(canvas, x, z, [(0, height - 0.16), (0, height), (arm, height + 0.32), (arm, height + 0.2)], metal)
    head = [
        (arm - 0.38, height + 0.14),
        (arm + 0.38, height + 0.14),
        (arm + 0.28, height + 0.36),
        (arm - 0.28, height + 0.36),
    ]
    _stand(canvas, x, z, head, 0.85 * metal)


def paint_traffic_light(canvas: Canvas, rng: Generator, x: float, z: float, side: int) -> None:
    """Paint a traffic light; one of its lamps is on."""
    height = rng.uniform(3.0, 3.6)
    _stand(canvas, x, z, taper(0, 0, 0.14, 0, height - 0.9, 0.12), METAL * rng.uniform(0.5, 1.0))
    _stand(canvas, x, z, plate(-0.20, 0.20, height - 1.05, height), DARK)
    lit = rng.integers(3)
    for place, lamp in enumerate((RED, AMBER, GREEN)):
        shade = 1.0 if place == lit else 0.28
        _stand(canvas, x, z, disc(0, height - 0.19 - 0.33 * place, 0.125), shade * lamp)


def paint_sign(canvas: Canvas, rng: Generator, x: float, z: float, side: int) -> None:
    """Paint a traffic sign: round, triangular, a diamond, an octagon, or a plate."""
    height = rng.uniform(2.2, 2.9)
    _stand(canvas, x, z, taper(0, 0, 0.10, 0, height, 0.09), varied(rng, METAL, 0.05))
    _SIGNS[rng.integers(len(_SIGNS))](canvas, x, z, height)


def _ban(canvas: Canvas, x: float, z: float, height: float) -> None:
    _stand(canvas, x, z, disc(0, height, 0.40), SIGN_RED)
    _stand(canvas, x, z, disc(0, height, 0.28), SIGN_WHITE)


def _command(canvas: Canvas, x: float, z: float, height: float) -> None:
    _stand(canvas, x, z, disc(0, height, 0.40), SIGN_WHITE)
    _stand(canvas, x, z, disc(0, height, 0.36), SIGN_BLUE)
    arrow = [
        (-0.05, -0.22),
        (0.05, -0.22),
        (0.05, 0.05),
        (0.14, 0.05),
        (0, 0.25),
        (-0.14, 0.05),
        (-0.05, 0.05),
    ]
    _stand(canvas, x, z, np.array(arrow) + (0, height), SIGN_WHITE)


def _warning(canvas: Canvas, x: float, z: float, height: float) -> None:
    triangle = np.array([(-0.48, -0.35), (0.48, -0.35), (0, 0.47)])
    _stand(canvas, x, z, triangle + (0, height), SIGN_RED)
    _stand(canvas, x, z, 0.62 * triangle + (0, height), SIGN_WHITE)


def _priority(canvas: Canvas, x: float, z: float, height: float) -> None:
    diamond = np.array([(-0.46, 0), (0, -0.46), (0.46, 0), (0, 0.46)])
    _stand(canvas, x, z, diamond + (0, height), SIGN_WHITE)
    _stand(canvas, x, z, 0.72 * diamond + (0, height), SIGN_YELLOW)


def _stop(canvas: Canvas, x: float, z: float, height: float) -> None:
    _stand(canvas, x, z, disc(0, height, 0.42, num_points=8), SIGN_RED)
    _stand(canvas, x, z, plate(-0.28, 0.28, height - 0.08, height + 0.08), SIGN_WHITE)


def _parking(canvas: Canvas, x: float, z: float, height: float) -> None:
    _stand(canvas, x, z, plate(-0.36, 0.36, height - 0.4, height + 0.4), SIGN_BLUE)
    _stand(canvas, x, z, plate(-0.14, -0.04, height - 0.25, height + 0.25), SIGN_WHITE)
    _stand(canvas, x, z, plate(-0.14, 0.16, height, height + 0.25), SIGN_WHITE)


_SIGNS = (_ban, _command, _warning, _priority, _stop, _parking)


def _stand(canvas: Canvas, x: float, z: float, outline: object, paint: Color) -> None:
    canvas.fill(upright(outline, x, z), paint, POLE)  # type: ignore[arg-type]
