"""Saliency judged by masks: how much of it lies on the animal, and how much on the background."""

from __future__ import annotations

import torch
from torch import Tensor


def background_share(saliency: Tensor, masks: Tensor) -> Tensor:
    """Return the share of each image's saliency that lies on the background.

    A high share alone proves little: where the background covers four fifths of the picture, four fifths of
    a saliency that is spread evenly lie on it.

    Parameters
    ----------
    saliency : Tensor
        (N, H, W), at least 0.
    masks : Tensor
        (N, H, W) in [0, 1], 1 where the animal is.

    Returns
    -------
    Tensor
        (N,) in [0, 1]; NaN for an image without any saliency.

    Raises
    ------
    ValueError
        If a mask is empty, or the shapes differ.

    Examples
    --------
    >>> background_share(torch.tensor([[[3.0, 1.0]]]), torch.tensor([[[1.0, 0.0]]]))
    tensor([0.2500])
    """
    masks = _checked(saliency, masks)
    return (saliency * (1 - masks)).sum(dim=(1, 2)) / saliency.sum(dim=(1, 2))


def animal_contrast(saliency: Tensor, masks: Tensor) -> Tensor:
    """Return the mean saliency on the animal over the mean saliency on the background.

    Unlike the share it does not depend on how much of the picture is background.

    Parameters
    ----------
    saliency, masks : Tensor
        As in :func:`background_share`.

    Returns
    -------
    Tensor
        (N,), 1 for a saliency that is spread evenly; NaN for an image without any.

    Raises
    ------
    ValueError
        If a mask is empty, or the shapes differ.

    Examples
    --------
    >>> animal_contrast(torch.tensor([[[3.0, 1.0, 2.0]]]), torch.tensor([[[1.0, 0.0, 0.0]]]))
    tensor([2.])
    """
    masks = _checked(saliency, masks)
    on_animal, on_background = (
        (saliency * where).sum(dim=(1, 2)) / where.sum(dim=(1, 2)) for where in (masks, 1 - masks)
    )
    return on_animal / on_background


def _checked(saliency: Tensor, masks: Tensor) -> Tensor:
    if saliency.dim() != 3 or saliency.shape != masks.shape:
        raise ValueError(
            f"saliency and masks must both be (N, H, W); got {tuple(saliency.shape)} "
            f"and {tuple(masks.shape)}."
        )
    masks = masks.to(saliency)
    low, high = float(masks.min()), float(masks.max())
    if low < 0 or high > 1:
        raise ValueError(f"masks must be in [0, 1], 1 where the animal is; got {low:g}..{high:g}.")
    for name, where in (("all 0: no animal", masks), ("all 1: no background", 1 - masks)):
        without = torch.nonzero(where.sum(dim=(1, 2)) == 0).flatten().tolist()
        if without:
            raise ValueError(
                f"{len(without)} of {len(masks)} masks are {name} in the picture, e.g. number {without[0]}; "
                "leave these pictures out."
            )
    return masks
