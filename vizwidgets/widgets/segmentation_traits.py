"""What a `SegmentationLab` asks for: traits and their checks."""

from __future__ import annotations

from typing import Any

import traitlets

from vizwidgets.models.street_targets import CAMERA, StreetTarget, street_target
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
    _streets: StreetTarget  # what the name of the target stands for

    @property
    def counts(self) -> tuple[int, ...]:
        """Numbers of labelled images from few to many, at most as many as the target has."""
        return tuple(sorted({min(count, self._streets.size) for count in COUNTS}))

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
        if asked["num_labels"] > self._streets.size:
            raise ValueError(
                f"num_labels must be in 1..{self._streets.size}, as {self.target!r} has so many labelled "
                f"images; got {asked['num_labels']}."
            )
        return proposal["value"]

    @traitlets.validate("target")
    def _check_target(self, proposal: dict[str, Any]) -> str:
        try:
            found = street_target(proposal["value"])
            found.test(1)  # without any the lab could neither show nor measure
        except OSError as error:  # no such folder: a refusal like any other
            raise ValueError(str(error)) from None
        self._streets = found
        return proposal["value"]

    @traitlets.observe("target")
    def _fit_labels(self, change: dict[str, Any]) -> None:
        self.num_labels = min(self.num_labels, self._streets.size)
