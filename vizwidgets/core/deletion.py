"""Deletion and insertion: do the pixels that a map marks matter to the score?

The network itself is asked: the marked pixels are taken away, the most important first, or given back to an
image that has lost everything. A map that knows what matters makes the probability of the class fall fast, or
rise fast.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from .classes import class_scores, find_class
from .explainer import Explainer
from .images import check_image
from .layers import check_model
from .objectives import Objective
from .pixel_curve import PixelCurve, Replacement
from .random_maps import random_map
from .saliency import SaliencyMap
from .saliency_methods import baseline_image
from .scores import find_classes
from .transforms import blur
from .whole_numbers import MAX_SEED, check_seed, whole_number

BLUR = 1 / 20  # standard deviation of the blur as a share of the shorter side: no animal survives it
RANDOM_MAPS = 3


def deletion_curve(
    model: nn.Module,
    image: Tensor,
    saliency: SaliencyMap | Tensor,
    target: Any = None,
    *,
    baseline: Any = 0.5,
    num_steps: int = 32,
    seed: int = 0,
) -> PixelCurve:
    """Replace the pixels that a map marks by a baseline, the most important first.

    Parameters
    ----------
    model : nn.Module
        Returns class scores (N, K). It is used in eval mode and stays as it is.
    image : Tensor
        (C, H, W) or (N, C, H, W) in [0, 1].
    saliency : SaliencyMap or Tensor
        One map for each image, or its values (N, H, W). Equal values are ordered by chance.
    target : int, str or sequence of them, optional
        The class whose probability is followed; by default that of the map, else the predicted one.
    baseline : float, Tensor or "blur"
        What a pixel becomes: a gray in [0, 1], that of another image, or of the blurred image.
    num_steps : int
        How many equal portions of pixels are replaced one after the other, 1 or more.
    seed : int
        Of the random maps, and of the order among equal values.

    Returns
    -------
    PixelCurve
        `area` and `random_area` are the numbers to compare.

    Raises
    ------
    TypeError, ValueError
        If model, image, map and target do not fit each other.

    References
    ----------
    Petsiuk, Das and Saenko 2018, "RISE: randomized input sampling for explanation of black-box models".

    Examples
    --------
    >>> model = nn.Sequential(nn.Flatten(), nn.Linear(4, 2, bias=False))
    >>> model[1].weight.data = torch.tensor([[9.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    >>> image, found = torch.ones(1, 1, 2, 2), torch.tensor([[[1.0, 0.0], [0.0, 0.0]]])
    >>> curve = deletion_curve(model, image, found, target=0, baseline=0.0, num_steps=4)
    >>> curve.probabilities.round(decimals=2).tolist()
    [[1.0, 0.5, 0.5, 0.5, 0.5]]
    """
    return _curve("deletion", model, image, saliency, target, baseline, num_steps, seed)


def insertion_curve(
    model: nn.Module,
    image: Tensor,
    saliency: SaliencyMap | Tensor,
    target: Any = None,
    *,
    baseline: Any = "blur",
    num_steps: int = 32,
    seed: int = 0,
) -> PixelCurve:
    """Give the pixels that a map marks back to a baseline, the most important first.

    Parameters
    ----------
    model, image, saliency, target, baseline, num_steps, seed
        As in `deletion_curve`. The blurred image is the usual baseline: pixels that come back to a gray one
        bring sharp edges along, which a network sees as well.

    Returns
    -------
    PixelCurve
        `area` and `random_area` are the numbers to compare.

    Raises
    ------
    TypeError, ValueError
        As `deletion_curve`.

    References
    ----------
    Petsiuk, Das and Saenko 2018, "RISE: randomized input sampling for explanation of black-box models".

    Examples
    --------
    >>> model = nn.Sequential(nn.Flatten(), nn.Linear(4, 2, bias=False))
    >>> model[1].weight.data = torch.tensor([[9.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    >>> image, found = torch.ones(1, 1, 2, 2), torch.tensor([[[1.0, 0.0], [0.0, 0.0]]])
    >>> curve = insertion_curve(model, image, found, target=0, baseline=0.0, num_steps=4)
    >>> curve.probabilities.round(decimals=2).tolist()
    [[0.5, 1.0, 1.0, 1.0, 1.0]]
    """
    return _curve("insertion", model, image, saliency, target, baseline, num_steps, seed)


def _curve(
    kind: str,
    model: nn.Module,
    image: Tensor,
    saliency: SaliencyMap | Tensor,
    target: Any,
    baseline: Any,
    num_steps: int,
    seed: int,
) -> PixelCurve:
    check_model(model)
    images = check_image(image, getattr(model, "input_shape", (None,))[0]).cpu()
    values, seed = _values(saliency, images), check_seed(seed)
    steps = whole_number(num_steps)
    if steps is None or steps < 1:
        raise ValueError(f"num_steps must be a whole number of 1 or more; got {num_steps!r}.")
    others = _baseline(baseline, images).expand_as(images)
    explainer = Explainer(model)
    if target is None:
        target = getattr(saliency, "target", None)
    classes = _classes(explainer, images, target)
    before, after = (images, others) if kind == "deletion" else (others, images)
    replacement = Replacement(explainer, before, after, classes, torch.linspace(0, 1, steps + 1))
    found = replacement.probabilities(values, seed)
    seeds = [(seed + number) % MAX_SEED for number in range(1, RANDOM_MAPS + 1)]
    by_chance = [replacement.probabilities(random_map(values, other), other) for other in seeds]
    return PixelCurve(kind, replacement.shares, found, torch.stack(by_chance).mean(dim=0), classes)


def _values(saliency: SaliencyMap | Tensor, images: Tensor) -> Tensor:
    values = saliency.values if isinstance(saliency, SaliencyMap) else saliency
    wanted = (len(images), *images.shape[2:])
    if not isinstance(values, Tensor) or values.shape != wanted:
        got = tuple(values.shape) if isinstance(values, Tensor) else type(values).__name__
        raise ValueError(f"saliency must be a SaliencyMap of these images or its values {wanted}; got {got}.")
    if bool(values.isnan().any()):
        raise ValueError("saliency holds NaN, so its pixels have no order.")
    return values.detach().cpu()


def _baseline(baseline: Any, images: Tensor) -> Tensor:
    if isinstance(baseline, str):
        if baseline != "blur":
            raise ValueError(f'baseline must be a gray in [0, 1], an image, or "blur"; got {baseline!r}.')
        return blur(images, BLUR * min(images.shape[2:]))
    return baseline_image(baseline, images)


def _classes(explainer: Explainer, images: Tensor, target: Any) -> Tensor:
    if isinstance(target, Objective):
        raise ValueError(
            "a curve follows the probability of a class, but this map explains another unit of the network; "
            "give a class: target=..."
        )
    if target is not None:
        return find_classes(explainer.model, target, len(images))
    find_class(explainer.model, 0)  # a model without classes says so
    scores = explainer.scores(images)
    class_scores(scores, (0,))
    return scores.argmax(dim=1)
