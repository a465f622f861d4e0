"""Training, live: `TrainingExplorer`."""

from __future__ import annotations

import platform
from typing import Any

import torch
from matplotlib.figure import Figure
from torch import nn

from vizwidgets.core.metrics import accuracy
from vizwidgets.core.record import weights_hash
from vizwidgets.core.train_settings import TrainSettings
from vizwidgets.core.training import Training
from vizwidgets.draw.charts import curve_figure

from . import controls
from .ascent_words import model_name
from .explorer import Curves
from .training_controls import LIVE, SETTINGS, training_knobs
from .training_frame import TrainingFrame
from .training_words import curves_data, settings_code, settings_data, training_lines

PANELS = [("loss", [0]), ("accuracy", [1, 2])]


class TrainingExplorer(TrainingFrame):
    """Train a classifier and watch its curves, and images that it gets right one after the other.

    Parameters
    ----------
    model : nn.Module
        Returns class scores (N, K). Its weights are changed in place; Reset gives back the first ones.
    data : (Tensor, Tensor) or Dataset
        Images (N, C, H, W) in [0, 1] with labels (N,), or a dataset of (image, label).
    test : (Tensor, Tensor) or Dataset, optional
        Images that are not trained on, looked at once an epoch; some of them are shown.
    num_shown : int
        Number of images in the picture.
    **settings
        Fields of `TrainSettings`: ``epochs=5, lr=1e-3, batch_size=32, seed=0, augment=vw.flip`` …

    Raises
    ------
    TypeError, ValueError
        If model, data and settings do not fit together; the message says what does.

    Examples
    --------
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
    >>> data = torch.rand(20, 1, 4, 4), torch.arange(20) % 2
    >>> explorer = TrainingExplorer(net, data, epochs=1, batch_size=10)
    >>> explorer.run_to_end()
    >>> explorer.run.state, explorer.run.num_taken
    ('done', 2)
    """

    def __init__(
        self, model: nn.Module, data: Any, test: Any = None, *, num_shown: int = 40, **settings: Any
    ) -> None:
        self._take_settings(TrainSettings().changed(**settings))
        self.model = model
        self._first = Training(model, data, self.settings(), test)
        super().__init__()
        self._choose_shown(num_shown)
        self._num_images = len(self._first.images)
        knobs = training_knobs(self, self.bar.say)
        self.observe(self._on_setting, list(SETTINGS))
        side = [
            controls.group("Training", [knobs["lr"], controls.row([knobs["epochs"], knobs["batch_size"]])]),
            controls.group("Chance", [knobs["seed"]]),
        ]
        self._assemble("Training", self._subtitle(), side, [self.remedy])

    def code(self) -> str:
        """Return the Python that trains the same way, with every change on the way."""
        training = self.training
        test = ["test=test"] if training.test else []
        arguments = ", ".join(["model", "data", settings_code(training.first), *test])
        lines = ["import vizwidgets as vw", "", f"model = ...  # your {model_name(self.model)}"]
        lines.append("data = ...  # (images, labels)")
        return "\n".join([*lines, *training_lines(f"vw.train({arguments})", training)])

    def record(self) -> dict[str, Any]:
        """Return settings, changes, versions and curves as JSON-able data."""
        training, curves = self.training, self._stepper.curves
        return {
            "format": "vizwidgets training 1",
            "model": model_name(self.model),
            "weights_hash": weights_hash(self.model),
            "settings": settings_data(training.first),
            "changes": [[at, change] for at, change in training.changes],
            "num_taken": training.num_taken,
            "has_diverged": training.has_diverged,
            "versions": {"torch": torch.__version__, "machine": platform.machine()},
            "curves": curves_data(curves),
        }

    def figure(self) -> Figure:
        """Return the static picture: images with the network's answers, and the curves."""
        self.run.wait_for_orders()
        names, values, panels = self._curves()
        caption = f"{model_name(self.model)}: {self._summary()}"
        return curve_figure(names, values, panels, self._picture(), caption)

    # -- what the frame asks --------------------------------------------------------------------------

    def _begin(self) -> Training:
        self._first.reset()
        test = self._first.test
        return Training(self.model, (self._first.images, self._first.labels), self.settings(), test)

    def _choose_shown(self, number: int) -> None:
        images, labels = self._first.test or (self._first.images, self._first.labels)
        self._show(images[:number], [self._name(label) for label in labels[:number].tolist()])

    def _subtitle(self) -> str:
        training = self._first
        known: Any = getattr(self.model, "provenance", None)
        of = f"{len(training.images):,} training images"
        test = "" if training.test is None else f", {len(training.test[0]):,} test images"
        return f"{known or type(self.model).__name__} · {of}{test}"

    def _curves(self) -> Curves:
        curves = self._stepper.curves
        members = [1, 2] if self.training.test is not None else [1]
        return curves.names, curves.values, [PANELS[0], ("accuracy", members)]

    def _place(self) -> str:
        training = self.training
        epoch = min((training.num_taken - 1) // training.steps_per_epoch + 1, training.settings.epochs)
        words = f"epoch {max(epoch, 0)} of {training.settings.epochs} · step {training.num_taken}"
        words += f" of {training.num_steps}"
        if training.steps:
            words += f" · loss {training.steps[-1].loss:.3f}"
        return words

    def _words(self) -> str:
        return f"training of {model_name(self.model)}"

    def _summary(self) -> str:
        training = self.training
        if not training.steps:
            return "not trained yet"
        point = dict(zip(self._stepper.curves.names, self._stepper.curves.values[:, -1], strict=True))
        words = f"after {training.num_taken} steps {point['training_accuracy']:.1%} of the last batches right"
        if training.has_stopped_early:  # the weights are those of the best epoch, not of the last one
            return f"{words}; stopped early, its best weights get {accuracy(self.model, training.test):.1%}"
        if training.test is not None:
            words += f", {point['test_accuracy']:.1%} of the test images{self._when_tested()}"
        return words

    def _when_tested(self) -> str:
        """Say when the test images were looked at last, if that was not just now."""
        epochs, beyond = divmod(self.training.num_taken, self.training.steps_per_epoch)
        if not beyond:
            return ""
        return f" at the end of epoch {epochs}" if epochs else " before the first step"

    def _settle(self) -> None:
        if self.training.has_diverged:
            self.remedy.offer(self.training.remedy_lr)
        else:
            self.remedy.say(self._summary())

    def _on_setting(self, change: dict[str, Any]) -> None:
        self.bar.clear()
        if change["name"] in LIVE:
            self._change_live(change)
        else:
            self.run.restart()
