"""Which number of a label image is which class, and in which colour it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_rgb
from torch import Tensor

Color = tuple[int, int, int]


@dataclass(frozen=True)
class ClassKey:
    """The key to label images; `class_key` makes one and checks it.

    Attributes
    ----------
    names : tuple of str
        Class k is called ``names[k]``.
    colors : tuple of (int, int, int)
        Red, green and blue of each class, 0..255.
    void : int
        The number of pixels that nobody labelled.
    """

    names: tuple[str, ...]
    colors: tuple[Color, ...]
    void: int = 255

    def __len__(self) -> int:
        return len(self.names)

    def number(self, picked: int | str | None) -> int | None:
        """Return the number of a class that is given by name or number; None stays None.

        Raises
        ------
        ValueError
            If there is no such class.
        """
        if picked is None or (type(picked) is int and 0 <= picked < len(self)):
            return picked
        if picked in self.names:
            return self.names.index(str(picked))
        raise ValueError(f"there is no class {picked!r}; there are {', '.join(self.names)}.")

    def read(self, labels: Any, what: str, size: tuple[int, ...] | None = None) -> np.ndarray:
        """Return one label image as an array (H, W) of whole numbers.

        Raises
        ------
        ValueError
            If it is none, has another size than wanted, or holds a number that no class has.
        """
        values = labels.detach().cpu().numpy() if isinstance(labels, Tensor) else np.asarray(labels)
        if values.ndim != 2 or values.dtype.kind not in "iu" or 0 in values.shape:
            raise ValueError(
                f"{what} must be one label image (H, W) of whole numbers; "
                f"got {values.dtype} of shape {tuple(values.shape)}."
            )
        if size is not None and values.shape != tuple(size):
            raise ValueError(f"{what} must be {tuple(size)}, as the image; got {tuple(values.shape)}.")
        found = np.unique(values)
        stray = [int(one) for one in found if not (0 <= one < len(self) or one == self.void)]
        if stray:
            raise ValueError(
                f"{what} holds the numbers {', '.join(map(str, stray[:5]))}, which no class has: "
                f"classes are 0..{len(self) - 1}, {self.void} is void."
            )
        return values


def class_key(names: Sequence[str] | int, colors: Any = None, void: int = 255) -> ClassKey:
    """Make the key to label images.

    Parameters
    ----------
    names : sequence of str, or int
        A name for each class, or how many there are.
    colors : sequence or mapping, optional
        For each class red, green and blue, as whole numbers in 0..255 or as shares in 0..1, or a word of
        matplotlib such as "#0072B2"; by name, if it is a mapping.
    void : int
        The number of pixels that nobody labelled.

    Raises
    ------
    ValueError
        If names and colours do not fit together.

    Examples
    --------
    >>> key = class_key(["sky", "road", "car"], ["#80b2e6", (128, 64, 128), (0.0, 0.2, 1.0)])
    >>> key.colors, key.number("road")
    (((128, 178, 230), (128, 64, 128), (0, 51, 255)), 1)
    """
    words = tuple(map(str, range(names))) if isinstance(names, int) else tuple(names)
    if colors is None:
        colors = [colormaps["tab20"](place % 20)[:3] for place in range(len(words))]
    elif isinstance(colors, dict):
        colors = [colors[name] for name in words if name in colors]
    if len(colors) != len(words) or not words:
        raise ValueError(f"each class needs a colour; got {len(words)} classes and {len(colors)} colours.")
    return ClassKey(words, tuple(map(_rgb, colors)), void)


def _rgb(color: Any) -> Color:
    parts = list(to_rgb(color)) if isinstance(color, str) else np.asarray(color).tolist()
    is_share = all(0 <= part <= 1 for part in parts) and any(isinstance(part, float) for part in parts)
    red, green, blue = (round(255 * part) if is_share else int(part) for part in parts)
    return red, green, blue
