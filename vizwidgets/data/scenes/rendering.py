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
        If a number is out of range.

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
    look = check_look(look)
    streets = look if layout is None else check_look(layout, "layout")
    pictures = [
        draw_scene((check_seed(seed), number), look, streets, check_size(size)) for number in range(count)
    ]
    images, labels = (np.stack(part) for part in zip(*pictures, strict=True))
    return Scenes(
        images=torch.from_numpy(images).permute(0, 3, 1, 2).float().div_(255).contiguous(),
        labels=torch.from_numpy(labels).long(),
        look=look,
        seed=seed,
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
