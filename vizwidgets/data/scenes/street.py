"""A whole street: what stands where, painted from far to near."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from .buildings import House, paint_far_house, paint_house
from .camera import random_camera
from .canvas import Canvas
from .colors import Color, varied
from .dice import Dice
from .plants import LEAVES, paint_bush, paint_tree
from .road import Road, paint_ground, random_road

END = 130.0  # metres; what closes the view stands there
ROWS_END = 110.0
Paint = Callable[[Canvas], None]


@dataclass
class Street:
    """A street that is being furnished.

    Attributes
    ----------
    dice : Dice
        Its random numbers.
    road : Road
        Its ground.
    sun : array
        (3,) of length 1: where the sun stands.
    leaves : array
        (2, 3): this summer's green.
    behind, before : list of (float, callable)
        What stands in the rows of houses, and what stands before them: its distance, and what paints it.
    """

    dice: Dice
    road: Road
    sun: np.ndarray
    leaves: Color
    behind: list[tuple[float, Paint]] = field(default_factory=list)
    before: list[tuple[float, Paint]] = field(default_factory=list)

    def tree(self, x: float, z: float, height: float) -> Paint:
        """Return what paints a tree of this street."""
        leaves = self.leaves * self.dice.between((0.82, 1.2))
        return partial(
            paint_tree, rng=self.dice.rng, x=x, z=z, height=height, leaves=leaves, light=self.light
        )

    @property
    def light(self) -> float:
        """Where the sun stands: -1 to the left, 1 to the right."""
        return float(np.clip(1.5 * self.sun[0], -1, 1))


def new_street(dice: Dice) -> Street:
    """Return a street with houses and gardens; nothing stands before them yet."""
    height, turn = dice.between((0.45, 1.1)), dice.between((0, 2 * np.pi))
    sun = np.array([np.cos(height) * np.cos(turn), np.sin(height), np.cos(height) * np.sin(turn)])
    street = Street(dice, random_road(dice), sun, varied(dice.rng, LEAVES, 0.03, 0.02))
    _close_view(street)
    for side in (-1, 1):
        _build_row(street, side)
    return street


def paint_street(street: Street) -> Canvas:
    """Return a canvas with a street, seen by a random camera."""
    canvas = Canvas(random_camera(street.dice), street.sun)
    paint_ground(canvas, street.dice, street.road)
    # A facade never hides what stands nearer to the middle of the street, however far ahead.
    for things in (street.behind, street.before):
        for _, paint in sorted(things, key=lambda thing: -thing[0]):
            paint(canvas)
    return canvas


def _close_view(street: Street) -> None:
    """Close the far end with trees or houses; some streets stay open."""
    dice = street.dice
    if not dice.chance(0.75):
        return
    has_trees = dice.chance(0.5)
    for x in dice.rng.uniform(-60, 60, 18):
        z = END + dice.between((0, 1))
        paint = street.tree(x, z, dice.between((9, 17)))
        if not has_trees:
            paint = partial(paint_far_house, rng=dice.rng, x=x, z=z)
        street.behind.append((z, paint))


def _build_row(street: Street, side: int) -> None:
    """Build houses and gardens along one side, up to the crossing and beyond it."""
    dice, front = street.dice, street.road.front(side)
    density, storeys = dice.between((0.45, 1.0)), dice.between((2.2, 5.0))
    lit = 1.0 if side * street.sun[0] < 0 else 0.74
    near = dice.between((-14, 2))
    while near < ROWS_END:
        near, far = _plot(street.road, near, near + dice.between((8, 22)))
        if dice.chance(density):
            height = max(4.2, 3.0 * storeys * dice.between((0.7, 1.4)) + 0.8)
            house = House(side, front, near, far, height, lit)
            street.behind.append(((max(near, 0) + far) / 2, partial(paint_house, rng=dice.rng, house=house)))
        else:
            _plant_garden(street, side, near, far)
        near = far + dice.between((3, 10) if dice.chance(0.3) else (0, 1))


def _plot(road: Road, near: float, far: float) -> tuple[float, float]:
    """Return a plot of land that keeps out of the crossing street."""
    if road.crossing is None or not road.is_crossed(near, far):
        return near, far
    start, end = road.crossing
    return (near, start - 1.5) if near < start - 6 else (end + 1.5, end + 1.5 + far - near)


def _plant_garden(street: Street, side: int, near: float, far: float) -> None:
    """Plant trees and bushes on an empty plot."""
    dice, front = street.dice, street.road.front(side)
    for _ in range(dice.rng.integers(2, 6)):
        z = dice.between((near, far))
        if z < 5:
            continue
        tree = street.tree(side * (front + dice.between((1.5, 10))), z, dice.between((4, 10)))
        x, leaves = side * (front + dice.between((0.8, 3))), street.leaves * dice.between((0.72, 1.05))
        bush = partial(paint_bush, rng=dice.rng, x=x, z=z - 0.2, leaves=leaves, light=street.light)
        street.behind += [(z, tree), (z - 0.2, bush)]
