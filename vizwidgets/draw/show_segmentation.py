"""Segmentations in a cell of one line: images, truth, and what one network or several say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import torch
from torch import Tensor, nn

from vizwidgets.core.confusion import ConfusionMatrix
from vizwidgets.core.label_images import VOID, class_ids
from vizwidgets.core.segmentation_scores import predict_labels
from vizwidgets.core.whole_numbers import whole_number

from .charts import NotebookFigure
from .class_bars import class_bars_figure
from .class_key import ClassKey, class_key
from .label_picture import LabelLook
from .segmentation_figure import segmentation_figure
from .segmentation_sheet import SegmentationRow


def show_segmentation(
    scenes: Any,
    predictions: Any = None,
    images: Sequence[int] | int = (0, 1, 2),
    *,
    picked: str | int | None = None,
    strength: float = 0.75,
) -> NotebookFigure:
    """Show images with their label images; as the last line of a cell it is displayed.

    With one network: image, truth, prediction and errors in a line. With several: the image over its truth,
    and each prediction over its errors.

    Parameters
    ----------
    scenes : Scenes or (Tensor, Tensor)
        Images (N, C, H, W) in [0, 1] with labels (N, H, W), as `vw.scenes` returns them.
    predictions : nn.Module, Tensor or mapping, optional
        A network, or label images (N, H, W) that one predicted; several by name:
        ``{"from scratch": model, "fine-tuned": other}``.
    images : sequence of int, or int
        Which images.
    picked : str or int, optional
        The class that is brought out. Its errors are shown as what its intersection over union is made of.
    strength : float
        0: the gray images alone; 1: the colours of the classes alone.

    Raises
    ------
    TypeError, ValueError
        If images, labels and predictions do not fit together, or there is no such image or class.

    Examples
    --------
    >>> data = torch.rand(2, 3, 8, 8), torch.arange(128).reshape(2, 8, 8) % 3
    >>> figure = show_segmentation(data, data[1], images=[0])
    >>> [axis.get_title(loc="left") for axis in figure.axes][:4]
    ['image 0', 'truth', 'prediction', 'errors']
    """
    pictures, labels, key = _read(scenes, predictions)
    numbers = _chosen(images, len(pictures))
    if not (isinstance(strength, Real) and 0 <= strength <= 1):
        raise ValueError(f"strength must be in 0..1; got {strength!r}.")
    look = LabelLook(strength=strength, picked=key.number(picked))
    said = _said(predictions, pictures, numbers)
    rows = []
    for place, number in enumerate(numbers):
        here = {name: each[place] for name, each in said.items()}
        words = {name: _words(each, labels[number], key) for name, each in here.items()}
        rows.append(SegmentationRow(pictures[number], labels[number], here, f"image {number}", words))
    return segmentation_figure(rows, key, look)


def show_class_iou(scenes: Any, predictions: Any) -> NotebookFigure:
    """Show the intersection over union of each class, of one network or several, over all images.

    Parameters
    ----------
    scenes, predictions
        As in `show_segmentation`.

    Raises
    ------
    TypeError, ValueError
        If images, labels and predictions do not fit together.

    Examples
    --------
    >>> data = torch.rand(2, 3, 8, 8), torch.arange(128).reshape(2, 8, 8) % 3
    >>> [text.get_text() for text in show_class_iou(data, data[1]).axes[0].texts]
    ['1.00', '1.00', '1.00', '1.00']
    """
    if predictions is None or (isinstance(predictions, Mapping) and not predictions):
        raise ValueError("predictions are wanted: a network, or label images (N, H, W).")
    pictures, labels, key = _read(scenes, predictions)
    said = _said(predictions, pictures, range(len(pictures)))
    return class_bars_figure(
        {name: _matrix(each, labels, key).iou.tolist() for name, each in said.items()}, key
    )


def _read(scenes: Any, predictions: Any) -> tuple[Tensor, Tensor, ClassKey]:
    """Return images, labels and the key, from scenes that know their classes or from a pair that does not."""
    if isinstance(scenes, (tuple, list)) and len(scenes) == 2:
        images, labels = _checked(*scenes)
        offered = (getattr(each, "class_names", None) for each in _named(predictions).values())
        largest = int(torch.where(labels == VOID, -1, labels).max())
        return images, labels, class_key(next(filter(None, offered), None) or max(1, largest + 1))
    if not hasattr(scenes, "labels") or not hasattr(scenes, "images"):
        raise TypeError(
            f"scenes must be what vw.scenes(...) returns, or (images, labels); got {type(scenes).__name__}."
        )
    return *_checked(scenes.images, scenes.labels), class_key(scenes.class_names, scenes.colors)


def _checked(images: Any, labels: Any) -> tuple[Tensor, Tensor]:
    """Return images and label images as tensors that fit together, at least one of them."""
    try:
        pictures = torch.as_tensor(images)
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(f"images must be a tensor (N, C, H, W); got {type(images).__name__}.") from None
    ids = class_ids(labels)
    wanted = (len(pictures), *pictures.shape[2:]) if pictures.dim() == 4 else None
    if wanted is None or ids.shape != wanted:
        raise ValueError(
            f"images must be (N, C, H, W) and labels (N, H, W); got {tuple(pictures.shape)} and "
            f"{tuple(ids.shape)}."
        )
    if not pictures.numel():
        raise ValueError(f"there is nothing to show: images are {tuple(pictures.shape)}.")
    return pictures, ids


def _named(predictions: Any) -> Mapping[str, Any]:
    if predictions is None:
        return {}
    return predictions if isinstance(predictions, Mapping) else {"prediction": predictions}


def _said(predictions: Any, images: Tensor, numbers: Sequence[int]) -> dict[str, Tensor]:
    """Return what each network says of the chosen images."""
    said = {}
    for name, each in _named(predictions).items():
        if isinstance(each, nn.Module):
            said[name] = predict_labels(each, images[list(numbers)])
        elif isinstance(each, str) or not hasattr(each, "__len__"):
            raise TypeError(
                f"{name} must be a network or label images (N, H, W); got {type(each).__name__}. "
                "vw.load_model('segmenter') is a network."
            )
        elif len(each) != len(images):
            raise ValueError(f"{name}: one label image for each of {len(images)} is wanted; got {len(each)}.")
        else:
            said[name] = torch.as_tensor(each)[list(numbers)]
    return said


def _chosen(images: Sequence[int] | int, count: int) -> list[int]:
    wanted: list[Any] = [images]
    if whole_number(images) is None and hasattr(images, "__iter__"):
        wanted = list(images)
    if wanted == [0, 1, 2]:
        wanted = wanted[:count]  # the default, of fewer images
    numbers = [number for number in map(whole_number, wanted) if number is not None and 0 <= number < count]
    if len(numbers) != len(wanted) or not wanted:
        raise ValueError(f"images must be numbers in 0..{count - 1}; got {images!r}.")
    return numbers


def _matrix(said: Tensor, labels: Tensor, key: ClassKey) -> ConfusionMatrix:
    return ConfusionMatrix(len(key), key.void).update(said, labels)


def _words(said: Tensor, labels: Tensor, key: ClassKey) -> str:
    matrix = _matrix(said, labels, key)
    if not matrix.num_pixels:
        return "no labelled pixel"
    return f"mean IoU {matrix.mean_iou:.2f}, {100 * matrix.pixel_accuracy:.0f} % of pixels right"
