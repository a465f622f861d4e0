"""A set of street scenes: images, and the class of every pixel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Dataset

from vizwidgets.core.whole_numbers import whole_number

from .classes import SCENE_CLASSES, SCENE_COLORS, VOID


@dataclass(frozen=True, eq=False)
class Scenes(Dataset):
    """Street scenes, drawn or photographed; also a torch Dataset of (image, label image).

    Attributes
    ----------
    images : Tensor
        (N, 3, H, W) float32 in [0, 1].
    labels : Tensor
        (N, H, W) int64, the class of each pixel; VOID (255) where it has none.
    class_names : tuple of str
        What the numbers mean.
    colors : tuple of (float, float, float)
        A colour for each class, red, green, blue in [0, 1].
    look : float or None
        0 (game) to 1 (camera); None for photographs.
    seed : int or None
        What they are drawn from; None for photographs.
    left_out : str
        Which files of a folder could not be read, in words; empty if all could.

    Examples
    --------
    >>> streets = Scenes(torch.zeros(3, 3, 24, 32), torch.full((3, 24, 32), VOID))
    >>> image, label = streets[0]
    >>> len(streets), image.shape, label.shape, len(streets.subset([0, 2]))
    (3, torch.Size([3, 24, 32]), torch.Size([24, 32]), 2)
    """

    images: Tensor
    labels: Tensor
    class_names: tuple[str, ...] = SCENE_CLASSES
    colors: tuple[tuple[float, float, float], ...] = SCENE_COLORS
    look: float | None = None
    seed: int | None = None
    left_out: str = field(default="", kw_only=True)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int | slice | Sequence[int] | Tensor) -> Any:
        """Return the pair (image, label image) of a number, or fewer scenes for several numbers.

        Raises
        ------
        IndexError
            If there is no such scene, or these are no numbers.
        """
        if not (isinstance(index, int) or getattr(index, "ndim", 1) == 0):  # also of numpy or torch
            return self.subset(index)
        number = whole_number(index)
        if number is None or not -len(self) <= number < len(self):
            there = f"0..{len(self) - 1}" if len(self) else "none"
            raise IndexError(f"there is no scene {index!r}; there are {there}.")
        return self.images[number], self.labels[number]

    def subset(self, indices: slice | Sequence[int] | Tensor) -> Scenes:
        """Return only some of the scenes, by their numbers or by a tensor of True and False.

        Raises
        ------
        IndexError
            If there is no such scene, or these are no numbers.
        """
        place = indices if isinstance(indices, slice) else _places(indices, len(self))
        return replace(self, images=self.images[place], labels=self.labels[place])

    @property
    def pairs(self) -> tuple[Tensor, Tensor]:
        """Images and label images: what training takes."""
        return self.images, self.labels

    @property
    def shares(self) -> Tensor:
        """(K,) float64, the share of the labelled pixels that each class has; they add up to 1."""
        counts = torch.bincount(self.labels[self.labels != VOID], minlength=len(self.class_names))
        return counts.double() / max(int(counts.sum()), 1)

    @property
    def void_share(self) -> float:
        """The share of all pixels that have no class."""
        return float((self.labels == VOID).double().mean()) if self.labels.numel() else 0.0

    @property
    def absent(self) -> tuple[str, ...]:
        """Names of the classes that occur nowhere."""
        return tuple(
            name for name, share in zip(self.class_names, self.shares.tolist(), strict=True) if not share
        )


def _places(indices: Any, count: int) -> Tensor:
    """Return numbers of scenes, or one truth value for each, as a tensor; or say what they must be."""
    try:
        place = torch.as_tensor(indices)
    except (TypeError, ValueError, RuntimeError):
        place = torch.tensor(math.nan)  # nothing that numbers could be made of
    if place.shape == (0,):
        return place.long()  # an empty list has no type: it chooses none
    if place.dtype == torch.bool:
        is_fitting = place.shape == (count,)
    else:
        is_whole = not (place.is_floating_point() or place.is_complex())
        place = place.long() if is_whole else place
        is_fitting = is_whole and place.dim() == 1 and bool(((place >= -count) & (place < count)).all())
    if not is_fitting:
        raise IndexError(
            f"indices must be a list of whole numbers in 0..{count - 1}, or of True or False for each of "
            f"{count} scenes; got {indices!r}."
        )
    return place
