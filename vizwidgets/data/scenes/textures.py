"""The roughness of asphalt, plaster, grass and leaves, which stays on the things when the camera moves."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.random import Generator

from .classes import BUILDING, CAR, PEDESTRIAN, POLE, ROAD, SIDEWALK, SKY, VEGETATION
from .drawing import Drawing

TILE = 256
# How uneven the brightness of a class is: over metres, and over a hand's breadth.
_UNEVEN = {
    SKY: (0, 0),
    BUILDING: (0.07, 0.04),
    POLE: (0.04, 0.04),
    ROAD: (0.065, 0.04),
    SIDEWALK: (0.06, 0.045),
    VEGETATION: (0.12, 0.16),
    CAR: (0.03, 0.015),
    PEDESTRIAN: (0.04, 0.05),
}
STAINS, GRAIN = np.array([_UNEVEN[label] for label in sorted(_UNEVEN)], np.float32).T


@lru_cache(maxsize=4)
def noise_tile(slope: float) -> np.ndarray:
    """Return noise (TILE, TILE) with mean 0 and deviation 1 that fits to itself at all rims.

    Its spectrum falls with the frequency to the power of `slope`: 0 is white, 1 cloudy.
    """
    frequency = np.fft.fftfreq(TILE)
    distance = np.hypot(frequency[:, None], frequency)
    distance[0, 0] = 1
    spectrum = np.fft.fft2(np.random.default_rng(7).standard_normal((TILE, TILE))) / distance**slope
    spectrum[0, 0] = 0
    noise = np.fft.ifft2(spectrum).real
    return (noise / noise.std()).astype(np.float32)


def sampled(tile: np.ndarray, across: np.ndarray, along: np.ndarray, rng: Generator) -> np.ndarray:
    """Return a tile's values at places in texels, shifted at random."""
    shift = rng.integers(TILE, size=2)
    row = np.floor(along).astype(np.int32) + int(shift[0])
    column = np.floor(across).astype(np.int32) + int(shift[1])
    return tile[row & (TILE - 1), column & (TILE - 1)]


def roughness(drawing: Drawing, places: np.ndarray, rng: Generator) -> np.ndarray:
    """Return how much brighter than its flat colour each pixel is (H, W), about 1."""
    planes, labels = np.abs(drawing.planes[drawing.middles]), drawing.label_image
    is_flat = planes[..., 1] > planes[..., 0] + planes[..., 2]  # lies on the ground
    x, y, z = np.moveaxis(places, -1, 0)
    across, along = np.where(is_flat, x, x + 0.8 * z), np.where(is_flat, z, y)
    stains = sampled(noise_tile(1.1), 18 * across, 18 * along, rng)
    grain = sampled(noise_tile(0.4), 40 * across, 40 * along, rng)
    # What is finer than a pixel averages out: a pixel of far ground is long, one of a wall is not.
    pixel = z / (drawing.camera.focal * drawing.size[1])
    sharp = np.clip(0.10 / (pixel * np.where(is_flat, 0.3 * z, 1)), 0, 1)
    sharp = np.where(labels == VEGETATION, np.maximum(sharp, 0.6), sharp)
    return 1 + STAINS[labels] * stains + GRAIN[labels] * sharp * grain
