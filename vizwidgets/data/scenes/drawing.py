"""What was painted: which polygon each pixel shows, and so its class, its colour, its place in the street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from .camera import Camera
from .colors import seen

FAR = 400.0  # metres
FINENESS = 3  # polygons are drawn so many times finer than a pixel; odd, so that a pixel has a middle


@dataclass(frozen=True)
class Drawing:
    """A street before it is looked at.

    Attributes
    ----------
    numbers : array
        (H · FINENESS, W · FINENESS), which polygon is seen; 0 is the sky.
    colors : array
        (n, 2, 3) in [0, 1], the polygons' colours with two ends.
    labels : array
        (n,) uint8, their classes.
    planes : array
        (n, 3) float32: the distance Z ahead is ``1 / (planes · (aside, up, 1))``.
    camera : Camera
        Who sees it.
    sun : array
        (3,) of length 1, where the sun stands.
    balls, boxes : array
        (m, 4) and (m, 6) float32, what keeps the sun away; see :class:`Canvas`.
    """

    numbers: np.ndarray
    colors: np.ndarray
    labels: np.ndarray
    planes: np.ndarray
    camera: Camera
    sun: np.ndarray
    balls: np.ndarray
    boxes: np.ndarray

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the picture in pixels."""
        return self.numbers.shape[0] // FINENESS, self.numbers.shape[1] // FINENESS

    @property
    def middles(self) -> np.ndarray:
        """The polygon in the middle of each pixel (H, W)."""
        return self.numbers[FINENESS // 2 :: FINENESS, FINENESS // 2 :: FINENESS]

    @property
    def label_image(self) -> np.ndarray:
        """The class in the middle of each pixel (H, W) uint8."""
        return self.labels[self.middles]

    def nearness(self) -> np.ndarray:
        """Return 1 / Z of what is seen in the middle of each pixel (H, W) float32; 0 for the sky."""
        aside, up = self.camera.rays(self.size)
        planes = self.planes[self.middles]
        return np.maximum(planes[..., 0] * aside + planes[..., 1] * up + planes[..., 2], 0)

    def places(self) -> np.ndarray:
        """Return where in the street each pixel's middle looks (H, W, 3) float32; the sky is FAR away."""
        aside, up = self.camera.rays(self.size)
        ahead = 1 / np.maximum(self.nearness(), 1 / FAR)
        return np.stack([aside * ahead, self.camera.height + up * ahead, ahead], axis=-1)

    def flat(self, look: float) -> np.ndarray:
        """Return the picture in flat colours (H, W, 3) float32 in [0, 1]; the sky is black."""
        table = (255 * seen(self.colors, look) + 0.5).astype(np.uint8)
        shrunk = Image.fromarray(table[self.numbers]).reduce(FINENESS)
        return np.asarray(shrunk, np.float32) / 255

    def sky_share(self) -> np.ndarray:
        """Return how much of each pixel is sky (H, W) float32."""
        is_sky = Image.fromarray((self.numbers == 0).astype(np.uint8) * 255)
        return np.asarray(is_sky.reduce(FINENESS), np.float32) / 255
