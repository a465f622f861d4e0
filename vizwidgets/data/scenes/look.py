"""The look: from the flat colours of a game to what a camera would take of the same street."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from .classes import VEGETATION
from .drawing import Drawing
from .lens import exposed, hazy, random_lens, taken
from .sky import camera_sky, game_sky, random_weather
from .sunlight import shadows
from .textures import roughness


def shown(drawing: Drawing, look: float, rng: Generator) -> np.ndarray:
    """Return the picture of a street.

    Parameters
    ----------
    drawing : Drawing
        The street; its labels hold for every look.
    look : float
        0: flat colours, as in a game. 1: weather, shadows, rough surfaces, haze, and a camera's exposure,
        blur and noise. All of them come on gradually.
    rng : numpy Generator
        The weather and the camera; the same at every look.

    Returns
    -------
    array
        (H, W, 3) uint8.
    """
    weather, lens = random_weather(rng), random_lens(rng)
    sky, picture, share = game_sky(drawing, weather), drawing.flat(look), drawing.sky_share()[..., None]
    if look > 0:
        sky = sky + np.float32(look) * (camera_sky(drawing, weather, rng) - sky)
        places = drawing.places()
        lit = picture * _light(drawing, places, look, weather.sun, rng)[..., None]
        air = sky[drawing.size[0] // 3 :].mean(axis=(0, 1))
        picture = hazy(lit, places[..., 2], air * (1 - share), look * lens.haze)
    picture = picture + share * sky  # it was black so far
    if look == 0:
        return (255 * np.clip(picture, 0, 1) + 0.5).astype(np.uint8)
    return taken(exposed(picture, lens, look), lens, look, rng)


def _light(drawing: Drawing, places: np.ndarray, look: float, sun: float, rng: Generator) -> np.ndarray:
    """Return how bright rough surfaces are in sun and shadow (H, W), about 1."""
    # Leaves are shaded by the crowns they belong to; that is drawn already.
    shade = shadows(drawing, places) * np.where(drawing.label_image == VEGETATION, 0.6, 1.0)
    return (1 + look * (roughness(drawing, places, rng) - 1)) * (1 - look * sun * shade)
