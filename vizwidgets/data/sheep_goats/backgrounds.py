"""Backgrounds: a ground of grass, rock, snow or sand, up to a random horizon or over the whole picture."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import ArrayLike
from PIL import Image
from torch import Tensor

from .grounds import GROUNDS, Painted, mixed
from .noise import Field, fractal_noise
from .seeds import Seed, check_kind, check_size, generator

BACKGROUNDS = tuple(GROUNDS)
FINENESS = 2  # drawn so many times finer than a pixel


def draw_background(kind: str, seed: Seed = 0, size: int = 64) -> Tensor:
    """Draw a landscape without an animal.

    Parameters
    ----------
    kind : str
        "grass", "rock", "snow" or "sand".
    seed : int or (int, int)
        The same seed gives the same landscape in any size; see :func:`draw_animal`.
    size : int
        Height and width in pixels.

    Returns
    -------
    Tensor
        (3, size, size) in [0, 1].

    Raises
    ------
    ValueError
        If there is no such kind, or seed or size are out of range.

    Examples
    --------
    >>> draw_background("snow", seed=1, size=32).shape
    torch.Size([3, 32, 32])
    """
    check_kind(kind, BACKGROUNDS, "background")
    check_size(size)
    rng = generator("background", BACKGROUNDS.index(kind), seed)
    fine = size * FINENESS
    ground = GROUNDS[kind](rng, *_coordinates(fine))
    picture = _under_sky(rng, ground, ruggedness=0.040 if kind == "rock" else 0.020)
    picture = (picture * np.float32(rng.uniform(0.88, 1.08))).clip(0, 1)
    shrunk = Image.fromarray((255 * picture + 0.5).astype(np.uint8)).reduce(FINENESS)
    return torch.from_numpy(np.asarray(shrunk, np.float32).transpose(2, 0, 1) / 255)


@lru_cache(maxsize=4)
def _coordinates(size: int) -> tuple[Field, Field]:
    """Return each pixel's row and column, from 0 to 1."""
    line = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / size
    row, column = np.meshgrid(line, line, indexing="ij")
    return row, column


def _under_sky(rng: Generator, ground: Painted, ruggedness: float) -> Painted:
    """Cover what is above the horizon; a horizon above the picture leaves no sky at all."""
    size = len(ground)
    row, _ = _coordinates(size)
    horizon = rng.uniform(-0.15, 0.30)
    ridge = horizon + ruggedness * fractal_noise(rng, size, 3, 4)[size // 2]
    sky = _sky(rng, row / max(horizon, 0.05), fractal_noise(rng, size, 2, 3))
    if ridge.max() <= 0:
        return ground
    haze = 0.35 * np.exp(-np.maximum(row - ridge, 0) / 0.06)  # the far ground is paler
    ground = mixed(ground, sky.mean(axis=(0, 1)), haze)
    return mixed(ground, sky, (ridge - row) * (0.7 * size))


def _sky(rng: Generator, height: Field, clouds: Field) -> Painted:
    blue: ArrayLike = (0.45, 0.65, 0.90)
    sky = mixed(blue, (0.84, 0.91, 0.97), 0.8 * height + 0.12 * clouds)
    if rng.random() < 0.4:  # overcast
        sky = 0.35 * sky + np.float32(0.62 * rng.uniform(0.85, 1.05))
    return sky
