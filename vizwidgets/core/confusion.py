"""What is taken for what, counted pixel by pixel: pixel accuracy, intersection over union, and their mean.

matrix = ConfusionMatrix(8)
for predicted, labels in batches:
    matrix.update(predicted, labels)
matrix.mean_iou
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .label_images import VOID, check_ids, class_ids
from .whole_numbers import whole_number

MAX_CLASSES = 10_000  # a matrix of 0.8 GB; nobody means more


class ConfusionMatrix:
    """Counts how many pixels of each class are predicted as which class, over any number of batches.

    With n_ij pixels of class i predicted as j,

        pixel accuracy = sum_i n_ii / sum_ij n_ij
        IoU_i          = n_ii / (sum_j n_ij + sum_j n_ji - n_ii)    intersection over union
        mean IoU       = mean of IoU_i over the classes with a union

    A pixel whose *label* is void is not counted, whatever is predicted there. A class is absent when it is
    neither in the labels nor in the predictions: its union is 0, its IoU is NaN, and the mean leaves it out.
    A class that is predicted where it never is counts, with an IoU of 0. All is counted over the whole data
    set before anything is divided, as PASCAL VOC and Cityscapes do: the mean over images of each image's IoU
    is another number.

    Parameters
    ----------
    num_classes : int
        K, 1 or more.
    void : int or None
        The label that means "no class"; it must not be one of 0..K-1. None: every pixel has a class.

    Attributes
    ----------
    counts : Tensor
        (K, K) whole numbers: pixels of class `row` that are predicted as class `column`.

    Raises
    ------
    ValueError
        If the number of classes or void is something else.

    References
    ----------
    Everingham et al. 2015, "The PASCAL visual object classes challenge: a retrospective". Cordts et al. 2016,
    "The Cityscapes dataset for semantic urban scene understanding".

    Examples
    --------
    >>> matrix = ConfusionMatrix(3).update(predicted=[[0, 0, 1, 1]], labels=[[0, 1, 1, 255]])
    >>> matrix.iou  # class 2 is absent
    tensor([0.5000, 0.5000,    nan], dtype=torch.float64)
    >>> matrix.mean_iou, round(matrix.pixel_accuracy, 2)
    (0.5, 0.67)
    """

    def __init__(self, num_classes: int, void: int | None = VOID) -> None:
        self.num_classes = _checked_number(num_classes)
        self.void = _checked_void(void, self.num_classes)
        self.counts = torch.zeros(self.num_classes, self.num_classes, dtype=torch.int64)

    def update(self, predicted: Any, labels: Any) -> ConfusionMatrix:
        """Add a batch; return the matrix itself.

        Parameters
        ----------
        predicted, labels : Tensor or array
            Class ids of the same shape: (N, H, W), (H, W) or (N,). Only labels may be void.

        Raises
        ------
        TypeError, ValueError
            If shapes differ, or ids are no whole numbers or no class; nothing is counted then.
        """
        guesses, truth = class_ids(predicted, "predicted"), class_ids(labels, "labels")
        if guesses.shape != truth.shape:
            raise ValueError(
                f"predicted and labels must have one shape; got {tuple(guesses.shape)} and "
                f"{tuple(truth.shape)}. A label image is resized by nearest neighbour, never averaged."
            )
        check_ids(guesses, self.num_classes, None, "predicted")
        check_ids(truth, self.num_classes, self.void, "labels")
        if self.void is not None:
            is_counted = truth != self.void
            guesses, truth = guesses[is_counted], truth[is_counted]
        places = (truth * self.num_classes + guesses).flatten().cpu()
        found = torch.bincount(places, minlength=self.num_classes**2)
        self.counts = self.counts + found.view_as(self.counts)
        return self

    @property
    def num_pixels(self) -> int:
        """Number of pixels that were counted; void ones are not."""
        return int(self.counts.sum())

    @property
    def pixels(self) -> Tensor:
        """Pixels of each class by the labels, (K,) whole numbers."""
        return self.counts.sum(dim=1)

    @property
    def union(self) -> Tensor:
        """Pixels (K,) that are of a class by the labels, by the prediction, or by both."""
        return self.counts.sum(dim=1) + self.counts.sum(dim=0) - self.counts.diagonal()

    @property
    def is_absent(self) -> Tensor:
        """Whether a class is neither in the labels nor in the predictions, (K,)."""
        return self.union == 0

    @property
    def iou(self) -> Tensor:
        """Intersection over union of each class, (K,) float64 in [0, 1]; NaN for absent classes."""
        return self.counts.diagonal().double() / self.union.double()

    @property
    def mean_iou(self) -> float:
        """Mean of `iou` over the classes that are not absent, 0 to 1; NaN while nothing was counted."""
        return float(self.iou.nanmean())

    @property
    def class_accuracy(self) -> Tensor:
        """Share of each class's pixels that is predicted right (recall), (K,); NaN without such pixels."""
        return self.counts.diagonal().double() / self.pixels.double()

    @property
    def pixel_accuracy(self) -> float:
        """Share of all counted pixels that is predicted right, 0 to 1; NaN while nothing was counted."""
        return float(self.counts.diagonal().sum().double() / self.counts.sum().double())

    def __repr__(self) -> str:
        words = f"{self.num_classes} classes, {self.num_pixels:,} pixels"
        return (
            f"ConfusionMatrix({words}, mean IoU {self.mean_iou:.3f}, pixels right {self.pixel_accuracy:.1%})"
        )


def _checked_number(num_classes: Any) -> int:
    number = whole_number(num_classes)
    if number is None or not 1 <= number <= MAX_CLASSES:
        raise ValueError(f"num_classes must be a whole number in 1..{MAX_CLASSES}; got {num_classes!r}.")
    return number


def _checked_void(void: Any, num_classes: int) -> int | None:
    if void is None:
        return None
    number = whole_number(void)
    if number is None or 0 <= number < num_classes:
        raise ValueError(
            f"void must be a whole number outside of the classes 0..{num_classes - 1}, or None; got {void!r}."
        )
    return number
