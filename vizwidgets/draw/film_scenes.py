"""The pictures of a film as WebP files, as few bytes as it takes to stay within the size of a page."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from .page import TINY
from .pixels import Bytes

QUALITY = 80  # of WebP, 0..100: at this one noise and edges look as they were
LOWER = (68, 55, 40)


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


def encode_picture(picture: Bytes, quality: int = QUALITY) -> bytes:
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
        If it is no WebP file.
    """
    try:
        image = Image.open(io.BytesIO(file), formats=["WEBP"])
    except OSError as error:
        raise ValueError("one of its pictures is no WebP file.") from error
    return image.height, image.width


def fit_scenes(scenes: Sequence[Scene], most_bytes: int) -> tuple[list[Scene], list[bytes]]:
    """Choose scenes, and encode them, so that all together they take at most so many bytes.

    The first and the last one always stay. Lower quality comes before fewer scenes, and where two scenes are
    still too large there is nothing more to do: they are returned as they are.

    Parameters
    ----------
    scenes : sequence of Scene
        One or more, all pictures of one size.
    most_bytes : int
        Of all files together.

    Returns
    -------
    (list of Scene, list of bytes)
        The scenes that stay, and the WebP file of each.
    """
    chosen, files = list(scenes), [_first_file(scene) for scene in scenes]
    for quality in LOWER:
        if sum(map(len, files)) <= most_bytes:
            break
        files = [encode_picture(_pixels(scene), quality) for scene in chosen]
    for kept in _halved(len(chosen)):
        if sum(map(len, files)) <= most_bytes:
            break
        chosen = [scenes[index] for index in kept]
        files = [encode_picture(_pixels(scene), LOWER[0]) for scene in chosen]
    return chosen, files


def _halved(count: int) -> Iterator[list[int]]:
    """Yield the numbers of the scenes that stay: a half, a quarter, … of them, always with the last."""
    stride = 2
    while stride < 2 * count:
        yield sorted({*range(0, count, stride), count - 1})
        stride *= 2


def _first_file(scene: Scene) -> bytes:
    return scene.picture if isinstance(scene.picture, bytes) else encode_picture(scene.picture)


def _pixels(scene: Scene) -> Bytes:
    return decode_picture(scene.picture) if isinstance(scene.picture, bytes) else scene.picture
