"""From what a network says of some street scenes to what the page shows of one of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vizwidgets.core.confusion import ConfusionMatrix
from vizwidgets.core.segmentation_scores import predict_labels
from vizwidgets.draw.class_key import ClassKey
from vizwidgets.draw.label_picture import LabelLook, error_picture, error_words, image_picture, label_picture
from vizwidgets.draw.pixels import Bytes

from .segmentation_view import SegmentationPicture

ALL = "all classes"
NOTHING = 232  # gray of a picture that is not there


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network says of some labelled images.

    Parameters
    ----------
    predicted : Tensor
        (N, H, W) whole numbers.
    matrix : ConfusionMatrix
        Counted over all of them.
    """

    predicted: Tensor = field(repr=False)
    matrix: ConfusionMatrix

    def of(self, number: int, labels: Tensor) -> ConfusionMatrix:
        """Return what is counted in one image alone."""
        matrix = ConfusionMatrix(self.matrix.num_classes, self.matrix.void)
        return matrix.update(self.predicted[number], labels[number])


@dataclass(frozen=True, eq=False)
class Streets:
    """Labelled images that a network is asked about.

    Parameters
    ----------
    images : Tensor
        (N, 3, H, W) in [0, 1].
    labels : Tensor
        (N, H, W) whole numbers.
    key : ClassKey
        Names and colours of the classes.
    """

    images: Tensor = field(repr=False)
    labels: Tensor = field(repr=False)
    key: ClassKey

    def __len__(self) -> int:
        return len(self.images)

    def ask(self, model: nn.Module) -> Answers:
        """Ask a network about all of them."""
        said = predict_labels(model, self.images)
        return Answers(said, ConfusionMatrix(len(self.key), self.key.void).update(said, self.labels))


@dataclass(frozen=True)
class TileWords:
    """What is written around the pictures.

    Parameters
    ----------
    place : str
        Which image of how many, between the buttons.
    image, prediction : str
        Titles of these two pictures.
    label : str
        Above the bars: of what the intersection over union is.
    note : str
        In the place of a prediction that is not there.
    """

    place: str = ""
    image: str = "image"
    prediction: str = "prediction"
    label: str = "Intersection over union"
    note: str = ""


def picture_of(
    streets: Streets, number: int, answers: Answers | None, words: TileWords, look: LabelLook
) -> SegmentationPicture:
    """Draw one of the images with its truth, what a network says of it, and its errors.

    Examples
    --------
    >>> from vizwidgets.draw.class_key import class_key
    >>> labels = torch.zeros(1, 4, 8, dtype=torch.int64)
    >>> streets = Streets(torch.rand(1, 3, 4, 8), labels, class_key(["sky", "road"]))
    >>> shown = picture_of(streets, 0, None, TileWords(note="no network yet"), LabelLook(zoom=2))
    >>> shown.pictures.shape, [tile["title"] for tile in shown.words["tiles"]]
    ((4, 8, 16, 3), ['image', 'truth', 'prediction', 'errors'])
    """
    key, image, truth = streets.key, streets.images[number], streets.labels[number]
    said = None if answers is None else answers.predicted[number]
    pictures = list(_given(streets, number, look))
    if said is None:
        pictures += [np.full_like(pictures[0], NOTHING)] * 2
    else:
        pictures += [label_picture(said, key, image, look), error_picture(said, truth, key, image, look)]
    return SegmentationPicture(
        {
            "tiles": _tiles(streets, number, answers, words, look.picked),
            "classes": class_rows(key, answers),
            "picked": -1 if look.picked is None else look.picked,
            "legend": error_legend(key, look.picked, bool((truth == key.void).any())),
            "place": words.place,
            "label": words.label,
            "names": {str(place): name for place, name in enumerate(key.names)},
            "size": list(truth.shape),
            "is_known": said is not None,
        },
        np.stack(pictures),
        _bytes(truth) + _bytes(truth if said is None else said),
    )


@lru_cache(maxsize=4)
def _given(streets: Streets, number: int, look: LabelLook) -> tuple[Bytes, Bytes]:
    """Draw image and truth; they stay as they are while a network trains."""
    image = streets.images[number]
    return image_picture(image, look.zoom), label_picture(streets.labels[number], streets.key, image, look)


def class_rows(key: ClassKey, answers: Answers | None) -> list[dict[str, Any]]:
    """Return the rows of the list: all classes with the mean of their bars, then each class."""
    shares = [float("nan")] * (len(key) + 1)
    if answers is not None:
        shares = [answers.matrix.mean_iou, *answers.matrix.iou.tolist()]
    colors = ["", *("#{:02x}{:02x}{:02x}".format(*color) for color in key.colors)]
    return [
        {"name": name, "color": color, "share": None if np.isnan(share) else share, "text": iou_text(share)}
        for name, color, share in zip([ALL, *key.names], colors, shares, strict=True)
    ]


def iou_text(share: float) -> str:
    """Write an intersection over union; of an absent class it is a dash."""
    return "–" if np.isnan(share) else f"{share:.2f}"


def error_legend(key: ClassKey, picked: int | None, has_void: bool) -> list[tuple[str, str]]:
    """Return what the tones of the error map mean: the pattern, and its words."""
    void = [("void", "void: not labelled")] if has_void else []
    if picked is None:
        return [("wrong", "wrong"), *void]
    name = key.names[picked]
    return [("both", f"{name} in both"), ("missed", "missed"), ("alarm", "false alarm"), *void]


def _tiles(
    streets: Streets, number: int, answers: Answers | None, words: TileWords, picked: int | None
) -> list[dict[str, Any]]:
    key, truth = streets.key, streets.labels[number]
    there = ", ".join(key.names[place] for place in truth.unique().tolist() if place != key.void)
    said, wrong = words.note, ""
    if answers is not None:
        here = answers.of(number, streets.labels)
        said = f"mean IoU of this image {iou_text(here.mean_iou)}"
        wrong = error_words(answers.predicted[number], truth, key, picked)
    note = words.note if answers is None else ""
    return [
        {"title": words.image, "alt": f"{words.image}: {words.place}"},
        {"title": "truth", "alt": f"Labels of this image: {there}"},
        {
            "title": words.prediction,
            "words": said if not note else "",
            "note": note,
            "alt": f"{words.prediction}. {said}",
        },
        {"title": "errors", "words": wrong, "note": note, "alt": f"Error map. {wrong}"},
    ]


def _bytes(labels: Tensor) -> bytes:
    return labels.to(torch.uint8).contiguous().numpy().tobytes()
