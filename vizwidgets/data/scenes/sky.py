"""The sky: blue and clear in the game, with clouds or overcast before the camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from .drawing import Drawing
from .textures import noise_tile, sampled

HIGH, LOW = np.array((0.36, 0.60, 0.92)), np.array((0.70, 0.84, 0.97))  # the game's, above and at the horizon
GRAY, BLUE = np.array((0.80, 0.82, 0.85)), np.array((0.42, 0.58, 0.80))


@dataclass(frozen=True)
class Weather:
    """What the sky is like.

    Attributes
    ----------
    blue, pale : array
        (3,) colours of the game's sky, above and at the horizon.
    overcast : float
        0: blue with clouds; 1: gray.
    clouds : float
        How much of the blue they cover.
    sun : float
        Share of the light that comes from the sun and is missing in a shadow.
    """

    blue: np.ndarray
    pale: np.ndarray
    overcast: float
    clouds: float
    sun: float


def random_weather(rng: Generator) -> Weather:
    """Return the weather of one picture."""
    tint = rng.normal(0, 0.03) + rng.normal(0, 0.015, 3)
    is_gray = rng.random() < 0.45
    return Weather(
        blue=HIGH + tint,
        pale=LOW + tint,
        overcast=rng.uniform(0.75, 1.0) if is_gray else rng.uniform(0.0, 0.25),
        clouds=rng.uniform(0.1, 0.8),
        sun=rng.uniform(0.04, 0.16) if is_gray else rng.uniform(0.36, 0.56),
    )


def game_sky(drawing: Drawing, weather: Weather) -> np.ndarray:
    """Return a clear sky for all pixels (H, W, 3) that pales towards the horizon."""
    _, up = drawing.camera.rays(drawing.size)
    height = np.clip(up / 0.55, 0, 1)[..., None]
    sky = weather.pale + (weather.blue - weather.pale) * height
    return np.broadcast_to(sky, (*drawing.size, 3)).astype(np.float32)


def camera_sky(drawing: Drawing, weather: Weather, rng: Generator) -> np.ndarray:
    """Return a sky for all pixels (H, W, 3) with clouds that recede to the horizon."""
    aside, up = drawing.camera.rays(drawing.size)
    distance = 1 / (np.maximum(up, 0) + 0.12)
    cloud = sampled(noise_tile(1.5), 22 * aside * distance, 22 * distance + 0 * aside, rng)
    cover = np.clip(0.5 * cloud + 1.6 * weather.clouds - 0.6, 0, 1)[..., None] * (1 - weather.overcast)
    pale = np.clip(1 - up / 0.5, 0, 1)[..., None]
    blue = BLUE + (weather.blue - HIGH) + (0.88 - BLUE) * 0.55 * pale
    gray = GRAY * (0.95 + 0.05 * cloud[..., None] * (1 - pale)) + 0.12 * pale
    sky = blue + (gray - blue) * weather.overcast
    return (sky + (0.95 - sky) * 0.9 * cover).astype(np.float32)
