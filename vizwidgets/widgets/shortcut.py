"""A network that takes a shortcut, live: `ShortcutLab`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.figure import Figure

from vizwidgets.core.train_settings import TrainSettings
from vizwidgets.core.training import Training, flip
from vizwidgets.data.sheep_goats import BACKGROUNDS, SheepGoats, sheep_goats
from vizwidgets.draw.shortcut_figure import shortcut_figure
from vizwidgets.draw.shortcut_sheet import shortcut_sheet
from vizwidgets.models.small import new_model
from vizwidgets.models.vision_model import VisionModel

from . import controls
from .explorer import Curves
from .filmed import Reel
from .meters import meters_html, percent
from .shortcut_scene import Scene
from .shortcut_tests import Answers, Landed, animals_for_tests, empty_meters
from .shortcut_traits import SCENERY, ShortcutTraits, share_slider
from .shortcut_words import lab_code, lab_record, unusual, wall_of
from .training_controls import LIVE, SETTINGS, training_knobs
from .training_frame import COLUMNS, Guesses, TrainingFrame

ROWS = 6  # of the wall of training images: sheep in the left half, goats in the right


class ShortcutLab(ShortcutTraits, TrainingFrame):
    """Choose how often sheep stand on grass and goats on rock, train, and see what the network has learned.

    Parameters
    ----------
    share : float
        Share of the training images with the background that one expects, 0 to 1.
    scenery : str
        "grass or rock", or "all four": random backgrounds for both, whatever the share.
    num_images : int
        Training images, an even number.
    **settings
        Fields of `TrainSettings`: ``epochs=10, lr=2e-3, seed=0`` …

    Raises
    ------
    TypeError, ValueError
        If a value is out of its range; the message says what is wanted.

    Examples
    --------
    >>> lab = ShortcutLab(num_images=8, epochs=1, batch_size=8)
    >>> lab.run_to_end()
    >>> lab.run.state, lab.answers is not None
    ('done', True)
    """

    _shown_side = 50

    def __init__(
        self,
        share: float = 1.0,
        *,
        scenery: str = "grass or rock",
        num_images: int = 400,
        **settings: Any,
    ) -> None:
        chosen = {"epochs": 10, "lr": 2e-3, "augment": flip, **settings}
        self._herd: SheepGoats | None = None
        self._take_settings(TrainSettings().changed(**chosen))
        self.share, self.scenery, self.num_images = share, scenery, num_images
        self._usual = self.settings(), num_images
        self.tests, self.landed = animals_for_tests(), Landed()
        self.answers: Answers | None = None
        super().__init__()
        self._make_panels()
        self.observe(self._on_setting, [*SETTINGS, "share", "scenery", "num_images"])
        subtitle = "100 drawn animals that are not trained with ask the questions; a small network answers"
        foot = [self.remedy, self.bars, self.scene, self.table]
        self._assemble("Sheep or goat?", subtitle, self._side(), foot)

    # -- for Python -----------------------------------------------------------------------------------

    @property
    def model(self) -> VisionModel:
        """The network as it is now."""
        return self._model

    @property
    def data(self) -> SheepGoats:
        """The training set."""
        assert self._herd is not None
        return self._herd

    def another_seed(self) -> None:
        """Train once more with other animals, other random weights and another order."""
        self.seed += 1
        self.run.start()

    def code(self) -> str:
        """Return the Python that trains the same network on the same images."""
        return lab_code(self, self.training)

    def record(self) -> dict[str, Any]:
        """Return settings, versions, curves and answers as JSON-able data."""
        return lab_record(self, self._stepper.curves)

    def figure(self) -> Figure:
        """Return the static picture: training images, curves, accuracies and one verdict."""
        self.run.wait_for_orders()
        meters = empty_meters() if self.answers is None else self.answers.meters()
        sheep, goat = self.scene.probabilities()
        said = f"{self.scene.words}: sheep {percent(sheep)}, goat {percent(goat)}"
        scene = self.scene.large(), said if self._stepper.num_taken else self.scene.words
        bars = [(meter.name, meter.share) for meter in meters]
        caption = f"{self._words()}, seed {self.seed}, after {self._stepper.num_taken} steps"
        return shortcut_figure(self._picture(), self._curves(), bars, scene, caption)

    # -- parts ----------------------------------------------------------------------------------------

    def _make_panels(self) -> None:
        self.bars, self._landed_html = ipywidgets.HTML(), ipywidgets.HTML()
        self.scene = Scene(lambda: self._model, lambda: self._stepper.num_taken > 0)
        self._again = controls.button(
            "Another seed", "random", "Train once more with other animals and weights", self._on_again
        )
        self.table = ipywidgets.VBox([self._landed_html, self._again])

    def _side(self) -> list[ipywidgets.Widget]:
        knobs = training_knobs(self, self.bar.say)
        self.share_slider = share_slider()
        self.scenery_choice = controls.choice(SCENERY)
        controls.bind(self, "scenery", self.scenery_choice, self.bar.say)
        controls.bind(self, "share", self.share_slider, self.bar.say)
        numbers = controls.row([knobs["epochs"], knobs["seed"]])
        return [
            controls.group("Backgrounds in training", [self.scenery_choice, self.share_slider]),
            controls.group("Training", [knobs["lr"], numbers]),
        ]

    # -- training set and network ---------------------------------------------------------------------

    def _begin(self) -> Training:
        """Return the training at its beginning; only backgrounds that change are drawn anew."""
        seed = self.seed
        herd = self._herd
        if self.is_random:
            herd = sheep_goats(self.num_images, seed=seed, backgrounds=BACKGROUNDS)
        elif herd is None or herd.seed != seed or len(herd) != self.num_images:
            herd = sheep_goats(self.num_images, self.share, seed=seed)
        else:
            herd = herd.with_share(self.share)
        self._herd, self._model = herd, new_model("animals_cnn", seed)
        self._made_with = self._setting_words(), seed  # both may be changed while this training ends
        self.answers = None
        self._show(*wall_of(herd, ROWS, COLUMNS))
        return Training(self._model, herd.pairs, self.settings(), test=self.tests.expected.pairs)

    def _on_setting(self, change: dict[str, Any]) -> None:
        name = change["name"]
        self.share_slider.disabled = self.is_random
        self.bar.clear()
        if name in LIVE:
            self._change_live(change)
        elif not (name == "share" and self.is_random):  # random backgrounds do not ask for the share
            self.bar.say("drawing the animals …", is_trouble=False)
            self.run.restart()

    @property
    def _per_epoch(self) -> int:
        return self.training.steps_per_epoch

    def _on_again(self) -> None:
        try:
            self.another_seed()
        except RuntimeError as refusal:  # it is running already
            self.bar.say(str(refusal))

    # -- what the frame asks --------------------------------------------------------------------------

    def _on_step(self) -> None:
        if self._stepper.num_taken % self._per_epoch == 0:
            self._ask()
        super()._on_step()

    def _ask(self) -> None:
        self.answers = self.tests.ask(self._model, self.data.pairs)
        self._show_answers()

    def _show_answers(self) -> None:
        meters = empty_meters() if self.answers is None else self.answers.meters()
        self.bars.value = meters_html(meters, "What it gets right", mark=0.5)
        self.scene.update()

    def _settle(self) -> None:
        training = self.training
        if training.num_taken:
            self.answers = self.tests.ask(self._model, self.data.pairs)
        if training.is_done and self.answers is not None:
            setting, seed = self._made_with
            self.landed.add(setting + unusual(training, *self._usual), seed, self.answers)
        if training.has_diverged:
            self.remedy.offer(training.remedy_lr)
        else:
            self.remedy.say("")
        self._landed_html.value = self.landed.html()
        self._again.layout.display = "" if self.landed.runs else "none"
        self._show_answers()

    def _curves(self) -> Curves:
        curves = self._stepper.curves
        return curves.names, curves.values, [("loss", [0]), ("accuracy", [1, 2])]

    def _place(self) -> str:
        training = self.training
        epoch = (max(training.num_taken, 1) - 1) // training.steps_per_epoch + 1
        return f"epoch {epoch} of {training.settings.epochs} · {self._words()}"

    def _reel(self, most: int) -> Reel:
        return replace(super()._reel(most), title=f"Sheep or goat? {self._words()}")

    def _seen(self, guesses: Guesses) -> Callable[[], np.ndarray]:
        meters = empty_meters() if self.answers is None else self.answers.meters()
        bars = [(meter.name, meter.share) for meter in meters]
        says = self.scene.probabilities() if self._stepper.num_taken else (None, None)
        wall, scene = super()._seen(guesses), self.scene.drawing()
        return lambda: shortcut_sheet(wall(), bars, scene(), list(zip(("sheep", "goat"), says, strict=True)))

    def _words(self) -> str:
        places = self._setting_words() if self.is_random else f"{percent(self.share)} of them as expected"
        return f"{self.num_images} training images, {places}"
