"""What decides the training set of a `ShortcutLab`: traits, their checks, and the slider of the share."""

from __future__ import annotations

from typing import Any

import traitlets

from . import controls
from .meters import percent
from .shortcut_tests import TEST_SEED
from .training_controls import SETTINGS, TrainingTraits

SHARES = (1.0, 0.99, 0.98, 0.95, 0.9, 0.75, 0.5)
SCENERY = {
    "grass or rock": "The slider says how often each animal has the background that one expects",
    "all four": "Each picture has grass, rock, snow or sand, drawn at random",
}


class ShortcutTraits(TrainingTraits):
    """Share and kind of the backgrounds, and number of the images, beside the settings of the training."""

    share = traitlets.Float(1.0, help="Share of the training images with the background that one expects.")
    scenery = traitlets.Enum(tuple(SCENERY), "grass or rock", help="Which backgrounds there are.")
    num_images = traitlets.Int(400, help="Number of training images.")

    @traitlets.validate("share", "num_images")
    def _check_training_set(self, proposal: dict[str, Any]) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        if name == "share" and not 0 <= value <= 1:
            raise ValueError(f"share must be in 0..1, e.g. 0.9 for nine of ten; got {value}.")
        if name == "num_images" and (value < 2 or value % 2):
            raise ValueError(
                f"num_images must be an even number from 2, half sheep, half goats; got {value}."
            )
        return value

    @traitlets.validate(*SETTINGS)
    def _check_setting(self, proposal: dict[str, Any]) -> Any:
        value = super()._check_setting(proposal)
        if proposal["trait"].name == "seed" and value >= TEST_SEED:
            raise ValueError(f"seed must be below {TEST_SEED:,}, that of the test animals; got {value}.")
        return value

    @property
    def is_random(self) -> bool:
        """Whether the backgrounds are random, for both animals alike."""
        return self.scenery == "all four"

    def _setting_words(self) -> str:
        return "random backgrounds" if self.is_random else f"{percent(self.share)} expected"


def share_slider() -> controls.PlaceSlider:
    """Make the slider for the share; its places are those at which something happens."""
    tooltip = "Share of the sheep on grass, and of the goats on rock; the others are swapped"
    slider = controls.place_slider("As expected", tooltip, SHARES, percent)
    slider.continuous_update = False  # each change draws backgrounds
    return slider
