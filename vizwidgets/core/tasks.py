"""What a network learns: how its scores are judged, whatever the network and the way of training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from .labelled import Pairs, check_labels, labelled
from .metrics import class_scores_of


@dataclass(frozen=True)
class TestResult:
    """What a network makes of images that it was not trained on.

    Attributes
    ----------
    loss : float
        As in training.
    accuracy : float
        Share of the images, or of the pixels, that are predicted right, 0 to 1.
    mean_iou : float or None
        Mean intersection over union, where pixels are labelled.
    """

    loss: float
    accuracy: float
    mean_iou: float | None = None
    __test__: ClassVar[bool] = False  # pytest, which collects what is called Test, leaves it alone


class Task(Protocol):
    """What `Training` asks about the data and the scores of a network."""

    def pairs(self, data: Any, name: str = "data") -> Pairs:
        """Return images (N, C, H, W) and labels as two tensors, or say what is wrong with them."""

    def check(self, model: nn.Module, pairs: Pairs, name: str = "data") -> int:
        """Check that a model takes these images and has these classes; return its number of classes."""

    def check_training(self, labels: Tensor) -> None:
        """Refuse labels that nothing can be learned from."""

    def loss(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Return what is to become small, one number."""

    def share_right(self, scores: Tensor, labels: Tensor) -> float:
        """Return the share that is predicted right, 0 to 1."""

    def test(self, model: nn.Module, pairs: Pairs) -> TestResult:
        """Judge a model, in eval mode; it stays as it is."""

    def augmented(
        self, augment: Callable[..., Any], images: Tensor, labels: Tensor, generator: Generator
    ) -> Pairs:
        """Return changed images, and the labels that fit them."""


class Classification:
    """One label per image: cross entropy, and the share of images whose highest score is their class."""

    def pairs(self, data: Any, name: str = "data") -> Pairs:
        """Return images (N, C, H, W) and labels (N,)."""
        return labelled(data, name)

    def check(self, model: nn.Module, pairs: Pairs, name: str = "data") -> int:
        """Check that a model takes these images and has these classes; return its number of classes."""
        return check_labels(model, pairs, name)

    def check_training(self, labels: Tensor) -> None:
        """Refuse labels of one class."""
        if len(labels.unique()) < 2:
            raise ValueError(
                f"training needs two classes at least; all {len(labels)} labels are {int(labels[0])}."
            )

    def loss(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Return the mean cross entropy of scores (N, K) and labels (N,)."""
        return cross_entropy(scores, labels)

    def share_right(self, scores: Tensor, labels: Tensor) -> float:
        """Return the share of images whose highest score is their class."""
        return float((scores.argmax(dim=1) == labels).float().mean())

    def test(self, model: nn.Module, pairs: Pairs) -> TestResult:
        """Judge a model, in eval mode; it stays as it is."""
        images, labels = pairs
        return self.judged(class_scores_of(model, images), labels)

    def judged(self, scores: Tensor, labels: Tensor) -> TestResult:
        """Return loss and accuracy of scores (N, K)."""
        return TestResult(float(self.loss(scores, labels)), self.share_right(scores, labels))

    def augmented(
        self, augment: Callable[..., Any], images: Tensor, labels: Tensor, generator: Generator
    ) -> Pairs:
        """Return changed images; a class stays what it is."""
        return augment(images, generator), labels


CLASSIFICATION = Classification()
