"""What a `SegmentationLab` says: what is stand-in and what is real, its curves, and its Python."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from vizwidgets.models.street_targets import CAMERA, street_target
from vizwidgets.models.street_trial import StreetOrder

TITLE = "Playing for data"
SUBTITLE = (
    "pretrained on a rendered game, then few labelled images of the target · "
    "all streets are drawn, unless you give photographs"
)
STAND_IN = (
    "<b>Stand-in.</b> Streets drawn by the same renderer, as a camera would show them. Same streets, same "
    "geometry: this flatters transfer. For real photographs write the path of a folder like CamVid's."
)
CURVES = {
    "training_accuracy": "pixels right in training",
    "test_accuracy": "pixels right in test",
    "test_mean_iou": "mean IoU in test",
}


def target_html(name: str) -> str:
    """Say whether a target is a stand-in or real, and how much there is of it."""
    if name == CAMERA:
        return STAND_IN
    target = street_target(name)
    words = escape(target.words.rstrip("."))  # what was left out at the end: it may be long
    return f"<b>Real photographs</b>, {target.size} labelled images to draw from: {words}."


def curve_names(names: Sequence[str]) -> list[str]:
    """Return what the curves are called on the page."""
    return [CURVES.get(name, name) for name in names]


def lab_code(order: StreetOrder) -> str:
    """Return the Python that measures one point."""
    words = [_quoted(name) for name in (order.source, order.target, order.strategy)]
    asked = [*words[:2], str(order.num_labels), words[2]]
    asked.append(f"seed={order.seed}")
    usual = StreetOrder(order.source, order.target, order.num_labels, order.strategy, order.seed).settings
    asked += [f"{name}={value!r}" for name, value in order.settings.items() if value != usual[name]]
    return "\n".join(
        [
            "import vizwidgets as vw",
            "from vizwidgets.models.street_trial import StreetOrder, street_target, street_trial",
            "",
            f"trial = street_trial(StreetOrder({', '.join(asked)}))",
            "point = trial.run()  # the same training, step by step",
            "point.score, point.details",
            f"vw.show_segmentation(street_target({words[1]}).test(3), trial.training.model)",
        ]
    )


def _quoted(name: str) -> str:
    return repr(name) if '"' in name or "\\" in name else f'"{name}"'
