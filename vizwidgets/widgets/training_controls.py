"""The settings of a training as traits, their controls, and the button that mends one that diverged."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets
import traitlets

from vizwidgets.core.train_settings import TrainSettings

from . import controls

LIVE = ("lr", "epochs")  # act on the next step; the others begin anew
SETTINGS = ("lr", "epochs", "batch_size", "seed")


class TrainingTraits(traitlets.HasTraits):
    """Learning rate, epochs, batch size and seed, checked by the rules of core."""

    lr = traitlets.Float(1e-3, help="Largest learning rate of Adam.")
    epochs = traitlets.Int(5, help="Passes through the data.")
    batch_size = traitlets.Int(32, help="Most images per step.")
    seed = traitlets.Int(0, help="Of the order of the images and of dropout.")

    _base = TrainSettings()
    _num_images: int | None = None  # as many a batch may have at most, once that is known

    def settings(self) -> TrainSettings:
        """Return the settings of the moment."""
        return self._base.changed(**{name: getattr(self, name) for name in SETTINGS})

    def _take_settings(self, settings: TrainSettings) -> None:
        self._base = settings
        for name in SETTINGS:
            setattr(self, name, getattr(settings, name))

    @traitlets.validate(*SETTINGS)
    def _check_setting(self, proposal: dict[str, Any]) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        self._base.changed(**{name: value})
        if name == "batch_size" and self._num_images is not None and value > self._num_images:
            words = f"batch_size must be in 1..{self._num_images}, the number of images"
            raise ValueError(f"{words}; got {value}.")
        return value


def training_knobs(traits: TrainingTraits, say: Callable[[str], None]) -> dict[str, ipywidgets.Widget]:
    """Return a control for each setting of a training, tied to its trait."""
    made = {
        "lr": controls.log_slider("Learning rate", "How far a step goes; acts on the next step", -5, 2),
        "epochs": controls.number("Epochs", "Passes through the training images", 1, 1000),
        "batch_size": controls.number("Batch size", "Most images per step; begins anew", 1, 10_000),
        "seed": controls.number(
            "Seed", "Of the order of the images and of dropout; begins anew", 0, 2**31 - 1
        ),
    }
    for name, control in made.items():
        controls.bind(traits, name, control, say)
    return made


class Remedy(ipywidgets.HBox):
    """What came out of a training, and after a divergence the way back to a learning rate that worked.

    Parameters
    ----------
    on_remedy : callable
        Takes the learning rate to begin again with.
    """

    def __init__(self, on_remedy: Callable[[float], None]) -> None:
        self.lr = 0.0
        self.words = ipywidgets.HTML()
        self.button = controls.button("", "undo", "Begin anew with it", lambda: on_remedy(self.lr))
        super().__init__([self.words, self.button])
        self.add_class("vw-readings")
        self.say("")

    def say(self, words: str) -> None:
        """Show what came out, or nothing."""
        self.words.value = escape(words)
        self.button.layout.display = "none"

    def offer(self, lr: float) -> None:
        """Offer a learning rate after a divergence; the status line says why."""
        self.lr = lr
        self.words.value = '<span class="vw-bad">✗ diverged</span>'
        self.button.description = f"Begin again with learning rate {lr:.2g}"
        self.button.layout.display = ""
