"""Label images as pictures: classes in their colours, one class brought out, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from .class_key import ClassKey
from .label_names import write_names
from .patterns import dotted, hatched
from .pixels import Bytes, to_bytes

# They differ in lightness and pattern too: none needs its colour to be told from the others.
WRONG, BOTH = (213, 94, 0), (0, 114, 178)  # filled
VOID, MISSED = ((255, 255, 255), (140, 140, 140)), ((255, 255, 255), (213, 94, 0))  # ground and stripes
FALSE_ALARM = (240, 208, 40), (60, 50, 0)  # ground and dots
GRAY = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True)
class LabelLook:
    """How label images are drawn.

    Parameters
    ----------
    zoom : int
        Pixels of the picture for each one of the label image, along a side.
    strength : float
        0: the gray image alone, with outlines; 1: the colours alone.
    picked : int, optional
        The one class that is brought out; the others are dimmed.
    letters : float
        Height of the names that are written where there is room, in pixels of the label image; 0: none.
    """

    zoom: int = 3
    strength: float = 0.75
    picked: int | None = None
    letters: float = 7.5


def image_picture(image: Any, zoom: int) -> Bytes:
    """Enlarge an image smoothly, (H · zoom, W · zoom, 3) bytes."""
    small = Image.fromarray(to_bytes(image))
    return np.asarray(small.resize((small.width * zoom, small.height * zoom), Image.Resampling.BICUBIC))


def label_picture(labels: Any, key: ClassKey, image: Any, look: LabelLook | None = None) -> Bytes:
    """Lay a label image over its image: colours, a line where two classes meet, names where there is room.

    Parameters
    ----------
    labels : Tensor or array
        (H, W) whole numbers; void is hatched.
    key : ClassKey
        Names and colours.
    image : Tensor or array
        (C, H, W) in [0, 1].
    look : LabelLook, optional
        Zoom, strength, and the class that is brought out.

    Returns
    -------
    array
        (H · zoom, W · zoom, 3) uint8.

    Raises
    ------
    ValueError
        If sizes differ or the label image holds a number that no class has.

    Examples
    --------
    >>> from .class_key import class_key
    >>> key = class_key(["sky", "road"], [(0, 0, 255), (90, 90, 90)])
    >>> look = LabelLook(zoom=1, strength=1.0, letters=0)
    >>> label_picture(np.array([[0, 0], [0, 0]]), key, np.zeros((3, 2, 2)), look)[0].tolist()
    [[0, 0, 255], [0, 0, 255]]
    """
    look = look or LabelLook()
    small = to_bytes(image)
    values = enlarged(key.read(labels, "a label image", small.shape[:2]), look.zoom)
    gray = image_picture(image, look.zoom) @ GRAY
    is_void = values == key.void
    table = np.array([*key.colors, (255, 255, 255)], float)
    colors = table[np.where(is_void, len(key), values)]
    picture = _blend(gray, colors, look.strength)
    if look.picked is not None:
        picture = np.where((values == look.picked)[..., None], picture, _pale(gray)[..., None])
    picture[is_void] = hatched(values.shape, look.zoom, *VOID)[is_void]
    shown = values if look.picked is None else (values == look.picked).astype(int)
    picture[edges(shown, look.zoom)] *= 0.3
    made = picture.round().clip(0, 255).astype(np.uint8)
    height = look.letters * look.zoom
    return write_names(made, values, key, height, look.picked, look.zoom) if height else made


def error_picture(
    predicted: Any, labels: Any, key: ClassKey, image: Any, look: LabelLook | None = None
) -> Bytes:
    """Show which pixels are wrong; with a picked class what it has in common with the truth.

    Right pixels are the pale gray image, wrong ones filled, void ones hatched. With a picked class: filled
    is what both say, striped what the truth alone says (missed), dotted what the prediction alone says
    (false alarm). The class's intersection over union is the filled area by all three.

    Parameters
    ----------
    predicted, labels : Tensor or array
        (H, W) whole numbers.
    key, image, look
        As in `label_picture`.

    Returns
    -------
    array
        (H · zoom, W · zoom, 3) uint8.

    Raises
    ------
    ValueError
        If sizes differ or a label image holds a number that no class has.

    Examples
    --------
    >>> from .class_key import class_key
    >>> truth, said = np.array([[0, 1]]), np.array([[0, 0]])
    >>> error_picture(said, truth, class_key(2), np.ones((3, 1, 2)), LabelLook(zoom=1)).tolist()
    [[[255, 255, 255], [213, 94, 0]]]
    """
    look = look or LabelLook()
    size = to_bytes(image).shape[:2]
    truth = enlarged(key.read(labels, "the truth", size), look.zoom)
    said = enlarged(key.read(predicted, "the prediction", size), look.zoom)
    picture = np.repeat(_pale(image_picture(image, look.zoom) @ GRAY)[..., None], 3, axis=2)
    is_void = truth == key.void
    if look.picked is None:
        picture[(said != truth) & ~is_void] = WRONG
    else:
        _draw_parts(picture, (said == look.picked) & ~is_void, truth == look.picked, look.zoom)
    picture[is_void] = hatched(truth.shape, look.zoom, *VOID)[is_void]
    return picture.round().clip(0, 255).astype(np.uint8)


def _draw_parts(picture: np.ndarray, said: np.ndarray, true: np.ndarray, zoom: int) -> None:
    """Draw what prediction and truth of one class have in common, and what only one of them has."""
    shape = said.shape
    parts = np.where(said & true, 1, np.where(true, 2, np.where(said, 3, 0)))
    picture[parts == 1] = BOTH
    picture[parts == 2] = hatched(shape, zoom, *MISSED)[parts == 2]
    picture[parts == 3] = dotted(shape, zoom, *FALSE_ALARM)[parts == 3]
    picture[edges(parts, zoom)] *= 0.3


def error_words(predicted: Any, labels: Any, key: ClassKey, picked: int | None = None) -> str:
    """Say in words what an error map shows; of a picked class, how many pixels of its union are in both.

    Examples
    --------
    >>> from .class_key import class_key
    >>> truth, said = np.array([[0, 1, 1, 255]]), np.array([[0, 1, 0, 0]])
    >>> error_words(said, truth, class_key(["sky", "car"]))
    '33 % wrong of what is labelled, 25 % void'
    >>> error_words(said, truth, class_key(["sky", "car"]), picked=1)
    'car: 1 of 2 px · IoU 0.50'
    """
    truth, said = key.read(labels, "the truth"), key.read(predicted, "the prediction")
    is_known = truth != key.void
    if picked is None:
        wrong = float((said != truth)[is_known].mean()) if is_known.any() else 0.0
        void = float(1 - is_known.mean())
        if void:  # short: it stands under pictures that are side by side
            return f"{100 * wrong:.0f} % wrong of what is labelled, {100 * void:.0f} % void"
        return f"{100 * wrong:.0f} % of the labelled pixels are wrong"
    name, is_said, is_true = key.names[picked], (said == picked) & is_known, truth == picked
    both, either = int((is_said & is_true).sum()), int((is_said | is_true).sum())
    if not either:
        return f"no {name} here, and none predicted"
    return f"{name}: {both:,} of {either:,} px · IoU {both / either:.2f}"


def enlarged(values: np.ndarray, zoom: int) -> np.ndarray:
    """Repeat each pixel, (H · zoom, W · zoom): labels know no in-between."""
    return values.repeat(zoom, axis=0).repeat(zoom, axis=1)


def edges(values: np.ndarray, zoom: int) -> np.ndarray:
    """Return where a line is drawn: at the pixels whose right or lower neighbour is of another kind."""
    found = np.zeros(values.shape, bool)
    if zoom > 1:  # at one pixel each there is no room for lines
        found[:, :-1] |= values[:, :-1] != values[:, 1:]
        found[:-1] |= values[:-1] != values[1:]
    return found


def _blend(gray: np.ndarray, colors: np.ndarray, strength: float) -> np.ndarray:
    return strength * colors + (1 - strength) * gray[..., None]


def _pale(gray: np.ndarray) -> np.ndarray:
    """Return the gray image so light that all that is drawn on it stands out."""
    return 160 + gray * (95 / 255)
