"""Drawing street scenes: each from the seed and its own number."""

from __future__ import annotations

import numpy as np
import torch

from vizwidgets.core.whole_numbers import check_seed, whole_number

from .dice import Dice
from .kerbside import furnished_street
from .look import shown
from .scene_set import Scenes
from .street import paint_street

LOOKS = {"game": 0.0, "camera": 1.0}
SIZES = (16, 1024)
MOST_BYTES = 4_000_000_000  # of images and label images
BYTES = 3 * 4 + 8  # of a pixel: three floats, and a whole number of 64 bits


def scenes(
    num_images: int,
    *,
    look: float | str = 0.0,
    seed: int = 0,
    size: tuple[int, int] = (96, 128),
    layout: float | str | None = None,
) -> Scenes:
    """Draw street scenes with the class of every pixel.

    Scene i depends on the seed and on i alone: a longer set begins with the shorter one, and the same seed
    gives the same streets in any size.

    Parameters
    ----------
    num_images : int
        How many, from 1.
    look : float or str
        0 or "game": flat colours. 1 or "camera": weather, shadows, rough surfaces, and what a camera adds.
        Between, everything comes on gradually.
    seed : int
        What everything is drawn from.
    size : (int, int)
        Height and width in pixels.
    layout : float or str, optional
        Which streets there are: those of the game (0), or narrower ones before a lower camera with another
        lens, with more cars and fewer people (1). By default as the look. With a fixed layout, the same
        streets, with the same labels, can be shown at every look.

    Returns
    -------
    Scenes

    Raises
    ------
    ValueError
        If a number is out of range, or the scenes would take more than 4 GB.

    References
    ----------
    Richter, Vineet, Roth, Koltun: "Playing for data: ground truth from computer games", ECCV 2016.

    Examples
    --------
    >>> game, camera = (scenes(2, look=look, layout="game", size=(24, 32)) for look in ("game", "camera"))
    >>> bool((game.labels == camera.labels).all()), bool((game.images == camera.images).all())
    (True, False)
    """
    count = whole_number(num_images)
    if count is None or count < 1:
        raise ValueError(f"num_images must be a whole number from 1; got {num_images!r}.")
    look, sides = check_look(look), check_size(size)
    _check_memory(count, sides)
    streets = look if layout is None else check_look(layout, "layout")
    pictures = [draw_scene((check_seed(seed), number), look, streets, sides) for number in range(count)]
    images, labels = (np.stack(part) for part in zip(*pictures, strict=True))
    return Scenes(
        images=torch.from_numpy(images).permute(0, 3, 1, 2).float().div_(255).contiguous(),
        labels=torch.from_numpy(labels).long(),
        look=look,
        seed=seed,
    )


def _check_memory(count: int, size: tuple[int, int]) -> None:
    each = size[0] * size[1] * BYTES
    if count * each > MOST_BYTES:
        raise ValueError(
            f"num_images must be at most {MOST_BYTES // each:,} of {size[0]} x {size[1]} pixels, which take "
            f"{MOST_BYTES / 1e9:g} GB of memory; got {count:,}, which would take {count * each / 1e9:,.0f}."
        )


def draw_scene(
    seed: tuple[int, int], look: float, layout: float, size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return one image (H, W, 3) and its label image (H, W), both uint8."""
    dice = Dice(np.random.default_rng((*seed, 0)), layout)
    drawing = paint_street(furnished_street(dice)).drawing(size)
    return shown(drawing, look, np.random.default_rng((*seed, 1))), drawing.label_image


def check_look(look: float | str, name: str = "look") -> float:
    """Return a look as a number in 0..1, or say what it must be."""
    value = LOOKS.get(look, look) if isinstance(look, str) else look
    if isinstance(value, (str, bool)) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueError(f"{name} must be 0 ('game') to 1 ('camera'), or one of these words; got {look!r}.")
    return float(value)


def check_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return height and width as two ints, or say what they must be."""
    sides = tuple(map(whole_number, size)) if isinstance(size, (tuple, list)) else ()
    low, high = SIZES
    whole = [side for side in sides if side is not None and low <= side <= high]
    if len(sides) != 2 or len(whole) != 2:
        raise ValueError(f"size must be height and width, each in {low}..{high} pixels; got {size!r}.")
    return whole[0], whole[1]
