"""What widgets around a training share: the run, images with the network's answers, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any

import numpy as np
from torch import Tensor

from vizwidgets.core.metrics import predictions
from vizwidgets.core.training import Training
from vizwidgets.draw.answer_sheet import answer_sheet

from .explorer import Explorer
from .training_controls import Remedy, TrainingTraits
from .training_stepper import TrainingStepper, change_live

LOOK_SECONDS = 0.5  # the network is asked about the shown images not more often than this
COLUMNS = 8  # of shown images


class TrainingFrame(TrainingTraits, Explorer):
    """A training with its view; subclasses have a `model`, and begin and describe the training.

    A subclass answers `_begin`, chooses images with `_show`, and what else an `Explorer` asks.
    """

    _shown_side = 56  # pixels of a shown image

    def __init__(self) -> None:
        self._stepper = TrainingStepper(self._begin)
        super().__init__(self._stepper)
        self.remedy = Remedy(self.begin_again)
        self.bar.rewind.layout.display = "none"  # a training goes back to its beginning only

    def _begin(self) -> Training:
        """Return the training at its beginning, from the settings of the moment."""
        raise NotImplementedError

    @property
    def training(self) -> Training:
        """The training, with its steps so far."""
        return self._stepper.training

    def begin_again(self, lr: float) -> None:
        """Begin anew with another learning rate, and run."""
        self.lr = lr  # after a divergence this begins anew already
        if self.run.allows("reset"):
            self.run.reset()
        self.run.start()

    def _change_live(self, change: dict[str, Any]) -> None:
        """Take over another learning rate or number of epochs, in whatever state the training is."""
        change_live(self.run, self._stepper, change["name"], change["new"])
        self.bar.update()

    def _show(self, images: Tensor, truths: Sequence[str]) -> None:
        """Choose the images (N, C, H, W) of the picture, and say what they are."""
        self._shown, self._truths = images, truths
        self._looked_at, self._sheet = float("-inf"), np.zeros((1, 1, 3), np.uint8)

    def _picture(self) -> np.ndarray:
        if self.run.state != "running" or monotonic() - self._looked_at > LOOK_SECONDS:
            self._looked_at = monotonic()
            guesses = None
            if self._stepper.num_taken:
                guesses = [self._name(label) for label in predictions(self.model, self._shown).tolist()]
            self._sheet = answer_sheet(self._shown, self._truths, guesses, COLUMNS, self._shown_side)
        return self._sheet

    def _name(self, label: int) -> str:
        names = getattr(self.model, "class_names", None)
        return str(label) if names is None else names[label]

    def _time_left(self) -> str:
        """Return the last part of the status line: how long the training will take, if it goes on."""
        left = self._stepper.seconds_left
        is_going = left is not None and self.run.state in ("running", "paused")
        return f" · {left:.0f} s left" if is_going else ""
