"""Which scenes are for what: sets that share no street."""

from __future__ import annotations

from .rendering import scenes
from .scene_set import Scenes

# name: the seed, and how many scenes there are by default
SPLITS = {"pretraining": (7001, 700), "train": (7002, 128), "validation": (7003, 64), "test": (7004, 160)}


def scene_split(
    split: str,
    look: float | str = 0.0,
    *,
    num_images: int | None = None,
    size: tuple[int, int] = (96, 128),
    layout: float | str | None = None,
) -> Scenes:
    """Draw the scenes of one purpose; no two splits share a street, at whatever look.

    Parameters
    ----------
    split : str
        "pretraining" (for the source task), "train", "validation" or "test".
    look, size, layout
        As in :func:`scenes`.
    num_images : int, optional
        By default 700, 128, 64 and 160.

    Returns
    -------
    Scenes

    Raises
    ------
    ValueError
        If there is no such split, or a number is out of range.

    Examples
    --------
    >>> len(scene_split("validation", "camera", num_images=2, size=(24, 32)))
    2
    """
    if not isinstance(split, str) or split not in SPLITS:
        raise ValueError(f"split must be one of {', '.join(SPLITS)}; got {split!r}.")
    seed, usual = SPLITS[split]
    count = usual if num_images is None else num_images
    return scenes(count, look=look, seed=seed, size=size, layout=layout)
