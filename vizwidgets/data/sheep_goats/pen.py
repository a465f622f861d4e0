"""The pen: fills outlines of an animal's body with colour, wherever in the picture the animal stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from .outlines import Outline, turned

Color = np.ndarray  # (3,) red, green, blue in [0, 1]


@dataclass(frozen=True)
class Placement:
    """Where an animal stands in its picture, in parts of the picture's side.

    Attributes
    ----------
    x, y : float
        The middle of its body.
    scale : float
        The length of its body.
    tilt : float
        How it is turned, in radians.
    is_mirrored : bool
        Whether it looks to the left.
    """

    x: float
    y: float
    scale: float
    tilt: float
    is_mirrored: bool

    def in_picture(self, points: Outline) -> Outline:
        """Return points of the body (unit: its length) in the picture (unit: its side)."""
        facing = points * (-1.0, 1.0) if self.is_mirrored else points
        return turned(facing, self.tilt) * self.scale + (self.x, self.y)


class Pen:
    """Fills outlines, each over what was drawn before.

    Parameters
    ----------
    placement : Placement
        Where the animal stands.
    size : int
        Height and width in pixels.
    fineness : int
        How many times finer than a pixel is drawn; :meth:`layer` averages over it.
    """

    def __init__(self, placement: Placement, size: int, fineness: int = 3) -> None:
        self.placement, self.size, self.fineness = placement, size, fineness
        self._image = Image.new("RGBA", (size * fineness, size * fineness))
        self._draw = ImageDraw.Draw(self._image)

    def fill(self, outline: Outline, color: Color) -> None:
        """Fill the inside of an outline, given in coordinates of the body."""
        corners = self.placement.in_picture(outline) * (self.size * self.fineness)
        red, green, blue = (min(max(int(255 * value), 0), 255) for value in color)
        self._draw.polygon(corners.ravel().tolist(), fill=(red, green, blue, 255))

    def fill_all(self, outlines: Iterable[Outline], colors: Iterable[Color]) -> None:
        """Fill several outlines, each with its color."""
        for outline, color in zip(outlines, colors, strict=True):
            self.fill(outline, color)

    def layer(self) -> np.ndarray:
        """Return what was drawn (4, size, size): red, green and blue times alpha, and alpha, in [0, 1]."""
        # What is not drawn is black and transparent, so the mean is the premultiplied colour.
        fine = np.asarray(self._image, np.float32).reshape(self.size, self.fineness, self.size, -1, 4)
        return fine.mean(axis=(1, 3)).transpose(2, 0, 1) / 255
