"""The edges of an image: what any map that merely traces the image looks like."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from .images import check_image


def edge_map(image: Any) -> Tensor:
    r"""Return how strong the edge is at each pixel; no network is asked.

    Sobel's filters estimate the slope of the brightness along rows and columns. Of the colour channels the
    one with the strongest edge counts, as in the lecture's saliency map:

    .. math:: E_{r,s} = \max_t \sqrt{(\partial_r x_{r,s,t})^2 / 2 + (\partial_s x_{r,s,t})^2 / 2}

    Parameters
    ----------
    image : Tensor
        (C, H, W) or (N, C, H, W) in [0, 1].

    Returns
    -------
    Tensor
        (N, H, W), at least 0.

    Raises
    ------
    TypeError, ValueError
        If it is no image in [0, 1].

    References
    ----------
    Adebayo et al. 2018, "Sanity checks for saliency maps", who compare saliency with an edge detector.

    Examples
    --------
    >>> edge_map(torch.tensor([[[0.0, 0.0, 1.0, 1.0]] * 3]))[0, 1]  # a step from black to white
    tensor([0.0000, 0.7071, 0.7071, 0.0000])
    """
    images = check_image(image)
    smooth, slope = torch.tensor([1.0, 2.0, 1.0]) / 4, torch.tensor([1.0, 0.0, -1.0])
    filters = torch.stack([torch.outer(slope, smooth), torch.outer(smooth, slope)])[:, None]
    count, channels, height, width = images.shape
    padded = functional.pad(images.reshape(-1, 1, height, width), (1, 1, 1, 1), mode="replicate")
    slopes = functional.conv2d(padded, filters.to(images))
    strength = (slopes.square().sum(dim=1) / 2).sqrt()
    return strength.view(count, channels, height, width).amax(dim=1)
