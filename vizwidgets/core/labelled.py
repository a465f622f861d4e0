"""Labelled images: what training and testing take, checked in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from .images import check_image
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
    images, labels = two_tensors(data, name)
    _check(images, labels, name)
    return checked_images(images, name), labels.long()


def two_tensors(data: Any, name: str = "data", label: str = "a whole number") -> Pairs:
    """Return images and labels as two tensors, as they come; `label` says what each label must be.

    Raises
    ------
    TypeError, ValueError
        If it is neither two arrays nor items that can be put together, or empty.
    """
    if _is_pair(data):
        images, labels = (_tensor(part, name) for part in data)
        return images, labels
    if isinstance(data, (Dataset, list)) and hasattr(data, "__len__"):
        return _stacked(data, name, label)
    hint = " Pass its dataset: loader.dataset." if isinstance(data, DataLoader) else ""
    wanted = "(images, labels), or a Dataset or list of (image, label)"
    raise TypeError(f"{name} must be {wanted}; got {type(data).__name__}.{hint}")


def checked_images(images: Tensor, name: str = "data") -> Tensor:
    """Return images as float32 (N, C, H, W) in [0, 1]; an error begins with what they belong to."""
    try:
        return check_image(images)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: {error}") from None


def _is_pair(data: Any) -> bool:
    """Whether it is images and labels, and not two pairs of an image and a label."""
    is_two = isinstance(data, (tuple, list)) and len(data) == 2
    return is_two and not all(isinstance(part, tuple) for part in data)


def _tensor(part: Any, name: str) -> Tensor:
    try:
        return torch.as_tensor(part)
    except (TypeError, ValueError, RuntimeError) as error:
        raise TypeError(f"{name} must hold numbers, images and labels as two arrays: {error}.") from None


def _stacked(data: Any, name: str, label: str) -> Pairs:
    if not len(data):
        raise ValueError(_empty(name))
    items = [data[index] for index in range(len(data))]
    try:
        images = torch.stack([torch.as_tensor(image) for image, _ in items])
        return images, torch.stack([torch.as_tensor(label) for _, label in items])
    except (TypeError, ValueError, RuntimeError) as error:
        wanted = f"(image, label) with images (C, H, W) of one size and {label}"
        raise ValueError(f"each item of {name} must be {wanted}: {error}.") from None


def _empty(name: str) -> str:
    return f"{name} is empty: at least one image with its label is needed."


def check_batch(images: Tensor, name: str = "data") -> None:
    """Refuse no images at all, and images that are not (N, C, H, W)."""
    if not images.numel():
        raise ValueError(_empty(name))
    if images.dim() != 4:
        hint = " A single channel is written (N, 1, H, W)." if images.dim() == 3 else ""
        raise ValueError(f"the images of {name} must be (N, C, H, W); got {tuple(images.shape)}.{hint}")


def _check(images: Tensor, labels: Tensor, name: str) -> None:
    check_batch(images, name)
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
    with torch.no_grad(), explained(model, images, name):
        scores = private_copy(model)(images[:1].clone().to(device_of(model)))  # some overwrite it
    if scores.dim() != 2:
        raise ValueError(f"the model must return class scores (N, classes); got {tuple(scores.shape)}.")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= scores.shape[1]:
        raise ValueError(
            f"labels of {name} must be in 0..{scores.shape[1] - 1}, one per class of the model; "
            f"got {low if low < 0 else high}."
        )
    return scores.shape[1]


@contextmanager
def explained(model: nn.Module, images: Tensor, name: str = "") -> Iterator[None]:
    """Answer torch's refusal of images in words: what they are, and what the model was made for."""
    try:
        yield
    except NotImplementedError:
        raise  # a forward pass that is not written yet says so itself
    except RuntimeError as error:
        which = f"the images of {name}" if name else "these images"
        shape, wanted = tuple(images.shape[1:]), getattr(model, "input_shape", None)
        is_as_made = wanted is not None and tuple(wanted) == shape
        problem = "the model fails on" if is_as_made else "the model does not take"
        wish = f" It was made for {tuple(wanted)}." if wanted and not is_as_made else ""
        raise ValueError(f"{problem} {which}, {shape}.{wish} ({error})") from error
