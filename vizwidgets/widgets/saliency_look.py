"""How a `SaliencyExplorer` shows its maps: the controls that compute nothing, tied to its traits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets

from . import controls

if TYPE_CHECKING:
    from .saliency_frame import SaliencyFrame

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


def look_group(explorer: SaliencyFrame, say: Callable[[str], None]) -> ipywidgets.VBox:
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
