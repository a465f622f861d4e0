"""One experiment of lesson 07: k labelled streets, a strategy, and the mean IoU that comes out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from numbers import Real
from typing import Any

from torch import Tensor, nn

from vizwidgets.core.labelled import Pairs
from vizwidgets.core.measurement import Measurement
from vizwidgets.core.pair_augment import PairAugment
from vizwidgets.core.record import weights_hash
from vizwidgets.core.segmentation import Segmentation, class_weights
from vizwidgets.core.segmentation_scores import SegmentationScores, segmentation_scores
from vizwidgets.core.transfer import Transfer, transfer
from vizwidgets.core.trial import WHICH, Order, Trial
from vizwidgets.core.whole_numbers import check_seed, whole_number
from vizwidgets.data.scenes import SCENE_CLASSES
from vizwidgets.models.street_recipes import RECIPES, Recipe, street_steps
from vizwidgets.models.street_targets import STREET_TARGETS, street_target, street_targets
from vizwidgets.models.zoo import load_model

__all__ = [
    "RECIPES",
    "STREET_SOURCES",
    "STREET_STRATEGIES",
    "STREET_TARGETS",
    "Recipe",
    "StreetOrder",
    "street_steps",
    "street_target",
    "street_targets",
    "street_trial",
]

GAME = "rendered scenes"
STREET_SOURCES = (GAME,)
STREET_STRATEGIES = ("from scratch", "pretrained only", "feature extractor", "head, then all")
BATCH = 8


@dataclass(frozen=True)
class StreetOrder(Order):
    """What is to be measured: so many labelled images of a target, and a strategy.

    Parameters
    ----------
    source : str
        One of `STREET_SOURCES`.
    target : str
        "camera look", drawn streets with what a camera adds; "CamVid", photographs, where they were fetched;
        or the path of a folder of labelled photographs.
    num_labels : int
        Labelled target images; 0 for "pretrained only".
    strategy : str
        One of `STREET_STRATEGIES`.
    seed : int
        Of the labelled images, the order and the new weights. More labels of a seed contain the fewer.
    look : float
        Of the target, for drawn streets: 0 (game) to 1 (camera).
    num_steps : int, optional
        Updates; as many as `street_steps` says.
    color : float, optional
        Strength of the augmentation of colours, 0 to 1; what was chosen for the strategy.
    head_lr, backbone_lr : float, optional
        Largest learning rates of new and of kept layers; what was chosen for the strategy.
    is_weighted : bool
        Whether rare classes count more in the loss.
    num_test : int
        Images to test with, none of which was trained on.

    Raises
    ------
    ValueError
        If there is no such source or strategy, or a number is out of range.

    Examples
    --------
    >>> order = StreetOrder("rendered scenes", "camera look", 16, "head, then all")
    >>> order.words, order.num_steps
    ('head, then all · 16 labelled images · seed 0', 390)
    """

    look: float = 1.0
    num_steps: int | None = None
    color: float | None = None
    head_lr: float | None = None
    backbone_lr: float | None = None
    is_weighted: bool = True
    num_test: int = 100

    counted = "labelled images"

    def __post_init__(self) -> None:
        for name, known in (("source", STREET_SOURCES), ("strategy", STREET_STRATEGIES)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}; got {getattr(self, name)!r}.")
        check_seed(self.seed)
        is_trained = self.strategy != "pretrained only"
        _check_count("num_test", self.num_test, 1)
        hint = "" if self.num_labels else " Without any, only 'pretrained only' can be asked."
        _check_count("num_labels", self.num_labels, int(is_trained), hint)
        for name, usual in self._usual.items():
            if getattr(self, name) is None or not is_trained:  # what does not train has no such settings
                object.__setattr__(self, name, usual)
        _check_number("look", self.look, most=1)
        if is_trained:
            _check_count("num_steps", self.num_steps, 1)
            _check_number("color", self.color, most=1)
            for name in ("head_lr", "backbone_lr"):
                _check_number(name, getattr(self, name))

    @property
    def _usual(self) -> dict[str, Any]:
        """The settings that belong to the strategy and the number of labels."""
        steps = street_steps(self.num_labels) if self.strategy != "pretrained only" else 0
        return {"num_steps": steps, **RECIPES[self.strategy].settings(self.num_labels)}

    @property
    def variant(self) -> str:
        """What differs from the usual settings, in words; empty if nothing does."""
        usual = {each.name: each.default for each in fields(self)} | self._usual
        changed = [each.name for each in fields(self) if each.name not in WHICH]
        changed = [name for name in changed if getattr(self, name) != usual[name]]
        return ", ".join(_words(name, getattr(self, name)) for name in changed)


def _check_count(name: str, value: Any, least: int, hint: str = "") -> None:
    count = whole_number(value)
    if count is None or count < least:
        raise ValueError(f"{name} must be a whole number from {least}; got {value!r}.{hint}")


def _check_number(name: str, value: Any, most: float | None = None) -> None:
    """Refuse what is not in 0..most or, without a bound, not above 0."""
    is_number = isinstance(value, Real) and math.isfinite(value)
    if not is_number or not (value > 0 if most is None else 0 <= value <= most):
        wanted = "above 0" if most is None else f"from 0 to {most:g}"
        raise ValueError(f"{name} must be a number {wanted}; got {value!r}.")


def _words(name: str, value: Any) -> str:
    if name == "is_weighted":
        return "classes alike in the loss"
    return f"{name.replace('_', ' ')} {value:g}"


def street_trial(order: StreetOrder, *, watch: bool = True, model: nn.Module | None = None) -> Trial:
    """Prepare an experiment; nothing is trained yet.

    Parameters
    ----------
    order : StreetOrder
        What is asked for.
    watch : bool
        Whether to look at the test images during the training, for a live curve. They decide nothing.
    model : nn.Module, optional
        The pretrained segmenter; by default that of the package.

    Returns
    -------
    Trial
        Its ``training`` is a `Transfer`; ``finish()`` tests the network. The score is the mean IoU. Details:
        ``pixel accuracy``, and the IoU of each class as ``IoU road``; NaN where a class is absent.

    Raises
    ------
    ValueError
        If the target has not as many labelled images, or settings do not fit.
    """
    pretrained = load_model("segmenter") if model is None else model
    target = street_target(order.target, order.look)
    test = target.test(order.num_test)
    images, labels = target.draw(max(order.num_labels, 1), order.seed)
    task = Segmentation(class_weights(labels, len(SCENE_CLASSES)) if order.is_weighted else None)
    training = transfer(
        pretrained,
        _at_least(BATCH, images, labels),
        len(SCENE_CLASSES),
        strategy=order.strategy,
        num_steps=order.num_steps or 1,  # of what is not trained, these are not used
        head_lr=order.head_lr or 1.0,
        backbone_lr=order.backbone_lr or 1.0,
        batch_size=BATCH,
        seed=order.seed,
        test=test if watch else None,
        augment=PairAugment(order.color or 0.0),
        task=task,
        class_names=SCENE_CLASSES,
    )
    words = str(getattr(pretrained, "provenance", type(pretrained).__name__))
    return Trial(order, training, _finish(order, training, test, pretrained), words)


def _at_least(count: int, images: Tensor, labels: Tensor) -> Pairs:
    """Return the pairs as often as a batch needs: in it each is another piece in other colours."""
    times = math.ceil(count / len(images))
    return images.repeat(times, 1, 1, 1), labels.repeat(times, 1, 1)


def _finish(
    order: StreetOrder, training: Transfer, test: Pairs, pretrained: nn.Module
) -> Callable[[], Measurement]:
    def finish() -> Measurement:
        scores = segmentation_scores(training.model, test)
        point = order.measured(scores.mean_iou, **details_of(scores))
        if order.strategy == "from scratch":  # whatever the source was
            return point
        return replace(point, versions={**point.versions, "source weights": weights_hash(pretrained)})

    return finish


def details_of(scores: SegmentationScores) -> dict[str, float]:
    """Return pixel accuracy and the IoU of each class, as a point keeps them."""
    ious = zip(scores.class_names, scores.iou.tolist(), strict=True)
    return {"pixel accuracy": scores.pixel_accuracy, **{f"IoU {name}": value for name, value in ious}}
