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
    sky, picture = game_sky(drawing, weather), drawing.flat(look)
    if look > 0:
        sky = sky + np.float32(look) * (camera_sky(drawing, weather, rng) - sky)
        picture = _weathered(picture, drawing, sky, look, weather.sun, lens.haze, rng)
    share = drawing.sky_share()[..., None]
    picture = picture + share * sky  # the sky is black so far
    if look == 0:
        return (255 * np.clip(picture, 0, 1) + 0.5).astype(np.uint8)
    return taken(exposed(picture, lens, look), lens, look, rng)


def _weathered(
    picture: np.ndarray,
    drawing: Drawing,
    sky: np.ndarray,
    look: float,
    sun: float,
    haze: float,
    rng: Generator,
) -> np.ndarray:
    """Return things with rough surfaces, in sun and shadow, behind haze."""
    places = drawing.places()
    shade = shadows(drawing, places) * np.where(drawing.label_image == VEGETATION, 0.6, 1.0)
    light = (1 + look * (roughness(drawing, places, rng) - 1)) * (1 - look * sun * shade)
    air = sky[drawing.size[0] // 3 :].mean(axis=(0, 1))
    not_sky = 1 - drawing.sky_share()[..., None]
    return hazy(picture * light[..., None], places[..., 2], air * not_sky, look * haze)
