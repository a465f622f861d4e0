"""The controls of a `SaliencyExplorer`, tied to its traits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets

from vizwidgets.core.whole_numbers import MAX_SEED

from . import controls
from .saliency_order import TITLES
from .saliency_words import HELP

if TYPE_CHECKING:
    from .saliency_frame import SaliencyFrame

Say = Callable[[str], None]
SHORT = {"integrated": "integrated grad."}
REDUCTIONS = {
    "max": "The largest of the colour channels: the lecture's choice",
    "mean": "The mean of the colour channels",
    "l2": "The root of the sum of their squares",
}
SCALE_WORDS = {"each map": "image", "each row": "row", "all maps": "global"}
SCALES = {
    "image": "Each map has a colour scale of its own",
    "row": "The maps of an image share a colour scale",
    "global": "All maps share a colour scale",
}


def method_buttons(explorer: SaliencyFrame, say: Say) -> ipywidgets.Box:
    """Make a button for each method; those that are down stand side by side."""
    buttons = {
        method: ipywidgets.ToggleButton(
            description=SHORT.get(method, title), tooltip=HELP[method], layout={"width": "auto"}
        )
        for method, title in TITLES.items()
    }
    is_following = False

    def follow(_: Any = None) -> None:
        nonlocal is_following
        is_following = True
        try:
            for method, button in buttons.items():
                button.value = method in explorer.methods
        finally:
            is_following = False

    def press(method: str, change: dict[str, Any]) -> None:
        if is_following:
            return
        others = [each for each in explorer.methods if each != method]
        if change["new"] or others:
            explorer.methods = [*others, method] if change["new"] else others
        else:
            say("one method at least is shown; choose another one first.")
            follow()

    for method, button in buttons.items():
        button.observe(partial(press, method), "value")
    explorer.observe(follow, "methods")
    follow()
    box = ipywidgets.Box(list(buttons.values()))
    box.add_class("vw-sal-methods")
    return box


class Drawer(ipywidgets.VBox):
    """Controls that are seldom wanted, behind a button."""

    def __init__(self, label: str, tooltip: str, children: list[ipywidgets.Widget]) -> None:
        self.toggle = ipywidgets.ToggleButton(
            description=label, icon="sliders", tooltip=tooltip, layout={"width": "auto"}
        )
        self.inside = ipywidgets.VBox(children, layout={"display": "none"})
        self.toggle.observe(self._on_toggle, "value")
        super().__init__([self.toggle, self.inside])
        self.add_class("vw-sal-drawer")

    def _on_toggle(self, change: dict[str, Any]) -> None:
        self.inside.layout.display = "" if change["new"] else "none"


def option_drawer(explorer: SaliencyFrame, say: Say) -> Drawer:
    """Make the options of all methods; only those of methods that are shown are seen."""
    made: dict[str, ipywidgets.Widget] = {
        "num_samples": controls.number("Samples", "SmoothGrad: noisy copies that are averaged", 1, 1000),
        "noise": controls.slider("Noise", "SmoothGrad: their noise, as a share of the range", 0, 1, 0.05),
        "seed": controls.number("Seed", "SmoothGrad: of the noise", 0, MAX_SEED),
        "num_steps": controls.number("Steps", "Integrated gradients: steps on the way", 1, 1000),
        "integrated_baseline": controls.slider("Begins at", "Gray where the way begins: 0 black", 0, 1, 0.05),
        "gradcam_layer": controls.dropdown("Layer", "Grad-CAM: the feature map", _layers(explorer)),
        "window": controls.number("Window", "Occlusion: side of the square; 0: a seventh", 0, 4096),
        "stride": controls.number("Stride", "Occlusion: how far it moves; 0: half of its side", 0, 4096),
        "occlusion_baseline": controls.slider("Gray", "Occlusion: gray of the square", 0, 1, 0.05),
    }
    for name, control in made.items():
        control.continuous_update = False  # each change computes anew
        controls.bind(explorer, name, control, say)
    explorer.options = made
    groups = {
        "smoothgrad": ("num_samples", "noise", "seed"),
        "integrated": ("num_steps", "integrated_baseline"),
        "gradcam": ("gradcam_layer",),
        "occlusion": ("window", "stride", "occlusion_baseline"),
    }
    boxes = {
        method: ipywidgets.VBox([ipywidgets.Label(TITLES[method]), *(made[name] for name in names)])
        for method, names in groups.items()
    }
    none = ipywidgets.Label("These methods have no options.")

    def show(_: Any = None) -> None:
        for method, box in boxes.items():
            box.layout.display = "" if method in explorer.methods else "none"
        none.layout.display = "none" if set(groups) & set(explorer.methods) else ""

    explorer.observe(show, "methods")
    show()
    tooltip = "Samples, steps and windows of the methods that are shown"
    return Drawer("Options", tooltip, [*boxes.values(), none])


def _layers(explorer: SaliencyFrame) -> list[tuple[str, str]]:
    titles = explorer.layer_titles()
    if explorer.gradcam_layer and explorer.gradcam_layer not in titles:
        titles.append(explorer.gradcam_layer)
    return [("the last feature map", ""), *((title, title) for title in titles)]


def look_group(explorer: SaliencyFrame, say: Say) -> ipywidgets.VBox:
    """Make the controls of how maps are shown; none of them computes a map."""
    made: dict[str, ipywidgets.Widget] = {
        "reduce": controls.choice(REDUCTIONS),
        "strength": controls.slider("Overlay", "0: the image alone; 1: the map alone", 0, 1, 0.05),
        "scale": controls.choice(SCALES),
    }
    made["scale"].options = list(SCALE_WORDS.items())
    for name, control in made.items():
        controls.bind(explorer, name, control, say)
    explorer.look_controls = made
    captions = [ipywidgets.Label(words) for words in ("Of the colour channels the", "One colour scale for")]
    for caption in captions:
        caption.add_class("vw-sal-caption")
    return controls.group(
        "Show", [captions[0], made["reduce"], made["strength"], captions[1], made["scale"]], "knobs"
    )
