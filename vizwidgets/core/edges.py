"""The edges of an image: what any map that merely traces the image looks like."""

from __future__ import annotations

from typing import Any

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
    >>> import torch
    >>> edge_map(torch.tensor([[[0.0, 0.0, 1.0, 1.0]] * 3]))[0, 1]  # a step from black to white
    tensor([0.0000, 0.7071, 0.7071, 0.0000])
    """
    images = check_image(image)
    padded = functional.pad(images, (1, 1, 1, 1), mode="replicate")
    rows, columns = _slope_along_rows(padded), _slope_along_rows(padded.mT).mT
    return ((rows.square() + columns.square()) / 2).sqrt().amax(dim=1)


def _slope_along_rows(padded: Tensor) -> Tensor:
    """Return differences of neighbouring rows, smoothed along the columns; exactly 0 where it is flat."""
    change = padded[..., 2:, :] - padded[..., :-2, :]
    return (change[..., :-2] + 2 * change[..., 1:-1] + change[..., 2:]) / 4
