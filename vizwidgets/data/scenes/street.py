"""A whole street: what stands where, painted from far to near."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from .buildings import WALLS, House, paint_house
from .camera import random_camera
from .canvas import Canvas
from .classes import BUILDING
from .colors import one_of, varied
from .dice import Dice
from .people import paint_person
from .plants import LEAVES, paint_bush, paint_tree
from .poles import paint_lamp, paint_sign, paint_traffic_light
from .road import Road, paint_ground, random_road
from .shapes import wall_across
from .traffic import paint_car, random_car

END = 130.0  # metres; what closes the view stands there
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
    leaves: np.ndarray
    behind: list[tuple[float, Paint]] = field(default_factory=list)
    before: list[tuple[float, Paint]] = field(default_factory=list)

    @property
    def light(self) -> float:
        """Where the sun stands: -1 to the left, 1 to the right."""
        return float(np.clip(1.5 * self.sun[0], -1, 1))


def paint_street(dice: Dice) -> Canvas:
    """Return a canvas with a random street."""
    canvas = Canvas(random_camera(dice), _random_sun(dice))
    street = Street(dice, random_road(dice), canvas.sun, varied(dice.rng, LEAVES, 0.03, 0.02))
    _close_view(street)
    for side in (-1, 1):
        _build_row(street, side)
        _plant_street_trees(street, side)
        _put_poles(street, side)
        _park_cars(street, side)
        _send_walkers(street, side)
    _send_traffic(street)
    paint_ground(canvas, dice, street.road)
    # A facade never hides what stands nearer to the middle of the street, however far ahead.
    for things in (street.behind, street.before):
        for _, paint in sorted(things, key=lambda thing: -thing[0]):
            paint(canvas)
    return canvas


def _random_sun(dice: Dice) -> np.ndarray:
    height, turn = dice.between((0.45, 1.1)), dice.between((0, 2 * np.pi))
    return np.array([np.cos(height) * np.cos(turn), np.sin(height), np.cos(height) * np.sin(turn)])


def _close_view(street: Street) -> None:
    """Close the far end with trees or houses; some streets stay open."""
    dice, rng = street.dice, street.dice.rng
    if not dice.chance(0.75):
        return
    has_trees = dice.chance(0.5)
    for x in rng.uniform(-60, 60, 18):
        if has_trees:
            green = street.leaves * rng.uniform(0.85, 1.1)
            paint = partial(
                paint_tree, rng=rng, x=x, z=END, height=rng.uniform(9, 17), leaves=green, light=street.light
            )
        else:
            wide = rng.uniform(4, 10)
            corner = wall_across(END, x - wide, x + wide, 0, rng.uniform(7, 24))
            paint = partial(_paint_far_house, corners=corner, paint=one_of(rng, WALLS, 0.03))
        street.behind.append((END + rng.uniform(0, 1), paint))


def _paint_far_house(canvas: Canvas, corners: np.ndarray, paint: np.ndarray) -> None:
    canvas.fill(corners, paint, BUILDING)


def _build_row(street: Street, side: int) -> None:
    """Build houses and gardens along one side."""
    dice, road = street.dice, street.road
    density, storeys = dice.between((0.45, 1.0)), dice.between((2.2, 5.0))
    lit = 1.0 if side * street.sun[0] < 0 else 0.74
    near = dice.between((-14, 2))
    while near < 110:
        far = near + dice.between((8, 22))
        if road.is_crossed(near, far):
            start, end = road.crossing or (0, 0)
            near, far = (near, start - 1.5) if near < start - 6 else (end + 1.5, end + dice.between((8, 22)))
        if dice.chance(density):
            height = max(4.2, 3.0 * storeys * dice.between((0.7, 1.4)) + 0.8)
            house = House(side, road.front(side), near, far, height, lit)
            street.behind.append(((max(near, 0) + far) / 2, partial(paint_house, rng=dice.rng, house=house)))
        else:
            _plant_garden(street, side, near, far)
        is_open = dice.chance(0.3)
        near = far + (dice.between((3, 10)) if is_open else dice.between((0, 1.0)))


def _plant_garden(street: Street, side: int, near: float, far: float) -> None:
    dice, rng, front = street.dice, street.dice.rng, street.road.front(side)
    for _ in range(rng.integers(2, 6)):
        z = rng.uniform(near, far)
        if z < 5:
            continue
        green = street.leaves * rng.uniform(0.8, 1.2)
        tree = partial(
            paint_tree,
            rng=rng,
            x=side * (front + rng.uniform(1.5, 10)),
            z=z,
            height=dice.between((4, 10)),
            leaves=green,
            light=street.light,
        )
        street.behind.append((z, tree))
        x = side * (front + rng.uniform(0.8, 3))
        bush = partial(paint_bush, rng=rng, leaves=0.9 * green, light=street.light, x=x, z=z - 0.2)
        street.behind.append((z - 0.2, bush))


def _plant_street_trees(street: Street, side: int) -> None:
    dice, rng, road = street.dice, street.dice.rng, street.road
    if not dice.chance(0.5):
        return
    z, apart = dice.between((5, 14)), dice.between((8, 15))
    while z < 85:
        if not road.is_crossed(z - 2, z + 2):
            tree = partial(
                paint_tree,
                rng=rng,
                x=side * (road.kerb(side) + 0.9),
                z=z,
                height=dice.between((4.8, 8.5)),
                leaves=street.leaves * rng.uniform(0.85, 1.2),
                light=street.light,
            )
            street.before.append((z, tree))
        z += apart * dice.between((0.8, 1.25))


def _put_poles(street: Street, side: int) -> None:
    """Put lamps, signs and traffic lights along the kerb."""
    dice, rng, road = street.dice, street.dice.rng, street.road
    z = dice.between((4, 16))
    while z < 75:
        if not road.is_crossed(z, z, margin=0):
            paint = (paint_lamp, paint_sign, paint_sign, paint_traffic_light)[rng.integers(4)]
            x = side * (road.kerb(side) + rng.uniform(0.35, 0.65))
            street.before.append((z, partial(paint, rng=rng, x=x, z=z, side=side)))
        z += dice.between((9, 26), camera=(7, 21))


def _park_cars(street: Street, side: int) -> None:
    dice, rng, road = street.dice, street.dice.rng, street.road
    if not dice.chance(0.5, camera=0.65):
        return
    heading, z, share = (0.0 if side > 0 else np.pi), dice.between((5, 13)), dice.between((0.5, 0.95))
    while z < 75:
        car = random_car(rng, side * (road.kerb(side) - 1.1), z, heading)
        half = car.kind.length / 2
        if dice.chance(share) and car.kind.length < 8 and not road.is_crossed(z - half, z + half, 3):
            street.before.append((z, partial(paint_car, car=car)))
        z += car.kind.length + dice.between((0.8, 2.5))


def _send_walkers(street: Street, side: int) -> None:
    dice, rng, road = street.dice, street.dice.rng, street.road
    for _ in range(dice.count(4.5, camera=4.0)):
        z = 4 + 28 * rng.random() ** 1.3
        x = side * (road.kerb(side) + rng.uniform(0.5, road.walk))
        street.before.append((z, partial(paint_person, rng=rng, x=x, z=z)))


def _send_traffic(street: Street) -> None:
    """Send cars along both lanes, some across the crossing, and now and then somebody over the road."""
    dice, rng, road = street.dice, street.dice.rng, street.road
    taken: list[float] = []
    for _ in range(rng.integers(0, 4)):
        is_ahead = dice.chance(0.5)
        lane = (road.middle + (road.right if is_ahead else road.left)) / 2
        z = dice.between((8, 60))
        if all(abs(z - other) > 9 for other in taken):
            taken.append(z)
            car = random_car(rng, lane + rng.normal(0, 0.15), z, 0.0 if is_ahead else np.pi)
            street.before.append((z, partial(paint_car, car=car)))
    if road.crossing is not None and dice.chance(0.5):
        z, heading = sum(road.crossing) / 2, dice.side() * np.pi / 2
        car = random_car(rng, dice.between((-9, 9)), z, heading)
        street.before.append((z, partial(paint_car, car=car)))
    if dice.chance(0.3):
        z = dice.between((7, 25))
        x = dice.between((road.left, road.right))
        street.before.append((z, partial(paint_person, rng=rng, x=x, z=z)))
