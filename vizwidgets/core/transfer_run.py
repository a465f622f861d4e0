"""A run of transfer: its phases one after the other, each with the layers that learn in it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from torch import nn

from .freezing import set_frozen
from .phases import Phase, Plan
from .split_network import OnFeatures, front_features, split_network
from .tasks import CLASSIFICATION, Classification, Task
from .train_settings import TrainSettings
from .train_step import Steps, TrainStep
from .training_run import Training
from .weight_groups import fine_tune_groups
from .weights import Group

PHASE_SEED = 7_919  # each phase draws an order of its own


class Transfer(Steps):
    """A transfer that is driven step by step as a `Training` is; see `transfer`.

    Attributes
    ----------
    model : nn.Module
        The new network, trained so far.
    plan : Plan
        What learns when.
    """

    def __init__(
        self,
        model: nn.Module,
        data: Any,
        settings: TrainSettings,
        plan: Plan,
        *,
        backbone_lr: float,
        test: Any = None,
        task: Task = CLASSIFICATION,
    ) -> None:
        self.model, self.settings, self.plan, self.task = model, settings, plan, task
        self.backbone_lr = backbone_lr
        self.images, self.labels = task.pairs(data)
        self.num_classes = task.check(model, (self.images, self.labels))
        self.test = None if test is None else task.pairs(test, "test")
        if self.test is not None:
            task.check(model, self.test, "test")
        self._start = {name: values.clone() for name, values in model.state_dict().items()}
        self._lock = threading.RLock()
        self._enter(0)

    @property
    def num_steps(self) -> int:
        """Number of updates of all phases."""
        return self.plan.num_steps

    @property
    def phase(self) -> Phase | None:
        """What learns now; None where nothing does."""
        return self.plan.phases[self._place] if self.plan.phases else None

    @property
    def has_diverged(self) -> bool:
        """Whether the loss has grown beyond all bounds."""
        return self._training is not None and self._training.has_diverged

    @property
    def is_on_features(self) -> bool:
        """Whether the frozen part is not computed any more: its output is kept for each image."""
        return self._training is not None and self._training.model is not self.model

    def step(self) -> TrainStep:
        """Update the weights once.

        Raises
        ------
        StopIteration
            If it is done.
        FloatingPointError
            If it has diverged; the weights are the last good ones then.
        """
        with self._lock:
            if self.is_done or self._training is None:
                raise StopIteration
            if self._training.is_done:
                self._enter(self._place + 1)
            try:
                taken = self._training.step()
            finally:  # after a divergence some steps are taken back
                del self.steps[self._before + self._training.num_taken :]
            taken = replace(taken, step=self.num_taken + 1, epoch=self._epochs + taken.epoch)
            self.steps.append(taken)
            return taken

    def reset(self) -> None:
        """Go back to the network at its beginning."""
        with self._lock:
            self.model.load_state_dict(self._start)
            self._enter(0)

    # -- phases ---------------------------------------------------------------------------------------

    def _enter(self, place: int) -> None:
        """Begin a phase: freeze its layers, and train the others with their learning rates."""
        training = self._training_of(place, self.plan.phases[place]) if self.plan.phases else None
        if place == 0:
            self.steps: list[TrainStep] = []
        self._place, self._before = place, len(self.steps)  # after all that an interrupt may cut short
        self._epochs = self.steps[-1].epoch if self.steps else 0
        self._training: Training | None = training

    def _training_of(self, place: int, phase: Phase) -> Training:
        set_frozen(self.model, phase.num_frozen)
        lr = self.settings.lr
        groups = fine_tune_groups(self.model, lr, self.backbone_lr, from_layer=self.plan.num_kept)
        settings = self.settings.changed(
            num_steps=phase.num_steps, seed=(self.settings.seed + place * PHASE_SEED) % 2**32
        )
        return self._on_features(settings, groups) or Training(
            self.model, (self.images, self.labels), settings, self.test, groups=groups, task=self.task
        )

    def _on_features(self, settings: TrainSettings, groups: Sequence[Group]) -> Training | None:
        """Return a training of the part that learns, on what the frozen part sends, where that can be."""
        can_be = settings.augment is None and type(self.task) is Classification
        parts = split_network(self.model) if can_be else None
        if parts is None:
            return None
        front, tail = parts
        features = front_features(front, self.images)
        of_test = None if self.test is None else front_features(front, self.test[0])
        if features is None or (self.test is not None and of_test is None):
            return None
        test = None if self.test is None else (of_test, self.test[1])
        task = OnFeatures(self.num_classes)
        return Training(tail, (features, self.labels), settings, test, groups=groups, task=task)
