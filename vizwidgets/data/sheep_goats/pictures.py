"""Pictures with labels and, where there are, masks and backgrounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.utils.data import Dataset

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True, eq=False)
class Pictures(Dataset):
    """Pictures of several classes; also a torch Dataset of (image, label), as training takes it.

    Attributes
    ----------
    images : Tensor
        (N, 3, H, W) float32 in [0, 1].
    labels : Tensor
        (N,), the index of each picture's class.
    masks : Tensor or None
        (N, H, W) in [0, 1], how much of each pixel is animal; None if that is not known.
    backgrounds : Tensor or None
        (N,), the index of each picture's background; None if that is not known.
    class_names, background_names : tuple of str
        What the indices mean.
    left_out : str
        Which files of a folder could not be read, in words; empty if all could.

    Examples
    --------
    >>> pictures = Pictures(torch.zeros(4, 3, 8, 8), torch.tensor([0, 1, 0, 1]), None, None, ("a", "b"), ())
    >>> image, label = pictures[3]
    >>> int(label), len(pictures[[0, 2]]), pictures[pictures.labels == 1].labels.tolist()
    (1, 2, [1, 1])
    """

    images: Tensor
    labels: Tensor
    masks: Tensor | None
    backgrounds: Tensor | None
    class_names: tuple[str, ...]
    background_names: tuple[str, ...]
    left_out: str = field(default="", kw_only=True)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int | slice | Sequence[int] | Tensor) -> Any:
        """Return the pair (image, label) of a number, or fewer pictures for a slice, a list or a tensor."""
        if isinstance(index, int) or getattr(index, "ndim", 1) == 0:  # also a number of numpy or torch
            return self.images[index], self.labels[index]
        return self.chosen(index)

    def chosen(self, index: slice | Sequence[int] | Tensor) -> Self:
        """Return only some of the pictures, by their numbers or by a tensor of True and False."""
        place = index if isinstance(index, slice) else torch.as_tensor(index)
        if isinstance(place, Tensor) and not place.numel():
            place = place.long()  # an empty list has no type: it chooses none
        columns = {each.name: getattr(self, each.name) for each in fields(self)}
        kept: dict[str, Any] = {
            name: value[place] for name, value in columns.items() if isinstance(value, Tensor)
        }
        return replace(self, **kept)

    @property
    def pairs(self) -> tuple[Tensor, Tensor]:
        """Images and labels: what training takes."""
        return self.images, self.labels
