"""The pictures of a film as WebP files, as few bytes as it takes to stay within the size of a page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from .film_changes import Blocks, encode_change, find_changes
from .page import TINY
from .pixels import Bytes

QUALITIES = (80, 60, 40, 25)  # of WebP, 0..100: at the first one noise and edges look as they were
SHARP = 92  # of what is kept until a film is made of it: it is encoded once more there
SAMPLE = 6  # scenes, at least, by which the size of all is judged
SMALL_BYTES = 250_000  # of all pictures: with no more than that each of them is whole
LOSSLESS = b"VP8L"  # in a WebP file that lost nothing


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
    """Choose scenes and encode them: few bytes by leaving out what stays, by lower quality, by fewer scenes.

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
        The scenes that stay, and the WebP file of each; see `film_changes`.
    """
    kept = list(scenes)
    while True:
        files = _files(kept, usual_bytes)
        if sum(map(len, files)) <= most_bytes or len(kept) <= 2:
            return kept, files
        kept = [*kept[:-1:2], kept[-1]]


def _files(scenes: Sequence[Scene], usual_bytes: int) -> list[bytes]:
    """Encode scenes: whole ones if they are small, else what changes, with the highest quality that fits."""
    whole: list[Blocks] = [None] * len(scenes)
    if _estimate(scenes, whole, QUALITIES[0]) <= min(SMALL_BYTES, usual_bytes):
        blocks, quality = whole, QUALITIES[0]
    else:
        blocks = find_changes(map(_pixels, scenes))
        qualities = (each for each in QUALITIES if _estimate(scenes, blocks, each) <= usual_bytes)
        quality = next(qualities, QUALITIES[-1])
    files = [_file(scene, each, quality) for scene, each in zip(scenes[:-1], blocks, strict=False)]
    return [*files, _file(scenes[-1], None, QUALITIES[0])]


def _estimate(scenes: Sequence[Scene], blocks: Sequence[Blocks], quality: int) -> float:
    """Return how many bytes all scenes will have, judged by some of them: whole ones, and what changes."""
    total = 0.0
    areas = [1 if each is None else each.sum() for each in blocks]
    for is_whole in (True, False):
        places = [place for place, each in enumerate(blocks) if (each is None) == is_whole]
        some = places[:: max(1, len(places) // SAMPLE)]
        taken = sum(len(_file(scenes[place], blocks[place], quality)) for place in some)
        total += taken * sum(areas[place] for place in places) / max(sum(areas[place] for place in some), 1)
    return total


def _file(scene: Scene, blocks: Blocks, quality: int) -> bytes:
    given = scene.picture if isinstance(scene.picture, bytes) else b""
    is_lossless = given[12:16] == LOSSLESS  # a drawing of lines, or a tiny picture: small as it is
    if blocks is not None:
        return encode_change(_pixels(scene), blocks, None if is_lossless else quality)
    if is_lossless:
        return given
    encoded = encode_picture(_pixels(scene), quality)
    return min(given or encoded, encoded, key=len)


def _pixels(scene: Scene) -> Bytes:
    return decode_picture(scene.picture) if isinstance(scene.picture, bytes) else scene.picture
