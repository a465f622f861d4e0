"""Test images that are looked at while a network trains: what it says of them, drawn now and then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import torch
from torch import nn

from vizwidgets.data.scenes import SCENE_CLASSES, SCENE_COLORS
from vizwidgets.draw.class_key import class_key
from vizwidgets.draw.label_picture import LabelLook
from vizwidgets.draw.segmentation_sheet import SegmentationRow, segmentation_sheet
from vizwidgets.models.street_targets import street_target

from .segmentation_tiles import Answers, Streets, TileWords, picture_of
from .segmentation_view import SegmentationView

LOOK_SECONDS = 0.5  # the network is asked not more often than this,
PATIENCE = 5.0  # and rests so many times as long as the look took: a training is not to be slowed down
KEY = class_key(SCENE_CLASSES, SCENE_COLORS)


@dataclass(frozen=True)
class Subject:
    """What is looked at.

    Parameters
    ----------
    target : str
        Whose test images.
    look : float
        Of drawn streets.
    words : str
        Which network, and how far it is.
    network : nn.Module
        What is asked.
    """

    target: str
    look: float
    words: str
    network: nn.Module


class StreetWatch:
    """Asks the network of the moment about some test images, and shows one of them.

    Parameters
    ----------
    subject : callable
        Returns what is looked at now.
    num_images : int
        How many test images can be browsed.
    is_running : callable
        Whether steps are being taken: pictures are frames then, else they stay.
    on_seen : callable
        Called at each sign of life from a browser.
    """

    def __init__(
        self,
        subject: Callable[[], Subject],
        num_images: int,
        is_running: Callable[[], bool],
        on_seen: Callable[[], None],
    ) -> None:
        self._subject, self._num_images, self._is_running = subject, num_images, is_running
        self.view = SegmentationView(on_seen, self._on_pick, self._on_browse)
        self.number = 0
        self.picked: int | None = None
        self._streets: dict[tuple[str, float], Streets] = {}
        self._known: tuple[Subject, Streets, Answers] | None = None
        self._looked_at, self._pause = float("-inf"), LOOK_SECONDS

    # -- what is known --------------------------------------------------------------------------------

    @property
    def answers(self) -> Answers | None:
        """What the network said when it was asked last."""
        return None if self._known is None else self._known[2]

    def look(self) -> None:
        """Ask the network of the moment, unless it was asked at this very step."""
        if self._known is None or self._known[0] != self._subject():
            self.ask()

    def ask(self) -> None:
        """Ask the network of the moment about the images."""
        subject = self._subject()
        streets = self._images(subject.target, subject.look)
        self._known = subject, streets, streets.ask(subject.network)

    def _images(self, target: str, look: float) -> Streets:
        if (target, look) not in self._streets:
            images, labels = street_target(target, look).test(self._num_images)
            self._streets = {(target, look): Streets(images, labels, KEY)}  # of one target at a time
            self.number = min(self.number, len(images) - 1)
        return self._streets[target, look]

    # -- what is seen ---------------------------------------------------------------------------------

    def follow(self) -> None:
        """Show how far the network is, if that is due and somebody looks."""
        begun = monotonic()
        if self.view.is_ready and begun - self._looked_at > self._pause:
            self.ask()
            self.show()
            self._looked_at = monotonic()
            self._pause = max(LOOK_SECONDS, PATIENCE * (self._looked_at - begun))

    def show(self) -> None:
        """Draw what is known; a frame while steps are taken, else what stays."""
        if self._known is None:
            return
        subject, streets, answers = self._known
        words = TileWords(
            f"test image {self.number + 1} of {len(streets)}",
            Path(subject.target).name,  # of a folder
            f"prediction, {subject.words}",
            f"IoU over these {len(streets)} images",
        )
        shown = picture_of(streets, self.number, answers, words, LabelLook(picked=self.picked))
        if self._is_running():
            self.view.push(shown)
        else:
            self.view.rest(shown)

    def sheet(self) -> np.ndarray:
        """Return the picture for paper: image, truth, prediction and errors, and the numbers of the bars."""
        if self._known is None:
            self.ask()
        return self.drawing()()

    def drawing(self) -> Callable[[], np.ndarray]:
        """Return what draws the picture for paper as it is at this moment, at any time."""
        assert self._known is not None
        subject, streets, answers = self._known
        number, title = self.number, f"prediction, {subject.words}"
        said = answers.predicted[number].to(torch.uint8)  # what is kept of an answer is to be small
        row = SegmentationRow(
            streets.images[number], streets.labels[number], {}, f"test image {number + 1}",
            {title: f"mean IoU of this image {answers.of(number, streets.labels).mean_iou:.2f}"},
        )  # fmt: skip
        ious = dict(zip(KEY.names, answers.matrix.iou.tolist(), strict=True))
        look = LabelLook(zoom=4, picked=self.picked)
        return lambda: segmentation_sheet([replace(row, predictions={title: said.long()})], KEY, look, ious)

    # -- what the student does ------------------------------------------------------------------------

    def pick(self, picked: int | str | None) -> None:
        """Bring one class out, by name or number; None: all alike."""
        self.picked = KEY.number(picked)
        self.show()

    def browse(self, number: int) -> None:
        """Show another of the images."""
        count = len(self._known[1]) if self._known else self._num_images
        if not 0 <= number < count:
            raise ValueError(f"image must be in 0..{count - 1}; got {number}.")
        self.number = number
        self.show()

    def _on_pick(self, number: int | None) -> None:
        self.pick(number)

    def _on_browse(self, delta: int) -> None:
        if self._known is not None:
            self.browse((self.number + delta) % len(self._known[1]))


def details_of(answers: Answers) -> dict[str, Any]:
    """Return what is counted as JSON-able data; an absent class is None."""
    values = dict(zip(KEY.names, answers.matrix.iou.tolist(), strict=True))
    return {
        "mean_iou": answers.matrix.mean_iou,
        "pixel_accuracy": answers.matrix.pixel_accuracy,
        "iou": {name: None if np.isnan(value) else value for name, value in values.items()},
    }
