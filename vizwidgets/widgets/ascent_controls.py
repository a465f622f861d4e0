"""The controls of an `AscentExplorer`, tied to its traits."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets

from vizwidgets.core.layers import Layer
from vizwidgets.core.own_function import name_of
from vizwidgets.core.settings import PARAMETERIZATIONS, PRESETS
from vizwidgets.core.whole_numbers import MAX_SEED

from . import controls
from .ascent_target import WEIGHTS, by_block, layer_title, pickable_layers, why_no_classes

if TYPE_CHECKING:
    from .ascent import AscentExplorer

KINDS = {
    "channel": "A filter: its mean activation over the whole image",
    "unit": "One node of the layer, at a row and a column",
    "class": "The score of a class, before softmax",
}


class TargetControls:
    """Block, layer, kind, and the number or name of what is climbed.

    Parameters
    ----------
    explorer : AscentExplorer
        Whose traits they set.
    say : callable
        Shows an error in words.
    """

    def __init__(self, explorer: AscentExplorer, say: Callable[[str], None]) -> None:
        self._explorer, self._say, self._is_showing = explorer, say, False
        self._blocks = by_block(pickable_layers(explorer.model))
        self._reason = why_no_classes(explorer.model)
        self.kind = controls.choice(KINDS)
        self.block = controls.dropdown("Block", "Part of the network", list(self._blocks))
        self.layer = controls.dropdown("Layer", "Whose activation is climbed", [])
        self.channel = controls.number("Channel", "Number of the filter", 0, 0)
        self.row = controls.number("Row", "Row of the unit in the feature map", 0, 0)
        self.column = controls.number("Column", "Column of the unit in the feature map", 0, 0)
        self.class_name = controls.text("Class", "Type a part of the name", explorer.class_names)
        self.note = ipywidgets.HTML()
        self.note.add_class("vw-note")
        self.class_name.disabled = bool(self._reason)
        self._tie()
        self.box = controls.group("Climb a", self._rows(), "target")

    def _rows(self) -> list[ipywidgets.Widget]:
        self._place = controls.row([self.row, self.column])
        self._show_rows()
        return [self.kind, self.block, self.layer, self.channel, self._place, self.class_name, self.note]

    def _tie(self) -> None:
        explorer = self._explorer
        self._show_layer()
        for name in ("channel", "row", "column", "class_name"):
            controls.bind(explorer, name, getattr(self, name), self._say)
        self.kind.value = explorer.kind
        self.kind.observe(self._on_kind, "value")
        self.block.observe(self._on_block, "value")
        self.layer.observe(self._on_layer, "value")
        explorer.observe(lambda _: self._show_layer(), "layer")
        explorer.observe(lambda change: setattr(self.kind, "value", change["new"]), "kind")

    def _on_kind(self, change: dict[str, Any]) -> None:
        """Take the kind over; where there is no class to climb the reason is shown, and the run goes on."""
        try:
            self._explorer.kind = change["new"]
        except ValueError as reason:
            self._say(str(reason))
        self._show_rows()

    def _on_block(self, change: dict[str, Any]) -> None:
        titles = [layer_title(layer) for layer in self._blocks.get(change["new"], [])]
        if titles and not self._is_showing:
            self._explorer.layer = titles[0]

    def _on_layer(self, change: dict[str, Any]) -> None:
        if not self._is_showing and change["new"] is not None:
            self._explorer.layer = change["new"]

    def _show_layer(self) -> None:
        """Show the explorer's layer in its block, also one that the picker does not offer by itself."""
        explorer = self._explorer
        block = next((b for b, layers in self._blocks.items() if explorer.layer_info in layers), None)
        layers = self._blocks[block] if block else [explorer.layer_info]
        self._is_showing = True  # new options choose the first one by themselves: not the student's doing
        try:
            names = [(_layer_words(layer, block or ""), layer_title(layer)) for layer in layers]
            controls.choose_from(self.layer, names, explorer.layer)
            self.block.value = block
        finally:
            self._is_showing = False
        height, width = explorer.layer_info.shape[1:] or (1, 1)
        for field, last in ((self.channel, explorer.layer_info.channels - 1), (self.row, height - 1)):
            field.max = last
        self.column.max = width - 1
        self.channel.tooltip = f"Number of the filter, 0 to {explorer.layer_info.channels - 1}"

    def _show_rows(self) -> None:
        kind = self.kind.value
        for widget, is_shown in (
            (self.block, kind != "class" and len(self._blocks) > 1),
            (self.layer, kind != "class"),
            (self.channel, kind != "class"),
            (self._place, kind == "unit"),
            (self.class_name, kind == "class"),
            (self.note, kind == "class" and bool(self._reason)),
        ):
            widget.layout.display = "" if is_shown else "none"
        self.note.value = self._reason


def _layer_words(layer: Layer, block: str) -> str:
    title = layer_title(layer).removeprefix(block).lstrip("_.") or layer_title(layer)
    return f"{title}  ({' × '.join(map(str, layer.shape))})"


def knob_groups(explorer: AscentExplorer, say: Callable[[str], None]) -> list[ipywidgets.Widget]:
    """Return the groups of controls that act on the next step, and those that begin a new run."""
    make = explorer.controls = _knobs()
    weights: list[ipywidgets.Widget] = []
    for name, control in make.items():
        if name != "size" or isinstance(explorer.size, int):
            controls.bind(explorer, name, control, say)
    for name, trait in WEIGHTS.items():
        weights.append(make[trait])
        if name in explorer.functions:
            make[trait].tooltip = f"Weight of your function {name_of(explorer.functions[name])}"
            words = escape(explorer.functions.words(name))
            weights.append(ipywidgets.HTML(f'<span class="vw-subtitle">{words}</span>'))
    pick = lambda *names: [make[name] for name in names]  # noqa: E731
    numbers = controls.row(pick("num_steps", "size", "seed"))
    return [
        controls.group("Regularizers and step", [*weights, make["lr"]], "knobs"),
        controls.group("The network's view", pick("jitter", "rotate", "scale", "blur_sigma"), "knobs"),
        controls.group("Recipe", [*pick("preset", "parameterization"), numbers], "recipe"),
    ]


def _knobs() -> dict[str, ipywidgets.Widget]:
    return {
        "tv_weight": controls.weight_slider("Total variation", "Weight: larger is smoother"),
        "p_norm_weight": controls.weight_slider("p-norm", "Weight: larger keeps extreme pixels away"),
        "lr": controls.log_slider("Learning rate", "How far each step goes", -4, 1),
        "jitter": controls.int_slider("Jitter", "Largest shift of the network's view, in pixels", 0, 32),
        "rotate": controls.slider("Rotate", "Largest turn of the network's view, in degrees", 0, 45, 1),
        "scale": controls.slider("Scale", "Largest relative change of size of the view", 0, 0.5, 0.05),
        "blur_sigma": controls.slider("Blur", "Blur every fourth step, in pixels", 0, 3, 0.25),
        "preset": controls.dropdown("Preset", "A recipe that has a name; begins a new run", list(PRESETS)),
        "parameterization": controls.dropdown(
            "Image as", "How the image is represented; begins a new run", list(PARAMETERIZATIONS)
        ),
        "num_steps": controls.number("Steps", "Number of steps until the run is done", 1, 100_000),
        "size": controls.number("Size", "Height and width in pixels; begins a new run", 8, 1024),
        "seed": controls.number("Seed", "Start image and moving view; begins a new run", 0, MAX_SEED),
    }
