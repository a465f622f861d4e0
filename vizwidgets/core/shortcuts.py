"""Shortcuts: does a classifier look at the animal, or at what is behind it?

The strong evidence is an experiment, not a picture: change only the background and see whether the answer
changes. Saliency adds to it, judged by masks and compared with a network that never had the shortcut.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from torch import Tensor, nn

from .images import check_image
from .masked_pictures import MaskedPictures, check_same_animals, counterparts, masks_of
from .masked_saliency import animal_contrast, background_share
from .metrics import accuracy, class_scores_of, predictions
from .saliency import saliency_map


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
        Its ``means`` name every number.

    Raises
    ------
    TypeError, ValueError
        If masks are missing or empty, the pictures can not be swapped, or they do not fit each other or the
        model.

    References
    ----------
    Geirhos et al. 2020, "Shortcut learning in deep neural networks". Beery, Van Horn and Perona 2018,
    "Recognition in terra incognita".

    Examples
    --------
    >>> import vizwidgets as vw
    >>> report = shortcut_report(vw.new_model("animals_cnn"), vw.sheep_goats(4, seed=1))
    >>> report.animal_contrast.shape, report.training is None
    (torch.Size([4]), True)
    """
    masks = masks_of(test)
    conflict, empty = counterparts(test, "swapped", swapped), counterparts(test, "bare", bare)
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


def flip_rate(model: nn.Module, images: Tensor, swapped: Tensor) -> float:
    """Return the share of predictions that change when only the background is swapped, 0 to 1.

    Parameters
    ----------
    model : nn.Module
        Returns class scores (N, K). It is used in eval mode and stays as it is.
    images, swapped : Tensor
        (N, C, H, W) in [0, 1], the same animals in the same order on two backgrounds.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If they are no images in [0, 1], not as many, or the model does not take them.

    Examples
    --------
    >>> import torch
    >>> images = torch.tensor([[0.9, 0.1], [0.2, 0.8]]).view(2, 1, 1, 2)
    >>> flip_rate(nn.Flatten(), images, torch.tensor([[0.1, 0.9], [0.2, 0.8]]).view(2, 1, 1, 2))
    0.5
    """
    images, swapped = check_image(images), check_image(swapped)
    check_same_animals(images, swapped)
    return _share(predictions(model, images) != predictions(model, swapped))


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

    Raises
    ------
    TypeError, ValueError
        If they are no images in [0, 1], or the model does not take them.

    Examples
    --------
    >>> import torch
    >>> guesses, confidences = bare_predictions(nn.Flatten(), torch.tensor([1.0, 0.0]).view(1, 1, 1, 2))
    >>> guesses, confidences  # e / (e + 1)
    (tensor([0]), tensor([0.7311]))
    """
    confidences, guesses = class_scores_of(model, images).softmax(dim=1).max(dim=1)
    return guesses, confidences
