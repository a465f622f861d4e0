"""Animals as layers: drawn once, laid over any background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from .goats import draw_goat
from .looks import Look, random_look, random_placement
from .noise import fractal_noise
from .pen import Pen, Placement
from .seeds import Seed, check_kind, check_size, generator
from .sheep import draw_sheep

_DRAW: dict[str, Callable[[Pen, Generator, Look], None]] = {"sheep": draw_sheep, "goat": draw_goat}
KINDS = tuple(_DRAW)
FEET = {"sheep": 0.46, "goat": 0.50}  # below the middle of the body, in lengths of the body
SHADOW = 0.42  # share of the light that the animal keeps from the ground beneath it


@dataclass(frozen=True)
class Animal:
    """An animal without a background.

    Attributes
    ----------
    kind : str
        "sheep" or "goat".
    layer : Tensor
        (4, H, W) in [0, 1]: red, green and blue, already multiplied by alpha, and alpha.
    shadow : Tensor
        (H, W) in [0, 1], the share of light that the ground loses.
    """

    kind: str
    layer: Tensor
    shadow: Tensor


def draw_animal(kind: str, seed: Seed = 0, size: int = 64) -> Animal:
    """Draw an animal: coat, pose, place and size are random.

    Parameters
    ----------
    kind : str
        "sheep" or "goat".
    seed : int or (int, int)
        The same seed gives the same animal in any size. ``(s, i)`` is the one in picture ``i`` of
        ``sheep_goats(seed=s)``; ``s`` alone means ``(s, 0)``.
    size : int
        Height and width in pixels, 8 to 1024.

    Returns
    -------
    Animal
        Its layer and its shadow, to be laid over a background with :func:`compose`.

    Raises
    ------
    ValueError
        If there is no such kind, or seed or size are out of range.

    Examples
    --------
    >>> draw_animal("goat", seed=3, size=32).layer.shape
    torch.Size([4, 32, 32])
    """
    check_kind(kind, KINDS, "animal")
    check_size(size)
    rng = generator("animal", KINDS.index(kind), seed)
    place = random_placement(rng)
    pen = Pen(place, size)
    _DRAW[kind](pen, rng, random_look(rng))
    layer = pen.layer()
    layer[:3] *= _light(rng, place, size)
    feet = place.y + place.scale * FEET[kind]
    shadow = _contact_shadow(place.x, feet, 0.40 * place.scale, size)
    return Animal(kind, torch.from_numpy(layer).clamp_(0, 1).contiguous(), torch.from_numpy(shadow))


def _light(rng: Generator, place: Placement, size: int) -> np.ndarray:
    """Return how bright each row and hair is: the light comes from above."""
    row = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / size
    depth = ((row - np.float32(place.y)) / np.float32(place.scale) + np.float32(0.1)).clip(0, 0.4) / 0.4
    hair = 1 + np.float32(0.03) * fractal_noise(rng, size, 16, 2)
    return (1.06 - 0.28 * depth)[:, None].astype(np.float32) * hair


def _contact_shadow(x: float, y: float, radius: float, size: int) -> np.ndarray:
    """Return a soft, flat ellipse on the ground."""
    place = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / size
    across = ((place - np.float32(x)) / np.float32(radius)) ** 2
    down = ((place - np.float32(y)) / np.float32(0.16 * radius)) ** 2
    return np.float32(SHADOW) * np.exp(-((across[None, :] + down[:, None]) ** np.float32(1.2)))


def compose(animal: Animal, background: Tensor) -> tuple[Tensor, Tensor]:
    """Lay an animal over a background.

    Parameters
    ----------
    animal : Animal
        From :func:`draw_animal`.
    background : Tensor
        (3, H, W) in [0, 1], from :func:`draw_background` or any picture of the animal's size.

    Returns
    -------
    image : Tensor
        (3, H, W) in [0, 1].
    mask : Tensor
        (H, W) in [0, 1], how much of each pixel is animal. Its shadow belongs to the background.

    Raises
    ------
    ValueError
        If the sizes differ.

    Examples
    --------
    >>> from vizwidgets.data.sheep_goats.backgrounds import draw_background
    >>> image, mask = compose(draw_animal("sheep", size=32), draw_background("rock", size=32))
    >>> image.shape, mask.shape
    (torch.Size([3, 32, 32]), torch.Size([32, 32]))
    """
    if background.shape != (3, *animal.shadow.shape):
        wanted = (3, *animal.shadow.shape)
        raise ValueError(f"the background must be {wanted}, as the animal; got {tuple(background.shape)}.")
    return blend(animal.layer, animal.shadow, background), animal.layer[3]


def blend(layers: Tensor, shadows: Tensor, scenery: Tensor) -> Tensor:
    """Lay layers (..., 4, H, W) with shadows (..., H, W) over backgrounds (..., 3, H, W)."""
    seen_through = (1 - layers[..., 3, :, :]) * (1 - shadows)
    return (layers[..., :3, :, :] + scenery * seen_through.unsqueeze(-3)).clamp(0, 1)
