"""The ground: carriageway with markings, kerbs, sidewalks, lawns, and sometimes a crossing street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from .canvas import Canvas
from .classes import ROAD, SIDEWALK, VEGETATION
from .colors import Color, color, varied
from .dice import Dice
from .drawing import FAR
from .shapes import circle, ground

BESIDE = 120.0
KERB = 0.22
PARKING = 2.2  # metres at the kerb that parked cars take

ASPHALT = color((0.30, 0.30, 0.33), (0.38, 0.38, 0.39))
PAVING = color((0.68, 0.66, 0.62), (0.57, 0.55, 0.53))
LAWN = color((0.38, 0.58, 0.25), (0.33, 0.40, 0.20))
WHITE = color((0.90, 0.90, 0.86), (0.82, 0.82, 0.79))
YELLOW = color((0.88, 0.75, 0.32), (0.80, 0.68, 0.32))


@dataclass(frozen=True)
class Road:
    """Where the carriageway and its sidewalks lie; the camera drives at x = 0.

    Attributes
    ----------
    left, right : float
        The kerbs, in metres.
    walk : float
        Width of both sidewalks.
    setback : tuple of float
        How far the houses stand behind the sidewalk, to the left and to the right.
    is_paved : tuple of bool
        Whether that strip is paved; otherwise it is lawn.
    has_parked : tuple of bool
        Whether cars are parked at the left and at the right kerb.
    crossing : tuple of float or None
        Where a crossing street begins and ends.
    """

    left: float
    right: float
    walk: float
    setback: tuple[float, float] = (0.0, 0.0)
    is_paved: tuple[bool, bool] = (True, True)
    has_parked: tuple[bool, bool] = (False, False)
    crossing: tuple[float, float] | None = None

    @property
    def middle(self) -> float:
        """Where the two directions part."""
        return (self.left + self.right) / 2

    def kerb(self, side: int) -> float:
        """Return how far the kerb is aside; side is -1 (left) or 1."""
        return -self.left if side < 0 else self.right

    def lane(self, side: int) -> float:
        """Return the middle of the lane on one side; parked cars leave less of it."""
        edge = self.kerb(side) - PARKING * self.has_parked[side > 0]
        return (self.middle + side * edge) / 2

    def front(self, side: int) -> float:
        """Return how far the houses are aside."""
        return self.kerb(side) + self.walk + self.setback[side > 0]

    def is_crossed(self, near: float, far: float, margin: float = 1.0) -> bool:
        """Whether the crossing street runs between two distances."""
        return self.crossing is not None and (
            near < self.crossing[1] + margin and far > self.crossing[0] - margin
        )


def random_road(dice: Dice) -> Road:
    """Return a road; before the camera, streets are narrower."""
    half = dice.between((4.0, 7.0), camera=(2.9, 5.6))
    has_parked = dice.chance(0.5, camera=0.65), dice.chance(0.5, camera=0.65)
    # The camera's own car has its place beside parked ones.
    beside = half * dice.between((-0.05, 0.38), camera=(-0.07, 0.52))
    beside = min(beside, half - (PARKING + 1.1 if has_parked[1] else 1.5))
    depth = dice.between((0, 3.5))
    start, width = dice.between((14, 42)), dice.between((6.5, 10))
    return Road(
        left=-half - beside,
        right=half - beside,
        walk=dice.between((1.8, 4.5), camera=(1.9, 4.6)),
        setback=(depth * dice.chance(0.5), depth * dice.chance(0.5)),
        has_parked=has_parked,
        is_paved=(dice.chance(0.6), dice.chance(0.6)),
        crossing=(start, start + width) if dice.chance(0.3) else None,
    )


def paint_ground(canvas: Canvas, dice: Dice, road: Road) -> None:
    """Paint everything that lies flat."""
    rng = dice.rng
    asphalt, paving = varied(rng, ASPHALT, 0.05, 0.006), varied(rng, PAVING, 0.05, 0.010)
    canvas.fill(ground(-BESIDE, BESIDE, 0, FAR), varied(rng, LAWN), VEGETATION)
    for side in (-1, 1):
        _paint_beside(canvas, rng, road, side, paving)
    canvas.fill(ground(road.left, road.right, 0, FAR), asphalt, ROAD)
    if road.crossing is not None:
        canvas.fill(ground(-BESIDE, BESIDE, *road.crossing), asphalt, ROAD)
    _paint_patches(canvas, rng, road, asphalt)
    _paint_markings(canvas, dice, road)


def _paint_beside(canvas: Canvas, rng: Generator, road: Road, side: int, paving: Color) -> None:
    """Paint sidewalk, kerb and the strip before the houses of one side."""
    kerb, behind = road.kerb(side), road.kerb(side) + road.walk
    if road.is_paved[side > 0] and road.setback[side > 0] > 0:
        canvas.fill(_strip(side, behind, road.front(side)), 0.95 * paving, SIDEWALK)
    canvas.fill(_strip(side, kerb, behind), paving, SIDEWALK)
    joints = np.arange(rng.uniform(0, 2), 22, 2.0)
    canvas.fill(ground(side * kerb, side * behind, joints, joints + 0.05), 0.86 * paving, SIDEWALK)
    canvas.fill(_strip(side, kerb, kerb + KERB), 1.12 * paving, SIDEWALK)
    canvas.fill(_strip(side, kerb, kerb + 0.06), 0.66 * paving, SIDEWALK)  # its shadow on the gutter


def _strip(side: int, near: float, far: float) -> np.ndarray:
    return ground(side * near, side * far, 0, FAR)


def _paint_patches(canvas: Canvas, rng: Generator, road: Road, asphalt: Color) -> None:
    """Paint mended asphalt and manhole covers."""
    for _ in range(rng.integers(0, 4)):
        x, z = rng.uniform(road.left, road.right - 1), rng.uniform(2, 25)
        patch = ground(x, min(x + rng.uniform(0.8, 2.5), road.right), z, z + rng.uniform(2, 9))
        canvas.fill(patch, asphalt * rng.uniform(0.82, 1.08), ROAD)
    for _ in range(rng.integers(0, 3)):
        x, z = rng.uniform(road.left + 1, road.right - 1), rng.uniform(3, 18)
        for radius, shade in ((0.36, 0.7), (0.29, 0.95)):
            rim = radius * circle(12)
            cover = np.stack([x + rim[:, 0], np.zeros(12), z + rim[:, 1]], axis=1)
            canvas.fill(cover, asphalt * shade, ROAD)


def _paint_markings(canvas: Canvas, dice: Dice, road: Road) -> None:
    """Paint the broken line in the middle, lines at the rims, zebra and stop line."""
    rng = dice.rng
    paint = varied(rng, YELLOW if dice.chance(0, camera=0.2) else WHITE, 0.03, 0.01)
    if dice.chance(0.95, camera=0.75):
        dashes = np.arange(rng.uniform(0, 6), 90, 6.0)
        dashes = dashes[[not road.is_crossed(dash, dash + 2.6) for dash in dashes]]
        canvas.fill(ground(road.middle - 0.08, road.middle + 0.08, dashes, dashes + 2.6), paint, ROAD)
    if dice.chance(0.4):
        for x in (road.left + 0.4, road.right - 0.4):
            canvas.fill(ground(x - 0.06, x + 0.06, 0, FAR), 0.94 * paint, ROAD)
    if dice.chance(0.22):
        z = road.crossing[0] - 4 if road.crossing else rng.uniform(6, 15)
        bars = np.arange(road.left + 0.4, road.right - 0.6, 1.0)
        canvas.fill(ground(bars, bars + 0.5, z, z + 2.8), paint, ROAD)
        canvas.fill(ground(road.middle, road.right - 0.3, z - 1.5, z - 1.15), paint, ROAD)
