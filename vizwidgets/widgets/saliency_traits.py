"""What a student can set on a `SaliencyExplorer`: its traits, their checks, and the order that they make."""

from __future__ import annotations

from typing import Any

import traitlets
from torch import nn

from vizwidgets.core.classes import find_class
from vizwidgets.core.layers import Layer, find_layer, list_layers
from vizwidgets.core.measures import Channel, Unit, check_channel
from vizwidgets.core.objectives import Objective, channel, unit
from vizwidgets.core.whole_numbers import MAX_SEED

from .ascent_target import class_target, layer_title, pickable_layers, why_no_classes
from .saliency_order import TITLES, Order, Subject, Target
from .together import Together

TARGET = ("kind", "class_name", "layer", "channel", "unit_row", "unit_column")
LOOK = ("reduce", "strength", "scale")
PIXEL = ("row", "column", "nudge_size")
# method: {option of core: trait}
OPTIONS = {
    "smoothgrad": {"num_samples": "num_samples", "noise": "noise", "seed": "seed"},
    "integrated": {"num_steps": "num_steps", "baseline": "integrated_baseline"},
    "gradcam": {"layer": "gradcam_layer"},
    "occlusion": {"window": "window", "stride": "stride", "baseline": "occlusion_baseline"},
}
LEFT_TO_CORE = ("layer", "window", "stride")  # where they are 0 or empty
SET_BY_TRAIT = tuple(trait for options in OPTIONS.values() for trait in options.values())


