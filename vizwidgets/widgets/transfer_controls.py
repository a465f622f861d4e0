"""The controls of a `TransferLab`: what is reused for what, how, how deep, and how fast it learns."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import ipywidgets
import traitlets

from vizwidgets.core.phases import STRATEGIES
from vizwidgets.models.transfer_sources import PHOTOGRAPHS, TRANSFER_SOURCES, transfer_source

from . import controls
from .transfer_facts import COUNTS
from .transfer_traits import IDLE, TransferTraits

NONE_FROZEN = ("none", "")
HEAD_ONLY = ("the head only", "")
RARE = "pretrained only"  # needs a target with the classes of the source


class TransferControls:
    """Controls tied to the traits of a lab.

    Parameters
    ----------
    traits : TransferTraits
        What they set.
    say : callable
        Takes the words of a refusal.
    """

    def __init__(self, traits: TransferTraits, say: Callable[[str], None]) -> None:
        self._traits, self._say = traits, say
        self._following: int | None = None
        self.knobs = _knobs()
        self.weights, self.task, self.depth = _note(), _note(), _note()
        hint = "Path of your photographs, one folder per class; then Enter"
        self.folder = controls.text("Folder", hint, [])
        self.follow()
        for name, knob in self.knobs.items():
            knob.observe(partial(self._on_knob, name), "value")
        self.folder.observe(partial(self._on_knob, "target"), "value")

    def groups(self) -> list[ipywidgets.Widget]:
        """Return the controls in their groups, from top to bottom."""
        knobs = self.knobs
        tasks = [knobs["source"], self.weights, knobs["target"], self.folder, self.task]
        rates = [knobs["num_steps"], knobs["head_lr"], knobs["backbone_lr"]]
        return [
            controls.group("Task", tasks, "target"),
            controls.group("Run", [knobs["strategy"], knobs["num_labels"], knobs["seed"]], "target"),
            controls.group("Depth", [knobs["cut"], knobs["frozen"], self.depth], "knobs"),
            controls.group("Learning", rates, "knobs"),
        ]

    def follow(self) -> None:
        """Show what holds, and offer what is possible for source, target and strategy of the moment."""
        self._following = threading.get_ident()  # new options choose the first one: not the student's doing
        try:
            self._show_facts()
            options = self._options()
            for name, knob in self.knobs.items():
                value = getattr(self._traits, name)
                if isinstance(knob, controls.PlaceSlider):
                    knob.offer(value)
                if name in options:
                    controls.choose_from(knob, options[name], value)
                else:
                    knob.value = value
        finally:
            self._following = None
        for name in ("cut", "frozen", "num_steps", "head_lr", "backbone_lr"):
            self.knobs[name].disabled = name in IDLE.get(self._traits.strategy, ())
        trouble = self._traits.depth_trouble()
        self.depth.value, self.depth.layout.display = _small(trouble), "" if trouble else "none"

    def wait(self) -> None:
        """Say that source and target are looked up."""
        self.weights.value, self.task.value = _small("looking at the network …"), ""

    def give_up(self, words: str) -> None:
        """Say why source and target could not be looked up."""
        self.weights.value, self.task.value = "", _small(words)

    def _show_facts(self) -> None:
        facts = self._traits.facts
        possible = transfer_source(self._traits.source).targets
        self.folder.layout.display = "" if PHOTOGRAPHS in possible else "none"
        if facts is not None:
            self.knobs["num_labels"].set_places(facts.counts)
            self.weights.value, self.task.value = _small(f"weights: {facts.provenance}"), _small(facts.words)

    def _options(self) -> dict[str, list[Any]]:
        """Return what can be chosen for source, target and strategy of the moment."""
        traits = self._traits
        targets = [name for name in transfer_source(traits.source).targets if name != PHOTOGRAPHS]
        # the one that comes and goes with the target stands last: the page names a choice by its place
        in_order = [name for name in STRATEGIES if name in (*traits.usual_strategies, traits.strategy)]
        layers = traits.layers[:-1]  # the head begins anew in any case
        return {
            "target": list(dict.fromkeys([*targets, traits.target])),
            "strategy": sorted(in_order, key=RARE.__eq__),
            "cut": [HEAD_ONLY, *((f"{name} and after", name) for name in layers)],
            "frozen": [NONE_FROZEN, *((f"up to {name}", name) for name in layers)],
        }

    def _on_knob(self, name: str, change: dict[str, Any]) -> None:
        value = change["new"].strip() if change["owner"] is self.folder else change["new"]
        if self._following == threading.get_ident() or (not value and name == "target"):
            return
        try:
            setattr(self._traits, name, value)
        except (ValueError, traitlets.TraitError) as refusal:
            self._say(str(refusal))
            self.follow()


def _knobs() -> dict[str, ipywidgets.Widget]:
    """Return a control for each trait."""
    log = controls.log_slider
    return {
        "source": controls.dropdown("Source", "The network that is reused", list(TRANSFER_SOURCES)),
        "target": controls.dropdown("Target", "The task with few labelled images", []),
        "strategy": controls.dropdown(
            "Strategy", "What of the network learns, and when; from scratch reuses nothing", list(STRATEGIES)
        ),
        "num_labels": CountSlider(),
        "seed": controls.open_number("Seed", "Of the labelled images, their order, the new weights"),
        "cut": controls.dropdown("Begin anew", "How deep you cut: these layers get new weights", [HEAD_ONLY]),
        "frozen": controls.dropdown(
            "Stay frozen", "Kept layers that never learn, counted from the image", [NONE_FROZEN]
        ),
        "num_steps": controls.number("Steps", "Updates, the same for every strategy to be fair", 1, 10_000),
        "head_lr": log("Rate, new", "Largest learning rate of the layers that begin anew", -5, 0),
        "backbone_lr": log("Rate, kept", "Largest learning rate of the layers that are kept", -5, 0),
    }


class CountSlider(controls.PlaceSlider):
    """A slider for a number of labels, with places that depend on the target."""

    def __init__(self) -> None:
        like = controls.int_slider("Labels", "Labelled target images of each class", 0, 1)
        looks = {name: getattr(like, name, None) for name in ("description", "tooltip", "style", "layout")}
        super().__init__(COUNTS, "{:.0f}".format, **looks)


def _note() -> ipywidgets.HTML:
    note = ipywidgets.HTML()
    note.add_class("vw-fact")
    return note


def _small(words: str) -> str:
    return f'<span class="vw-subtitle">{escape(words)}</span>'
