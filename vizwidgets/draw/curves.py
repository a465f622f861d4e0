"""Curves that grow by one point per step, and what a screen needs of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np


class Curves:
    """Named series over the steps 0, 1, 2, …; a series that begins late is NaN before.

    Examples
    --------
    >>> curves = Curves()
    >>> curves.append({"activation": 1.0})
    >>> curves.append({"activation": 2.0, "p_norm": -0.5})
    >>> curves.names, curves.values.shape
    (('activation', 'p_norm'), (2, 2))
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._store = np.full((0, 64), np.nan, np.float32)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the series, in the order in which they came."""
        return tuple(self._names)

    @property
    def values(self) -> np.ndarray:
        """Return all points, (series, points) float32."""
        return self._store[:, : self._length]

    def append(self, point: Mapping[str, float]) -> None:
        """Add one point; a name that is new begins here, one that is missing has a gap."""
        for name in point:
            if name not in self._names:
                self._names.append(name)
                row = np.full((1, self._store.shape[1]), np.nan, np.float32)
                self._store = np.concatenate([self._store, row])
        if self._length == self._store.shape[1]:
            more = np.full_like(self._store, np.nan)
            self._store = np.concatenate([self._store, more], axis=1)
        self._store[:, self._length] = [point.get(name, np.nan) for name in self._names]
        self._length += 1

    def cut(self, length: int) -> None:
        """Forget the points from `length` on."""
        self._store[:, length:] = np.nan
        self._length = min(self._length, length)


def decimate(values: np.ndarray, points: int = 600) -> np.ndarray:
    """Thin out long curves so that each peak stays: of each stretch the smallest and the largest value.

    Parameters
    ----------
    values : array
        (series, n).
    points : int
        Most points to return per series, 2 or more.

    Returns
    -------
    array
        (series, at most `points`) float32, contiguous.

    Examples
    --------
    >>> decimate(np.array([[0, 9, 1, 2, 3, 4, -5, 6.0]]), points=4).tolist()
    [[0.0, 9.0, -5.0, 6.0]]
    """
    length = values.shape[1]
    if length <= points:
        return np.ascontiguousarray(values, np.float32)
    edges = np.linspace(0, length, points // 2 + 1).astype(int)
    low = np.fmin.reduceat(values, edges[:-1], axis=1)
    high = np.fmax.reduceat(values, edges[:-1], axis=1)
    is_rising = values[:, edges[1:] - 1] >= values[:, edges[:-1]]
    thin = np.empty((len(values), 2 * low.shape[1]), np.float32)
    thin[:, 0::2] = np.where(is_rising, low, high)
    thin[:, 1::2] = np.where(is_rising, high, low)
    return thin


def human(value: float) -> str:
    """Write a number so that it is read at a glance.

    Examples
    --------
    >>> [human(value) for value in (1234.5, 0.01234, 12, -3.2e6, 0, float("nan"))]
    ['1.23k', '0.0123', '12', '-3.2M', '0', '–']
    """
    if not np.isfinite(value):
        return "–"
    for size, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= 0.9995 * size:
            return f"{value / size:.3g}{suffix}"
    return f"{value:.3g}"


def named(names: Sequence[str]) -> list[str]:
    """Return names as words for a legend: "total_variation" is "total variation"."""
    return [name.replace("_", "-" if name == "p_norm" else " ") for name in names]
