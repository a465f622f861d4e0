"""Houses along the street: facades with windows and shops, fronts at the gaps, roofs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from .camera import Points
from .canvas import Canvas
from .classes import BUILDING
from .colors import Color, color, one_of, varied
from .shapes import wall_across, wall_along
from .windows import GLASS, Windows, random_windows

WALLS = np.stack(
    [
        color((0.80, 0.64, 0.46), (0.62, 0.55, 0.45)),
        color((0.68, 0.36, 0.28), (0.50, 0.34, 0.27)),
        color((0.78, 0.77, 0.73), (0.68, 0.66, 0.62)),
        color((0.56, 0.61, 0.70), (0.44, 0.43, 0.42)),
        color((0.86, 0.79, 0.62), (0.66, 0.61, 0.52)),
        color((0.62, 0.52, 0.50), (0.45, 0.39, 0.36)),
    ]
)
ROOFS = np.stack(
    [
        color((0.52, 0.27, 0.22), (0.38, 0.25, 0.21)),
        color((0.34, 0.35, 0.39), (0.28, 0.28, 0.30)),
    ]
)
SHOPS = np.stack(
    [
        color((0.62, 0.20, 0.20), (0.42, 0.17, 0.16)),
        color((0.16, 0.36, 0.52), (0.17, 0.26, 0.36)),
        color((0.15, 0.42, 0.32), (0.16, 0.30, 0.24)),
        color((0.86, 0.66, 0.24), (0.62, 0.50, 0.24)),
        color((0.33, 0.30, 0.33), (0.24, 0.22, 0.23)),
    ]
)
FRONT = 0.86  # how much light a front has that faces the camera
SHOP_FLOOR, DOOR_FLOOR = 3.6, 0.95  # metres; the lowest windows are above that


@dataclass(frozen=True)
class House:
    """Where a house stands.

    Attributes
    ----------
    side : int
        -1 to the left, 1 to the right of the street.
    x : float
        How far its facade is aside.
    near, far : float
        Where the facade begins and ends, ahead.
    height : float
        Up to the eaves.
    lit : float
        How much light its facade gets, about 1.
    depth : float
        From the facade to the back.
    """

    side: int
    x: float
    near: float
    far: float
    height: float
    lit: float
    depth: float = 12.0

    def aside(self, part: float) -> float:
        """Return x at a part of the depth: 0 is the facade, 1 the back."""
        return self.side * (self.x + part * self.depth)

    def strip(self, low: float, high: float) -> Points:
        """Return a strip of the facade from one end to the other."""
        return wall_along(self.aside(0), self.near, self.far, low, high)


def paint_house(canvas: Canvas, rng: Generator, house: House) -> None:
    """Paint a house: roof and front, facade, and what is on both."""
    wall, roof, windows = one_of(rng, WALLS, 0.05, 0.025), one_of(rng, ROOFS), random_windows(rng)
    face, height = house.lit * wall, house.height
    if height < 10 and rng.random() < 0.7:
        _paint_pitched_roof(canvas, house, roof, 0.88 * wall)
    front = wall_across(house.near, house.aside(0), house.aside(1), 0, height)
    canvas.fill(front, FRONT * wall, BUILDING)
    canvas.fill(house.strip(0, height), face, BUILDING)
    canvas.fill(house.strip(0, 0.5), 0.72 * face, BUILDING)
    canvas.fill(house.strip(height - 0.4, height), 0.80 * face, BUILDING)
    has_shops = rng.random() < 0.45
    (_paint_shops if has_shops else _paint_door)(canvas, rng, house, face)
    _paint_windows(canvas, rng, house, windows, SHOP_FLOOR if has_shops else DOOR_FLOOR)
    left, right = sorted((house.aside(0), house.aside(1)))
    canvas.boxes.append((left, 0, house.near, right, height, house.far))


def paint_far_house(canvas: Canvas, rng: Generator, x: float, z: float) -> None:
    """Paint a house at the end of the street, a mere outline."""
    half, height = rng.uniform(4, 10), rng.uniform(7, 24)
    canvas.fill(wall_across(z, x - half, x + half, 0, height), one_of(rng, WALLS, 0.03), BUILDING)


def _paint_pitched_roof(canvas: Canvas, house: House, roof: Color, gable: Color) -> None:
    """Paint a gable, and the slope above the facade where the camera is far enough away to see it."""
    eaves, ridge = house.height, house.height + 0.21 * house.depth + 1.2
    inner, middle, outer = (house.aside(part) for part in (0, 0.5, 1))
    near, far = house.near, house.far
    if (eaves - canvas.camera.height) / house.x < (ridge - eaves) / (house.depth / 2):
        slope = [(inner, eaves, near), (inner, eaves, far), (middle, ridge, far), (middle, ridge, near)]
        canvas.fill(slope, house.lit * roof, BUILDING)
    canvas.fill([(inner, eaves, near), (outer, eaves, near), (middle, ridge, near)], gable, BUILDING)


def _paint_windows(canvas: Canvas, rng: Generator, house: House, windows: Windows, floor: float) -> None:
    """Paint rows of windows on the facade and on the front."""
    top = house.height - 0.7
    for corners, colors in windows.along(
        rng, house.aside(0), (house.near + 0.8, house.far - 0.4), (floor, top)
    ):
        canvas.fill(corners, house.lit * colors, BUILDING)
    if house.near > 2:
        ends = sorted((house.aside(0.08), house.aside(1)))
        corners, colors = windows.across(rng, house.near, (ends[0], ends[1]), (floor, top))
        canvas.fill(corners, FRONT * colors, BUILDING)


def _paint_shops(canvas: Canvas, rng: Generator, house: House, face: Color) -> None:
    """Paint shop windows, each below a sign, some below an awning."""
    x, z = house.aside(0), house.near + 0.3
    while z + 3 < house.far:
        end = min(z + rng.uniform(3.5, 6.5), house.far - 0.3)
        sign, glass = house.lit * one_of(rng, SHOPS), house.lit * varied(rng, 0.8 * GLASS)
        canvas.fill(wall_along(x, z, end, 0.45, 2.6), glass, BUILDING)
        posts = np.array([z, 0.55 * z + 0.45 * end, end - 0.12])
        canvas.fill(wall_along(x, posts, posts + 0.12, 0, 2.6), 0.8 * sign, BUILDING)
        canvas.fill(wall_along(x, z, end, 2.6, 3.25), sign, BUILDING)
        if rng.random() < 0.4:
            out = x - house.side * 1.1
            awning = [(x, 2.9, z), (x, 2.9, end), (out, 2.35, end), (out, 2.35, z)]
            canvas.fill(awning, 1.15 * sign, BUILDING)
        z = end + rng.uniform(0.3, 0.8)


def _paint_door(canvas: Canvas, rng: Generator, house: House, face: Color) -> None:
    """Paint a door in a lighter frame."""
    z = rng.uniform(house.near + 0.5, max(house.near + 0.6, house.far - 2))
    canvas.fill(wall_along(house.aside(0), z - 0.15, z + 1.25, 0, 2.4), 1.12 * face, BUILDING)
    canvas.fill(wall_along(house.aside(0), z, z + 1.1, 0, 2.2), house.lit * one_of(rng, SHOPS), BUILDING)
