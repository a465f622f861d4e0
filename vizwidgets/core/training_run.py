"""A run of training: one step at a time, with changes on the way, taken back whole if it is interrupted."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from typing import Any

import torch
from torch import Generator, Tensor, nn

from .layers import check_model, device_of
from .metrics import hasty
from .tasks import CLASSIFICATION, Task, TestResult
from .train_settings import TrainSettings
from .train_step import Steps, TrainStep, check_loss
from .weights import Group, WeightState, has_batch_norm


class Training(Steps):
    """A training that can be driven step by step; iterate to go on, also after an interrupt.

    Parameters
    ----------
    model : nn.Module
        Returns class scores (N, K). Its trainable weights are changed; its modes and gradients stay.
    data : (Tensor, Tensor) or Dataset
        Images (N, C, H, W) in [0, 1] with labels (N,), or a dataset of (image, label).
    settings : TrainSettings, optional
        How it is trained.
    test : (Tensor, Tensor) or Dataset, optional
        Images that are not trained on, looked at once an epoch.
    groups : sequence of dict, optional
        Weights with a learning rate of their own, as `fine_tune_groups` returns them. The settings' `lr` is
        that of the fastest group, and stands for all: another one changes every group by the same factor.
    task : Task
        What is learned: a class per image, or one per pixel (`Segmentation`).

    Raises
    ------
    TypeError, ValueError
        If the data are empty, have one class only, or do not fit the model or the settings.
    """

    def __init__(
        self,
        model: nn.Module,
        data: Any,
        settings: TrainSettings | None = None,
        test: Any = None,
        *,
        groups: Sequence[Group] | None = None,
        task: Task = CLASSIFICATION,
    ) -> None:
        check_model(model)
        self.model, self.settings, self.task = model, settings or TrainSettings(), task
        self.images, self.labels = task.pairs(data)
        self.num_classes = task.check(model, (self.images, self.labels))
        task.check_training(self.labels)
        self.settings.check_batches(self.labels, has_batch_norm(model))
        self.test = None if test is None else task.pairs(test, "test")
        if self.test is not None:
            task.check(model, self.test, "test")
        self.settings.check_test(self.test is not None)
        self._weights = WeightState(model, groups)
        if groups is not None:
            self.settings = self.settings.changed(lr=self._weights.fastest)
        self.changes: list[tuple[int, dict[str, Any]]] = []
        self.first = self.settings
        self.steps: list[TrainStep] = []
        self.has_diverged = self.has_stopped_early = False
        self.good_lr: float | None = None  # that of the last whole epoch
        self._start = self._good = self._weights.keep()
        self._best, self._best_loss, self._best_look = self._start, math.inf, 0
        self._lock = threading.RLock()

    @property
    def steps_per_epoch(self) -> int:
        """Number of updates in one pass through the data."""
        return math.ceil(len(self.images) / self.settings.batch_size)

    @property
    def num_steps(self) -> int:
        """Number of updates of the whole training."""
        return self.settings.steps_of(self.steps_per_epoch)

    @property
    def is_done(self) -> bool:
        """Whether every step was taken, or the training has stopped early."""
        return self.has_stopped_early or self.num_taken >= self.num_steps

    def step(self) -> TrainStep:
        """Update the weights once.

        Raises
        ------
        StopIteration
            If the training is done.
        FloatingPointError
            If it has diverged; the weights and `steps` are those of the last whole epoch then.
        """
        with self._lock:
            if self.is_done:
                raise StopIteration
            if self.has_diverged:
                raise FloatingPointError("this training has diverged; go on with a smaller update(lr=...).")
            before = self._weights.keep()
            try:
                with torch.inference_mode(False):  # the caller may be looking at pictures
                    taken = self._attempt(self.num_taken + 1)
            except FloatingPointError as trouble:
                raise self._give_up(str(trouble)) from None
            except BaseException:  # an interrupt too: the weights stay as they were before the step
                self._weights.restore(before)
                raise
            self.steps.append(taken)
            return taken

    def reset(self) -> None:
        """Go back to the weights of the beginning; the settings stay as they are now."""
        with self._lock:
            self._weights.restore(self._start)
            self._good, self._best, self._best_loss, self._best_look = self._start, self._start, math.inf, 0
            self.steps, self.changes, self.first = [], [], self.settings
            self.has_diverged = self.has_stopped_early = False

    def update(self, **changes: Any) -> None:
        """Change the learning rate or the number of epochs; the next step uses them. Safe from any thread.

        After a divergence another learning rate lets the training go on from the last whole epoch.

        Raises
        ------
        ValueError, TypeError
            If the change is not possible in the middle of a training; nothing is changed then.
        """
        with self._lock:
            settings = self.settings.changed_live(**changes)
            new = {name: value for name, value in changes.items() if getattr(self.settings, name) != value}
            if new:
                self.changes.append((self.num_taken, new))
            self.settings = settings
            self.has_diverged = self.has_diverged and "lr" not in new

    @property
    def remedy_lr(self) -> float:
        """The learning rate to try after a divergence: the one that went well before, else a tenth."""
        went_well = self.good_lr is not None and self.good_lr < self.settings.lr
        return self.good_lr if went_well and self.good_lr else self.settings.lr / 10

    # -- one step -------------------------------------------------------------------------------------

    def _attempt(self, number: int) -> TrainStep:
        epoch = (number - 1) // self.steps_per_epoch + 1
        images, labels = self._batch(number)
        scores, loss = self._learn(images, labels, number)
        first = self.steps[0].loss if self.steps else loss
        check_loss(loss, first, math.log(self.num_classes), number)
        right = self.task.share_right(scores, labels)
        is_look = number % self._look_every == 0 or number == self.num_steps
        test = self._look(number) if is_look else None
        if test is None:
            return TrainStep(number, epoch, loss, right)
        return TrainStep(number, epoch, loss, right, test.accuracy, test.mean_iou)

    @property
    def _look_every(self) -> int:
        return self.settings.look_every(self.steps_per_epoch)

    def _batch(self, number: int) -> tuple[Tensor, Tensor]:
        """Return the images of a step: an epoch goes through all of them in a random order of its own."""
        epoch, place = divmod(number - 1, self.steps_per_epoch)
        generator = Generator().manual_seed(self.settings.seed * 1_000_003 + epoch)
        order = torch.randperm(len(self.images), generator=generator)
        chosen = order.tensor_split(self.steps_per_epoch)[place]  # sizes differ by one at most
        images, labels = self.images[chosen], self.labels[chosen]
        if self.settings.augment is not None:
            generator.manual_seed(self.settings.seed * 1_000_003 + 500_009 + number)
            images, labels = self.task.augmented(self.settings.augment, images, labels, generator)
        device = device_of(self.model)
        return hasty(images.to(device)), labels.to(device)

    def _learn(self, images: Tensor, labels: Tensor, number: int) -> tuple[Tensor, float]:
        """Move the weights along the gradient of the loss; dropout draws from the seed and the step."""
        with self._weights.training_mode(), torch.random.fork_rng(devices=[]), torch.enable_grad():
            torch.manual_seed(self.settings.seed * 1_000_003 + number)
            scores = self.model(images)
            loss = self.task.loss(scores, labels)
            if not loss.requires_grad:
                raise ValueError("the scores do not depend on a trainable weight: is forward under no_grad?")
            gradients = torch.autograd.grad(loss, self._weights.trainable, allow_unused=True)
        self._weights.move(gradients, self.settings.lr_at(number, self.num_steps))
        return scores.detach(), float(loss.detach())

    def _look(self, number: int) -> TestResult | None:
        """Note that all is well so far, and judge the network by the test images."""
        self._good, self.good_lr = self._weights.keep(), self.settings.lr
        if self.test is None:
            return None
        result = self.task.test(self.model, self.test)
        self._watch(result.loss, number // self._look_every)
        return result

    def _watch(self, loss: float, look: int) -> None:
        """Stop when the test loss has not fallen for so many looks, with the weights of the best one."""
        if loss < self._best_loss or not self._best_look:
            self._best, self._best_loss, self._best_look = self._good, loss, look
        patience = self.settings.patience
        if patience is not None and look - self._best_look >= patience:
            self.has_stopped_early = True
            self._weights.restore(self._best)

    def _give_up(self, why: str) -> FloatingPointError:
        self.has_diverged = True
        self._weights.restore(self._good)
        del self.steps[self.num_taken // self._look_every * self._look_every :]
        self.changes = [(min(at, len(self.steps)), change) for at, change in self.changes]
        where = f"of the end of {self._place()}" if self.steps else "of the beginning"
        remedy = self.remedy_lr
        known = ", with which it went well" if remedy == self.good_lr else ""
        return FloatingPointError(
            f"the training has diverged: {why}. The weights are those {where}. "
            f"Try a smaller learning rate than {self.settings.lr:g}: {remedy:g}{known}."
        )

    def _place(self) -> str:
        if self.settings.num_steps is None:
            return f"epoch {self.num_taken // self.steps_per_epoch}"
        return f"step {self.num_taken}"
