"""What widgets around a training share: run, images with the network's answers, film, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import Any

import numpy as np
from torch import Tensor

from vizwidgets.core.metrics import predictions
from vizwidgets.core.training import Training
from vizwidgets.draw.answer_sheet import answer_sheet
from vizwidgets.draw.film import Scene

from .explorer import Explorer
from .filmed import Reel
from .recorder import Recorder, spread_out
from .training_controls import Remedy, TrainingTraits
from .training_stepper import TrainingStepper, change_live

LOOK_SECONDS = 0.5  # the network is asked about the shown images not more often than this
COLUMNS = 8  # of shown images
Guesses = tuple[str, ...] | None  # what the network says of them


class TrainingFrame(TrainingTraits, Explorer):
    """A training with its view; subclasses have a `model`, and begin and describe the training.

    A subclass answers `_begin`, chooses images with `_show`, and what else an `Explorer` asks. For a film
    it notes what `_seen` returns.
    """

    _shown_side = 56  # pixels of a shown image

    def __init__(self) -> None:
        self.recorder: Recorder[Callable[[], np.ndarray]] = Recorder()
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
        self._answered: tuple[int, Guesses] = -1, None

    def _picture(self) -> np.ndarray:
        if self.run.state != "running" or monotonic() - self._looked_at > LOOK_SECONDS:
            self._looked_at = monotonic()
            self._sheet = self._sheet_of(self._ask_shown())
        return self._sheet

    def _ask_shown(self) -> Guesses:
        """Ask the network about the shown images; before the first step it has no answers."""
        number, guesses = self._stepper.num_taken, None
        if number:
            guesses = tuple(self._name(label) for label in predictions(self.model, self._shown).tolist())
        self._answered = number, guesses
        return guesses

    def _sheet_of(self, guesses: Guesses) -> np.ndarray:
        return answer_sheet(self._shown, self._truths, guesses, COLUMNS, self._shown_side)

    # -- the film -------------------------------------------------------------------------------------

    def _on_step(self) -> None:
        super()._on_step()
        self.recorder.note(self._stepper.num_taken, self._noted)

    def _on_rest(self) -> None:
        super()._on_rest()
        self.recorder.keep(self._stepper.num_taken, self._noted)

    def _noted(self) -> tuple[str, Callable[[], np.ndarray]]:
        number, guesses = self._answered
        if number != self._stepper.num_taken:  # else they were asked just now, for the page
            guesses = self._ask_shown()
        return self._place(), self._seen(guesses)

    def _seen(self, guesses: Guesses) -> Callable[[], np.ndarray]:
        """Return what draws the scene of this step, (H, W, 3) bytes, whatever happens until then."""
        return partial(answer_sheet, self._shown, self._truths, guesses, COLUMNS, self._shown_side)

    def _place(self) -> str:
        """Return the status line after the state, without what depends on the machine."""
        raise NotImplementedError

    def _reel(self, most: int) -> Reel:
        self.run.wait_for_orders()
        with self.run.held():
            if not self._stepper.num_taken:
                return Reel()
            if self.recorder.notes[-1].step < self._stepper.num_taken:  # it runs, and this step was not due
                self.recorder.keep(self._stepper.num_taken, self._noted)
            notes, (names, values, panels) = self.recorder.notes, self._curves()
            curves = names, values[:, : notes[-1].step + 1].copy(), panels
            chosen = [notes[index] for index in spread_out(len(notes), most)]
        return Reel([Scene(note.step, note.seen(), note.words) for note in chosen], curves)

    # -- words ----------------------------------------------------------------------------------------

    def _progress(self) -> str:
        return self._place() + self._time_left()

    def _name(self, label: int) -> str:
        names = getattr(self.model, "class_names", None)
        return str(label) if names is None else names[label]

    def _time_left(self) -> str:
        """Return the last part of the status line: how long the training will take, if it goes on."""
        left = self._stepper.seconds_left
        is_going = left is not None and self.run.state in ("running", "paused")
        return f" · {left:.0f} s left" if is_going else ""
