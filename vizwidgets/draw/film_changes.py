"""Pictures of a film that hold only what has changed: clear elsewhere, they are drawn over the one before.

In most films little changes from one picture to the next: a row of a wall, a map of a sheet, the answer
beneath a photograph. If its pictures hold nothing else it has more and sharper ones, in as many bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from PIL import Image

from .pixels import Bytes

BLOCK = 16  # pixels, as WebP has them: what is clear leaves no trace in what is next to it
SAME = 14  # of 255: less is what an encoder does to a picture that stays
MOST_CHANGED = 0.7  # of the blocks: a picture in which more has changed is whole
WHOLE_EVERY = 12  # pictures: so many are drawn at most when a film is opened somewhere
Blocks = np.ndarray | None  # (rows, columns) bool, True where it has changed; None if the picture is whole


def find_changes(pictures: Iterable[Bytes]) -> list[Blocks]:
    """Return where each picture differs from what is seen before it; the first and the last one are whole.

    Each block is compared with the picture that it was last shown of, so that small changes add up.

    Parameters
    ----------
    pictures : iterable of array
        (H, W, 3) uint8, all of one size.

    Examples
    --------
    >>> black = np.zeros((16, 48, 3), np.uint8); dot = black.copy(); dot[3, 20] = 255
    >>> [None if blocks is None else blocks.tolist() for blocks in find_changes([black, dot, dot, dot])]
    [None, [[False, True, False]], [[False, False, False]], None]
    """
    found: list[Blocks] = []
    seen, age = np.empty(0, np.uint8), 0
    for picture in pictures:
        age += 1
        blocks = _differing(seen, picture) if found and age < WHOLE_EVERY else None
        if blocks is None or blocks.mean() > MOST_CHANGED:
            blocks, seen, age = None, picture.copy(), 0
        else:
            place = _pixels_of(blocks, picture.shape)
            seen[place] = picture[place]
        found.append(blocks)
    return [*found[:-1], None]


def _differing(seen: Bytes, picture: Bytes) -> np.ndarray:
    height, width, colors = picture.shape
    apart = np.maximum(seen, picture) - np.minimum(seen, picture) > SAME
    apart = np.pad(apart, ((0, -height % BLOCK), (0, -width % BLOCK), (0, 0)))
    rows = -(-height // BLOCK)
    return np.asarray(apart.reshape(rows, BLOCK, -1, BLOCK * colors).any(axis=(1, 3)))


def _pixels_of(blocks: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    return np.kron(blocks, np.ones((BLOCK, BLOCK), bool))[: shape[0], : shape[1]]


def encode_change(picture: Bytes, blocks: np.ndarray, quality: int | None) -> bytes:
    """Return these blocks of a picture as the bytes of a WebP file of its size, clear elsewhere.

    Parameters
    ----------
    picture : array
        (H, W, 3) uint8.
    blocks : array
        From `find_changes`.
    quality : int or None
        In 0..100; None loses nothing.
    """
    alpha = 255 * _pixels_of(blocks, picture.shape).astype(np.uint8)
    buffer = io.BytesIO()
    how = {"lossless": True} if quality is None else {"quality": quality}
    Image.fromarray(np.dstack([picture, alpha])).save(buffer, "WEBP", method=4, **how)
    return buffer.getvalue()


def is_whole(file: bytes) -> bool:
    """Return whether a picture of a film can be shown by itself."""
    return Image.open(io.BytesIO(file)).mode != "RGBA"


def whole_pictures(files: Sequence[bytes]) -> Iterator[Bytes]:
    """Yield what is seen of each picture of a film, (H, W, 3) uint8.

    Parameters
    ----------
    files : sequence of bytes
        WebP files; the first one is whole.
    """
    canvas = np.empty(0, np.uint8)
    for file in files:
        pixels = np.asarray(Image.open(io.BytesIO(file)))
        if pixels.shape[2] == 3:
            canvas = pixels
        else:
            canvas = np.where(pixels[..., 3:] > 127, pixels[..., :3], canvas)
        yield canvas
