"""From tensors to bytes, PNG files and grids of pictures."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from torch import Tensor

from .captions import captions

Bytes = np.ndarray  # (H, W, 3) uint8


def to_bytes(image: Tensor | np.ndarray) -> Bytes:
    """Turn one image into the bytes that a screen shows.

    Parameters
    ----------
    image : Tensor or array
        Float (C, H, W) or (1, C, H, W) in [0, 1] with 1 or 3 channels, or bytes (H, W, C). Values outside of
        [0, 1] are cut off, never rescaled: what you see is what the network saw.

    Returns
    -------
    array
        (H, W, 3) uint8, contiguous.

    Raises
    ------
    ValueError
        If it is not one image of 1 or 3 channels.

    Examples
    --------
    >>> to_bytes(np.full((1, 2, 2), 0.5)).tolist()[0]
    [[128, 128, 128], [128, 128, 128]]
    """
    values = image.detach().float().cpu().numpy() if isinstance(image, Tensor) else np.asarray(image)
    if values.ndim == 4 and len(values) == 1:
        values = values[0]
    is_bytes = values.dtype == np.uint8
    if values.ndim == 3 and not is_bytes:
        values = (np.nan_to_num(values).clip(0, 1) * 255).round().astype(np.uint8).transpose(1, 2, 0)
    if values.ndim != 3 or values.shape[2] not in (1, 3):
        raise ValueError(
            f"one image of 1 or 3 channels is wanted, (C, H, W) in [0, 1]; got {tuple(np.shape(image))}."
        )
    return np.ascontiguousarray(np.broadcast_to(values, (*values.shape[:2], 3)))


def png(picture: Bytes | Image.Image) -> bytes:
    """Return a picture as the bytes of a PNG file; the same picture gives the same bytes."""
    buffer = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()


def jpeg(picture: Bytes, quality: int) -> bytes:
    """Return a picture as the bytes of a JPEG file of a quality in 0..100: made faster than a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, subsampling=0)
    return buffer.getvalue()


def webp(picture: Bytes) -> bytes:
    """Return a picture as the bytes of a WebP file that loses nothing: small, of lines and squares.

    Examples
    --------
    >>> len(webp(np.kron(np.eye(8), np.ones((20, 20)))[..., None].repeat(3, 2).astype(np.uint8))) < 200
    True
    """
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "WEBP", lossless=True, exact=True, method=4)
    return buffer.getvalue()


def halved(picture: Bytes) -> Bytes:
    """Return a picture of half the height and width, each pixel the mean of four."""
    return np.asarray(Image.fromarray(picture).reduce(2))


def tile(pictures: Sequence[Any]) -> Bytes:
    """Lay several pictures of one size side by side, without a gap, as nearly square as may be."""
    if len(pictures) == 1:
        return to_bytes(pictures[0])
    return np.asarray(grid(pictures, columns=math.ceil(math.sqrt(len(pictures))), gap=2))


def strip(pictures: np.ndarray) -> Bytes:
    """Lay pictures (N, H, W, C) of one size side by side, without a gap: (H, N · W, 3)."""
    joined = np.concatenate(list(pictures), axis=1)
    return np.ascontiguousarray(np.broadcast_to(joined, (*joined.shape[:2], 3)))


def grid(
    images: Sequence[Any], columns: int, labels: Sequence[str] | None = None, gap: int = 6
) -> Image.Image:
    """Lay pictures out in rows, each with its label beneath.

    Parameters
    ----------
    images : sequence
        What `to_bytes` takes; sizes may differ, each cell has the size of the largest.
    columns : int
        Pictures in a row, 1 or more.
    labels : sequence of str, optional
        One per picture; a long one is broken into lines.
    gap : int
        Pixels between the pictures.

    Raises
    ------
    ValueError
        If there are no pictures, no columns, or another number of labels than of pictures.

    Examples
    --------
    >>> grid([np.zeros((3, 8, 8))] * 3, columns=2, gap=0).size
    (16, 16)
    """
    if not len(images) or columns < 1:
        raise ValueError(f"a grid needs pictures and columns; got {len(images)} pictures, {columns} columns.")
    if labels is not None and len(labels) != len(images):
        raise ValueError(f"each picture needs one label; got {len(labels)} labels, {len(images)} pictures.")
    pictures = [to_bytes(image) for image in images]
    height, width = np.max([picture.shape[:2] for picture in pictures], axis=0).tolist()
    words = captions(labels, width) if labels else None
    line = words.height if words else 0
    rows = math.ceil(len(pictures) / columns)
    columns = min(columns, len(pictures))
    size = (columns * (width + gap) - gap, rows * (height + line + gap) - gap)
    sheet = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(sheet)
    for index, picture in enumerate(pictures):
        left, top = index % columns * (width + gap), index // columns * (height + line + gap)
        sheet.paste(Image.fromarray(picture), (left, top))
        if words:
            words.write(pen, index, left + width / 2, top + height)
    return sheet
