"""What a student can set on an `AscentExplorer`: its traits, checked by the rules of core."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import traitlets
from torch import nn

from vizwidgets.core.classes import find_class
from vizwidgets.core.layers import Layer, check_model, find_layer, input_shape_of
from vizwidgets.core.measures import check_channel
from vizwidgets.core.objectives import Objective
from vizwidgets.core.optimizers import DEFAULT_LR, OPTIMIZERS
from vizwidgets.core.settings import PARAMETERIZATIONS, PRESETS, AscentSettings, preset, settings_from
from vizwidgets.core.whole_numbers import MAX_SEED

from .ascent_target import WEIGHTS as WEIGHT_TRAITS
from .ascent_target import class_target, layer_title, objective_of, pickable_layers
from .own_functions import OwnFunctions
from .together import Together

TARGET = ("kind", "layer", "channel", "row", "column", "class_name")
START = ("seed", "size", "parameterization", "optimizer", "spread")  # these and TARGET begin a new run
WEIGHTS = tuple(WEIGHT_TRAITS.values())
LIVE = ("lr", "jitter", "rotate", "scale", "blur_sigma", "num_steps")  # act on the next step, like WEIGHTS
SETTINGS = (*START, *LIVE)  # traits that are fields of AscentSettings
BLUR_EVERY = 4  # steps from one blur to the next, where there is blur


class AscentTraits(Together):
    """Target, weights and settings of an ascent as traits; `order` turns them into values of core."""

    kind = traitlets.Enum(("channel", "unit", "class"), "channel", help="What is climbed.")
    layer = traitlets.Unicode(help="Name or alias of the layer.")
    channel = traitlets.Int(0, help="Number of the channel (of the filter).")
    row = traitlets.Int(0, help="Row of the unit.")
    column = traitlets.Int(0, help="Column of the unit.")
    class_name = traitlets.Unicode("", help="Name of the class, or its index.")
    tv_weight = traitlets.Float(0.05, min=0, help="Weight of the total variation.")
    p_norm_weight = traitlets.Float(0.1, min=0, help="Weight of the p-norm.")
    lr = traitlets.Float(0.05, help="Size of a step.")
    jitter = traitlets.Int(8, min=0, help="Largest shift of the network's view, in pixels.")
    rotate = traitlets.Float(10.0, min=0, help="Largest turn of the network's view, in degrees.")
    scale = traitlets.Float(
        0.1, min=0, max=0.9, help="Largest relative change of size of the network's view."
    )
    blur_sigma = traitlets.Float(0.0, min=0, help="Blur every fourth step, in pixels; 0 is never.")
    seed = traitlets.Int(0, min=0, max=MAX_SEED, help="Seed of the start image and of the moving view.")
    size = traitlets.Any(224, help="Side of the image in pixels, or (height, width).")
    num_steps = traitlets.Int(256, min=1, help="Steps until the run is done.")
    preset = traitlets.Enum(tuple(PRESETS), "lucid", help="A recipe that has a name.")
    parameterization = traitlets.Enum(PARAMETERIZATIONS, "fourier", help="How the image is represented.")
    optimizer = traitlets.Enum(OPTIMIZERS, "adam", help="How a step is made.")
    spread = traitlets.Float(0.01, min=0, help="Noise in the start image.")

    model: nn.Module
    layer_info: Layer
    functions: OwnFunctions

    def _set_up(
        self,
        model: nn.Module,
        recipe: str,
        target: dict[str, Any],
        weights: dict[str, float],
        settings: dict[str, Any],
    ) -> None:
        """Take over the arguments of the constructor; `target` holds those of TARGET that were given."""
        check_model(model)
        self.model = model
        self.class_names = tuple(getattr(model, "class_names", None) or ())
        self._begin_changes()
        self.layer = target.pop("layer", None) or layer_title(pickable_layers(model)[-1])
        self.row, self.column = (length // 2 for length in self.layer_info.map_size)
        for name, value in target.items():
            setattr(self, name, value)
        self._take_settings(settings_from(recipe, **settings))
        self.preset = recipe
        for name, value in weights.items():
            setattr(self, name, value)
        self._is_set_up = True

    # -- from traits to values ------------------------------------------------------------------------

    def order(self) -> tuple[Objective, AscentSettings]:
        """Return what is climbed and how, from the traits of the moment."""
        values = {name: getattr(self, name) for name in SETTINGS}
        blur_every = self._base.blur_every or BLUR_EVERY if self.blur_sigma else 0
        if values["lr"] == DEFAULT_LR[self.optimizer]:
            values["lr"] = None
        return objective_of(self), replace(self._base, **values, blur_every=blur_every)

    def _take_settings(self, base: AscentSettings) -> None:
        self._base = base
        default = input_shape_of(self.model)[1:] if base.size is None else base.sides
        size = default[0] if default[0] == default[1] else default
        for name in SETTINGS:
            if name not in ("lr", "size"):
                setattr(self, name, getattr(base, name))
        self.lr, self.size = base.step_size, size

    # -- checks ---------------------------------------------------------------------------------------

    @traitlets.validate("layer")
    def _check_layer(self, proposal: dict[str, Any]) -> str:
        self.layer_info = find_layer(self.model, proposal["value"])
        return layer_title(self.layer_info)

    @traitlets.validate("channel")
    def _check_channel(self, proposal: dict[str, Any]) -> int:
        check_channel(proposal["value"], self.layer_info)
        return proposal["value"]

    @traitlets.validate("row", "column")
    def _check_place(self, proposal: dict[str, Any]) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        length = self.layer_info.map_size[name == "column"]
        if not 0 <= value < length:
            raise ValueError(f"{name} must be in 0..{length - 1} for layer {self.layer!r}; got {value}.")
        return value

    @traitlets.validate("class_name")
    def _check_class(self, proposal: dict[str, Any]) -> str:
        index = find_class(self.model, class_target(proposal["value"]))
        return self.class_names[index] if self.class_names else str(index)

    @traitlets.validate("kind")
    def _check_kind(self, proposal: dict[str, Any]) -> str:
        if proposal["value"] == "class":
            find_class(self.model, 0)  # says why there are none, and which models have some
            if not self.class_name:
                self.class_name = "0"
        return proposal["value"]

    @traitlets.validate("size")
    def _check_size(self, proposal: dict[str, Any]) -> int | tuple[int, int]:
        return AscentSettings(size=proposal["value"]).size or 224

    @traitlets.validate("lr")
    def _check_lr(self, proposal: dict[str, Any]) -> float:
        if not proposal["value"] > 0:
            raise ValueError(f"lr must be above 0; got {proposal['value']}.")
        return proposal["value"]

    # -- changes --------------------------------------------------------------------------------------

    @traitlets.observe("preset", *TARGET, *START, *WEIGHTS, *LIVE)
    def _on_change(self, change: dict[str, Any]) -> None:
        if not self._is_set_up:
            return
        name = change["name"]
        with self._together():  # what belongs together changes as one
            self._is_anew_due |= name in ("preset", *TARGET, *START)
            if name == "layer":
                self._fit_to_layer()
            elif name == "optimizer":
                self.lr = DEFAULT_LR[self.optimizer]
            elif name == "preset":
                self._take_preset()

    def _fit_to_layer(self) -> None:
        """Bring channel, row and column into the range of a smaller layer."""
        height, width = self.layer_info.map_size
        self.channel = min(self.channel, self.layer_info.channels - 1)
        self.row, self.column = min(self.row, height - 1), min(self.column, width - 1)

    def _take_preset(self) -> None:
        """Take over a recipe; what it does not speak of (size, seed, precision) stays."""
        kept = ("seed", "size", "num_images", "precision", "rescue_steps")
        values = {name: getattr(self._base, name) for name in kept}
        recipe = preset(self.preset).changed(**{**values, "seed": self.seed, "size": self.size})
        self._take_settings(recipe)
