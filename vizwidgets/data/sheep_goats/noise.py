"""Smooth random fields: the unevenness of meadows, rocks, snow, sand and wool."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

Field = np.ndarray  # (size, size) float32


def fractal_noise(rng: Generator, size: int, cells: int = 4, octaves: int = 4, gain: float = 0.55) -> Field:
    """Return a sum of ever finer bumps, with mean 0 and standard deviation 1.

    Parameters
    ----------
    rng : numpy Generator
        One number is drawn from it, whatever the size: the same picture in any resolution.
    size : int
        Height and width in pixels.
    cells : int
        Bumps across the picture in the coarsest octave; each further one has twice as many.
    octaves : int
        How many; those that are finer than a pixel are left out.
    gain : float
        Height of an octave's bumps relative to the octave before.

    Returns
    -------
    array
        (size, size) float32.

    Examples
    --------
    >>> fractal_noise(np.random.default_rng(0), 32).shape
    (32, 32)
    """
    own = np.random.default_rng(rng.integers(2**32))
    total = np.zeros((size, size), np.float32)
    for octave in range(octaves):
        across = cells * 2**octave
        if octave and across > size:
            break
        heights = own.standard_normal((across + 1, across + 1), dtype=np.float32)
        total += np.float32(gain**octave) * _enlarged(heights, size)
    return (total - total.mean()) / (total.std() + np.float32(1e-6))


def _enlarged(values: np.ndarray, size: int) -> Field:
    return np.asarray(Image.fromarray(values).resize((size, size), Image.Resampling.BICUBIC))
