"""The pictures of a film as WebP files, as few bytes as it takes to stay within the size of a page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from .page import TINY
from .pixels import Bytes

QUALITIES = (80, 60, 40, 25)  # of WebP, 0..100: at the first one noise and edges look as they were
SAMPLE = 6  # scenes, at least, by which the size of all is judged


@dataclass(frozen=True)
class Scene:
    """One picture of a run, as a recorder hands it over.

    Attributes
    ----------
    step : int
        The step that the picture is of, 0 or more.
    picture : array or bytes
        (H, W, 3) uint8, or what `encode_picture` made of it: a recorder that keeps many saves memory so.
    words : str
        The status line at that step.
    """

    step: int
    picture: Bytes | bytes
    words: str


def encode_picture(picture: Bytes, quality: int = QUALITIES[0]) -> bytes:
    """Return a picture as the bytes of a WebP file.

    Parameters
    ----------
    picture : array
        (H, W, 3) uint8. A tiny one, no side over 64, is shown as squares and keeps each of its pixels.
    quality : int
        In 0..100, for all that are not tiny.

    Examples
    --------
    >>> gray = np.full((8, 8, 3), 77, np.uint8)
    >>> bool((decode_picture(encode_picture(gray)) == gray).all())
    True
    """
    image, buffer = Image.fromarray(picture), io.BytesIO()
    if max(image.size) <= TINY:
        image.save(buffer, "WEBP", lossless=True, exact=True)
    else:
        image.save(buffer, "WEBP", quality=quality, method=4)
    return buffer.getvalue()


def decode_picture(file: bytes) -> Bytes:
    """Return the pixels of a picture that `encode_picture` made, (H, W, 3) uint8."""
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))


def picture_size(file: bytes) -> tuple[int, int]:
    """Return height and width of a WebP file, without decoding it.

    Raises
    ------
    ValueError
        If it is no WebP file, or one of a size that no film has.
    """
    try:
        image = Image.open(io.BytesIO(file), formats=["WEBP"])
    except (OSError, Image.DecompressionBombError) as error:
        raise ValueError("one of its pictures is no WebP file, or a huge one") from error
    return image.height, image.width


def fit_scenes(scenes: Sequence[Scene], usual_bytes: int, most_bytes: int) -> tuple[list[Scene], list[bytes]]:
    """Choose scenes and encode them: few bytes by lower quality if that is enough, else by fewer scenes.

    The first and the last one always stay, and the last one, which stands on the screen before and after,
    always has the full quality: in a moving picture nobody sees the difference.

    Parameters
    ----------
    scenes : sequence of Scene
        One or more, all pictures of one size.
    usual_bytes : int
        Of all files together: with more than that the quality is lower, down to 25.
    most_bytes : int
        With more than that every second scene is left out, until they fit or two are left.

    Returns
    -------
    (list of Scene, list of bytes)
        The scenes that stay, and the WebP file of each.
    """
    quality = _quality_for(scenes, usual_bytes)
    files = [*(_file(scene, quality) for scene in scenes[:-1]), _file(scenes[-1], QUALITIES[0])]
    kept = list(range(len(scenes)))
    while sum(len(files[index]) for index in kept) > most_bytes and len(kept) > 2:
        kept = sorted({*kept[::2], kept[-1]})
    return [scenes[index] for index in kept], [files[index] for index in kept]


def _quality_for(scenes: Sequence[Scene], usual_bytes: int) -> int:
    """Return the highest quality with which all scenes will be small enough, judged by some of them."""
    some = scenes[:: max(1, len(scenes) // SAMPLE)]
    for quality in QUALITIES[:-1]:
        if sum(len(_file(scene, quality)) for scene in some) * len(scenes) <= usual_bytes * len(some):
            return quality
    return QUALITIES[-1]


def _file(scene: Scene, quality: int) -> bytes:
    given = scene.picture
    if not isinstance(given, bytes):
        return encode_picture(given, quality)
    if quality == QUALITIES[0] or max(picture_size(given)) <= TINY:
        return given
    return min(given, encode_picture(decode_picture(given), quality), key=len)  # lines are small already
