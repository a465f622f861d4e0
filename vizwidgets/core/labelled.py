"""Labelled images: what training and testing take, checked in plain words."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

from .layers import device_of
from .private_copy import private_copy

Pairs = tuple[Tensor, Tensor]


def labelled(data: Any, name: str = "data") -> Pairs:
    """Return labelled images as two tensors.

    Parameters
    ----------
    data : (Tensor, Tensor) or Dataset
        Images (N, C, H, W) in [0, 1] with labels (N,), or a dataset of (image, label).
    name : str
        What an error calls it.

    Returns
    -------
    images, labels : Tensor
        float32 (N, C, H, W) and whole numbers (N,).

    Raises
    ------
    TypeError, ValueError
        If it is something else, or empty.

    Examples
    --------
    >>> images, labels = labelled(([[[[0.5]]], [[[1.0]]]], [0, 1]))
    >>> images.shape, labels.tolist()
    (torch.Size([2, 1, 1, 1]), [0, 1])
    """
    if isinstance(data, (tuple, list)) and len(data) == 2:
        images, labels = (torch.as_tensor(part) for part in data)
    elif isinstance(data, Dataset) and hasattr(data, "__len__"):
        images, labels = _stacked(data, name)
    else:
        wanted = "(images, labels) or a Dataset of (image, label) with a length"
        raise TypeError(f"{name} must be {wanted}; got {type(data).__name__}.")
    _check(images, labels, name)
    return images.float(), labels.long()


def _stacked(data: Any, name: str) -> Pairs:
    if not len(data):
        raise ValueError(f"{name} is empty: there is nothing to learn from.")
    items = [data[index] for index in range(len(data))]
    try:
        return torch.stack([torch.as_tensor(image) for image, _ in items]), torch.tensor(
            [int(label) for _, label in items]
        )
    except (TypeError, ValueError, RuntimeError) as error:
        wanted = "(image, label) with images (C, H, W) of one size"
        raise ValueError(f"each item of {name} must be {wanted}: {error}.") from error


def _check(images: Tensor, labels: Tensor, name: str) -> None:
    if not images.numel():
        raise ValueError(f"{name} is empty: there is nothing to learn from.")
    if images.dim() != 4:
        hint = " A single channel is written (N, 1, H, W)." if images.dim() == 3 else ""
        raise ValueError(f"the images of {name} must be (N, C, H, W); got {tuple(images.shape)}.{hint}")
    if not images.is_floating_point():
        raise ValueError(
            f"the images of {name} must be floats in [0, 1]; got {images.dtype}. Write images / 255."
        )
    if labels.shape != images.shape[:1]:
        raise ValueError(
            f"{name} needs one label per image, ({len(images)},); got labels {tuple(labels.shape)}."
        )
    if labels.is_floating_point() or labels.dtype == torch.bool:
        raise ValueError(
            f"the labels of {name} must be whole numbers, 0 for the first class; got {labels.dtype}."
        )


def check_labels(model: nn.Module, pairs: Pairs, name: str = "data") -> int:
    """Check that a model takes these images and has these classes; return its number of classes.

    Raises
    ------
    ValueError
        If the model does not take the images, returns no class scores, or a label is out of their range.
    """
    images, labels = pairs
    try:
        with torch.no_grad():
            scores = private_copy(model)(images[:1].to(device_of(model)))
    except RuntimeError as error:
        shape = tuple(images.shape[1:])
        wanted = getattr(model, "input_shape", None)
        wish = f" It was made for {tuple(wanted)}." if wanted else ""
        raise ValueError(f"the model does not take the images of {name}, {shape}.{wish} ({error})") from error
    if scores.dim() != 2:
        raise ValueError(f"the model must return class scores (N, classes); got {tuple(scores.shape)}.")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= scores.shape[1]:
        raise ValueError(
            f"labels of {name} must be in 0..{scores.shape[1] - 1}, one per class of the model; "
            f"got {low if low < 0 else high}."
        )
    return scores.shape[1]
