"""Training a classifier, one step at a time: pause it, go on, change the learning rate on the way.

for step in train(model, (images, labels), epochs=5):
    step.loss, step.accuracy
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Generator, Tensor, nn

from .tasks import CLASSIFICATION, Task
from .train_settings import TrainSettings
from .training_run import Training, TrainStep
from .weights import Group

__all__ = ["TrainStep", "Training", "flip", "train"]


def train(
    model: nn.Module,
    data: Any,
    epochs: int = 5,
    batch_size: int = 32,
    lr: float = 1e-3,
    seed: int = 0,
    *,
    test: Any = None,
    groups: Sequence[Group] | None = None,
    task: Task = CLASSIFICATION,
    **settings: Any,
) -> Training:
    """Train a classifier and yield every step.

    Adam on the cross entropy, with a learning rate that rises for three tenths of the steps and falls to 0
    (one cycle). The same seed gives the same weights on the same machine. An interrupted loop goes on with
    ``for step in training`` again.

    Parameters
    ----------
    model : nn.Module
        Returns class scores (N, K). Its trainable weights are changed; its modes and gradients stay.
    data : (Tensor, Tensor) or Dataset
        Images (N, C, H, W) in [0, 1] with labels (N,), or a dataset of (image, label).
    epochs, batch_size, lr, seed
        Passes through the data, images per step, largest learning rate, and what the order is drawn from.
    test : (Tensor, Tensor) or Dataset, optional
        Images that are not trained on, looked at once an epoch.
    groups : sequence of dict, optional
        Weights with learning rates of their own, which count in place of `lr`: ``fine_tune_groups(model)``.
    task : Task
        What is learned: a class per image, or one per pixel (``vw.Segmentation()``).
    **settings
        Further fields of `TrainSettings`: ``augment=vw.flip``, ``patience=2``, ``num_steps=200``,
        ``schedule="constant"``.

    Returns
    -------
    Training
        An iterator of `TrainStep`; ``tqdm(train(...))`` shows how long it will take.

    Raises
    ------
    TypeError, ValueError
        If the data are empty, have one class only, or do not fit the model or the settings.
    FloatingPointError
        In a step, if the training diverges; the weights are those of the last good epoch then.

    Examples
    --------
    >>> images = torch.rand(20, 1, 4, 4)
    >>> model = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
    >>> steps = list(train(model, (images, torch.arange(20) % 2), epochs=2, batch_size=10))
    >>> len(steps), steps[-1].epoch
    (4, 2)
    """
    chosen = TrainSettings(epochs=epochs, batch_size=batch_size, lr=lr, seed=seed).changed(**settings)
    return Training(model, data, chosen, test, groups=groups, task=task)


def flip(images: Tensor, generator: Generator) -> Tensor:
    """Mirror each image (N, C, H, W) left to right with even odds: ``train(..., augment=flip)``."""
    is_mirrored = torch.rand(len(images), generator=generator) < 0.5
    return torch.where(is_mirrored.view(-1, 1, 1, 1), images.flip(3), images)
