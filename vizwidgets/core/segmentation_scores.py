"""How good a segmentation is: its label images, and its scores over a whole set of images."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .confusion import ConfusionMatrix
from .images import check_image
from .label_images import VOID
from .layers import check_model
from .metrics import class_scores_of
from .segmentation import BATCH, Segmentation, check_scores


@dataclass(frozen=True)
class SegmentationScores:
    """What a network makes of labelled images, counted over all their pixels but the void ones.

    Attributes
    ----------
    pixel_accuracy : float
        Share of the pixels that are predicted right, 0 to 1; the large classes decide it.
    mean_iou : float
        Mean of the classes' intersection over union, 0 to 1; each class counts alike, absent ones do not.
    iou : Tensor
        (K,) intersection over union of each class; NaN for absent ones.
    confusion : Tensor
        (K, K) whole numbers: pixels of class `row` that are predicted as class `column`.
    class_names : tuple of str
        Names of the K classes.
    """

    pixel_accuracy: float
    mean_iou: float
    iou: Tensor
    confusion: Tensor
    class_names: tuple[str, ...]

    @property
    def by_class(self) -> dict[str, float | None]:
        """IoU by the class's name, in order; None for absent ones, as JSON knows no NaN."""
        values = self.iou.tolist()
        pairs = zip(self.class_names, values, strict=True)
        return {name: None if math.isnan(value) else value for name, value in pairs}

    def __repr__(self) -> str:
        """Return all scores as a small table."""
        width = max(len(name) for name in (*self.class_names, "pixel accuracy"))
        rows = [("mean IoU", f"{self.mean_iou:.3f}"), ("pixel accuracy", f"{self.pixel_accuracy:.3f}")]
        for name, value in self.by_class.items():
            rows.append((name, "absent" if value is None else f"{value:.3f}"))
        return "\n".join(f"{name:{width}}  {value}" for name, value in rows)


def predict_labels(model: nn.Module, images: Tensor) -> Tensor:
    """Return the predicted class of each pixel.

    Parameters
    ----------
    model : nn.Module
        Returns class scores (N, K, H, W). It is used in eval mode and stays as it is.
    images : Tensor
        (N, C, H, W) in [0, 1].

    Returns
    -------
    Tensor
        (N, H, W) whole numbers 0..K-1.

    Raises
    ------
    TypeError, ValueError
        If these are no images in [0, 1], or the model does not take them or gives no scores per pixel.

    Examples
    --------
    >>> image = torch.tensor([[0.9, 0.2], [0.1, 0.8]]).view(1, 2, 1, 2)
    >>> predict_labels(nn.Identity(), image)  # the image is its own two scores
    tensor([[[0, 1]]])
    """
    return torch.cat(list(_predicted(model, check_image(images))))


def segmentation_scores(model: nn.Module, data: Any, *, void: int | None = VOID) -> SegmentationScores:
    """Judge a segmenter on labelled images: pixel accuracy, mean IoU, and IoU class by class.

    Parameters
    ----------
    model : nn.Module
        Returns class scores (N, K, H, W). It is used in eval mode and stays as it is.
    data : (Tensor, Tensor) or Dataset
        Images (N, C, H, W) in [0, 1] with label images (N, H, W), or a dataset of (image, label image).
    void : int or None
        The label that belongs to no class; such pixels are not counted.

    Returns
    -------
    SegmentationScores
        It shows itself as a small table.

    Raises
    ------
    TypeError, ValueError
        If the data are empty, sizes differ, ids are unknown, or they do not fit the model.

    References
    ----------
    Long, Shelhamer and Darrell 2015, "Fully convolutional networks for semantic segmentation".

    Examples
    --------
    >>> image = torch.tensor([[0.9, 0.2, 0.3], [0.1, 0.8, 0.7]]).view(1, 2, 1, 3)
    >>> segmentation_scores(nn.Identity(), (image, torch.tensor([[[0, 1, 0]]])))
    mean IoU        0.500
    pixel accuracy  0.667
    class 0         0.500
    class 1         0.500
    """
    check_model(model)
    task = Segmentation(void=void)
    images, labels = task.pairs(data)
    matrix = ConfusionMatrix(task.check(model, (images, labels)), void)
    for predicted, truth in zip(_predicted(model, images), labels.split(BATCH), strict=True):
        matrix.update(predicted, truth)
    names = getattr(model, "class_names", None) or [f"class {each}" for each in range(matrix.num_classes)]
    return SegmentationScores(matrix.pixel_accuracy, matrix.mean_iou, matrix.iou, matrix.counts, tuple(names))


def _predicted(model: nn.Module, images: Tensor) -> Iterator[Tensor]:
    for part in images.split(BATCH):
        scores = class_scores_of(model, part)
        check_scores(scores, part)
        yield scores.argmax(dim=1)
