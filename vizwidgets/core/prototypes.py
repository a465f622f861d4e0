"""Prototypes: for each class an image that its score likes best, and what the network says of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from .classes import class_scores, find_class
from .images import check_image
from .labelled import explained
from .layers import check_model, device_of, input_shape_of
from .measures import OUTPUT
from .network import Probe
from .objectives import Objective, class_probability, class_score
from .regularizers import p_norm, total_variation
from .settings import AscentSettings, preset

MAX_CLASSES = 20
BATCH = 256  # images that the network looks at together


@dataclass(frozen=True)
class PrototypeRecipe:
    """How prototypes are climbed: settings of the ascent, and the regularizers with their weights.

    Parameters
    ----------
    settings : AscentSettings
        How the ascent is run.
    tv_weight : float
        Weight of the total variation.
    p_norm_weight, p, center : float
        Weight, order and centre of the p-norm; a centre of 0 asks for black where nothing is needed.
    """

    settings: AscentSettings = field(default_factory=AscentSettings)
    tv_weight: float = 0.0
    p_norm_weight: float = 0.0
    p: float = 1.0
    center: float = 0.0

    def objective(self, classes: Sequence[int], is_probability: bool = False) -> Objective:
        """Return class scores (or probabilities) minus the regularizers whose weight is not 0."""
        wanted = list(classes) if len(classes) > 1 else classes[0]
        objective = class_probability(wanted) if is_probability else class_score(wanted)
        if self.tv_weight:
            objective = objective - total_variation(weight=self.tv_weight)
        if self.p_norm_weight:
            objective = objective - p_norm(p=self.p, weight=self.p_norm_weight, center=self.center)
        return objective


_STILL = AscentSettings(
    num_steps=200, parameterization="pixels", jitter=0, rotate=0.0, scale=0.0, spread=0.1, precision="float32"
)
RECIPES = {
    "naive": PrototypeRecipe(_STILL.changed(parameterization="unbounded pixels")),
    "lecture": PrototypeRecipe(
        preset("lecture").changed(num_steps=200, precision="float32"),
        tv_weight=1.0, p_norm_weight=0.1, p=6.0, center=0.5,
    ),
    "tuned": PrototypeRecipe(
        _STILL.changed(level=0.25, spread=0.25, jitter=2, rotate=15.0, scale=0.15),
        tv_weight=1.5, p_norm_weight=0.4,
    ),
}  # fmt: skip


def prototype_classes(model: nn.Module, classes: Sequence[int | str] | None = None) -> tuple[int, ...]:
    """Return the indices of the classes whose prototypes are wanted; by default all.

    Raises
    ------
    ValueError
        If the model has no classes or not these, if a class comes twice, or if there are more than 20.
    """
    check_model(model)
    find_class(model, 0)  # says why there are none, and which models have some
    if classes is None:
        wanted = tuple(range(count_classes(model)))
    else:
        is_many = isinstance(classes, Iterable) and not isinstance(classes, str)
        given: Any = classes if is_many and getattr(classes, "ndim", 1) > 0 else (classes,)
        wanted = tuple(find_class(model, each) for each in given)
    if not 1 <= len(wanted) <= MAX_CLASSES:
        some = list(getattr(model, "class_names", None) or range(2))[:2]
        raise ValueError(
            f"1 to {MAX_CLASSES} classes fit on a wall; got {len(wanted)}. "
            f"Name those you want, such as classes={some}."
        )
    if len(set(wanted)) < len(wanted):
        raise ValueError(f"each class is wanted once; got {list(wanted)}.")
    return wanted


def count_classes(model: nn.Module) -> int:
    """Return the number of classes, from their names or from an output."""
    names = getattr(model, "class_names", None)
    if names is not None:
        return len(names)
    blank = torch.zeros(1, *input_shape_of(model), device=device_of(model))
    with torch.no_grad():
        output = Probe(model)(blank, [OUTPUT])[OUTPUT]
    class_scores(output, (0,))  # says what is wrong where the output is not one score per class
    return int(output.shape[1])


def class_title(model: nn.Module, index: int) -> str:
    """Return the name of a class, or its number."""
    names = getattr(model, "class_names", None)
    return str(names[index]) if names else str(index)


@dataclass(frozen=True)
class Answers:
    """What a network says of images, each with the class that it was made for.

    Parameters
    ----------
    score, probability : Tensor
        (N,) logit and probability of the class that the image was made for.
    said : Tensor
        (N,) the class that the network finds likeliest.
    sureness : Tensor
        (N,) the probability of that class.
    """

    score: Tensor
    probability: Tensor
    said: Tensor
    sureness: Tensor


class Witness:
    """Asks a network what it sees, in float32 and without transforms; the model itself is not touched.

    Parameters
    ----------
    model : nn.Module
        A classifier.
    """

    def __init__(self, model: nn.Module) -> None:
        self._probe = Probe(model)

    def ask(self, images: Tensor, classes: Sequence[int]) -> Answers:
        """Return what the network says of images (N, C, H, W), made for these N classes."""
        scores = self.scores(images)
        probabilities = scores.softmax(dim=1)
        sureness, said = probabilities.max(dim=1)
        own = tuple(classes)
        return Answers(class_scores(scores, own), class_scores(probabilities, own), said, sureness)

    def scores(self, images: Tensor) -> Tensor:
        """Return all class scores (N, classes) of images (N, C, H, W)."""
        with torch.no_grad():
            parts = [
                self._probe(part.to(self._probe.device), [OUTPUT])[OUTPUT] for part in images.split(BATCH)
            ]
        return torch.cat(parts).float().cpu()


def best_images(model: nn.Module, images: Any, classes: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Find for each class the one of some images with the highest score.

    Parameters
    ----------
    model : nn.Module
        A classifier.
    images : Tensor
        (N, C, H, W) in [0, 1].
    classes : sequence of int
        Which classes.

    Returns
    -------
    images : Tensor
        (classes, C, H, W).
    scores : Tensor
        (classes,).

    Raises
    ------
    TypeError, ValueError
        If these are no images in [0, 1], or the model does not take them.
    """
    images = check_image(images, input_shape_of(model)[0])
    with explained(model, images):
        scores = Witness(model).scores(images)[:, list(classes)]
    best = scores.max(dim=0)
    return images[best.indices], best.values


def rescaled(images: Tensor) -> Tensor:
    """Stretch each image (N, C, H, W) to 0..1, for display: (x - min) / (max - min).

    The result is another image than the one that was optimized, and the network may see something else in it.

    Examples
    --------
    >>> rescaled(torch.tensor([[[[-3.0, 0.0, 1.0]]]])).tolist()
    [[[[0.0, 0.75, 1.0]]]]
    """
    low, high = images.amin(dim=(1, 2, 3), keepdim=True), images.amax(dim=(1, 2, 3), keepdim=True)
    return (images - low) / (high - low).clamp(min=1e-12)
