"""The data set: sheep and goats, with the background that one expects or with another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from .animals import KINDS, blend, draw_animal
from .backgrounds import BACKGROUNDS, draw_background
from .pictures import Pictures
from .seeds import check_kind, check_size, generator

# As indices of KINDS and BACKGROUNDS: a sheep is expected on grass, a goat on rock.
OPPOSITE = torch.tensor([1, 0, 3, 2])  # grass and rock, snow and sand


@dataclass(frozen=True, eq=False)
class SheepGoats(Pictures):
    """Drawn sheep (label 0) and goats (label 1), in turns; see :func:`sheep_goats`.

    Beside the pictures it holds what they are made of, so that animals can change places.

    Attributes
    ----------
    layers : Tensor
        (N, 4, H, W): the animals alone, colour times alpha, and alpha.
    shadows : Tensor
        (N, H, W): the light that they take from the ground.
    scenery : Tensor
        (N, 3, H, W): the backgrounds alone.
    numbers : Tensor
        (N,): the number of each picture in its data set, from which it is drawn.
    seed : int
        The seed of the data set.
    """

    masks: Tensor
    backgrounds: Tensor
    layers: Tensor
    shadows: Tensor
    scenery: Tensor
    numbers: Tensor
    seed: int

    def on(self, backgrounds: Tensor | Sequence[int]) -> SheepGoats:
        """Return the same animals on other backgrounds; where the background stays it is not drawn anew.

        Parameters
        ----------
        backgrounds : Tensor or sequence of int
            (N,) whole numbers 0..3, indices of `background_names`: one for each picture.

        Returns
        -------
        SheepGoats

        Raises
        ------
        ValueError
            If they are not one whole number in 0..3 for each picture.

        Examples
        --------
        >>> sheep_goats(2, size=32).on([2, 3]).backgrounds
        tensor([2, 3])
        """
        places = _places(backgrounds, len(self))
        scenery = self.scenery.clone()
        for place in torch.nonzero(places != self.backgrounds).flatten().tolist():
            kind = self.background_names[int(places[place])]
            seed = (self.seed, int(self.numbers[place]))
            scenery[place] = draw_background(kind, seed, self.images.shape[-1])
        images = blend(self.layers, self.shadows, scenery)
        return replace(self, images=images, scenery=scenery, backgrounds=places)

    def with_share(self, share: float) -> SheepGoats:
        """Return the same animals, with another share of them on the background that one expects."""
        return self.on(_arranged(self.labels, check_share(share), self.seed))

    def swapped(self) -> SheepGoats:
        """Return the same animals, each on the opposite background: grass for rock, snow for sand."""
        return self.on(OPPOSITE[self.backgrounds])

    def bare(self) -> SheepGoats:
        """Return the same backgrounds without animals; the masks are 0, the labels those of who was there."""
        nobody = torch.zeros_like(self.layers)
        return replace(self, images=self.scenery, layers=nobody, shadows=nobody[:, 0], masks=nobody[:, 3])


def sheep_goats(
    num_images: int = 400,
    share: float = 1.0,
    seed: int = 0,
    size: int = 64,
    backgrounds: str | Sequence[str] | None = None,
) -> SheepGoats:
    """Draw sheep and goats, half of each.

    One expects a sheep on grass and a goat on rock. The same seed gives the same animals in the same order,
    whatever their backgrounds and their size; other seeds give other animals.

    Parameters
    ----------
    num_images : int
        An even number.
    share : float
        Share of the pictures of each class with the background that one expects, 0 to 1; the others have the
        opposite one. 0 is the conflict set: goats on grass, sheep on rock.
    seed : int
        What everything is drawn from.
    size : int
        Height and width in pixels, 8 to 1024.
    backgrounds : str or sequence of str, optional
        Random ones of these ("grass", "rock", "snow", "sand") instead, for both classes alike.

    Returns
    -------
    SheepGoats

    Raises
    ------
    ValueError
        If a number is out of range or there is no such background.

    Examples
    --------
    >>> conflict = sheep_goats(2, share=0.0, size=32)
    >>> pairs = zip(conflict.labels, conflict.backgrounds)
    >>> [f"{conflict.class_names[who]} on {conflict.background_names[where]}" for who, where in pairs]
    ['sheep on rock', 'goat on grass']
    """
    _check_number(num_images)
    check_size(size)
    labels = torch.arange(num_images) % len(KINDS)
    places = (
        _arranged(labels, check_share(share), seed)
        if backgrounds is None
        else _scattered(num_images, _checked(backgrounds, share), seed)
    )
    seeds = [(seed, number) for number in range(num_images)]
    animals = [draw_animal(KINDS[number % len(KINDS)], key, size) for number, key in enumerate(seeds)]
    scenery = [draw_background(BACKGROUNDS[places[key[1]]], key, size) for key in seeds]
    layers, shadows = (torch.stack([getattr(one, part) for one in animals]) for part in ("layer", "shadow"))
    return _composed(labels, places, layers, shadows, torch.stack(scenery), seed)


def _composed(
    labels: Tensor, backgrounds: Tensor, layers: Tensor, shadows: Tensor, scenery: Tensor, seed: int
) -> SheepGoats:
    return SheepGoats(
        images=blend(layers, shadows, scenery),
        labels=labels,
        masks=layers[:, 3],
        backgrounds=backgrounds,
        class_names=KINDS,
        background_names=BACKGROUNDS,
        layers=layers,
        shadows=shadows,
        scenery=scenery,
        numbers=torch.arange(len(labels)),
        seed=seed,
    )


def _places(backgrounds: Any, count: int) -> Tensor:
    """Return one background for each picture as a tensor of its own, or say what is wrong."""
    names = ", ".join(f"{number} {name}" for number, name in enumerate(BACKGROUNDS))
    wish = f"backgrounds must be {count} whole numbers, one for each picture ({names})"
    try:
        places = torch.as_tensor(backgrounds)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{wish}; got {backgrounds!r}.") from error
    if places.shape != (count,):
        raise ValueError(f"{wish}; got shape {tuple(places.shape)}.")
    if count and (places.dtype == torch.bool or places.is_floating_point() or places.is_complex()):
        raise ValueError(f"{wish}; got {places.dtype}.")
    for number in places.tolist():
        if not 0 <= number < len(BACKGROUNDS):
            raise ValueError(f"{wish}; got {number}.")
    return places.long().clone()


def _arranged(labels: Tensor, share: float, seed: int) -> Tensor:
    """Return backgrounds so that an exact share of each class has the one that is expected.

    A larger share keeps all pictures that had it with a smaller one.
    """
    backgrounds = labels.clone()
    for label, kind in enumerate(KINDS):
        members = torch.nonzero(labels == label).flatten()
        order = generator("arrangement", label, seed).permutation(len(members))
        others = members[torch.from_numpy(order)][round(share * len(members)) :]
        backgrounds[others] = BACKGROUNDS.index("rock" if kind == "sheep" else "grass")
    return backgrounds


def _scattered(num_images: int, choices: list[int], seed: int) -> Tensor:
    drawn = generator("arrangement", len(KINDS), seed).integers(len(choices), size=num_images)
    return torch.tensor(choices)[torch.from_numpy(drawn)]


def _checked(backgrounds: str | Sequence[str], share: float) -> list[int]:
    if share != 1.0:
        raise ValueError(f"share={share} and backgrounds={backgrounds!r} exclude each other; give one.")
    names = [backgrounds] if isinstance(backgrounds, str) else list(backgrounds)
    if not names:
        raise ValueError(f"backgrounds must be some of {', '.join(BACKGROUNDS)}; got none.")
    for name in names:
        check_kind(name, BACKGROUNDS, "background")
    return [BACKGROUNDS.index(name) for name in names]


def check_share(share: float) -> float:
    """Refuse a share that is no number from 0 to 1."""
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise ValueError(f"share must be in 0..1, e.g. 0.9 for nine of ten; got {share!r}.")
    return share


def _check_number(num_images: int) -> None:
    is_whole = isinstance(num_images, int) and not isinstance(num_images, bool)
    if not is_whole or num_images < 2 or num_images % 2:
        raise ValueError(
            f"num_images must be an even number from 2, half sheep, half goats; got {num_images!r}."
        )
