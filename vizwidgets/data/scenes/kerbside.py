"""What stands and goes before the houses: street trees, poles, parked cars, people and traffic."""

from __future__ import annotations

from functools import partial

import numpy as np

from .dice import Dice
from .people import paint_person
from .poles import paint_lamp, paint_sign, paint_traffic_light
from .road import PARKING
from .street import Street, new_street
from .traffic import Car, paint_car, random_car

POLES = (paint_lamp, paint_sign, paint_sign, paint_traffic_light)
LONG = 8.0  # metres; a longer vehicle does not park here
ONWARD, TOWARD = 0.0, np.pi


def furnished_street(dice: Dice) -> Street:
    """Return a street with houses and all that stands and goes before them."""
    street = new_street(dice)
    for side in (-1, 1):
        _plant_trees(street, side)
        _put_poles(street, side)
        _park_cars(street, side)
        _send_walkers(street, side)
    _send_traffic(street)
    return street


def _plant_trees(street: Street, side: int) -> None:
    """Plant a row of trees along the kerb, or none."""
    dice, road = street.dice, street.road
    if not dice.chance(0.5):
        return
    z, apart = dice.between((5, 14)), dice.between((8, 15))
    while z < 85:
        tree = street.tree(side * (road.kerb(side) + 0.9), z, dice.between((4.8, 8.5)))
        if not road.is_crossed(z - 2, z + 2):
            street.before.append((z, tree))
        z += apart * dice.between((0.8, 1.25))


def _put_poles(street: Street, side: int) -> None:
    """Put lamps, signs and traffic lights along the kerb."""
    dice, road = street.dice, street.road
    z = dice.between((4, 16))
    while z < 75:
        paint, x = POLES[dice.rng.integers(len(POLES))], side * (road.kerb(side) + dice.between((0.35, 0.65)))
        if not road.is_crossed(z, z, margin=0):
            street.before.append((z, partial(paint, rng=dice.rng, x=x, z=z, side=side)))
        z += dice.between((9, 26), camera=(7, 21))


def _park_cars(street: Street, side: int) -> None:
    """Park a row of cars at the kerb, with gaps; everybody drives on the right."""
    dice, road = street.dice, street.road
    if not road.has_parked[side > 0]:
        return
    z, share = dice.between((5, 13)), dice.between((0.5, 0.95))
    while z < 75:
        car = random_car(dice.rng, side * (road.kerb(side) - PARKING / 2), z, ONWARD if side > 0 else TOWARD)
        half = car.kind.length / 2
        if dice.chance(share) and 2 * half < LONG and not road.is_crossed(z - half, z + half, 3):
            _add(street, car)
        z += car.kind.length + dice.between((0.8, 2.5))


def _send_walkers(street: Street, side: int) -> None:
    """Send people along the sidewalk, more of them near than far."""
    dice, road = street.dice, street.road
    for _ in range(dice.count(4.5, camera=4.0)):
        z = 4 + 28 * dice.between((0, 1)) ** 1.3
        _add_person(street, side * (road.kerb(side) + dice.between((0.5, road.walk))), z)


def _send_traffic(street: Street) -> None:
    """Send cars along both lanes and over the crossing, and now and then somebody across the road."""
    dice, road, taken = street.dice, street.road, [0.0]
    for _ in range(dice.rng.integers(0, 4)):
        side, z = dice.side(), dice.between((8, 60))
        if min(abs(z - other) for other in taken) > 9:
            taken.append(z)
            _add(street, random_car(dice.rng, road.lane(side), z, ONWARD if side > 0 else TOWARD))
    if road.crossing is not None and dice.chance(0.5):
        heading, x = dice.side() * np.pi / 2, dice.between((-9, 9))
        _add(street, random_car(dice.rng, x, sum(road.crossing) / 2, heading))
    if dice.chance(0.3):
        _add_person(street, dice.between((road.left, road.right)), dice.between((7, 25)))


def _add(street: Street, car: Car) -> None:
    street.before.append((car.z, partial(paint_car, car=car)))


def _add_person(street: Street, x: float, z: float) -> None:
    street.before.append((z, partial(paint_person, rng=street.dice.rng, x=x, z=z)))
