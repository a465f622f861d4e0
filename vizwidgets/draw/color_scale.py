"""From values of 0 or more to colours: one scale for one map or for many, and the numbers of its bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import matplotlib
import numpy as np
from torch import Tensor

from .curves import human
from .pixels import Bytes

TOP = 99.5  # percent of the pixels that a scale covers; the others have its last colour
WORTHWHILE = 1.5  # a scale is cut only where the largest value lies so far beyond the cut
DIMMED = 0.5  # how much of the gray image is left under a map


@dataclass(frozen=True)
class ColorScale:
    """A linear scale from 0 (black) over purple and orange to its end (pale yellow).

    Attributes
    ----------
    end : float
        The value that has the last colour; 0 if all values are 0.
    largest : float
        The largest value there is. Where it lies beyond the end, the bar says "≥".

    References
    ----------
    The colours are matplotlib's inferno: equal steps look equal, with any colour vision and printed in gray.
    """

    end: float
    largest: float

    @property
    def is_cut(self) -> bool:
        """Whether some values lie beyond the end."""
        return self.largest > self.end

    def levels(self, values: Any) -> np.ndarray:
        """Return for each value the number of its colour, 0..255, as uint8."""
        raw = _array(values)
        return (raw * (255 / self.end if self.end else 0.0) + 0.5).clip(0, 255).astype(np.uint8)

    def colors(self, values: Any) -> Bytes:
        """Return the map alone, (H, W, 3) bytes."""
        return palette()[self.levels(values)]

    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Return the numbers of the bar: at which share of its length, and how they are written.

        Examples
        --------
        >>> ColorScale(0.012, 0.3).ticks()
        ((0.0, '0'), (0.5, '0.006'), (1.0, '≥ 0.012'))
        """
        sign = "≥ " if self.is_cut else ""
        return (0.0, "0"), (0.5, human(self.end / 2)), (1.0, sign + human(self.end))


def color_scale(maps: Sequence[Any], top: float = TOP) -> ColorScale:
    """Find the scale on which maps are well seen.

    The largest value of a gradient is one pixel, far above all others: on a scale that reaches it, the map is
    black. Such a scale is cut at a percentile, and says so (`ColorScale.is_cut`).

    Parameters
    ----------
    maps : sequence of Tensor or array
        Each (H, W), 0 or more. NaN and infinity count as 0.
    top : float
        Percent of the pixels that the scale covers, above 0; 100 goes to the largest value.

    Raises
    ------
    ValueError
        If `top` is not in 0..100.

    Examples
    --------
    >>> ramp = np.arange(1000.0).reshape(25, 40)
    >>> color_scale([ramp]).end, color_scale([ramp**9], top=90).is_cut
    (999.0, True)
    """
    if not 0 < top <= 100:
        raise ValueError(f"top is a percentage above 0 and up to 100; got {top}.")
    values = np.concatenate([_array(each).ravel() for each in maps] or [np.zeros(1)])
    largest = float(values.max(initial=0))
    end = float(np.percentile(values, top))
    # Where nearly all pixels are 0, so is the percentile.
    return ColorScale(end if end > 0 and largest > WORTHWHILE * end else largest, largest)


def laid_over(picture: Bytes, values: Any, scale: ColorScale, strength: float) -> Bytes:
    """Lay a map over an image: strong values hide it, weak ones let its dim gray through.

    A pixel at the end of the scale has the very colour of the bar's end (from a strength of 0.5 on).

    Parameters
    ----------
    picture : array
        (H, W, 3) bytes.
    values : Tensor or array
        (H, W), 0 or more.
    scale : ColorScale
        Which value has which colour.
    strength : float
        0: the image alone; 1: the map alone.

    Returns
    -------
    array
        (H, W, 3) bytes.

    Raises
    ------
    ValueError
        If the sizes differ or the strength is outside of 0..1.

    Examples
    --------
    >>> white = np.full((1, 2, 3), 255, np.uint8)
    >>> laid_over(white, [[0.0, 2.0]], ColorScale(2.0, 2.0), strength=0.5).tolist()
    [[[128, 128, 128], [252, 255, 164]]]
    """
    levels = scale.levels(values)
    check_laid(levels.shape, picture.shape[:2], strength)
    let_through, added = _blend(float(strength))
    base = dimmed(picture, min(1.0, 2 * strength))
    return (base * let_through[levels] + added[levels]).astype(np.uint8)


def dimmed(picture: Bytes, share: float, left: float = DIMMED) -> np.ndarray:
    """Return the image as it is under a map, float32: from itself (share 0) to gray with so much left (1)."""
    gray = picture @ np.array([0.299, 0.587, 0.114], np.float32)
    return picture * np.float32(1 - share) + (np.float32(left * share) * gray)[..., None]


def check_laid(size: Sequence[int], wanted: Sequence[int], strength: float) -> None:
    """Raise ValueError if a map of this size cannot be laid over an image of the wanted one so strongly."""
    if tuple(size) != tuple(wanted):
        raise ValueError(f"the map must be {tuple(wanted)}, as the image; got {tuple(size)}.")
    if not 0 <= strength <= 1:
        raise ValueError(f"strength must be in 0..1; got {strength}.")


@cache
def palette() -> np.ndarray:
    """Return the 256 colours, (256, 3) bytes."""
    return (matplotlib.colormaps["inferno"](np.arange(256))[:, :3] * 255).round().astype(np.uint8)


@cache
def _blend(strength: float) -> tuple[np.ndarray, np.ndarray]:
    """Return for each level how much of the image is let through, and which colour is added."""
    level = np.linspace(0, 1, 256)[:, None]
    opacity = min(1.0, 2 * strength) * level ** ((1 - strength) / max(strength, 1e-9))
    return (1 - opacity).astype(np.float32), (opacity * palette() + 0.5).astype(np.float32)


def _array(values: Any) -> np.ndarray:
    raw = values.detach().float().cpu().numpy() if isinstance(values, Tensor) else np.asarray(values)
    return np.nan_to_num(raw, posinf=0.0, neginf=0.0).astype(np.float32, copy=False)
