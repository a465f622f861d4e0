"""Stripes and dots: what is told apart by them needs no colour."""

from __future__ import annotations

import numpy as np

from .class_key import Color


def hatched(shape: tuple[int, ...], zoom: int, ground: Color, stripes: Color) -> np.ndarray:
    """Return diagonal stripes, (H, W, 3) float in 0..255.

    Examples
    --------
    >>> hatched((1, 8), 2, (9, 9, 9), (0, 0, 0))[0, :, 0].astype(int).tolist()
    [0, 0, 9, 9, 0, 0, 9, 9]
    """
    rows, columns = np.indices(shape)
    is_stripe = (rows + columns) % max(4, 2 * zoom) < max(2, zoom)
    return np.where(is_stripe[..., None], np.array(stripes, float), np.array(ground, float))


def dotted(shape: tuple[int, ...], zoom: int, ground: Color, dots: Color) -> np.ndarray:
    """Return square dots, (H, W, 3) float in 0..255.

    Examples
    --------
    >>> dotted((1, 6), 1, (9, 9, 9), (0, 0, 0))[0, :, 0].astype(int).tolist()
    [0, 9, 9, 0, 9, 9]
    """
    rows, columns = np.indices(shape)
    step, size = max(3, 2 * zoom), max(1, zoom * 2 // 3)
    is_dot = (rows % step < size) & (columns % step < size)
    return np.where(is_dot[..., None], np.array(dots, float), np.array(ground, float))
