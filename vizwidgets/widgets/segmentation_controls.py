"""The controls of a `SegmentationLab`, each with what it means for the next run."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from vizwidgets.models.street_targets import street_targets
from vizwidgets.models.street_trial import BATCH, STREET_STRATEGIES

from . import controls
from .segmentation_traits import COLORS, COUNTS, PRETRAINED, SegmentationTraits
from .segmentation_words import target_html

STRATEGY_WORDS = {
    "from scratch": "Random weights; learns from the labelled images alone.",
    PRETRAINED: "The network as the game has taught it; it sees no labelled image of the target.",
    "feature extractor": "Encoder and decoder of the game stay frozen; only a new head learns.",
    "head, then all": "A new head learns first, then the whole network is fine-tuned.",
}


class SegmentationControls:
    """A control for each trait, tied to it, and words beneath.

    Parameters
    ----------
    traits : SegmentationTraits
        What is controlled.
    say : callable
        Takes the words of a refusal.
    """

    def __init__(self, traits: SegmentationTraits, say: Callable[[str], None]) -> None:
        self._traits = traits
        self.knobs = _knobs()
        for name, control in self.knobs.items():
            controls.bind(traits, name, control, say)
        self.hints = {name: ipywidgets.HTML() for name in ("target", "num_labels", "strategy")}
        for hint in self.hints.values():
            hint.add_class("vw-hint")
        self.tell()

    def groups(self) -> list[ipywidgets.Widget]:
        """Return the controls in groups, from top to bottom."""
        knobs, hints = self.knobs, self.hints
        return [
            controls.group("Target", [knobs["target"], hints["target"]]),
            controls.group("Labels", [knobs["num_labels"], hints["num_labels"], knobs["seed"]]),
            controls.group("Strategy", [knobs["strategy"], hints["strategy"], knobs["vary_colors"]]),
        ]

    def tell(self) -> None:
        """Say what the target is, what the strategy does, and how long it trains."""
        traits = self._traits
        order = traits._order()
        self.knobs["num_labels"].set_places(traits.counts)
        self.hints["target"].value = target_html(traits.target)
        self.hints["strategy"].value = STRATEGY_WORDS[traits.strategy]
        is_trained = traits.strategy != PRETRAINED
        words = f"{order.num_steps} steps of {BATCH} images" if is_trained else "not needed"
        self.hints["num_labels"].value = words


def _knobs() -> dict[str, ipywidgets.Widget]:
    return {
        "target": controls.text(
            "Target",
            "What the network is to segment; or the path of a folder like CamVid's",
            street_targets(),
        ),
        "num_labels": controls.place_slider(
            "Images",
            "Labelled images of the target to train with; drawn by the seed",
            COUNTS,
            "{:.0f}".format,
        ),
        "strategy": controls.dropdown("Strategy", "How the network is carried over", list(STREET_STRATEGIES)),
        "seed": controls.number(
            "Seed", "Of the labelled images, the order and the new weights", 0, 2**31 - 1
        ),
        "vary_colors": controls.dropdown(
            "Vary colours", "Augmentation: how far colours are changed in training", list(COLORS)
        ),
    }
