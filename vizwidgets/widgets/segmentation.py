"""Segmenting streets with few labels, live: `SegmentationLab`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.figure import Figure
from torch import nn

from vizwidgets.core.measurement import Measurements
from vizwidgets.core.trial import Trial
from vizwidgets.data.measurement_store import MeasurementStore
from vizwidgets.draw.pixels import halved
from vizwidgets.draw.street_figure import street_figure
from vizwidgets.models.street_targets import CAMERA
from vizwidgets.models.street_trial import STREET_SOURCES, STREET_STRATEGIES, street_trial
from vizwidgets.models.zoo import load_model

from .explorer import Curves
from .segmentation_controls import SegmentationControls
from .segmentation_gap import DomainGap
from .segmentation_networks import StreetNetworks
from .segmentation_traits import ASKED, PRETRAINED, SegmentationTraits
from .segmentation_watch import StreetWatch, Subject, details_of
from .segmentation_words import SUBTITLE, TITLE, curve_names, lab_code
from .trial_lab import TrialLab
from .trial_tasks import short_name, task_names

NOTHING = np.full((1, 1, 3), 255, np.uint8)


class SegmentationLab(SegmentationTraits, TrialLab):
    """Pretrain on a game, label few streets, and see what that is worth: a segmenter trained live.

    Runs queue, train before your eyes (image, truth, prediction, errors, intersection over union of each
    class), and land as points on one chart. Beneath it the same streets can be changed from the game's look
    to the camera's, without any training.

    Parameters
    ----------
    target : str
        "camera look", a stand-in: streets drawn by the same renderer as a camera would show them. Or the path
        of a folder of labelled photographs in CamVid's layout, or Cityscapes'.
    num_labels : int, optional
        Labelled images of the target, 1 or more; by default 16, or all where there are fewer.
    strategy : str
        "from scratch", "pretrained only", "feature extractor" or "head, then all".
    seed : int
        Of the labelled images, the order and the new weights.
    vary_colors : str
        How far colours are changed in training: "unchanged", "weakly", "strongly", "fully"; or "as chosen" on
        validation images for the strategy.
    num_shown : int
        Test images that can be browsed.
    networks : mapping of str to nn.Module, optional
        Further segmenters, by name, that the domain gap can be looked at with.
    store : MeasurementStore, optional
        Where points are kept.
    **settings
        Further fields of `StreetOrder`: ``num_steps=250, num_test=100`` …

    Raises
    ------
    TypeError, ValueError
        If a value is out of its range; the message says what is wanted.

    References
    ----------
    The lecture, "Example: Pretraining on Artificial Data". Richter et al. 2016, "Playing for data: ground
    truth from computer games".
    """

    counted = "labelled images"
    score_words = "mean IoU"
    lab_name = "streets"

    def __init__(
        self,
        target: str = CAMERA,
        num_labels: int | None = None,
        strategy: str = "head, then all",
        seed: int = 0,
        *,
        vary_colors: str = "as chosen",
        num_shown: int = 12,
        networks: Mapping[str, nn.Module] | None = None,
        store: MeasurementStore | None = None,
        **settings: Any,
    ) -> None:
        self._fixed, self._num_landed = settings, 0
        self.target, self.strategy = target, strategy
        self.num_labels = self.num_labels if num_labels is None else num_labels
        self.seed, self.vary_colors = seed, vary_colors
        self._order()  # settings that are not possible are refused at once
        self.networks = StreetNetworks(load_model("segmenter"), networks)
        super().__init__(MeasurementStore("streets") if store is None else store, STREET_STRATEGIES)
        self.watch = StreetWatch(self._subject, num_shown, self._is_running, self.run.seen)
        self.gap = DomainGap(self.networks.named, self.bar.say)
        self.controls = SegmentationControls(self, self.bar.say)
        self.observe(self._on_setting, list(ASKED))
        self._put_together()

    # -- for Python -----------------------------------------------------------------------------------

    @property
    def model(self) -> nn.Module:
        """The network that trains or was trained last; before any training the pretrained one."""
        return self._subject().network

    def close(self) -> None:
        """End the run and what is measured beneath, and take the widget from the page."""
        if hasattr(self, "gap"):  # a refused argument ends the constructor before there is one
            self.gap.end()
        super().close()

    def pick(self, picked: int | str | None) -> None:
        """Bring one class out in the pictures, by name or number; None: all alike."""
        self.watch.pick(picked)

    def show_image(self, number: int) -> None:
        """Show another test image, from 0."""
        self.watch.browse(number)

    def code(self) -> str:
        """Return the Python that measures the point which the controls describe."""
        return lab_code(self._order())

    def record(self) -> dict[str, Any]:
        """Return the order of the moment, what came out, and what is on the screen as JSON-able data."""
        answers = self.watch.answers
        shown = None if answers is None else details_of(answers)
        return {**super().record(), "shown": shown, "domain_gap": self.gap.curves}

    def figure(self) -> Figure:
        """Return the static picture: a test image with its prediction, the curves, and all points."""
        self.run.wait_for_orders()
        gains = "; ".join(f"{gain.num_labels} {self.counted}: {gain}" for gain in self.gains())
        caption = f"{self._title()}. " + (f"Gain over {self.over}, {gains}" if gains else "")
        return street_figure(self.watch.sheet(), self._curves(), self.chart(), self._now(), caption)

    # -- parts ----------------------------------------------------------------------------------------

    def _put_together(self) -> None:
        self._assemble(TITLE, SUBTITLE, [*self.controls.groups(), self.panel], [self.board])
        results = ipywidgets.HBox([self.view, self.board])
        results.add_class("vw-seg-results")
        main = self.children[1].children[1]
        main.children = (self.bar, self.watch.view, results, self.gap, self.code_box)
        self.add_class("vw-seg-lab")

    def _keep_trained(self) -> None:
        """Offer a network that has just landed to the domain gap."""
        trial, landed = self.queue.trial, len(self.queue.landed)
        if trial is not None and landed > self._num_landed and trial.training.num_steps:
            self.gap.renew(self.networks.keep(trial))
        self._num_landed = landed

    # -- what the frame asks --------------------------------------------------------------------------

    @property
    def points(self) -> Measurements:
        """The points that the chart shows: of this target."""
        return self.store.all.where(source=STREET_SOURCES[0], target=self._order().target)

    @property
    def usual_counts(self) -> Sequence[int]:
        """Numbers of labelled images from few to many."""
        return self.counts

    def _make_trial(self, order: Any) -> Trial:
        return street_trial(order, model=self.networks.pretrained)

    def _draw_trial(self, trial: Trial | None) -> np.ndarray:
        return NOTHING  # the pictures have a view of their own

    def _seen(self) -> Callable[[], np.ndarray]:
        self.watch.look()
        draw = self.watch.drawing()
        return lambda: halved(draw())

    def _subject(self) -> Subject:
        """Return what is to be looked at: the network of the moment, or the pretrained one."""
        trial, order = self.queue.trial, self._order()
        if trial is None or (self.queue.entry is None and trial.order.target != order.target):
            return Subject(order.target, order.look, PRETRAINED, self.networks.pretrained)
        taken = trial.training.num_taken
        words = f"after {taken} steps" if trial.training.num_steps else PRETRAINED
        return Subject(trial.order.target, trial.order.look, words, trial.training.model)

    def _is_running(self) -> bool:
        return self.run.state == "running"

    def _on_step(self) -> None:
        self.watch.follow()  # first: what it asks the network need not be asked again for the film
        super()._on_step()
        curves = self._curves()
        if bool(curves[-1]) != bool(self.view.panels):  # a frame alone brings no plot onto the page
            self.view.rest(NOTHING, *curves, self.run.num_taken, alt=self._words())
        self._keep_trained()

    def _settle(self) -> None:
        self.watch.ask()
        self.watch.show()
        self._keep_trained()
        super()._settle()

    def _curves(self) -> Curves:
        curves, trial = self.queue.curves, self.queue.trial
        if trial is None or not trial.training.num_steps:  # nothing trains: no empty axes
            return [], curves.values[:0], []
        return self._panels_of(curves.names, curves.values)

    def _panels_of(self, names: Sequence[str], values: np.ndarray) -> Curves:
        members = [index for index, name in enumerate(names) if name != "loss"]
        return curve_names(names), values, [("loss", [0]), ("score", members)]

    def _on_setting(self, change: dict[str, Any]) -> None:
        self.bar.clear()
        self.controls.tell()
        self.refresh_board()
        self.code_box.update()
        if change["name"] == "target" and not self._is_running():
            self.run.refresh()

    def _now(self) -> str:
        words, trial = super()._now(), self.queue.trial
        if trial is None:
            return words
        phase, here = trial.training.phase, self._order()
        named = task_names([here, trial.order]).get((trial.order.source, trial.order.target))
        words = words if phase is None else f"{words}: {phase.name}"
        return words if named is None else f"{words} · {named}"

    def _title(self) -> str:
        order = self._order()
        number = self._streets.num_tested(order.num_test)
        return f"Mean IoU on {number} test images: {order.source} → {short_name(order.target)}"

    def _words(self) -> str:
        return f"{STREET_SOURCES[0]} → {short_name(self.target)}: {self._order().words}"
