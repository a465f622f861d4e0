"""Seeds: which random numbers a picture is drawn from, and whether kind, seed and size make sense."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from vizwidgets.core.whole_numbers import check_seed

Seed = int | tuple[int, int]  # a seed, or the seed of a data set and the number of the picture in it
STREAMS = ("animal", "background", "arrangement")
MAX_SIZE = 1024


def generator(stream: str, kind: int, seed: Seed) -> Generator:
    """Return the random numbers of one animal, one background or one arrangement, independent of all others.

    Raises
    ------
    ValueError
        If the seed is out of range.
    """
    whole = tuple(map(check_seed, seed if isinstance(seed, tuple) else (seed, 0)))
    return np.random.default_rng((STREAMS.index(stream), kind, *whole))


def check_kind(kind: str, kinds: Sequence[str], word: str) -> None:
    """Refuse a kind of animal or background that there is not."""
    if kind not in kinds:
        raise ValueError(f"{word} must be one of {', '.join(kinds)}; got {kind!r}.")


def check_size(size: int) -> None:
    """Refuse a size that can not be drawn."""
    if isinstance(size, bool) or not isinstance(size, int) or not 8 <= size <= MAX_SIZE:
        raise ValueError(f"size must be a whole number of pixels in 8..{MAX_SIZE}; got {size!r}.")
