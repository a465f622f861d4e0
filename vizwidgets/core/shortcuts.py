"""Shortcuts: does a classifier look at the animal, or at what is behind it?

The strong evidence is an experiment, not a picture: change only the background and see whether the answer
changes. Saliency adds to it, judged by masks and compared with a network that never had the shortcut.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Protocol

from torch import Tensor, nn

from .masked_saliency import animal_contrast, background_share
from .metrics import accuracy, class_scores_of, predictions
from .saliency import saliency_map


class MaskedPictures(Protocol):
    """Pictures of animals, with masks that say where the animals are."""

    @property
    def images(self) -> Tensor:
        """(N, C, H, W) in [0, 1]."""

    @property
    def labels(self) -> Tensor:
        """(N,) whole numbers."""

    @property
    def masks(self) -> Tensor | None:
        """(N, H, W) in [0, 1], 1 where the animal is."""


@dataclass(frozen=True)
class ShortcutReport:
    """What the experiments say about one network; shares are 0 to 1.

    Attributes
    ----------
    expected, conflict : float
        Accuracy with the backgrounds that one expects, and with the same animals on the opposite ones.
    training, new : float or None
        Accuracy on the training set and on new backgrounds, if they were given.
    flip_rate : float
        Share of the predictions that change when only the background is swapped.
    background_share, background_area : Tensor
        (N,): the share of each image's saliency that lies on its background, and the background's share of
        the image. Saliency that is spread evenly has the two equal.
    animal_contrast : Tensor
        (N,): mean saliency on the animal over mean saliency on the background; evenly spread, it is 1.
    bare_predictions, bare_confidences : Tensor
        (N,): what the network says of the backgrounds alone, and with which probability.
    bare_agreement : float
        Share of the backgrounds alone that it gives the label of the animal that is not there.
    """

    expected: float
    conflict: float
    training: float | None
    new: float | None
    flip_rate: float
    background_share: Tensor
    background_area: Tensor
    animal_contrast: Tensor
    bare_predictions: Tensor
    bare_confidences: Tensor
    bare_agreement: float

    @property
    def means(self) -> dict[str, float]:
        """Every number by its name, those of single images as their mean."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values.pop("bare_predictions")
        return {name: _mean(value) for name, value in values.items() if value is not None}


def _mean(value: float | Tensor) -> float:
    return float(value.nanmean()) if isinstance(value, Tensor) else value


def shortcut_report(
    model: nn.Module,
    test: Any,
    *,
    swapped: MaskedPictures | None = None,
    bare: MaskedPictures | None = None,
    training: Any = None,
    new: Any = None,
) -> ShortcutReport:
    """Ask a classifier everything that shows a shortcut over the background.

    Parameters
    ----------
    model : nn.Module
        Returns class scores (N, K). It is used in eval mode and stays as it is.
    test : pictures with images, labels and masks
        Animals that were not trained on, with the backgrounds that one expects: ``vw.sheep_goats(seed=1)``.
    swapped, bare : pictures, optional
        The same animals on the opposite backgrounds, and the backgrounds alone; by default
        ``test.swapped()`` and ``test.bare()``.
    training, new : (Tensor, Tensor) or Dataset, optional
        The training set, and animals on new backgrounds, of which the accuracy is reported.

    Returns
    -------
    ShortcutReport

    Raises
    ------
    ValueError
        If masks are missing or empty, or the pictures can not be swapped.

    References
    ----------
    Geirhos et al. 2020, "Shortcut learning in deep neural networks". Beery, Van Horn and Perona 2018,
    "Recognition in terra incognita".
    """
    masks = _masks_of(test)
    conflict = _made(test, "swapped") if swapped is None else swapped
    empty = _made(test, "bare") if bare is None else bare
    _check_same_animals(test.images, conflict.images)
    answers, moved = (predictions(model, each.images) for each in (test, conflict))
    found = saliency_map(model, test.images, answers).values
    guesses, confidences = bare_predictions(model, empty.images)
    return ShortcutReport(
        expected=_share(answers == test.labels),
        conflict=_share(moved == conflict.labels),
        training=None if training is None else accuracy(model, training),
        new=None if new is None else accuracy(model, new),
        flip_rate=_share(answers != moved),
        background_share=background_share(found, masks),
        background_area=1 - masks.mean(dim=(1, 2)),
        animal_contrast=animal_contrast(found, masks),
        bare_predictions=guesses,
        bare_confidences=confidences,
        bare_agreement=_share(guesses == empty.labels),
    )


def _masks_of(pictures: Any) -> Tensor:
    masks = getattr(pictures, "masks", None)
    if masks is None:
        raise ValueError(
            "these pictures have no masks, so nobody knows where the animals are; put NAME.mask.png beside "
            "every NAME.jpg of the folder, or take drawn animals: vw.sheep_goats()."
        )
    return masks


def _made(pictures: Any, name: str) -> Any:
    if not hasattr(pictures, name):
        raise ValueError(
            f"these pictures can not be {name} by themselves, as the drawn ones of vw.sheep_goats() can; "
            f"give the {name} pictures too: shortcut_report(model, test, {name}=...)."
        )
    return getattr(pictures, name)()


def flip_rate(model: nn.Module, images: Tensor, swapped: Tensor) -> float:
    """Return the share of predictions that change when only the background is swapped, 0 to 1.

    Parameters
    ----------
    model : nn.Module
        Returns class scores (N, K). It is used in eval mode and stays as it is.
    images, swapped : Tensor
        (N, C, H, W) in [0, 1], the same animals in the same order on two backgrounds.

    Raises
    ------
    ValueError
        If they are not as many.
    """
    _check_same_animals(images, swapped)
    return _share(predictions(model, images) != predictions(model, swapped))


def _check_same_animals(images: Tensor, swapped: Tensor) -> None:
    if images.shape != swapped.shape:
        raise ValueError(
            f"both must hold the same animals in the same order; got {tuple(images.shape)} and "
            f"{tuple(swapped.shape)}."
        )


def _share(is_true: Tensor) -> float:
    return float(is_true.float().mean())


def bare_predictions(model: nn.Module, images: Tensor) -> tuple[Tensor, Tensor]:
    """Return what a classifier says of backgrounds without an animal, and how sure it is.

    Parameters
    ----------
    model : nn.Module
        Returns class scores (N, K). It is used in eval mode and stays as it is.
    images : Tensor
        (N, C, H, W) in [0, 1].

    Returns
    -------
    predictions, confidences : Tensor
        (N,) class indices and (N,) probabilities.
    """
    confidences, guesses = class_scores_of(model, images).softmax(dim=1).max(dim=1)
    return guesses, confidences
