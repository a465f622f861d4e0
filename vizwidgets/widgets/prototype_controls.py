"""The controls of a `PrototypeWall`, tied to its traits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets

from vizwidgets.core.optimizers import OPTIMIZERS
from vizwidgets.core.prototypes import RECIPES, class_title
from vizwidgets.core.whole_numbers import MAX_SEED

from . import controls

if TYPE_CHECKING:
    from .prototypes import PrototypeWall

CLIMBED = {
    "logit": "The score of the class, before softmax",
    "softmax": "Its probability: rises also when the other scores fall, and its gradient vanishes",
}
BOUNDS = {
    "stay in [0, 1]": "pixels",
    "leave it, rescale to show": "unbounded pixels",
    "frequencies, in (0, 1)": "fourier",
}
ORDERS = {"1 (sum of sizes)": 1.0, "2 (squares)": 2.0, "6 (keras-vis)": 6.0, "∞ (the largest)": math.inf}
CENTERS = {"0 (black)": 0.0, "0.5 (gray)": 0.5}


def prototype_groups(wall: PrototypeWall, say: Callable[[str], None]) -> list[ipywidgets.Widget]:
    """Return the groups of controls of a wall, tied to its traits."""
    made = wall.controls = _target(wall) | _knobs()
    for name, control in made.items():
        if name in ("p", "center"):
            _offer(control, getattr(wall, name))
        controls.bind(wall, name, control, say)
    _show_starts(wall)
    pick = lambda *names: [made[name] for name in names]  # noqa: E731
    return [
        controls.group("Climb the", pick("climbed", "only", "num_starts"), "target"),
        controls.group(
            "Regularizers and step", pick("tv_weight", "p_norm_weight", "p", "center", "lr"), "knobs"
        ),
        controls.group("The network's view", pick("jitter", "rotate", "scale"), "knobs"),
        controls.group(
            "Recipe",
            [*pick("preset", "parameterization", "optimizer"), controls.row(pick("num_steps", "seed"))],
            "recipe",
        ),
    ]


def _target(wall: PrototypeWall) -> dict[str, ipywidgets.Widget]:
    titles = [class_title(wall.model, index) for index in wall.classes]
    if wall.only and wall.only not in titles:
        titles.append(wall.only)
    everything = f"all {len(wall.classes)} at once"
    return {
        "climbed": controls.choice(CLIMBED),
        "only": controls.dropdown(
            "Classes", "All, or several starts of one", [(everything, ""), *zip(titles, titles, strict=True)]
        ),
        "num_starts": controls.number("Starts", "Random starts of the one class", 1, 20),
    }


def _knobs() -> dict[str, ipywidgets.Widget]:
    return {
        "tv_weight": controls.weight_slider("Total variation", "Weight: larger is smoother"),
        "p_norm_weight": controls.weight_slider("p-norm", "Weight: larger keeps the pixels near the centre"),
        "p": controls.dropdown(
            "Norm's p", "The larger, the more the extreme pixels count", list(ORDERS.items())
        ),
        "center": controls.dropdown("Norm's centre", "The value that costs nothing", list(CENTERS.items())),
        "lr": controls.log_slider("Learning rate", "How far each step goes", -4, 1),
        "jitter": controls.int_slider("Jitter", "Largest shift of the network's view, in pixels", 0, 16),
        "rotate": controls.slider("Rotate", "Largest turn of the network's view, in degrees", 0, 45, 1),
        "scale": controls.slider("Scale", "Largest relative change of size of the view", 0, 0.5, 0.05),
        "preset": controls.dropdown("Preset", "A recipe that has a name; begins a new run", list(RECIPES)),
        "parameterization": controls.dropdown(
            "Pixels", "Whether the image stays in [0, 1]; begins a new run", list(BOUNDS.items())
        ),
        "optimizer": controls.dropdown("Optimizer", "How a step is made; begins a new run", list(OPTIMIZERS)),
        "num_steps": controls.number("Steps", "Number of steps until the run is done", 1, 100_000),
        "seed": controls.number("Seed", "Start images and moving view; begins a new run", 0, MAX_SEED),
    }


def _offer(control: ipywidgets.Dropdown, value: float) -> None:
    """Make place for a value that was given in Python."""
    if all(value != place for _, place in control.options):
        control.options = [*control.options, (f"{value:g}", value)]


def _show_starts(wall: PrototypeWall) -> None:
    """Show the number of starts only where one class is climbed."""

    def show(_: Any = None) -> None:
        wall.controls["num_starts"].layout.display = "" if wall.only else "none"

    wall.observe(show, "only")
    show()
