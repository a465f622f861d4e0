"""One experiment: what is asked for, the training that answers it, and the point that comes out."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from time import monotonic
from typing import Any, ClassVar

import torch

from .measurement import Measurement
from .point_key import plain_settings, point_key
from .training_run import TrainStep

WHICH = ("source", "target", "num_labels", "strategy", "seed")  # what every order says


@dataclass(frozen=True)
class Order:
    """What is to be measured; subclasses add settings, each with a default.

    Parameters
    ----------
    source, target : str
        The task that the network comes from, and the one that it is tested on.
    num_labels : int
        Labelled target images to train with, as the target counts them.
    strategy : str
        How the network is carried over.
    seed : int
        Of the labelled images, the order and the new weights.

    Examples
    --------
    >>> order = Order("digits", "small digits", 10, "from scratch", seed=3)
    >>> order.words
    'from scratch · 10 labels per class · seed 3'
    >>> order.measured(0.9, pixel_accuracy=0.95).score
    0.9
    """

    source: str
    target: str
    num_labels: int
    strategy: str
    seed: int = 0

    counted: ClassVar[str] = "labels per class"  # what num_labels counts

    @property
    def settings(self) -> dict[str, Any]:
        """Everything else that decides what comes out, JSON-able."""
        others = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in WHICH}
        return plain_settings(others)

    @property
    def variant(self) -> str:
        """What differs from the defaults, in words; empty if nothing does."""
        changed = [each for each in fields(self) if each.name not in WHICH]
        changed = [each for each in changed if getattr(self, each.name) != each.default]
        return ", ".join(_setting_words(each.name, getattr(self, each.name)) for each in changed)

    @property
    def label(self) -> str:
        """The strategy, and what is unusual about it."""
        return f"{self.strategy}, {self.variant}" if self.variant else self.strategy

    @property
    def words(self) -> str:
        """What is to be measured, for a line of the queue."""
        return f"{self.label} · {self.num_labels} {self.counted} · seed {self.seed}"

    @property
    def key(self) -> tuple[str, str, str, int, int, str]:
        """What tells it from every other order; the point that is measured for it has the same."""
        return point_key(self)

    def measured(self, score: float, **details: float) -> Measurement:
        """Return the point that came out: the score in 0..1, and what else was measured."""
        versions = {"torch": torch.__version__, "machine": platform.machine()}
        which = {name: getattr(self, name) for name in WHICH}
        return Measurement(
            **which,
            score=score,
            details=details,
            settings=self.settings,
            variant=self.variant,
            versions=versions,
        )


def _setting_words(name: str, value: Any) -> str:
    words = name.replace("_", " ")
    if isinstance(value, bool) or value is None:
        return words if value else f"no {words}"
    written = f"{value:g}" if isinstance(value, float) else getattr(value, "__name__", value)
    return f"{words} {written}"


@dataclass(frozen=True)
class Trial:
    """An order with the training that answers it; nothing is trained yet.

    Parameters
    ----------
    order : Order
        What is asked for.
    training : Training or Transfer
        Steps the network; has `model`, `test`, `num_taken`, `num_steps`, `is_done` and `steps`.
    finish : callable
        Tests the network and returns the point.
    provenance : str
        Where the weights come from that it begins with, in words.
    """

    order: Any
    training: Any
    finish: Callable[[], Measurement]
    provenance: str = ""

    def run(self, on_step: Callable[[TrainStep], None] | None = None) -> Measurement:
        """Train to the end and return the point, the seconds of the training among its details.

        Raises
        ------
        FloatingPointError
            If the training diverges.
        """
        begun = monotonic()
        for step in _steps(self.training):
            if on_step is not None:
                on_step(step)
        return with_details(self.finish(), seconds=monotonic() - begun)


def _steps(training: Any) -> Iterator[TrainStep]:
    while not training.is_done:
        yield training.step()


def with_details(point: Measurement, **more: float) -> Measurement:
    """Return the point with more details; those that it has stay."""
    details: Mapping[str, float] = {**more, **point.details}
    return Measurement(**{**vars(point), "details": details})
