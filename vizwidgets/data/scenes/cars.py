"""Kinds of vehicles: their outline seen from the side, their windows and their sizes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .colors import color

Profile = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Kind:
    """A kind of vehicle.

    Attributes
    ----------
    length, width, height : float
        In metres.
    profile : tuple of (float, float)
        The outline from below the tail, over the roof, to below the nose; parts of length and height.
    glass : tuple of int
        Which of its pieces are panes: piece i runs from corner i to corner i + 1.
    windows : tuple of Profile
        Side windows, in the same parts.
    belt : float
        Height from which the body narrows, a part of its height.
    roof : float
        Width of the roof, a part of its width.
    """

    length: float
    width: float
    height: float
    profile: Profile
    glass: tuple[int, ...]
    windows: tuple[Profile, ...]
    belt: float = 0.64
    roof: float = 0.80


HATCHBACK = Kind(
    length=4.1,
    width=1.78,
    height=1.48,
    profile=(
        (0.0, 0.17), (0.0, 0.46), (0.02, 0.66), (0.12, 0.95), (0.28, 1.0), (0.54, 0.99),
        (0.73, 0.68), (0.95, 0.58), (1.0, 0.44), (1.0, 0.17),
    ),
    glass=(2, 5),
    windows=(
        ((0.17, 0.70), (0.20, 0.92), (0.38, 0.94), (0.38, 0.69)),
        ((0.41, 0.69), (0.41, 0.94), (0.53, 0.93), (0.67, 0.68)),
    ),
)  # fmt: skip
SEDAN = Kind(
    length=4.6,
    width=1.82,
    height=1.45,
    profile=(
        (0.0, 0.17), (0.0, 0.48), (0.02, 0.65), (0.17, 0.69), (0.30, 0.97), (0.42, 1.0), (0.56, 0.98),
        (0.72, 0.69), (0.95, 0.58), (1.0, 0.45), (1.0, 0.17),
    ),
    glass=(3, 6),
    windows=(
        ((0.23, 0.71), (0.32, 0.92), (0.42, 0.94), (0.42, 0.70)),
        ((0.45, 0.70), (0.45, 0.94), (0.55, 0.92), (0.67, 0.70)),
    ),
)  # fmt: skip
VAN = Kind(
    length=5.2,
    width=1.95,
    height=2.15,
    profile=(
        (0.0, 0.15), (0.0, 0.52), (0.01, 0.94), (0.05, 1.0), (0.68, 0.98),
        (0.84, 0.58), (0.97, 0.48), (1.0, 0.36), (1.0, 0.15),
    ),
    glass=(4,),
    windows=(((0.60, 0.60), (0.60, 0.88), (0.68, 0.88), (0.79, 0.58)),),
    belt=0.60,
    roof=0.90,
)  # fmt: skip
BUS = Kind(
    length=11.0,
    width=2.5,
    height=3.0,
    profile=(
        (0.0, 0.11), (0.0, 0.36), (0.003, 0.80), (0.01, 0.98), (0.02, 1.0), (0.985, 1.0), (0.995, 0.84),
        (1.0, 0.36), (1.0, 0.11),
    ),
    glass=(2, 6),
    windows=tuple(
        ((start, 0.46), (start, 0.80), (start + 0.135, 0.80), (start + 0.135, 0.46))
        for start in (0.03, 0.19, 0.35, 0.51, 0.67, 0.83)
    ),
    belt=0.90,
    roof=0.94,
)  # fmt: skip
KINDS = (HATCHBACK, SEDAN, VAN, BUS)
CHANCES = (0.44, 0.40, 0.12, 0.04)

PAINTS = np.stack(
    [
        color((0.90, 0.90, 0.90), (0.78, 0.78, 0.77)),
        color((0.15, 0.15, 0.17), (0.11, 0.11, 0.12)),
        color((0.60, 0.62, 0.65), (0.50, 0.51, 0.53)),
        color((0.74, 0.13, 0.13), (0.48, 0.12, 0.12)),
        color((0.14, 0.28, 0.60), (0.13, 0.20, 0.36)),
        color((0.24, 0.44, 0.36), (0.22, 0.29, 0.26)),
        color((0.90, 0.70, 0.18), (0.72, 0.58, 0.22)),
        color((0.66, 0.55, 0.42), (0.46, 0.41, 0.34)),
    ]
)
PAINT_CHANCES = (0.24, 0.18, 0.22, 0.11, 0.12, 0.05, 0.04, 0.04)
PANE = color((0.19, 0.24, 0.30), (0.13, 0.15, 0.17))
TYRE, HUB = color((0.07, 0.07, 0.08)), color((0.55, 0.56, 0.58), (0.42, 0.43, 0.44))
TAIL, HEAD = color((0.86, 0.10, 0.08), (0.66, 0.09, 0.08)), color((0.98, 0.96, 0.84), (0.88, 0.87, 0.80))
NUMBER_PLATE, GRILLE = color((0.93, 0.92, 0.85), (0.80, 0.80, 0.74)), color((0.10, 0.10, 0.11))
