"""What the domain gap looks like: the same streets from game to camera, and what a network makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets
import torch
import traitlets
from torch import nn

from vizwidgets.data.scenes import scenes
from vizwidgets.draw.charts import NotebookFigure
from vizwidgets.draw.class_key import class_key
from vizwidgets.draw.gap_chart import gap_key, gap_svg
from vizwidgets.draw.label_picture import LabelLook
from vizwidgets.draw.segmentation_figure import segmentation_figure
from vizwidgets.draw.segmentation_sheet import SegmentationRow

from . import controls
from .errand import Errand
from .segmentation_tiles import Streets, TileWords, picture_of
from .segmentation_view import SegmentationView

SEED = 2_000_003  # of streets that nobody trains with, and nobody is tested with
NUM_SCENES = 8
LOOKS = tuple(round(0.1 * place, 1) for place in range(11))
TITLE = "What the domain gap looks like"
WORDS = (
    "Streets drawn for this alone, in every look from the flat game (0) to the camera (1): only the look "
    "changes. They are drawn also where the target is a folder of photographs. No training is needed."
)
Networks = Mapping[str, nn.Module]


class DomainGap(ipywidgets.VBox):
    """A slider from the flat look of a game to that of a camera.

    Streets are drawn and networks are asked on the worker's thread, a street at a time: neither the slider
    nor a training waits for it.

    Parameters
    ----------
    networks : callable
        Returns the networks that can be asked, by name.
    say : callable
        Takes the words of an error.
    """

    look = traitlets.Float(0.0, help="0: the game's look; 1: the camera's.")
    scene = traitlets.Int(0, help="Number of the street that is shown.")
    network = traitlets.Unicode(help="Which network is asked.")

    def __init__(self, networks: Callable[[], Networks], say: Callable[[str], None]) -> None:
        self._networks, self._say = networks, say
        self._drawn: dict[tuple[float, int], Streets] = {}
        self._curves: dict[str, dict[float, float]] = {}
        self._wanted: list[tuple[str, float]] = []  # what is still to be measured, the next one first
        self._picked: int | None = None
        self._errand, self._survey = Errand(self._answer, say), Errand(self._measure, say)
        super().__init__(network=next(iter(networks())))
        self._make_parts()
        self.observe(self._on_change, ["look", "scene", "network"])
        self.add_class("vw-gap")

    def _make_parts(self) -> None:
        self.view = SegmentationView(self._on_seen, self._on_pick, self._on_browse)
        self.slider = controls.slider("Look", "0: the flat look of a game; 1: that of a camera", 0, 1, 0.1)
        self.slider.readout_format = ".1f"
        self.choice = controls.dropdown("Network", "Which network is asked", list(self._networks()))
        controls.bind(self, "look", self.slider, self._say)
        controls.bind(self, "network", self.choice, self._say)
        self.all_looks = controls.button(
            "Measure all looks", "line-chart", "Fill in the curve from 0 to 1", self.measure_all
        )
        self.chart = ipywidgets.HTML()
        heading = ipywidgets.HTML(f'<span class="vw-heading">{TITLE}</span><br>{WORDS}')
        knobs = ipywidgets.VBox([heading, self.slider, self.choice, self.all_looks])
        top = ipywidgets.HBox([knobs, self.chart])
        self.children = (top, self.view)
        self._show_chart()

    # -- what is asked --------------------------------------------------------------------------------

    @traitlets.validate("look")
    def _check_look(self, proposal: dict[str, Any]) -> float:
        if not 0 <= proposal["value"] <= 1:
            raise ValueError(f"look must be in 0..1, from game to camera; got {proposal['value']}.")
        return round(float(proposal["value"]), 3)

    @traitlets.validate("scene")
    def _check_scene(self, proposal: dict[str, Any]) -> int:
        if not 0 <= proposal["value"] < NUM_SCENES:
            raise ValueError(f"scene must be in 0..{NUM_SCENES - 1}; got {proposal['value']}.")
        return proposal["value"]

    @traitlets.validate("network")
    def _check_network(self, proposal: dict[str, Any]) -> str:
        names = list(self._networks())
        if proposal["value"] not in names:
            raise ValueError(f"network must be one of {', '.join(names)}; got {proposal['value']!r}.")
        return proposal["value"]

    def ask(self) -> None:
        """Show what the network says of the street of the moment."""
        self._errand.ask((self.network, self.look, self.scene))

    def measure(self, *looks: float) -> None:
        """Measure the mean IoU at some looks, before what was asked for earlier."""
        wanted = [(self.network, look) for look in looks]
        self._wanted = [*wanted, *(each for each in self._wanted if each not in wanted)]
        self._survey.ask(None)

    def measure_all(self) -> None:
        """Measure the whole curve of the network of the moment."""
        self.measure(*LOOKS)

    def end(self) -> None:
        """Leave what is still to be measured."""
        self._wanted = []

    def wait(self, timeout: float | None = None) -> bool:
        """Block until everything is shown and measured; False when the time was over first."""
        return self._errand.wait(timeout) and self._survey.wait(timeout)

    def renew(self, name: str = "") -> None:
        """Offer the networks of the moment, and forget what was measured of one whose weights changed."""
        self._curves.pop(name, None)
        names = list(self._networks())
        if list(self.choice.options) != names:
            chosen = self.network if self.network in names else names[0]
            controls.choose_from(self.choice, names, chosen)
            self.network = chosen
        if name == self.network and self.view.revision:  # what is seen was said by the old weights
            self.ask()
        self._show_chart()

    def figure(self, looks: Sequence[float] = (0.0, 0.5, 1.0)) -> NotebookFigure:
        """Return the street of the moment in some looks, with what the network says, for paper."""
        network, name = self._networks()[self.network], self.network
        rows, means = [], []
        for look in looks:
            self._score(name, look)
            street = self._street(look, self.scene)
            answers = street.ask(network)
            words = f"mean IoU {answers.matrix.mean_iou:.2f}"
            said = {name: answers.predicted[0]}
            rows.append(
                SegmentationRow(street.images[0], street.labels[0], said, f"look {look:g}", {name: words})
            )
            means.append(f"{self._curves[name][look]:.2f} at look {look:g}")
        caption = f"{name}: mean IoU over {NUM_SCENES} streets {', '.join(means)} (0 game, 1 camera)"
        return segmentation_figure(rows, street.key, LabelLook(picked=self._picked), caption=caption)

    @property
    def curves(self) -> dict[str, dict[float, float]]:
        """Mean IoU over the streets by network and look, as far as it was measured."""
        return {name: dict(points) for name, points in self._curves.items()}

    def _on_change(self, _: Any) -> None:
        self.ask()
        self.measure(self.look)

    def _on_seen(self) -> None:
        if not self.view.revision:  # nothing is drawn before somebody looks
            self.ask()

    def _on_pick(self, number: int | None) -> None:
        self._picked = number
        self.ask()

    def _on_browse(self, delta: int) -> None:
        self.scene = (self.scene + delta) % NUM_SCENES

    # -- on the worker's thread -----------------------------------------------------------------------

    def _answer(self, question: tuple[str, float, int]) -> None:
        name, look, number = question
        street = self._street(look, number)
        words = TileWords(
            f"street {number + 1} of {NUM_SCENES}",
            f"look {look:g}",
            f"prediction, {name}",
            "IoU in this street",
        )
        network = self._networks().get(name)
        if network is None:
            return  # it has given way to a newer one
        answers = street.ask(network)
        self.view.rest(picture_of(street, 0, answers, words, LabelLook(picked=self._picked)))
        self._show_chart()

    def _measure(self, _: None) -> None:
        """Draw one street that is missing, or measure where all are there; then go on with the rest."""
        if not self._wanted:
            return
        name, look = self._wanted[0]
        networks = self._networks()
        missing = [number for number in range(NUM_SCENES) if (look, number) not in self._drawn]
        if missing:
            self._street(look, missing[0])
        else:
            self._wanted = [each for each in self._wanted if each != (name, look)]
            if name in networks:
                self._score(name, look)
                self._show_chart()
        if self._wanted:
            self._survey.ask(None)

    def _score(self, name: str, look: float) -> None:
        """Measure the mean IoU over all streets, if it is not known."""
        curve = self._curves.setdefault(name, {})
        if look not in curve:
            streets = [self._street(look, number) for number in range(NUM_SCENES)]
            images, labels = (torch.cat([getattr(one, of) for one in streets]) for of in ("images", "labels"))
            answers = Streets(images, labels, streets[0].key).ask(self._networks()[name])
            curve[look] = answers.matrix.mean_iou

    def _street(self, look: float, number: int) -> Streets:
        if (look, number) not in self._drawn:
            drawn = scenes(1, look=look, seed=SEED + number, layout="camera")
            key = class_key(drawn.class_names, drawn.colors)
            self._drawn[look, number] = Streets(drawn.images, drawn.labels, key)
        return self._drawn[look, number]

    def _show_chart(self) -> None:
        curves = {name: self._curves.get(name, {}) for name in self._networks()}  # each keeps its colour
        self.chart.value = gap_key(curves, self.look) + gap_svg(curves, self.look)
