"""Which methods stand side by side in a `SaliencyExplorer`, and their options behind a button."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets

from vizwidgets.core.whole_numbers import MAX_SEED

from . import controls
from .saliency_order import TITLES
from .saliency_traits import OPTIONS
from .saliency_words import HELP

if TYPE_CHECKING:
    from .saliency_frame import SaliencyFrame

Say = Callable[[str], None]
SHORT = {"integrated": "integrated grad."}


class MethodButtons(ipywidgets.Box):
    """A button for each method; those that are down stand side by side, and one always is.

    Parameters
    ----------
    explorer : SaliencyFrame
        Whose methods they are.
    say : callable
        Shows an error in words.
    """

    def __init__(self, explorer: SaliencyFrame, say: Say) -> None:
        self._explorer, self._say = explorer, say
        self._following: int | None = None  # the thread that sets the buttons: that is not the student
        self.buttons = {
            method: ipywidgets.ToggleButton(
                description=SHORT.get(method, title), tooltip=HELP[method], layout={"width": "auto"}
            )
            for method, title in TITLES.items()
        }
        super().__init__(list(self.buttons.values()))
        self.add_class("vw-sal-methods")
        for method, button in self.buttons.items():
            button.observe(partial(self._press, method), "value")
        explorer.observe(lambda _: self._follow(), "methods")
        self._follow()

    def _follow(self) -> None:
        self._following = threading.get_ident()
        try:
            for method, button in self.buttons.items():
                button.value = method in self._explorer.methods
        finally:
            self._following = None

    def _press(self, method: str, change: dict[str, Any]) -> None:
        if self._following == threading.get_ident():
            return
        others = [each for each in self._explorer.methods if each != method]
        if change["new"] or others:
            self._explorer.methods = [*others, method] if change["new"] else others
        else:
            self._say("one method at least is shown; choose another one first.")
            self._follow()


class OptionDrawer(ipywidgets.VBox):
    """The options of the methods that are shown, behind a button: they are seldom wanted.

    Parameters
    ----------
    explorer : SaliencyFrame
        Whose options they are.
    say : callable
        Shows an error in words.
    """

    def __init__(self, explorer: SaliencyFrame, say: Say) -> None:
        self._explorer = explorer
        self.options = _option_controls(explorer)
        for name, control in self.options.items():
            control.continuous_update = False  # each change computes anew
            controls.bind(explorer, name, control, say)
        self._boxes = {
            method: ipywidgets.VBox(
                [ipywidgets.Label(TITLES[method]), *(self.options[trait] for trait in traits.values())]
            )
            for method, traits in OPTIONS.items()
        }
        self._none = ipywidgets.Label("These methods have no options.")
        self.toggle = ipywidgets.ToggleButton(
            description="Options",
            icon="sliders",
            tooltip="Samples, steps and windows of the methods that are shown",
            layout={"width": "auto"},
        )
        self._inside = ipywidgets.VBox([*self._boxes.values(), self._none])
        super().__init__([self.toggle, self._inside])
        self.add_class("vw-sal-drawer")
        self.toggle.observe(lambda _: self._show(), "value")
        explorer.observe(lambda _: self._show(), "methods")
        self._show()

    def _show(self) -> None:
        shown = set(self._explorer.methods)
        self._inside.layout.display = "" if self.toggle.value else "none"
        for method, box in self._boxes.items():
            box.layout.display = "" if method in shown else "none"
        self._none.layout.display = "none" if shown & set(self._boxes) else ""


def _option_controls(explorer: SaliencyFrame) -> dict[str, ipywidgets.Widget]:
    return {
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


def _layers(explorer: SaliencyFrame) -> list[tuple[str, str]]:
    titles = explorer.layer_titles()
    if explorer.gradcam_layer and explorer.gradcam_layer not in titles:
        titles.append(explorer.gradcam_layer)
    return [("the last feature map", ""), *((title, title) for title in titles)]
