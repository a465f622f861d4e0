"""One animal on one background, chosen by the student, and what the network says of it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from html import escape

import ipywidgets
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate

from vizwidgets.core.metrics import class_scores_of
from vizwidgets.core.saliency import saliency_map
from vizwidgets.core.shortcuts import background_share
from vizwidgets.data.sheep_goats import BACKGROUNDS, compose, draw_animal, draw_background
from vizwidgets.draw.overlay import overlay
from vizwidgets.draw.pixels import Bytes, png, to_bytes

from . import controls
from .meters import Meter, meters_html, percent
from .shortcut_tests import TEST_SEED

NOBODY = "nobody"
SWAP = {"grass": "rock", "rock": "grass", "snow": "sand", "sand": "snow"}
LARGE, SMALL = 192, 64  # pixels: on the page, and as the network sees it
NUM_OFFERED = 8  # of each animal


class Scene(ipywidgets.HBox):
    """Controls for animal and background, the picture, and the verdict of the network.

    Parameters
    ----------
    model : callable
        Returns the network of the moment.
    has_learned : callable
        Whether it has been trained at all.
    """

    def __init__(self, model: Callable[[], nn.Module], has_learned: Callable[[], bool]) -> None:
        self._model, self._has_learned = model, has_learned
        self.animal = controls.dropdown("Animal", "An animal that was not trained with", _animals())
        self.background = controls.dropdown("Background", "What is behind it", list(BACKGROUNDS))
        self.animal.value, self.background.value = ("goat", 1), "grass"
        self.swap = controls.button(
            "Swap background", "exchange", "Grass for rock, snow for sand", self._swap
        )
        self.saliency = ipywidgets.ToggleButton(
            description="Saliency", icon="fire", tooltip="Where the score reacts most to a change",
            layout={"width": "auto"},
        )  # fmt: skip
        self.picture, self.verdict = ipywidgets.HTML(), ipywidgets.HTML()
        pick = controls.group(
            "Ask the network", [self.animal, self.background, ipywidgets.HBox([self.swap, self.saliency])]
        )
        super().__init__([pick, self.picture, self.verdict])
        self.add_class("vw-scene")
        for control in (self.animal, self.background, self.saliency):
            control.observe(lambda _: self.update(), "value")

    @property
    def words(self) -> str:
        """Who stands where."""
        kind, _ = self.animal.value
        who = "nobody" if kind == NOBODY else f"a {kind}"
        return f"{who} on {self.background.value}"

    def update(self) -> None:
        """Draw the picture and ask the network again."""
        kind, number = self.animal.value
        seed = (TEST_SEED, number)
        large, _ = _scene(kind, self.background.value, seed, LARGE)
        small, mask = _scene(kind, self.background.value, seed, SMALL)
        picture, found = to_bytes(large), ""
        if self.saliency.value:
            picture, found = self._overlay(large, small, mask)
        self.picture.value = (
            f'<img alt="{escape(self.words)}" width="{LARGE}" height="{LARGE}" '
            f'src="data:image/png;base64,{base64.b64encode(png(picture)).decode()}">'
        )
        self.verdict.value = self._verdict(small) + found

    def probabilities(self) -> list[float]:
        """Return what the network gives for sheep and for goat, 0 to 1."""
        kind, number = self.animal.value
        small, _ = _scene(kind, self.background.value, (TEST_SEED, number), SMALL)
        return class_scores_of(self._model(), small[None])[0].softmax(dim=0).tolist()

    def large(self) -> Bytes:
        """Return the picture without saliency, (H, W, 3) bytes."""
        return self.drawing()()[0]

    def drawing(self) -> Callable[[], tuple[Bytes, str]]:
        """Return what draws the picture of this moment, and says who stands where, at any time."""
        (kind, number), background, words = self.animal.value, self.background.value, self.words
        return lambda: (to_bytes(_scene(kind, background, (TEST_SEED, number), LARGE)[0]), words)

    def _verdict(self, small: Tensor) -> str:
        if not self._has_learned():
            return '<span class="vw-label">The network says</span>nothing yet: train it first.'
        chances = class_scores_of(self._model(), small[None])[0].softmax(dim=0).tolist()
        meters = [Meter(name, share) for name, share in zip(("sheep", "goat"), chances, strict=True)]
        kind, _ = self.animal.value
        said = "sheep" if chances[0] > chances[1] else "goat"
        is_right = kind in (said, NOBODY)
        tone, mark = ("good", "✓") if is_right else ("bad", "✗")
        badge = f'<span class="vw-{tone}">{mark} {said}</span>' if kind != NOBODY else f"<b>{said}</b>"
        return meters_html(meters, f"The network says of {self.words}", mark=0.5) + badge

    def _overlay(self, large: Tensor, small: Tensor, mask: Tensor) -> tuple[Bytes, str]:
        found = saliency_map(self._model(), small[None]).values
        soft = avg_pool2d(found[:, None], 5, stride=1, padding=2)  # single dots would outshine all
        fine = interpolate(soft, size=(LARGE, LARGE), mode="bilinear", align_corners=False)[0, 0]
        picture = overlay(large, fine)
        if float(mask.max()) == 0:
            return picture, ""
        share = float(background_share(found, mask[None])[0])
        area = float(1 - mask.mean())
        words = f"{percent(share)} of the saliency lies on the background, {percent(area)} of the picture."
        return picture, f"<br>{words}"

    def _swap(self) -> None:
        self.background.value = SWAP[self.background.value]


def _animals() -> list[tuple[str, tuple[str, int]]]:
    """Return the animals to choose from; in a data set sheep have even numbers and goats odd ones."""
    sheep = [(f"sheep {n + 1}", ("sheep", 2 * n)) for n in range(NUM_OFFERED)]
    goats = [(f"goat {n + 1}", ("goat", 2 * n + 1)) for n in range(NUM_OFFERED)]
    return [*sheep, *goats, ("nobody: the bare background", (NOBODY, 0))]


def _scene(kind: str, background: str, seed: tuple[int, int], size: int) -> tuple[Tensor, Tensor]:
    """Return image (3, H, W) and mask (H, W)."""
    scenery = draw_background(background, seed, size)
    if kind == NOBODY:
        return scenery, torch.zeros(size, size)
    return compose(draw_animal(kind, seed, size), scenery)
