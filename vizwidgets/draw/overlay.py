"""A heatmap laid over the image it belongs to."""

from __future__ import annotations

import matplotlib
import numpy as np
from torch import Tensor

from .color_scale import check_laid, dimmed
from .pixels import Bytes, to_bytes

DIMMED = 0.45  # how much of the image is left where the map is 0


def overlay(image: Tensor, values: Tensor, strength: float = 0.8) -> Bytes:
    """Lay a map over an image: the image in gray and dim, the map from black over red to yellow.

    The map's largest value is the brightest colour, so two overlays do not compare; their numbers do.

    Parameters
    ----------
    image : Tensor
        (C, H, W) in [0, 1].
    values : Tensor
        (H, W), 0 or more.
    strength : float
        0: the image alone; 1: at the largest value the map alone.

    Returns
    -------
    array
        (H, W, 3) uint8.

    Raises
    ------
    ValueError
        If the sizes differ or the strength is outside of 0..1.

    Examples
    --------
    >>> import torch
    >>> overlay(torch.zeros(3, 4, 4), torch.eye(4)).shape
    (4, 4, 3)
    """
    check_laid(values.shape, image.shape[1:], strength)
    level = values.detach().float().cpu().numpy()
    level = level / max(float(level.max()), 1e-30)
    color = matplotlib.colormaps["inferno"](level)[..., :3] * 255
    share = strength * level[..., None]
    base = dimmed(to_bytes(image), strength, DIMMED)
    return (base * (1 - share) + color * share).round().clip(0, 255).astype(np.uint8)
