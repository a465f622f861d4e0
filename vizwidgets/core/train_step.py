"""One update of the weights, what takes one after the other, and when there is no sense in going on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

HOPELESS = 10.0  # a loss so many times the first one, and that of guessing, comes from too large steps


@dataclass(frozen=True)
class TrainStep:
    """One update of the weights.

    Parameters
    ----------
    step : int
        Number of updates so far, from 1.
    epoch : int
        The pass through the data that it belongs to, from 1.
    loss : float
        Mean cross entropy of the batch, before the update.
    accuracy : float
        Share of the batch (of its pixels, where these are labelled) that was predicted right, before the
        update, 0 to 1.
    test_accuracy : float or None
        Share of the test images (pixels) that is predicted right after the update; known at the end of each
        epoch.
    test_mean_iou : float or None
        Mean intersection over union on the test images, where pixels are labelled.
    """

    step: int
    epoch: int
    loss: float
    accuracy: float
    test_accuracy: float | None = None
    test_mean_iou: float | None = None


class Steps(Iterator[TrainStep]):
    """A training that is driven step by step: iterate to go on, also after an interrupt.

    Attributes
    ----------
    steps : list of TrainStep
        Those that were taken.
    """

    steps: list[TrainStep]

    @property
    def num_taken(self) -> int:
        """Number of updates so far."""
        return len(self.steps)

    @property
    def num_steps(self) -> int:
        """Number of updates of the whole training."""
        raise NotImplementedError

    @property
    def is_done(self) -> bool:
        """Whether every step was taken."""
        return self.num_taken >= self.num_steps

    def step(self) -> TrainStep:
        """Update the weights once; StopIteration if the training is done."""
        raise NotImplementedError

    def __len__(self) -> int:
        return self.num_steps  # tqdm shows the time that is left

    def __next__(self) -> TrainStep:
        if self.is_done:
            raise StopIteration
        return self.step()


def check_loss(loss: float, first: float, guessing: float, number: int) -> None:
    """Refuse to go on with a loss that is not finite, or has grown far beyond the first one and guessing.

    Raises
    ------
    ValueError
        If it is not finite before anything was learned: that is not the learning rate's doing.
    FloatingPointError
        If the training has diverged.
    """
    if not math.isfinite(loss) and number == 1:
        raise ValueError(
            f"the loss is {loss} before the first step: the model's scores are not finite. "
            "Its weights may hold NaN, or augment returns some."
        )
    if not math.isfinite(loss) or loss > HOPELESS * max(first, guessing):
        raise FloatingPointError(f"the loss is {loss:.3g} in step {number}, it was {first:.2g} at first")
