"""Vehicles where they stand: the faces of a body that are turned to the camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from .bodies import Body, body
from .camera import Points
from .canvas import Canvas, cross
from .cars import CHANCES, KINDS, PAINT_CHANCES, PAINTS, Kind
from .classes import CAR, ROAD
from .colors import Color, color, varied

SHADE = color((0.15, 0.15, 0.17), (0.16, 0.16, 0.17))
FLOOR = np.array([(-0.52, 0, -0.55), (0.52, 0, -0.55), (0.52, 0, 0.55), (-0.52, 0, 0.55)])
LIGHT = np.array((0.25, 0.93, -0.20))  # most of the light comes from above


@dataclass(frozen=True)
class Car:
    """A vehicle and where it stands.

    Attributes
    ----------
    kind : Kind
        What it is.
    paint : array
        (2, 3), its colour.
    x, z : float
        The middle of its floor.
    heading : float
        Where it goes, in radians: 0 ahead, as the camera does; pi towards the camera.
    """

    kind: Kind
    paint: Color
    x: float
    z: float
    heading: float

    def place(self, points: Points) -> Points:
        """Return points of the body (ahead, up, to its right, in metres) in the street."""
        ahead, up, across = points.T
        sine, cosine = np.sin(self.heading), np.cos(self.heading)
        x = self.x + ahead * sine + across * cosine
        return np.stack([x, up, self.z + ahead * cosine - across * sine], axis=1)


def random_car(rng: Generator, x: float, z: float, heading: float) -> Car:
    """Return some car; a bus is rare."""
    kind = KINDS[rng.choice(len(KINDS), p=CHANCES)]
    paint = varied(rng, PAINTS[rng.choice(len(PAINTS), p=PAINT_CHANCES)], 0.03, 0.015)
    return Car(kind, paint, x, z, heading + rng.normal(0, 0.02))


def paint_car(canvas: Canvas, car: Car) -> None:
    """Paint the shade below a car and its faces that can be seen, the farthest first."""
    shape = body(car.kind)
    size = np.array((car.kind.length, 1, car.kind.width))
    floor = car.place(FLOOR * size)
    canvas.fill(floor, SHADE, ROAD)
    corners = car.place(shape.corners)
    eye = canvas.camera.eye
    normals = _normals(corners, shape)
    fronts = corners[shape.middles[:, 0]]
    is_seen = (normals * (eye - fronts)).sum(axis=1) > 0
    shades = 0.90 + 0.22 * (normals @ LIGHT)
    distances = np.linalg.norm(corners[shape.middles] - eye, axis=2).mean(axis=1)
    for face in np.argsort(-distances):
        if is_seen[face]:
            colors = shape.colors(car.paint, shades[face], face)
            canvas.fill_all([corners[part] for part in shape.polygons(face)], colors, CAR)
    low, high = floor.min(axis=0), floor.max(axis=0)
    canvas.boxes.append((low[0], 0.2, low[2], high[0], 0.85 * car.kind.height, high[2]))


def _normals(corners: Points, shape: Body) -> Points:
    """Return the outward directions of the faces (f, 3), of length 1."""
    first, second, last = (corners[shape.middles[:, k]] for k in (0, 1, 2))
    normals = cross(last - first, second - first)
    return normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9)
