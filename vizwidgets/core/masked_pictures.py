"""Pictures with masks: what a shortcut is looked for in, checked before anything is computed."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

EXAMPLE = "such as vw.sheep_goats(seed=1)"


class MaskedPictures(Protocol):
    """Pictures of animals, with masks that say where the animals are."""

    @property
    def images(self) -> Tensor:
        """(N, C, H, W) in [0, 1]."""

    @property
    def labels(self) -> Tensor:
        """(N,) whole numbers."""

    @property
    def masks(self) -> Tensor | None:
        """(N, H, W) in [0, 1], 1 where the animal is."""


def masks_of(pictures: Any) -> Tensor:
    """Return the masks of pictures, or say what is wrong with the pictures or with them."""
    _check_pictures(pictures, "test")
    masks = getattr(pictures, "masks", None)
    if masks is None:
        raise ValueError(
            "these pictures have no masks, so nobody knows where the animals are; put NAME.mask.png beside "
            "every NAME.jpg of the folder, or take drawn animals: vw.sheep_goats()."
        )
    count, _, height, width = pictures.images.shape
    if masks.shape != (count, height, width):
        raise ValueError(
            f"there must be one mask for each picture, {(count, height, width)}; got {tuple(masks.shape)}."
        )
    check_masks(masks)
    return masks


def check_masks(masks: Tensor) -> None:
    """Refuse masks (N, H, W) that are out of [0, 1], or have no animal or no background."""
    if not masks.numel():
        raise ValueError(f"there are no masks, and so no pictures: shape {tuple(masks.shape)}.")
    masks = masks.float()
    low, high = float(masks.min()), float(masks.max())
    if not (low >= 0 and high <= 1):
        raise ValueError(f"masks must be in [0, 1], 1 where the animal is; got {low:g}..{high:g}.")
    for name, where in (("all 0: no animal", masks), ("all 1: no background", 1 - masks)):
        without = torch.nonzero(where.sum(dim=(1, 2)) == 0).flatten().tolist()
        if without:
            raise ValueError(
                f"{len(without)} of {len(masks)} masks are {name} in the picture, e.g. number {without[0]}; "
                "leave these pictures out."
            )


def counterparts(test: Any, name: str, given: Any) -> Any:
    """Return the swapped or bare pictures: those that were given, or those that `test` makes itself."""
    if given is None:
        if not hasattr(test, name):
            raise ValueError(
                f"these pictures can not be {name} by themselves, as the drawn ones of vw.sheep_goats() can; "
                f"give the {name} pictures too: shortcut_report(model, test, {name}=...)."
            )
        return getattr(test, name)()
    _check_pictures(given, name)
    check_same_animals(test.images, given.images)
    return given


def check_same_animals(images: Tensor, others: Tensor) -> None:
    """Refuse two sets of images (N, C, H, W) that can not be the same animals in the same order."""
    if images.shape != others.shape:
        raise ValueError(
            f"both must hold the same animals in the same order; got {tuple(images.shape)} and "
            f"{tuple(others.shape)}."
        )


def _check_pictures(pictures: Any, name: str) -> None:
    images, labels = (getattr(pictures, part, None) for part in ("images", "labels"))
    if not isinstance(images, Tensor) or not isinstance(labels, Tensor):
        raise TypeError(
            f"{name} must be pictures with images and labels, {EXAMPLE}; got {type(pictures).__name__}."
        )
    if images.dim() != 4 or not len(images) or labels.shape != images.shape[:1]:
        raise ValueError(
            f"{name} must have images (N, C, H, W) and one label for each, at least one; "
            f"got {tuple(images.shape)} and {tuple(labels.shape)}."
        )
