"""The camera: a pinhole at the height of a windscreen that looks along the street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .dice import Dice

Points = np.ndarray  # (..., 3): metres to the right, above the ground, ahead
NEAR = 0.6  # metres; what is nearer is cut off


@dataclass(frozen=True)
class Camera:
    """Where points of the street lie in the picture; the camera stands at (0, height, 0).

    Attributes
    ----------
    focal : float
        Distance of the picture, in widths of the picture.
    middle : float
        Column where the street vanishes, in widths of the picture.
    horizon : float
        Row where the street vanishes, in heights of the picture.
    height : float
        Metres above the ground.

    Examples
    --------
    >>> camera = Camera(focal=1.0, middle=0.5, horizon=0.5, height=1.5)
    >>> camera.project(np.array([[0, 1.5, 10.0], [1.0, 0.0, 10.0]]), size=(96, 128)).tolist()
    [[64.0, 48.0], [76.8, 67.2]]
    """

    focal: float
    middle: float
    horizon: float
    height: float

    @property
    def eye(self) -> Points:
        """Where the camera stands."""
        return np.array((0.0, self.height, 0.0))

    def project(self, points: Points, size: tuple[int, int]) -> np.ndarray:
        """Return columns and rows (..., 2) in a picture of this height and width; ``u = f X / Z + m``."""
        rows, columns = size
        enlarged = self.focal * columns / points[..., 2]
        across = self.middle * columns + enlarged * points[..., 0]
        down = self.horizon * rows + enlarged * (self.height - points[..., 1])
        return np.stack([across, down], axis=-1)

    def rays(self, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """Return how far the sight through each pixel's middle goes aside (1, W) and up (H, 1) per metre."""
        rows, columns = size
        aside = np.arange(columns, dtype=np.float32) + 0.5 - self.middle * columns
        up = self.horizon * rows - np.arange(rows, dtype=np.float32) - 0.5
        scale = 1 / (self.focal * columns)
        return (aside * scale)[None].astype(np.float32), (up * scale)[:, None].astype(np.float32)


def random_camera(dice: Dice) -> Camera:
    """Return a camera; those of real cars look farther ahead and lower than the game's."""
    return Camera(
        focal=dice.between((0.65, 0.90), camera=(0.85, 1.15)),
        middle=dice.near((0.5, 0.015), camera=(0.5, 0.04)),
        horizon=dice.near((0.50, 0.02), camera=(0.44, 0.035)),
        height=dice.between((1.4, 2.2), camera=(1.2, 1.6)),
    )


def cut_near(points: Points) -> Points:
    """Return the part of one polygon (n, 3) that is not nearer than NEAR (Sutherland and Hodgman, 1974)."""
    after = np.roll(points, -1, axis=0)
    kept = []
    for here, there in zip(points, after, strict=True):
        if here[2] >= NEAR:
            kept.append(here)
        if (here[2] >= NEAR) != (there[2] >= NEAR):
            kept.append(here + (there - here) * ((NEAR - here[2]) / (there[2] - here[2])))
    return np.array(kept).reshape(-1, 3)
