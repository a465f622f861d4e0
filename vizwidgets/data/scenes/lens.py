"""What a camera adds: haze, exposure, a tint, a vignette, blur, noise and the blocks of JPEG."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageFilter

WARM = np.array((1.0, 0.1, -1.0))  # from the blue of shade to the yellow of lamps
Picture = np.ndarray  # (H, W, 3) float32, about [0, 1]


@dataclass(frozen=True)
class Lens:
    """A camera's settings for one picture; each has a value at which it does nothing.

    Attributes
    ----------
    haze : float
        Share of the light that 100 metres of air take, 0 to 1; 0 for clear air.
    saturation, contrast, gamma : float
        1 changes nothing.
    brightness : float
        The mean brightness that the exposure aims at.
    tint : array
        (3,) by which red, green and blue are multiplied; 1 changes nothing.
    vignette : float
        How much darker the corners are.
    blur : float
        In pixels of a picture that is 128 wide.
    noise : float
        Standard deviation in a pixel.
    quality : int
        Of JPEG, 0 to 100.
    """

    haze: float
    saturation: float
    contrast: float
    gamma: float
    brightness: float
    tint: np.ndarray
    vignette: float
    blur: float
    noise: float
    quality: int


def random_lens(rng: Generator) -> Lens:
    """Return the settings for one picture of a real camera."""
    return Lens(
        haze=rng.uniform(0.10, 0.55),
        saturation=rng.uniform(0.65, 1.05),
        contrast=rng.uniform(0.92, 1.25),
        gamma=rng.uniform(0.85, 1.20),
        brightness=rng.uniform(0.38, 0.54),
        tint=1 + rng.normal(0, 0.035) * WARM + rng.normal(0, 0.008, 3),
        vignette=rng.uniform(0, 0.25),
        blur=rng.uniform(0.1, 0.5),
        noise=rng.uniform(0.004, 0.016),
        quality=int(rng.integers(50, 90)),
    )


def hazy(picture: Picture, ahead: np.ndarray, air: np.ndarray, haze: float) -> Picture:
    """Return the picture with things the paler the farther they are (H, W) metres ahead."""
    share = (1 - (1 - haze) ** (ahead / 100))[..., None].astype(np.float32)
    return picture + (air - picture) * share


def exposed(picture: Picture, lens: Lens, look: float) -> Picture:
    """Return the picture in the colours of a film; at look 0 it stays as it is."""

    def part(value: np.ndarray | float) -> np.ndarray | float:
        return 1 + look * (value - 1)

    gray = picture.mean(axis=-1, keepdims=True)
    picture = gray + (picture - gray) * part(lens.saturation)
    gain = lens.tint * np.clip(lens.brightness / max(float(picture.mean()), 0.05), 0.75, 1.6)
    picture = np.clip(picture * part(gain), 0, 1) ** part(lens.gamma)
    picture = 0.5 + (picture - 0.5) * part(lens.contrast)
    rows, columns = picture.shape[:2]
    y, x = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)
    return picture * (1 - look * lens.vignette * (x**2 + y**2) / 2)[..., None]


def taken(picture: Picture, lens: Lens, look: float, rng: Generator) -> np.ndarray:
    """Return the picture as it comes out of the camera, (H, W, 3) uint8."""
    rows, columns = picture.shape[:2]
    blur = ImageFilter.GaussianBlur(look * lens.blur * columns / 128)
    sharp = Image.fromarray(_bytes(picture))
    grain = lens.noise * (
        rng.standard_normal((rows, columns, 1)) + 0.5 * rng.standard_normal((rows, columns, 3))
    )
    raw = np.asarray(sharp.filter(blur), np.float32) / 255 + look * grain
    stored = io.BytesIO()
    Image.fromarray(_bytes(raw)).save(stored, "JPEG", quality=lens.quality)
    return _bytes(raw + look * (np.asarray(Image.open(stored), np.float32) / 255 - raw))


def _bytes(picture: Picture) -> np.ndarray:
    return (255 * np.clip(picture, 0, 1) + 0.5).astype(np.uint8)
