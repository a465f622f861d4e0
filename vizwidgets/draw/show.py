"""Pictures in a cell: images and their labels, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from .pixels import grid, to_bytes


def show(
    images: Any, labels: Sequence[str] | None = None, columns: int | None = None, side: int | None = None
) -> Image.Image:
    """Lay images out as one picture; as the last line of a cell it is displayed.

    Parameters
    ----------
    images : Tensor or sequence of Tensor
        (N, C, H, W), or several (C, H, W), float in [0, 1]. Nothing is rescaled: it is what the network saw.
    labels : sequence of str, optional
        One beneath each image.
    columns : int, optional
        Images in a row; by default all of them.
    side : int, optional
        Show each image this many pixels wide; by default pixel by pixel.

    Raises
    ------
    ValueError
        If there are no images, or another number of labels.

    Examples
    --------
    >>> show(np.zeros((2, 3, 8, 8)), side=16).size
    (38, 16)
    """
    pictures = [to_bytes(image) for image in images]
    if side is not None:
        pictures = [_resized(picture, side) for picture in pictures]
    return grid(pictures, columns or max(1, len(pictures)), labels)


def _resized(picture: np.ndarray, side: int) -> np.ndarray:
    height, width = picture.shape[:2]
    size = (side, max(1, round(height * side / width)))
    is_tiny = max(height, width) <= 64  # digits and the like: show their pixels as squares
    return np.asarray(
        Image.fromarray(picture).resize(
            size, Image.Resampling.NEAREST if is_tiny else Image.Resampling.LANCZOS
        )
    )
