"""Label images: a class id for every pixel, checked in plain words. Void pixels belong to no class."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

VOID = 255  # what street data sets write where nobody said what it is
SHOWN = 5  # so many unknown ids are named


def class_ids(values: Any, name: str = "labels") -> Tensor:
    """Return class ids of any shape as int64.

    Parameters
    ----------
    values : Tensor or array
        Whole numbers.
    name : str
        What an error calls them.

    Raises
    ------
    TypeError
        If they are no numbers.
    ValueError
        If they are no whole numbers.

    Examples
    --------
    >>> class_ids([[0, 255]])
    tensor([[  0, 255]])
    """
    try:
        ids = torch.as_tensor(values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise TypeError(f"{name} must be an array of class ids: {error}.") from None
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        kind = str(ids.dtype).removeprefix("torch.")
        hint = " The class of each pixel is scores.argmax(dim=1)." if ids.dim() == 4 else ""
        raise ValueError(f"{name} must be whole numbers, one class id per pixel; got {kind}.{hint}")
    return ids.detach().long()


def check_ids(ids: Tensor, num_classes: int, void: int | None, name: str = "labels") -> None:
    """Check that every id is a class, 0..K-1, or void.

    Raises
    ------
    ValueError
        If there are others; they are named with their number of pixels.

    Examples
    --------
    >>> check_ids(torch.tensor([0, 1, 255]), 2, void=255)
    """
    is_known = (ids >= 0) & (ids < num_classes)
    if void is not None:
        is_known |= ids == void
    if bool(is_known.all()):
        return
    unknown, counts = ids[~is_known].unique(return_counts=True)
    pairs = list(zip(unknown.tolist(), counts.tolist(), strict=True))[:SHOWN]
    listed = ", ".join(f"{id_} ({count:,} pixels)" for id_, count in pairs)
    more = f" and {len(unknown) - SHOWN} others" if len(unknown) > SHOWN else ""
    void_words = "" if void is None else f", or {void} for void"
    raise ValueError(
        f"{name} must be in 0..{num_classes - 1}, one id per class{void_words}; got {listed}{more}. "
        "Map the ids of another data set to these classes first."
    )
