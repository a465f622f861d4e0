"""Saliency judged by masks: how much of it lies on the animal, and how much on the background."""

from __future__ import annotations

from torch import Tensor

from .masked_pictures import check_masks


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
        If a mask is empty, saliency is negative, there is no image, or the shapes differ.

    Examples
    --------
    >>> import torch
    >>> background_share(torch.tensor([[[3.0, 1.0]]]), torch.tensor([[[1.0, 0.0]]]))
    tensor([0.2500])
    """
    saliency, masks = _checked(saliency, masks)
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
        If a mask is empty, saliency is negative, there is no image, or the shapes differ.

    Examples
    --------
    >>> import torch
    >>> animal_contrast(torch.tensor([[[3.0, 1.0, 2.0]]]), torch.tensor([[[1.0, 0.0, 0.0]]]))
    tensor([2.])
    """
    saliency, masks = _checked(saliency, masks)
    on_animal, on_background = (
        (saliency * where).sum(dim=(1, 2)) / where.sum(dim=(1, 2)) for where in (masks, 1 - masks)
    )
    return on_animal / on_background


def _checked(saliency: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
    if saliency.dim() != 3 or saliency.shape != masks.shape:
        raise ValueError(
            f"saliency and masks must both be (N, H, W); got {tuple(saliency.shape)} "
            f"and {tuple(masks.shape)}."
        )
    check_masks(masks)
    low = float(saliency.min())
    if not low >= 0:
        raise ValueError(f"saliency must be 0 or more, as SaliencyMap.values is; got {low:.3g}.")
    saliency = saliency if saliency.is_floating_point() else saliency.float()
    return saliency, masks.to(saliency)
