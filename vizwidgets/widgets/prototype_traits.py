"""What a student can set on a `PrototypeWall`: its traits, and the order for core that they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import traitlets
from torch import nn

from vizwidgets.core.classes import find_class
from vizwidgets.core.objectives import Objective
from vizwidgets.core.optimizers import DEFAULT_LR, OPTIMIZERS
from vizwidgets.core.prototypes import RECIPES, PrototypeRecipe, class_title, prototype_classes
from vizwidgets.core.settings import PARAMETERIZATIONS, AscentSettings
from vizwidgets.core.whole_numbers import MAX_SEED

from .ascent_target import class_target
from .together import Together

TARGET = ("climbed", "only", "num_starts")
START = ("seed", "parameterization", "optimizer")  # these and TARGET begin a new run
LIVE = ("lr", "jitter", "rotate", "scale", "num_steps")
WEIGHTS = ("tv_weight", "p_norm_weight", "p", "center")  # act on the next step, like LIVE
SETTINGS = (*START, *LIVE)  # traits that are fields of AscentSettings


class PrototypeTraits(Together):
    """Classes, weights and settings of prototypes as traits; `order` turns them into values of core."""

    climbed = traitlets.Enum(("logit", "softmax"), "logit", help="The score, or its share after softmax.")
    only = traitlets.Unicode("", help="The one class that is climbed; empty for all of them.")
    num_starts = traitlets.Int(
        4, min=1, max=20, help="Random starts of that one class: one picture for each."
    )
    tv_weight = traitlets.Float(1.5, min=0, help="Weight of the total variation.")
    p_norm_weight = traitlets.Float(0.4, min=0, help="Weight of the p-norm.")
    p = traitlets.Float(1.0, min=1, help="Order of the p-norm.")
    center = traitlets.Float(0.0, min=0, max=1, help="The value at which the norm is 0: 0 black, 0.5 gray.")
    lr = traitlets.Float(0.05, help="Size of a step.")
    jitter = traitlets.Int(2, min=0, help="Largest shift of the network's view, in pixels.")
    rotate = traitlets.Float(15.0, min=0, help="Largest turn of the network's view, in degrees.")
    scale = traitlets.Float(
        0.15, min=0, max=0.9, help="Largest relative change of size of the network's view."
    )
    seed = traitlets.Int(0, min=0, max=MAX_SEED, help="Seed of the start images and of the moving view.")
    num_steps = traitlets.Int(200, min=1, help="Steps until the run is done.")
    preset = traitlets.Enum(tuple(RECIPES), "tuned", help="A recipe that has a name.")
    parameterization = traitlets.Enum(
        PARAMETERIZATIONS, "pixels", help="Whether the image stays in [0, 1], and how."
    )
    optimizer = traitlets.Enum(OPTIMIZERS, "adam", help="How a step is made.")

    model: nn.Module

    def _set_up(
        self, model: nn.Module, classes: Sequence[int | str] | None, recipe: str, settings: dict[str, Any]
    ) -> None:
        """Take over the arguments of the constructor."""
        self._begin_changes()
        self.classes = prototype_classes(model, classes)
        self.model = model
        given = {name: settings.pop(name) for name in (*TARGET, *WEIGHTS) if name in settings}
        self.preset = recipe
        base = RECIPES[recipe]
        self._take_recipe(replace(base, settings=base.settings.changed(**settings)))
        for name, value in given.items():
            setattr(self, name, value)
        self._is_set_up = True

    @property
    def targets(self) -> tuple[int, ...]:
        """The class of each picture, in order."""
        if not self.only:
            return self.classes
        return (find_class(self.model, class_target(self.only)),) * self.num_starts

    @property
    def titles(self) -> list[str]:
        """What each picture is called."""
        if self.only and self.num_starts > 1:
            return [f"{self.only}, start {number}" for number in range(1, self.num_starts + 1)]
        return [class_title(self.model, index) for index in self.targets]

    @property
    def is_bounded(self) -> bool:
        """Whether the images stay in [0, 1]."""
        return self.parameterization != "unbounded pixels"

    def order(self) -> tuple[Objective, AscentSettings]:
        """Return what is climbed and how, from the traits of the moment."""
        recipe = PrototypeRecipe(
            self._base,
            tv_weight=round(self.tv_weight, 6),
            p_norm_weight=round(self.p_norm_weight, 6),
            p=self.p,
            center=self.center,
        )
        wanted = self.targets if not self.only else self.targets[:1]
        values = {name: getattr(self, name) for name in SETTINGS}
        values["num_images"] = self.num_starts if self.only else 1
        if values["lr"] == DEFAULT_LR[self.optimizer]:
            values["lr"] = None
        objective = recipe.objective(wanted, self.climbed == "softmax")
        return objective, self._base.changed(**values)

    def _take_recipe(self, recipe: PrototypeRecipe) -> None:
        self._base = recipe.settings
        for name in WEIGHTS:
            setattr(self, name, getattr(recipe, name))
        for name in SETTINGS:
            if name != "lr":
                setattr(self, name, getattr(recipe.settings, name))
        self.lr = recipe.settings.step_size

    @traitlets.validate("only")
    def _check_only(self, proposal: dict[str, Any]) -> str:
        if not proposal["value"]:
            return ""
        return class_title(self.model, find_class(self.model, class_target(proposal["value"])))

    @traitlets.validate("lr")
    def _check_lr(self, proposal: dict[str, Any]) -> float:
        if not proposal["value"] > 0:
            raise ValueError(f"lr must be above 0; got {proposal['value']}.")
        return proposal["value"]

    @traitlets.observe("preset", *TARGET, *START, *WEIGHTS, *LIVE)
    def _on_change(self, change: dict[str, Any]) -> None:
        if not self._is_set_up:
            return
        name = change["name"]
        with self._together():  # what belongs together changes as one
            self._is_anew_due |= name in ("preset", *TARGET, *START)
            if name == "optimizer":
                self.lr = DEFAULT_LR[self.optimizer]
            elif name == "preset":
                recipe = RECIPES[self.preset]
                kept = {"seed": self.seed, "size": self._base.size, "precision": self._base.precision}
                self._take_recipe(replace(recipe, settings=recipe.settings.changed(**kept)))
