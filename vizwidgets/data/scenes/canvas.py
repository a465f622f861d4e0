"""The canvas: polygons of the street, painted from far to near, and which of them each pixel shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw

from .camera import NEAR, Camera, Points, cut_near
from .classes import SKY
from .colors import Color
from .drawing import FINENESS, Drawing


class Canvas:
    """Collects polygons; a later one covers the earlier ones.

    Parameters
    ----------
    camera : Camera
        Who sees the street.
    sun : array, optional
        (3,) of length 1, where the sun stands; by default above.

    Attributes
    ----------
    balls : list of (float, float, float, float)
        What keeps the sun away: the middles of tree crowns, and their radii.
    boxes : list of (float, float, float, float, float, float)
        Also: houses and cars, from (x, y, z) to (x, y, z).

    Examples
    --------
    >>> canvas = Canvas(Camera(focal=1.0, middle=0.5, horizon=0.5, height=1.5))
    >>> canvas.fill([(-1, 0.5, 5), (1, 0.5, 5), (1, 2.5, 5), (-1, 2.5, 5)], np.ones((2, 3)), label=6)
    >>> canvas.drawing((6, 10)).label_image[1:3, 2:8].tolist()  # 10 pixels wide: 2 metres are 4 pixels
    [[0, 6, 6, 6, 6, 0], [0, 6, 6, 6, 6, 0]]
    """

    def __init__(self, camera: Camera, sun: ArrayLike = (0, 1, 0)) -> None:
        self.camera, self.sun = camera, np.array(sun, float)
        self.balls: list[tuple[float, float, float, float]] = []
        self.boxes: list[tuple[float, float, float, float, float, float]] = []
        # Polygon 0 is the sky: what nothing covers.
        self._corners: list[Points] = [np.zeros((3, 3))]
        self._counts: list[np.ndarray] = [np.array([3])]
        self._colors: list[np.ndarray] = [np.zeros((1, 2, 3))]
        self._labels: list[int] = [SKY]  # of each group of polygons

    def fill(self, corners: ArrayLike, color: Color, label: int) -> None:
        """Fill a polygon (k, 3), or n polygons (n, k, 3), in one colour (2, 3) or in n colours (n, 2, 3)."""
        points = np.asarray(corners, float)
        count = len(points) if points.ndim == 3 else 1
        self._add(points.reshape(-1, 3), np.full(count, points.shape[-2]), color, label)

    def fill_all(self, polygons: Sequence[Points], colors: np.ndarray, label: int) -> None:
        """Fill n polygons of different numbers of corners in n colours (n, 2, 3)."""
        counts = np.array([len(corners) for corners in polygons])
        self._add(np.concatenate(polygons), counts, colors, label)

    def _add(self, points: Points, counts: np.ndarray, colors: np.ndarray, label: int) -> None:
        self._corners.append(points)
        self._counts.append(counts)
        self._colors.append(colors if colors.ndim == 3 else np.repeat(colors[None], len(counts), axis=0))
        self._labels.append(label)

    def drawing(self, size: tuple[int, int]) -> Drawing:
        """Return what is seen in a picture of this height and width."""
        corners, counts = np.concatenate(self._corners), np.concatenate(self._counts)
        starts = np.cumsum(counts) - counts
        return Drawing(
            numbers=self._numbers(corners, starts, counts, (size[0] * FINENESS, size[1] * FINENESS)),
            colors=np.concatenate(self._colors).clip(0, 1),
            labels=np.repeat(np.array(self._labels, np.uint8), [len(group) for group in self._counts]),
            planes=self._planes(corners, starts, counts),
            camera=self.camera,
            sun=self.sun,
            balls=np.array(self.balls, np.float32).reshape(-1, 4),
            boxes=np.array(self.boxes, np.float32).reshape(-1, 6),
        )

    def _numbers(
        self, corners: Points, starts: np.ndarray, counts: np.ndarray, size: tuple[int, int]
    ) -> np.ndarray:
        """Draw each polygon's number, one over the other."""
        image = Image.new("I", size[::-1])
        draw = ImageDraw.Draw(image)
        # Corners lie on whole fine pixels, as Pillow wants them; it draws the rim too.
        places = np.floor(self.camera.project(np.maximum(corners, (-np.inf, -np.inf, NEAR)), size))
        low, high = (end.reduceat(places, starts) for end in (np.minimum, np.maximum))
        nearest, farthest = (end.reduceat(corners[:, 2], starts) for end in (np.minimum, np.maximum))
        is_shown = ((high >= 0) & (low < size[::-1])).all(axis=1) & (farthest > NEAR)
        flat = places.ravel().tolist()
        for number in np.flatnonzero(is_shown | ((nearest < NEAR) & (farthest > NEAR))).tolist():
            start, stop = int(starts[number]), int(starts[number] + counts[number])
            outline = flat[2 * start : 2 * stop]
            if nearest[number] < NEAR:
                cut = self.camera.project(cut_near(corners[start:stop]), size)
                outline = np.floor(cut).ravel().tolist()
            draw.polygon(outline, fill=number)
        return np.asarray(image)

    def _planes(self, corners: Points, starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """Return the planes of polygons: where n · (P - eye) = d, there 1 / Z = n · (aside, up, 1) / d."""
        points = corners - self.camera.eye
        # Three corners that lie apart from each other.
        first, second, last = (points[starts + part * counts // 3] for part in (0, 1, 2))
        normal = cross(second - first, last - first)
        distance = (normal * first).sum(axis=1, keepdims=True)
        planes = np.divide(normal, distance, out=np.zeros_like(normal), where=np.abs(distance) > 1e-9)
        return planes.astype(np.float32)


def cross(a: Points, b: Points) -> Points:
    """Return the vectors (n, 3) at right angles to a and b; NumPy's own takes three times as long."""
    ax, ay, az = a.T
    bx, by, bz = b.T
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=1)