class SaliencyTraits(Together):
    """Target, methods, options and look as traits; `order` turns them into values for core."""

    methods = traitlets.List(traitlets.Unicode(), ["gradient"], help="Methods side by side, one to six.")
    kind = traitlets.Enum(("class", "channel", "unit", "objective"), "class", help="What is explained.")
    class_name = traitlets.Unicode("", help="The class that is explained; empty: the predicted one.")
    layer = traitlets.Unicode(help="Layer of the channel or unit that is explained.")
    channel = traitlets.Int(0, help="Number of the channel.")
    unit_row = traitlets.Int(0, help="Row of the unit in its feature map.")
    unit_column = traitlets.Int(0, help="Column of the unit in its feature map.")
    reduce = traitlets.Enum(("max", "mean", "l2"), "max", help="How colour channels become one number.")
    strength = traitlets.Float(0.7, min=0, max=1, help="0 shows the image alone, 1 the map alone.")
    scale = traitlets.Enum(("image", "row", "global"), "image", help="Which maps share a colour scale.")
    row = traitlets.Int(0, help="Row of the pixel that is inspected.")
    column = traitlets.Int(0, help="Column of the pixel that is inspected.")
    nudge_size = traitlets.Float(0.05, min=-1, max=1, help="How far a colour channel is nudged.")
    num_samples = traitlets.Int(16, min=1, max=1000, help="Noisy copies that SmoothGrad averages.")
    noise = traitlets.Float(0.15, min=0, max=2, help="Their noise, as a share of the image's range.")
    seed = traitlets.Int(0, min=0, max=MAX_SEED, help="Seed of that noise.")
    num_steps = traitlets.Int(50, min=1, max=1000, help="Steps of the integral of integrated gradients.")
    integrated_baseline = traitlets.Float(0.0, min=0, max=1, help="Gray of the image where its path begins.")
    gradcam_layer = traitlets.Unicode("", help="Layer of Grad-CAM; empty: the last feature map.")
    window = traitlets.Int(0, min=0, help="Side of the occluded square; 0: about a seventh of the image.")
    stride = traitlets.Int(0, min=0, help="How far it moves each time; 0: half of its side.")
    occlusion_baseline = traitlets.Float(0.5, min=0, max=1, help="Gray of the square that occludes.")

    model: nn.Module
    layer_info: Layer
    _objective: Objective | None = None
    _subjects: tuple[Subject, ...] = ()

    def _set_up(self, settings: dict[str, Any]) -> None:
        """Take over the settings of the constructor; each is checked by its trait."""
        model = self.model
        self.no_classes = why_no_classes(model)
        self._begin_changes()
        target = settings.pop("target", None)
        unknown = [name for name in settings if name not in self.trait_names()]
        if unknown:
            known = ", ".join(sorted(("target", "methods", *TARGET, *LOOK, *PIXEL, *SET_BY_TRAIT)))
            raise ValueError(f"SaliencyExplorer has no setting {unknown[0]!r}; it has {known}.")
        self.layer = settings.pop("layer", None) or layer_title(pickable_layers(model)[-1])
        self.unit_row, self.unit_column = (length // 2 for length in self.layer_info.map_size)
        self.kind = "channel" if self.no_classes else "class"
        if target is not None:
            self.target = target
        for name, value in settings.items():
            setattr(self, name, value)
        self._is_set_up = True

    # -- what is explained ----------------------------------------------------------------------------

    @property
    def target(self) -> Target:
        """Class index or objective that is explained; None: for each image the predicted class.

        Set it to a name, an index, ``vw.channel(…)``, ``vw.unit(…)`` or None.
        """
        if self.kind == "class":
            return find_class(self.model, class_target(self.class_name)) if self.class_name else None
        if self.kind == "channel":
            return channel(self.layer, self.channel)
        if self.kind == "unit":
            place = (self.unit_row, self.unit_column) if self.layer_info.is_map else ()
            return unit(self.layer, (self.channel, *place))
        return self._objective

    @target.setter
    def target(self, target: int | str | Objective | None) -> None:
        if not isinstance(target, Objective):
            name = "" if target is None else self.class_title(find_class(self.model, target))
            with self._together():
                self.kind, self.class_name = "class", name
            return
        bound = target.bind(self.model)
        if bound.size > 1:
            raise ValueError(
                f"one target is explained at a time; got {target!r}, which asks for {bound.size}."
            )
        (weight, measure), *others = bound.terms
        with self._together():
            if weight == 1 and not others and isinstance(measure, (Channel, Unit)):
                self._show_unit(measure)  # in the fields of the page
            else:
                self._is_anew_due, self._objective, self.kind = True, target, "objective"

    def _show_unit(self, measure: Channel | Unit) -> None:
        self.layer, self.kind = measure.layer, measure.kind
        if isinstance(measure, Channel):
            self.channel = measure.channels[0]
            return
        self.channel, *place = measure.units[0]
        if place:
            self.unit_row, self.unit_column = place

    def class_title(self, index: int) -> str:
        """Return the name of a class, or its index where there is no name or where two classes share it."""
        names = getattr(self.model, "class_names", None)
        if not names or names[index].strip().isdigit() or find_class(self.model, names[index]) != index:
            return str(index)
        return str(names[index])

    def order(self) -> Order:
        """Return what is to be computed, from the traits of the moment."""
        options = {method: self.options_of(method) for method in self.methods}
        return Order(self._subjects, self.target, tuple(self.methods), options)

    def options_of(self, method: str) -> dict[str, Any]:
        """Return the options of a method; those that core chooses by itself are left out."""
        given = {name: getattr(self, trait) for name, trait in OPTIONS.get(method, {}).items()}
        return {name: value for name, value in given.items() if value or name not in LEFT_TO_CORE}

    # -- checks ---------------------------------------------------------------------------------------

    @traitlets.validate("methods")
    def _check_methods(self, proposal: dict[str, Any]) -> list[str]:
        methods = proposal["value"]
        unknown = [method for method in methods if method not in TITLES]
        if unknown or not methods or len(set(methods)) < len(methods):
            known = ", ".join(TITLES)
            raise ValueError(f"methods must be one or more of {known}, each once; got {methods}.")
        return methods

    @traitlets.validate("nudge_size")
    def _check_nudge(self, proposal: dict[str, Any]) -> float:
        if not proposal["value"]:
            raise ValueError("nudge_size must be in -1..1 and not 0: a nudge of 0 changes nothing.")
        return proposal["value"]

    @traitlets.validate("class_name")
    def _check_class(self, proposal: dict[str, Any]) -> str:
        name = proposal["value"].strip()
        return self.class_title(find_class(self.model, class_target(name))) if name else ""

    @traitlets.validate("kind")
    def _check_kind(self, proposal: dict[str, Any]) -> str:
        if proposal["value"] == "class":
            find_class(self.model, 0)  # says why there are none, and which models have some
        if proposal["value"] == "objective" and self._objective is None:
            raise ValueError("an objective is given in Python: explorer.target = vw.channel(layer, channel).")
        return proposal["value"]

    @traitlets.validate("layer")
    def _check_layer(self, proposal: dict[str, Any]) -> str:
        self.layer_info = find_layer(self.model, proposal["value"])
        return layer_title(self.layer_info)

    @traitlets.validate("gradcam_layer")
    def _check_gradcam_layer(self, proposal: dict[str, Any]) -> str:
        return layer_title(find_layer(self.model, proposal["value"])) if proposal["value"] else ""

    @traitlets.validate("channel")
    def _check_channel(self, proposal: dict[str, Any]) -> int:
        check_channel(proposal["value"], self.layer_info)
        return proposal["value"]

    @traitlets.validate("unit_row", "unit_column")
    def _check_unit(self, proposal: dict[str, Any]) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        length = self.layer_info.map_size[name == "unit_column"]
        if not 0 <= value < length:
            raise ValueError(f"{name} must be in 0..{length - 1} for layer {self.layer!r}; got {value}.")
        return value

    @traitlets.validate("row", "column")
    def _check_pixel(self, proposal: dict[str, Any]) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        length = self._subjects[0].image.shape[2 + (name == "column")] if self._subjects else value + 1
        if not 0 <= value < length:
            raise ValueError(f"{name} of the pixel must be in 0..{length - 1}; got {value}.")
        return value

    # -- changes --------------------------------------------------------------------------------------

    @traitlets.observe("methods", *TARGET, *SET_BY_TRAIT)
    def _on_change(self, change: dict[str, Any]) -> None:
        if not self._is_set_up:
            return
        with self._together():  # what belongs together changes as one
            self._is_anew_due = True
            if change["name"] == "layer":
                self._fit_to_layer()

    def _fit_to_layer(self) -> None:
        """Bring channel, row and column of the unit into the range of a smaller layer."""
        height, width = self.layer_info.map_size
        self.channel = min(self.channel, self.layer_info.channels - 1)
        self.unit_row, self.unit_column = min(self.unit_row, height - 1), min(self.unit_column, width - 1)

    def layer_titles(self) -> list[str]:
        """Return the layers that can be picked."""
        return [layer_title(layer) for layer in pickable_layers(self.model) or list_layers(self.model)]
