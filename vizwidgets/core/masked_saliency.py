"""Saliency judged by masks: how much of it lies on the animal, and how much on the background.

Each judgement stands beside what a random map would get (see `random_map`): the area that the mask covers. A
map that is 0 everywhere points nowhere, and gets just that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d

from .masked_pictures import check_masks
from .whole_numbers import whole_number

INSIDE = 0.5  # a soft mask covers the pixels where it is larger


@dataclass(frozen=True)
class MaskScore:
    """How well maps meet their masks, and how well random maps would.

    Attributes
    ----------
    values : Tensor
        (N,) in [0, 1], of each map.
    chance : Tensor
        (N,) in [0, 1], what a random map gets on average.
    """

    values: Tensor
    chance: Tensor

    @property
    def mean(self) -> float:
        """Mean over the maps, 0 to 1."""
        return float(self.values.mean())

    @property
    def mean_chance(self) -> float:
        """What random maps get in the mean, 0 to 1."""
        return float(self.chance.mean())

    def __str__(self) -> str:
        """Return both in words."""
        return f"{self.mean:.0%}, a random map {self.mean_chance:.0%} (means of {len(self.values)} maps)"

    __repr__ = __str__


def share_inside(saliency: Tensor, masks: Tensor) -> MaskScore:
    """Return the share of each image's saliency that lies inside its mask.

    Parameters
    ----------
    saliency : Tensor
        (N, H, W), at least 0.
    masks : Tensor
        (N, H, W) in [0, 1], 1 where the animal (or any object) is.

    Returns
    -------
    MaskScore
        Random maps get the mask's share of the area.

    Raises
    ------
    TypeError, ValueError
        If these are no tensors or their shapes differ, a mask is empty or full, there is no image, or
        saliency is negative, NaN or infinite.

    Examples
    --------
    >>> share_inside(torch.tensor([[[3.0, 1.0, 0.0, 0.0]]]), torch.tensor([[[1.0, 0.0, 0.0, 0.0]]]))
    75%, a random map 25% (means of 1 maps)
    """
    saliency, masks = _checked(saliency, masks)
    area = masks.mean(dim=(1, 2))
    inside = (saliency * masks).sum(dim=(1, 2)) / saliency.sum(dim=(1, 2))
    return MaskScore(torch.where(inside.isnan(), area, inside).float(), area.float())


def pointing_game(saliency: Tensor, masks: Tensor, tolerance: int = 0) -> MaskScore:
    """Return whether the largest value of each map lies inside its mask.

    Of several largest values each has an equal part: one of two inside gives a half.

    Parameters
    ----------
    saliency, masks : Tensor
        As in :func:`share_inside`; a mask covers the pixels where it is above a half.
    tolerance : int
        How many rows or columns beside the mask still count, 0 or more; the paper takes 15.

    Returns
    -------
    MaskScore
        Its mean is the pointing game's accuracy.

    Raises
    ------
    TypeError, ValueError
        As :func:`share_inside`, or if the tolerance is no whole number of 0 or more.

    References
    ----------
    Zhang, Lin, Brandt, Shen and Sclaroff 2016, "Top-down neural attention by excitation backprop".

    Examples
    --------
    >>> pointing_game(torch.tensor([[[3.0, 1.0, 0.0, 0.0]]]), torch.tensor([[[1.0, 0.0, 0.0, 0.0]]]))
    100%, a random map 25% (means of 1 maps)
    """
    saliency, masks = _checked(saliency, masks)
    reach = whole_number(tolerance)
    if reach is None or reach < 0:
        raise ValueError(f"tolerance must be a whole number of pixels, 0 or more; got {tolerance!r}.")
    covered = (masks > INSIDE).to(saliency)
    reach = min(reach, max(masks.shape[1:]))  # farther is no farther
    covered = max_pool2d(covered, 2 * reach + 1, stride=1, padding=reach) if reach else covered
    is_largest = (saliency == saliency.amax(dim=(1, 2), keepdim=True)).to(saliency)
    hits = (is_largest * covered).sum(dim=(1, 2)) / is_largest.sum(dim=(1, 2))
    return MaskScore(hits.float(), covered.mean(dim=(1, 2)).float())


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
    TypeError, ValueError
        As :func:`share_inside`.

    Examples
    --------
    >>> import torch
    >>> background_share(torch.tensor([[[3.0, 1.0]]]), torch.tensor([[[1.0, 0.0]]]))
    tensor([0.2500])
    """
    saliency, masks = _checked(saliency, masks)
    return ((saliency * (1 - masks)).sum(dim=(1, 2)) / saliency.sum(dim=(1, 2))).float()


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
    TypeError, ValueError
        As :func:`share_inside`.

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
    return (on_animal / on_background).float()


def _checked(saliency: Any, masks: Any) -> tuple[Tensor, Tensor]:
    """Return both in float64, each map divided by its largest value: no sum is rounded or overflows."""
    _check_kind("saliency", saliency, "as SaliencyMap.values is")
    _check_kind("masks", masks, "1 where the animal is")
    if saliency.dim() != 3 or saliency.shape != masks.shape:
        raise ValueError(
            f"saliency and masks must both be (N, H, W); got {tuple(saliency.shape)} "
            f"and {tuple(masks.shape)}."
        )
    check_masks(masks)
    if not bool(saliency.isfinite().all()):
        raise ValueError("saliency holds NaN or infinity, so nobody can say where it lies.")
    low = float(saliency.min())
    if low < 0:
        raise ValueError(f"saliency must be 0 or more, as SaliencyMap.values is; got {low:.3g}.")
    values = saliency.detach().double()
    largest = values.amax(dim=(1, 2), keepdim=True)
    return values / torch.where(largest > 0, largest, 1.0), masks.to(values)


def _check_kind(name: str, given: Any, such: str) -> None:
    if not isinstance(given, Tensor) or given.is_complex():
        kind = str(given.dtype) if isinstance(given, Tensor) else type(given).__name__
        raise TypeError(f"{name} must be a tensor (N, H, W), {such}; got {kind}.")
