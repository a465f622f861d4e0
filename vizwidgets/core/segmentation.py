"""Semantic segmentation as something to learn: a class for every pixel, but for the void ones.

``vw.train(model, (images, label_images), task=Segmentation())``
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from .confusion import ConfusionMatrix
from .label_images import VOID, check_ids, class_ids
from .labelled import Pairs, check_batch, checked_images, explained, two_tensors
from .layers import device_of
from .metrics import class_scores_of
from .private_copy import private_copy
from .tasks import TestResult
from .whole_numbers import whole_number

BATCH = 25  # images at a time: the scores of one pixel are as many numbers as those of a whole photograph


def class_weights(
    labels: Any, num_classes: int | None = None, *, power: float = 0.5, void: int | None = VOID
) -> Tensor:
    """Return weights that let rare classes count more: frequency to the power of -1/2.

    The road has a thousand times the pixels of a pedestrian; unweighted, a network does well by never seeing
    one. The weights have mean 1 over the classes that are there; one that is not there has weight 1, which
    nothing is ever multiplied with.

    Parameters
    ----------
    labels : Tensor
        (N, H, W) class ids of the training images.
    num_classes : int, optional
        K; by default the largest id and one.
    power : float
        0 leaves all classes alike, 1 gives each class the same total weight.
    void : int or None
        The id that belongs to no class.

    Returns
    -------
    Tensor
        (K,) float32.

    Raises
    ------
    TypeError, ValueError
        If the labels are no class ids, every pixel is void, the power is negative, or there is no class.

    Examples
    --------
    >>> class_weights(torch.tensor([[[0, 0, 0, 0, 1, 255]]]), 3)
    tensor([0.6667, 1.3333, 1.0000])
    """
    if not (isinstance(power, Real) and 0 <= power < math.inf):
        raise ValueError(f"power must be 0 or more, 0.5 is usual; got {power!r}.")
    ids = class_ids(labels)
    known = ids if void is None else ids[ids != void]
    if not known.numel():
        raise ValueError("labels hold no pixel with a class: there are none, or all are void.")
    classes = int(known.max()) + 1 if num_classes is None else whole_number(num_classes)
    if classes is None or (num_classes is not None and classes < 1):
        raise ValueError(f"num_classes must be a whole number from 1; got {num_classes!r}.")
    check_ids(ids, classes, void)
    counts = torch.bincount(known.flatten(), minlength=classes).double()
    weights = torch.where(counts > 0, (counts / counts.sum()) ** -power, math.nan)
    return (weights / weights.nanmean()).nan_to_num(1.0).float()


@dataclass(frozen=True)
class Segmentation:
    """A class for every pixel: weighted cross entropy, the share of pixels that are right, and mean IoU.

    Parameters
    ----------
    class_weights : sequence of float or Tensor, optional
        (K,) how much a pixel of each class counts in the loss (see `class_weights`); all alike by default.
    void : int or None
        The label that belongs to no class: such pixels count neither in the loss nor in the scores.

    Raises
    ------
    ValueError
        If a weight is negative or no number, all are 0, or void is no whole number.

    Examples
    --------
    >>> scores, labels = torch.zeros(1, 2, 2, 2), torch.tensor([[[0, 1], [1, 255]]])
    >>> Segmentation().loss(scores, labels)  # log 2: it guesses
    tensor(0.6931)
    """

    class_weights: Sequence[float] | Tensor | None = None
    void: int | None = VOID

    def __post_init__(self) -> None:
        if self.void is not None and whole_number(self.void) is None:
            raise ValueError(f"void must be a whole number, 255 is usual, or None; got {self.void!r}.")
        if self.class_weights is None:
            return
        try:
            weights = torch.as_tensor(self.class_weights, dtype=torch.float32).detach()
        except (TypeError, ValueError, RuntimeError):
            weights = torch.tensor(0.0)  # no list of numbers at all
        if weights.dim() != 1 or not bool(torch.isfinite(weights).all()) or not bool((weights >= 0).all()):
            raise ValueError(
                f"class_weights must be one number of 0 or more per class; got {self.class_weights!r}."
            )
        if not bool((weights > 0).any()):
            raise ValueError(
                f"class_weights must be one number per class, at least one of them above 0; got "
                f"{self.class_weights!r}: nothing would be learned."
            )
        object.__setattr__(self, "class_weights", tuple(weights.tolist()))  # comparable, and JSON-able

    # -- the data -------------------------------------------------------------------------------------

    def pairs(self, data: Any, name: str = "data") -> Pairs:
        """Return images (N, C, H, W) and label images (N, H, W), or say what is wrong with them.

        Raises
        ------
        TypeError, ValueError
            If there are none, sizes differ, or the labels are no whole numbers.
        """
        images, labels = two_tensors(data, name, "a label image (H, W) of its size")
        check_batch(images, name)
        ids = class_ids(labels, f"the label images of {name}")
        wanted = (len(images), *images.shape[2:])
        if ids.shape != wanted:
            raise ValueError(
                f"the label images of {name} must be {wanted}, one for each image and of its size; "
                f"got {tuple(ids.shape)}.{_shape_hint(ids, wanted)}"
            )
        return checked_images(images, name), ids

    def check(self, model: nn.Module, pairs: Pairs, name: str = "data") -> int:
        """Check that a model takes these images and has these classes; return its number of classes.

        Raises
        ------
        ValueError
            If the model does not take the images, gives no scores for every pixel, or there are unknown ids.
        """
        images, labels = pairs
        with torch.no_grad(), explained(model, images, name):
            scores = private_copy(model)(images[:1].clone().to(device_of(model)))
        classes = check_scores(scores, images)
        check_ids(labels, classes, self.void, f"the label images of {name}")
        if self.class_weights is not None and len(self.class_weights) != classes:
            raise ValueError(
                f"class_weights must be {classes} numbers, one per class of the model; "
                f"got {len(self.class_weights)}. Write class_weights(labels, num_classes={classes})."
            )
        return classes

    def check_training(self, labels: Tensor) -> None:
        """Refuse label images that nothing can be learned from."""
        found = [id_ for id_ in labels.unique().tolist() if id_ != self.void]
        if len(found) < 2:
            what = f"all pixels of {len(labels)} label images are {found[0] if found else 'void'}"
            raise ValueError(f"training needs two classes at least; {what}.")

    def augmented(
        self, augment: Callable[..., Any], images: Tensor, labels: Tensor, generator: Generator
    ) -> Pairs:
        """Return changed images with their label images, which move with them: ``PairAugment`` does."""
        return augment(images, labels, generator)

    # -- the scores -----------------------------------------------------------------------------------

    def loss(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Return the weighted mean cross entropy over the pixels that are not void; 0 if there are none."""
        total, weight = self._loss_parts(scores, labels)
        return total / weight.clamp(min=torch.finfo(total.dtype).tiny)

    def share_right(self, scores: Tensor, labels: Tensor) -> float:
        """Return the share of pixels, not counting void ones, whose highest score is their class."""
        is_counted = labels != self.void if self.void is not None else torch.ones_like(labels).bool()
        is_right = (scores.argmax(dim=1) == labels) & is_counted
        return float(is_right.sum() / is_counted.sum())

    def test(self, model: nn.Module, pairs: Pairs) -> TestResult:
        """Judge a model, in eval mode; it stays as it is."""
        images, labels = pairs
        total, weight, matrix = 0.0, 0.0, None
        for part, truth in zip(images.split(BATCH), labels.split(BATCH), strict=True):
            scores = class_scores_of(model, part)
            sums = self._loss_parts(scores, truth)
            total, weight = total + float(sums[0]), weight + float(sums[1])
            matrix = matrix or ConfusionMatrix(scores.shape[1], self.void)
            matrix.update(scores.argmax(dim=1), truth)
        assert matrix is not None  # pairs are never empty
        return TestResult(total / weight if weight else 0.0, matrix.pixel_accuracy, matrix.mean_iou)

    def _loss_parts(self, scores: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Return the weighted sum of the cross entropies, and the sum of the weights."""
        ones = [1.0] * scores.shape[1]
        weights = scores.new_tensor(self.class_weights if self.class_weights is not None else ones)
        ignored = -100 if self.void is None else self.void
        total = cross_entropy(scores, labels, weights, ignore_index=ignored, reduction="sum")
        return total, weights[labels[labels != ignored]].sum()


def check_scores(scores: Any, images: Tensor) -> int:
    """Check that a model gives class scores for every pixel; return its number of classes."""
    if isinstance(scores, Tensor) and scores.dim() == 4 and scores.shape[2:] == images.shape[2:]:
        return scores.shape[1]
    got = tuple(scores.shape) if isinstance(scores, Tensor) else type(scores).__name__
    height, width = images.shape[2:]
    raise ValueError(
        f"the model must return class scores for every pixel, (N, classes, {height}, {width}); got {got}. "
        "vw.new_model('segmenter') does."
    )


def _shape_hint(ids: Tensor, wanted: tuple[int, ...]) -> str:
    if ids.dim() == 4 and ids.shape[1] == 1:
        return " Leave the channel out: labels[:, 0]."
    if ids.dim() == 4:
        return " Class ids are wanted, not colours."
    if ids.dim() == 3 and len(ids) == wanted[0]:
        return " Resize by nearest neighbour, an id must not be averaged with another."
    return ""
