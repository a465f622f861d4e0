"""How far colours are apart for an eye that has all kinds of cones, or lacks one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

# Machado, Oliveira, Fernandes: "A physiologically-based model for simulation of color vision
# deficiency", 2009.
SIGHTS = {
    "usual": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def least_difference(colors: Sequence[Sequence[float]], sight: str) -> float:
    """Return the smallest distance of two colours (red, green, blue in [0, 1]) in CIELAB; 2 is just seen."""
    shares = np.array(colors)
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    seen = _lab((linear @ np.array(SIGHTS[sight]).T).clip(0, 1))
    return min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2))


def _lab(linear: np.ndarray) -> np.ndarray:
    x, y, z = (np.cbrt(part) for part in (linear @ TO_XYZ.T / (0.9505, 1, 1.089)).T)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)
