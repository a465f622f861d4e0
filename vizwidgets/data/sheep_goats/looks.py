"""How an animal looks: coat, face and pose. Both classes draw from the same colours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from .pen import Color, Placement

# white, cream, silver, brown, dark brown, black, fawn
COATS = np.array(
    [
        (0.93, 0.91, 0.86),
        (0.86, 0.80, 0.68),
        (0.70, 0.66, 0.62),
        (0.55, 0.43, 0.32),
        (0.38, 0.30, 0.25),
        (0.24, 0.22, 0.22),
        (0.74, 0.58, 0.42),
    ]
)
HORN = np.array((0.50, 0.44, 0.34))
HOOF = np.array((0.16, 0.14, 0.13))
PUPIL = np.array((0.06, 0.05, 0.05))
EYE_WHITE = np.array((0.97, 0.96, 0.90))
AMBER = np.array((0.88, 0.74, 0.36))


@dataclass(frozen=True)
class Look:
    """What an animal of either kind may look like.

    Attributes
    ----------
    coat, face : array
        (3,) colours.
    is_grazing : bool
        Whether the head is down.
    """

    coat: Color
    face: Color
    is_grazing: bool


def random_look(rng: Generator) -> Look:
    """Return a coat, a face (often of the coat's colour) and a pose."""
    coat = random_coat(rng)
    face = coat * rng.uniform(0.85, 1.02) if rng.random() < 0.5 else random_coat(rng)
    return Look(coat, face, is_grazing=bool(rng.random() < 0.2))


def random_coat(rng: Generator) -> Color:
    """Return one of the coats, a little lighter or darker."""
    shade = rng.normal(0, 0.03) + rng.normal(0, 0.008, 3)
    return (COATS[rng.integers(len(COATS))] + shade).clip(0.12, 0.97)


def random_placement(rng: Generator) -> Placement:
    """Return a place in the picture; an animal near the rim may be cut off."""
    return Placement(
        x=rng.uniform(0.40, 0.60),
        y=rng.uniform(0.50, 0.62),
        scale=rng.uniform(0.44, 0.62),
        tilt=rng.normal(0, 0.06),
        is_mirrored=bool(rng.random() < 0.5),
    )
