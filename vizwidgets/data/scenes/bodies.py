"""The body of each kind of vehicle: its outline drawn out to its width, with all that is on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from .camera import Points
from .cars import GRILLE, HEAD, HUB, NUMBER_PLATE, PANE, TAIL, TYRE, Kind
from .colors import Color
from .shapes import circle

# A detail's colour: its own, or the car's paint so much darker.
Detail = tuple[Points, Color | float]
Face = list[Detail]  # the face itself, then what is on it


@dataclass(frozen=True)
class Body:
    """Polygons of a vehicle, face by face.

    Attributes
    ----------
    corners : array
        (m, 3), of all polygons: metres ahead, up and to the right of the middle of its floor.
    starts, stops : array
        (n,), where each polygon's corners begin and end.
    faces : array
        (f + 1,): face i has the polygons from faces[i] to faces[i + 1]; the first of them is the face itself.
    middles : array
        (f, 3), the numbers of three corners of each face.
    own : array
        (n, 2, 3), colours of details.
    shares : array
        (n, 1, 1), how much of the car's paint comes to it.
    """

    corners: Points
    starts: np.ndarray
    stops: np.ndarray
    faces: np.ndarray
    middles: np.ndarray
    own: np.ndarray
    shares: np.ndarray

    def polygons(self, face: int) -> list[slice]:
        """Return where the corners of a face's polygons are."""
        these = slice(self.faces[face], self.faces[face + 1])
        return [slice(a, b) for a, b in zip(self.starts[these], self.stops[these], strict=True)]

    def colors(self, paint: Color, light: float, face: int) -> np.ndarray:
        """Return the colours of a face's polygons in this light."""
        these = slice(self.faces[face], self.faces[face + 1])
        return self.own[these] + self.shares[these] * paint * light


@cache
def body(kind: Kind) -> Body:
    """Return the body of a kind of vehicle."""
    faces = [*_hull(kind), *_flanks(kind)]
    details = [detail for face in faces for detail in face]
    counts = np.array([len(corners) for corners, _ in details])
    stops = np.cumsum(counts)
    begins = np.cumsum([0] + [len(face) for face in faces])
    first = begins[:-1]
    starts = stops - counts
    return Body(
        corners=np.concatenate([corners for corners, _ in details]),
        starts=starts,
        stops=stops,
        faces=begins,
        middles=starts[first][:, None] + np.outer(counts[first], (0, 1, 2)) // 3,
        own=np.array([np.zeros((2, 3)) if isinstance(paint, float) else paint for _, paint in details]),
        shares=np.array([paint if isinstance(paint, float) else 0.0 for _, paint in details])[:, None, None],
    )


def _half(kind: Kind, up: ArrayLike) -> np.ndarray:
    """Return half the width of the body at these parts of its height."""
    above = np.clip((np.asarray(up) - kind.belt) / (1 - kind.belt), 0, 1)
    return kind.width / 2 * (1 - (1 - kind.roof) * above)


def _points(kind: Kind, along: ArrayLike, up: ArrayLike, across: ArrayLike) -> Points:
    """Return corners from parts of length and height, and metres to the right."""
    along, up, across = np.broadcast_arrays(along, up, across)
    return np.stack([(along - 0.5) * kind.length, up * kind.height, across], axis=-1)


def _hull(kind: Kind) -> list[Face]:
    """Return tail, rear window, roof, windscreen, bonnet and nose."""
    profile, faces = np.array(kind.profile), []
    for piece, (here, there) in enumerate(zip(profile, profile[1:], strict=False)):
        face: Face = [(_band(kind, here, there), 1.0)]
        if piece in kind.glass:
            ends = here + 0.08 * (there - here), here + 0.92 * (there - here)
            face.append((_band(kind, *ends, part=0.86), PANE))
        elif piece == 0:
            face += _tail(kind)
        elif piece == len(profile) - 2:
            face += _nose(kind)
        faces.append(face)
    return faces


def _band(kind: Kind, here: ArrayLike, there: ArrayLike, part: float = 1.0) -> Points:
    """Return a band across the body between two corners of its outline."""
    along, up = np.array([here, here, there, there]).T
    return _points(kind, along, up, np.array((-1, 1, 1, -1)) * part * _half(kind, up))


def _tail(kind: Kind) -> Face:
    """Return what is on the tail: bumper, lamps, number plate and tyres."""
    top = kind.profile[1][1]
    return [
        (_panel(kind, 0, -0.98, 0.98, 0.10, 0.26), GRILLE),
        *_lamps(kind, 0, top, TAIL),
        (_panel(kind, 0, -0.28, 0.28, 0.28, 0.36), NUMBER_PLATE),
        *_tyres(kind, 0),
    ]


def _nose(kind: Kind) -> Face:
    """Return what is on the nose: grille, lamps, number plate and tyres."""
    top = kind.profile[-2][1]
    return [
        (_panel(kind, 1, -0.92, 0.92, 0.10, 0.24), GRILLE),
        (_panel(kind, 1, -0.42, 0.42, 0.28, top - 0.02), GRILLE),
        *_lamps(kind, 1, top, HEAD),
        (_panel(kind, 1, -0.26, 0.26, 0.20, 0.27), NUMBER_PLATE),
        *_tyres(kind, 1),
    ]


def _lamps(kind: Kind, along: float, top: float, light: Color) -> Face:
    """Return two lamps below an edge, of the same size on a car and on a bus."""
    wide, tall = 0.40 / kind.width, 0.19 / kind.height
    return [
        (
            _panel(kind, along, 0.94 * s - wide * (s > 0), 0.94 * s + wide * (s < 0), top - tall, top - 0.01),
            light,
        )
        for s in (-1, 1)
    ]


def _tyres(kind: Kind, along: float) -> Face:
    """Return the tyres below the bumper."""
    return [(_panel(kind, along, 0.80 * s - 0.13, 0.80 * s + 0.13, 0, 0.16), TYRE) for s in (-1, 1)]


def _panel(kind: Kind, along: float, left: float, right: float, low: float, high: float) -> Points:
    """Return an upright rectangle at tail or nose; left and right in half widths."""
    across = np.array((left, right, right, left)) * kind.width / 2
    return _points(kind, along, (low, low, high, high), across)


def _flanks(kind: Kind) -> list[Face]:
    """Return both sides, with windows, a dark sill and wheels."""
    low, faces = kind.profile[0][1], []
    sill = [(0.02, low), (0.02, low + 0.08), (0.98, low + 0.08), (0.98, low)]
    for side in (-1, 1):
        face: Face = [(_on_flank(kind, kind.profile, side)[::-side], 1.0)]
        face += [(_on_flank(kind, window, side), PANE) for window in kind.windows]
        face.append((_on_flank(kind, sill, side), 0.55))
        for axle in (0.19, 0.80):
            face.append((_wheel(kind, axle, side, 1.18), 0.35))
            face += [(_wheel(kind, axle, side, 1.0), TYRE), (_wheel(kind, axle, side, 0.52), HUB)]
        faces.append(face)
    return faces


def _on_flank(kind: Kind, outline: ArrayLike, side: int) -> Points:
    along, up = np.array(outline, float).T
    return _points(kind, along, up, side * _half(kind, up))


def _wheel(kind: Kind, axle: float, side: int, part: float) -> Points:
    radius = 0.5 if kind.length > 8 else 0.33
    rim = circle(12) * radius * part
    up = np.maximum(radius + rim[:, 1], 0) / kind.height
    return _points(kind, axle + rim[:, 0] / kind.length, up, side * (kind.width / 2 + 0.005))
