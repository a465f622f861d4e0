"""Whether two curves of activations are of one run, though processors round differently."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from statistics import median

Curve = list[list[float]]  # activation of each image at each step

EARLY = 10  # steps in which rounding has not grown yet
FLOOR = 0.02  # of the largest activation: twice what other rounding did to networks that are not chaotic
TIMES = 4.0  # how far a curve may be from another compared with those that rounding alone has moved
ROUGH = 0.10  # in the median: twice what training the same network on another processor did


def agreement(wanted: Curve, got: Curve, nudged: Callable[[], Iterable[Curve]]) -> tuple[bool, float]:
    """Return whether two curves are of one run, and how far apart they are in the median.

    Ascent lets differences of rounding grow, in some networks fast. So how far apart two curves of one run
    may be is measured, not guessed: by runs on weights that differ from each other as little as rounding.

    Parameters
    ----------
    wanted, got : list of list of float
        As a record says, and as replayed.
    nudged : callable
        Gives such runs; called only if the two are not nearly equal anyway.

    Examples
    --------
    >>> agreement([[0.0], [1.0], [2.0]], [[0.0], [1.0], [2.0]], list)
    (True, 0.0)
    >>> agreement([[0.0], [1.5], [2.0]], [[0.0], [1.0], [2.0]], list)[0]
    False
    """
    early, middle = _apart(wanted, got)
    if early <= FLOOR and middle <= FLOOR:
        return True, middle
    others = [_apart(curve, got) for curve in nudged()]
    most_early = max([FLOOR, *(TIMES * other for other, _ in others)])
    most_middle = max([FLOOR, *(TIMES * other for _, other in others)])
    return early <= most_early and middle <= most_middle, middle


def rough_agreement(wanted: Curve, got: Curve) -> tuple[bool, float]:
    """Return whether two curves may be of one run on weights that two computers trained, and their distance.

    Examples
    --------
    >>> rough_agreement([[0.0], [1.1], [2.1]], [[0.0], [1.0], [2.0]])[0]
    True
    """
    _, middle = _apart(wanted, got)
    return middle <= ROUGH, middle


def _apart(one: Curve, other: Curve) -> tuple[float, float]:
    """Return the largest distance of the first steps and the median of all, in units of the largest value."""
    size = max((abs(value) for point in other for value in point), default=0.0) or 1.0
    apart = [
        max(abs(a - b) for a, b in zip(*pair, strict=True)) / size for pair in zip(one, other, strict=True)
    ]
    return max(apart[: EARLY + 1]), median(apart)
