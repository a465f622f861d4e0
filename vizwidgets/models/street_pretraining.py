"""How the segmenter learns from rendered scenes, before it sees any other street."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from vizwidgets.core.pair_augment import PairAugment
from vizwidgets.core.segmentation import Segmentation, class_weights
from vizwidgets.core.train_settings import TrainSettings
from vizwidgets.core.training_run import Training
from vizwidgets.data.scenes import SCENE_CLASSES, scene_split
from vizwidgets.models.small import new_model


@dataclass(frozen=True)
class StreetPretraining:
    """What the segmenter is pretrained with; `training` does it.

    Parameters
    ----------
    num_images : int
        Rendered scenes in the "game" look, each with its exact labels.
    num_steps, batch_size, lr : int, int, float
        As in `TrainSettings`.
    color : float
        Strength of the changes of colour, 0 to 1: what makes a network rely on shapes.
    zoom : float
        How far pieces are cut out and enlarged.
    is_weighted : bool
        Whether rare classes count more (frequency to the power of -1/2).
    seed : int
        Of the weights and the order; the scenes are those of the "pretraining" split.
    """

    num_images: int = 700
    num_steps: int = 300
    batch_size: int = 16
    lr: float = 4e-3
    color: float = 0.5
    zoom: float = 1.5
    is_weighted: bool = True
    seed: int = 0

    def training(self, test: Any = None) -> Training:
        """Return the training of a new segmenter, to be driven step by step.

        Parameters
        ----------
        test : (Tensor, Tensor) or Dataset, optional
            Streets that are not trained on.
        """
        augment = PairAugment(self.color, self.zoom)  # refused before 700 scenes are drawn
        images, labels = scene_split("pretraining", num_images=self.num_images).pairs
        weights = class_weights(labels, len(SCENE_CLASSES)) if self.is_weighted else None
        settings = TrainSettings(
            lr=self.lr,
            batch_size=self.batch_size,
            seed=self.seed,
            augment=augment,
            num_steps=self.num_steps,
        )
        model = new_model("segmenter", self.seed)
        return Training(model, (images, labels), settings, test, task=Segmentation(weights))

    def facts(self) -> dict[str, Any]:
        """Return everything that decides how the weights come out, but for the machine; JSON-able."""
        return asdict(self)


# What narrows the gap to a camera's look: one knob, everything else the same.
PRETRAININGS = {
    "colours as rendered": StreetPretraining(color=0.0),
    "colours changed": StreetPretraining(),
    "colours changed strongly": StreetPretraining(color=1.0),
}
