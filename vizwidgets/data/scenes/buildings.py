"""Houses along the street: facades with windows and shops, fronts at the gaps, roofs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from .canvas import Canvas
from .classes import BUILDING
from .colors import Color, color, one_of, varied
from .shapes import wall_across, wall_along

STOREY = 3.0
SHARP = 55.0  # metres; farther windows are finer than a pixel

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
GLASS = color((0.28, 0.36, 0.46), (0.20, 0.23, 0.27))
ROOFS = np.stack(
    [color((0.52, 0.27, 0.22), (0.38, 0.25, 0.21)), color((0.34, 0.35, 0.39), (0.28, 0.28, 0.30))]
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


def paint_house(canvas: Canvas, rng: Generator, house: House) -> None:
    """Paint a house: front and roof, facade, and what is on it."""
    wall = one_of(rng, WALLS, 0.05, 0.025)
    facade, inner, outer = house.side * house.x, house.side * house.x, house.side * (house.x + house.depth)
    roof = one_of(rng, ROOFS)
    if house.height < 10 and rng.random() < 0.7:
        _paint_pitched_roof(canvas, house, roof, 0.88 * wall)
    canvas.fill(wall_across(house.near, inner, outer, 0, house.height), 0.86 * wall, BUILDING)
    face = house.lit * wall
    canvas.fill(wall_along(facade, house.near, house.far, 0, house.height), face, BUILDING)
    canvas.fill(wall_along(facade, house.near, house.far, 0, 0.5), 0.72 * face, BUILDING)
    canvas.fill(
        wall_along(facade, house.near, house.far, house.height - 0.4, house.height), 0.80 * face, BUILDING
    )
    ground_floor = 3.6
    if rng.random() < 0.45:
        _paint_shops(canvas, rng, house, face)
    else:
        ground_floor = 0.95
        _paint_door(canvas, rng, house, face)
    _paint_windows(canvas, rng, house, face, 0.86 * wall, ground_floor)
    left, right = sorted((inner, outer))
    canvas.boxes.append((left, 0, house.near, right, house.height, house.far))


def _paint_pitched_roof(canvas: Canvas, house: House, roof: Color, gable: Color) -> None:
    ridge = house.height + 0.42 * house.depth / 2 + 1.2
    inner, mid, outer = (house.side * (house.x + part * house.depth) for part in (0, 0.5, 1))
    eaves, near, far = house.height, house.near, house.far
    slope = [(inner, eaves, near), (inner, eaves, far), (mid, ridge, far), (mid, ridge, near)]
    is_seen = (eaves - canvas.camera.height) / house.x < (ridge - eaves) / (house.depth / 2)
    if is_seen:
        canvas.fill(slope, house.lit * roof, BUILDING)
    canvas.fill([(inner, eaves, near), (outer, eaves, near), (mid, ridge, near)], gable, BUILDING)


def _paint_windows(
    canvas: Canvas, rng: Generator, house: House, face: Color, front: Color, sill: float
) -> None:
    """Paint rows of windows on the facade and on the front."""
    width, tall, apart = rng.uniform(0.95, 1.6), rng.uniform(1.3, 1.9), rng.uniform(2.2, 3.4)
    glass, frame = varied(rng, GLASS, 0.06), rng.uniform(1.12, 1.3)
    sills = np.arange(sill, house.height - 0.7 - tall, STOREY)
    places = np.arange(house.near + 0.8, min(house.far - 0.4 - width, SHARP), apart)
    places = places[places > -2]  # nothing is seen so close beside the camera
    facade = house.side * house.x
    z, y = (grid.ravel() for grid in np.meshgrid(places, sills))
    panes = _panes(rng, glass, len(z))
    _paint_panes(canvas, facade, (z, y), (width, tall), house.lit * panes, (face * frame).clip(0, 1))
    if 2 < house.near < SHARP:
        x, y = (grid.ravel() for grid in np.meshgrid(np.arange(1.0, house.depth - width, apart), sills))
        left = np.where(house.side > 0, x, -x - width) + facade
        panes = wall_across(house.near, left, left + width, y, y + tall)
        canvas.fill(panes, 0.9 * _panes(rng, glass, len(x)), BUILDING)


def _paint_panes(
    canvas: Canvas,
    facade: float,
    at: tuple[np.ndarray, np.ndarray],
    size: tuple[float, float],
    panes: np.ndarray,
    frame: Color,
) -> None:
    (z, y), (width, tall) = at, size
    is_near = z < 25  # a frame is seen only there
    if is_near.any():
        z0, y0 = z[is_near] - 0.1, y[is_near] - 0.12
        canvas.fill(wall_along(facade, z0, z0 + width + 0.2, y0, y0 + tall + 0.22), frame, BUILDING)
    if len(z):
        canvas.fill(wall_along(facade, z, z + width, y, y + tall), panes, BUILDING)
        bar = z[is_near] + width / 2
        if is_near.any():
            canvas.fill(
                wall_along(facade, bar - 0.04, bar + 0.04, y[is_near], y[is_near] + tall), frame, BUILDING
            )


def _panes(rng: Generator, glass: Color, count: int) -> np.ndarray:
    """Return the colours of so many windows: some reflect the sky, some have a blind."""
    shade = rng.choice((0.85, 1.0, 1.45), size=(count, 1, 1), p=(0.4, 0.4, 0.2)) * rng.uniform(
        0.92, 1.08, (count, 1, 1)
    )
    return (glass * shade).clip(0, 1)


def _paint_shops(canvas: Canvas, rng: Generator, house: House, face: Color) -> None:
    """Paint shop windows, each below a sign or an awning."""
    facade, z = house.side * house.x, house.near + 0.3
    while z + 3 < house.far:
        width = min(rng.uniform(3.5, 6.5), house.far - 0.3 - z)
        sign = one_of(rng, SHOPS) * house.lit
        canvas.fill(
            wall_along(facade, z, z + width, 0.45, 2.6), house.lit * varied(rng, 0.8 * GLASS, 0.05), BUILDING
        )
        if z < 30:
            posts = np.array([z, z + 0.45 * width, z + width - 0.12])
            canvas.fill(wall_along(facade, posts, posts + 0.12, 0.0, 2.6), 0.8 * sign, BUILDING)
        canvas.fill(wall_along(facade, z, z + width, 2.6, 3.25), sign, BUILDING)
        if rng.random() < 0.4:
            out = facade - house.side * 1.1
            awning = [(facade, 2.9, z), (facade, 2.9, z + width), (out, 2.35, z + width), (out, 2.35, z)]
            canvas.fill(awning, 1.15 * sign, BUILDING)
        z += width + rng.uniform(0.3, 0.8)


def _paint_door(canvas: Canvas, rng: Generator, house: House, face: Color) -> None:
    z = rng.uniform(house.near + 0.5, max(house.near + 0.6, house.far - 2))
    facade, wood = house.side * house.x, house.lit * one_of(rng, SHOPS)
    canvas.fill(wall_along(facade, z - 0.15, z + 1.25, 0, 2.4), 1.12 * face, BUILDING)
    canvas.fill(wall_along(facade, z, z + 1.1, 0, 2.2), wood, BUILDING)
