"""What a `SegmentationLab` asks for: traits and their checks."""

from __future__ import annotations

from typing import Any

import traitlets

from vizwidgets.models.street_targets import CAMERA, street_target
from vizwidgets.models.street_trial import STREET_SOURCES, STREET_STRATEGIES, StreetOrder

COUNTS = (4, 8, 16, 32, 64)
ASKED = ("target", "num_labels", "strategy", "seed", "vary_colors")
PRETRAINED = "pretrained only"
COLORS = {"as chosen": None, "unchanged": 0.0, "weakly": 0.2, "strongly": 0.5, "fully": 1.0}


class SegmentationTraits(traitlets.HasTraits):
    """Target, number of labelled images, strategy, seed and augmentation, checked as `StreetOrder` does."""

    target = traitlets.Unicode(CAMERA, help="A name, or the path of a folder of photographs.")
    num_labels = traitlets.Int(16, help="Labelled images of the target.")
    strategy = traitlets.Enum(STREET_STRATEGIES, "head, then all", help="How the network is carried over.")
    seed = traitlets.Int(0, help="Of the labelled images, the order and the new weights.")
    vary_colors = traitlets.Enum(tuple(COLORS), "as chosen", help="How far colours are changed in training.")

    _fixed: dict[str, Any] = {}

    def _order(self, **changes: Any) -> StreetOrder:
        """Return the order that the controls describe, with other values where `changes` has some."""
        names = ("target", "num_labels", "strategy", "seed")
        asked = {name: getattr(self, name) for name in names} | {"color": COLORS[self.vary_colors]}
        asked |= {**self._fixed, **changes}
        if asked["strategy"] == PRETRAINED:
            asked |= {"seed": 0, "color": None}  # it draws nothing by chance, and it trains nothing
        return StreetOrder(STREET_SOURCES[0], **asked)

    @traitlets.validate("num_labels", "seed")
    def _check_asked(self, proposal: dict[str, Any]) -> int:
        asked = {"num_labels": 1, "seed": 0, proposal["trait"].name: proposal["value"]}
        StreetOrder(STREET_SOURCES[0], self.target, strategy="from scratch", **asked)
        return proposal["value"]

    @traitlets.validate("target")
    def _check_target(self, proposal: dict[str, Any]) -> str:
        try:
            street_target(proposal["value"]).test(1)  # without any the lab could neither show nor measure
        except OSError as error:  # no such folder: a refusal like any other
            raise ValueError(str(error)) from None
        return proposal["value"]
