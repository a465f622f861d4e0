"""How a classifier is trained: one value with its checks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from numbers import Real
from typing import Any

from torch import Tensor

from .settings import changed_settings
from .whole_numbers import check_seed, whole_number

Augment = Callable[..., Any]
SCHEDULES = ("one-cycle", "constant")
LIVE = ("lr", "epochs")  # what may change in the middle of a training
WARM_UP = 0.3  # share of the steps in which the learning rate rises
FIRST = 0.04  # with this share of it
LOOKS = 8  # at the test images, in a training of so many steps


@dataclass(frozen=True)
class TrainSettings:
    """How a classifier is trained.

    Parameters
    ----------
    epochs : int
        Passes through the data, 1 or more.
    batch_size : int
        Most images per step, 1 or more, at most as many as there are.
    lr : float
        Largest learning rate of Adam, above 0.
    seed : int
        Of the order of the images, of dropout and of the augmentation.
    schedule : str
        "one-cycle" (rises for three tenths of the steps, then falls to 0) or "constant".
    augment : callable, optional
        From images (N, C, H, W) and a generator to changed images; `flip` mirrors half of them. Where pixels
        are labelled: from images, labels (N, H, W) and a generator to changed images and labels.
    patience : int, optional
        Stop after so many epochs in which the test loss did not fall, with the weights of the best one.
    num_steps : int, optional
        Take so many steps in place of `epochs`, in as many passes as that takes: a fair comparison of few
        images with many. The test images are looked at after about every eighth of them.

    Raises
    ------
    TypeError, ValueError
        If a value is outside of what is stated here.
    """

    epochs: int = 5
    batch_size: int = 32
    lr: float = 1e-3
    seed: int = 0
    schedule: str = "one-cycle"
    augment: Augment | None = None
    patience: int | None = None
    num_steps: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", check_seed(self.seed))
        for name in ("epochs", "batch_size", "patience", "num_steps"):
            if getattr(self, name) is not None or name in ("epochs", "batch_size"):
                object.__setattr__(self, name, _count(name, getattr(self, name)))
        if not (isinstance(self.lr, Real) and 0 < self.lr < math.inf):
            raise ValueError(f"lr, the learning rate, must be above 0; got {self.lr!r}. 0.001 is usual.")
        if self.schedule not in SCHEDULES:
            raise ValueError(f"schedule must be one of {', '.join(SCHEDULES)}; got {self.schedule!r}.")
        if self.augment is not None and not callable(self.augment):
            raise TypeError(f"augment must be a function such as vw.flip; got {self.augment!r}.")

    def lr_at(self, step: int, num_steps: int) -> float:
        """Return the learning rate of a step (from 1), half a cosine up and half a cosine down."""
        if self.schedule == "constant" or num_steps == 1:
            return self.lr
        share = (step - 1) / (num_steps - 1)
        if share < WARM_UP:
            return self.lr * (FIRST + (1 - FIRST) * _ramp(share / WARM_UP))
        return self.lr * (1 - _ramp((share - WARM_UP) / (1 - WARM_UP)))

    def changed(self, **changes: Any) -> TrainSettings:
        """Return settings with some values changed; unknown names are answered with the nearest ones."""
        return changed_settings(self, changes)

    def changed_live(self, **changes: Any) -> TrainSettings:
        """Return settings for the rest of a training that has begun."""
        settings = self.changed(**changes)
        fixed = [name for name in changes if name not in LIVE]
        if fixed:
            words = f"{', '.join(fixed)} cannot change during a training"
            raise ValueError(f"{words}; live are {', '.join(LIVE)}.")
        return settings

    def steps_of(self, steps_per_epoch: int) -> int:
        """Return the number of steps of the whole training."""
        return self.epochs * steps_per_epoch if self.num_steps is None else self.num_steps

    def look_every(self, steps_per_epoch: int) -> int:
        """Return the number of steps between two looks at the test images."""
        if self.num_steps is None:
            return steps_per_epoch
        return max(1, math.ceil(self.num_steps / LOOKS))

    def check_batches(self, labels: Tensor, needs_two: bool = False) -> None:
        """Refuse data that do not make good batches."""
        if self.batch_size > len(labels):
            raise ValueError(
                f"batch_size must be in 1..{len(labels)}, the number of images; got {self.batch_size}."
            )
        smallest = len(labels) // math.ceil(len(labels) / self.batch_size)
        if needs_two and smallest < 2:
            raise ValueError(
                "batch normalization needs two images in each batch; "
                f"{len(labels)} images in batches of {self.batch_size} leave one alone. "
                f"Write batch_size={self.batch_size + 1}."
            )

    def check_test(self, is_there: bool) -> None:
        """Refuse to stop early without images to watch."""
        if self.patience is not None and not is_there:
            raise ValueError("patience watches the test loss: give test images too, test=(images, labels).")

    def differences(self) -> dict[str, Any]:
        """Return the settings that are not the default."""
        default = TrainSettings()
        return {name: value for name, value in asdict(self).items() if value != getattr(default, name)}


def _count(name: str, value: Any) -> int:
    number = whole_number(value)
    if number is None or number < 1:
        raise ValueError(f"{name} must be a whole number of 1 or more; got {value!r}.")
    return number


def _ramp(share: float) -> float:
    """Return half a cosine from 0 to 1."""
    return (1 - math.cos(math.pi * share)) / 2
