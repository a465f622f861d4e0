"""How good a classifier is: its predictions, its accuracy, and what it confuses with what."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from .images import check_image
from .labelled import check_labels, explained, labelled
from .layers import check_model, device_of
from .private_copy import private_copy

BATCH = 250  # images at a time: more are not faster, and memory stays small


def class_scores_of(model: nn.Module, images: Tensor) -> Tensor:
    """Return the class scores (N, K) of images (N, C, H, W), in eval mode; the model stays as it is."""
    check_model(model)
    images = check_image(images, getattr(model, "input_shape", (None,))[0])
    network = private_copy(model)
    with torch.no_grad(), explained(model, images):
        parts = [network(hasty(part.to(device_of(model)))).float().cpu() for part in images.split(BATCH)]
    return torch.cat(parts)


def hasty(images: Tensor) -> Tensor:
    """Return the same images or maps, channels side by side: small networks take 0.6 of the time."""
    return images.contiguous(memory_format=torch.channels_last) if images.dim() == 4 else images


def predictions(model: nn.Module, images: Tensor) -> Tensor:
    """Return the predicted class of each image.

    Parameters
    ----------
    model : nn.Module
        Returns class scores (N, K). It is used in eval mode and stays as it is.
    images : Tensor
        (N, C, H, W) in [0, 1].

    Returns
    -------
    Tensor
        (N,) whole numbers 0..K-1.

    Raises
    ------
    TypeError, ValueError
        If these are no images in [0, 1] or the model does not take them.

    Examples
    --------
    >>> predictions(nn.Flatten(), torch.tensor([[0.9, 0.1], [0.2, 0.8]]).view(2, 1, 1, 2)).tolist()
    [0, 1]
    """
    return class_scores_of(model, images).argmax(dim=1)


def accuracy(model: nn.Module, data: Any) -> float:
    """Return the share of images whose predicted class is their label, 0 to 1.

    Parameters
    ----------
    model : nn.Module
        Returns class scores (N, K). It is used in eval mode and stays as it is.
    data : (Tensor, Tensor) or Dataset
        Images (N, C, H, W) in [0, 1] with labels (N,), or a dataset of (image, label).

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If the data are empty or do not fit the model.

    Examples
    --------
    >>> model = nn.Flatten()  # the image is its own two scores
    >>> images = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.6, 0.4]]).view(4, 1, 1, 2)
    >>> accuracy(model, (images, torch.tensor([0, 1, 1, 0])))
    0.75
    """
    images, labels = labelled(data)
    check_labels(model, (images, labels))
    return float((predictions(model, images) == labels).float().mean())


def confusion(model: nn.Module, data: Any) -> Tensor:
    """Count what is taken for what.

    Parameters
    ----------
    model, data
        As in `accuracy`.

    Returns
    -------
    Tensor
        (K, K) whole numbers: images of class `row` that are predicted as class `column`.

    Raises
    ------
    TypeError, ValueError
        If the data are empty or do not fit the model.

    Examples
    --------
    >>> images = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]]).view(3, 1, 1, 2)
    >>> confusion(nn.Flatten(), (images, torch.tensor([0, 1, 1]))).tolist()
    [[1, 0], [1, 1]]
    """
    images, labels = labelled(data)
    classes = check_labels(model, (images, labels))
    places = labels * classes + predictions(model, images)
    return torch.bincount(places, minlength=classes * classes).view(classes, classes)
