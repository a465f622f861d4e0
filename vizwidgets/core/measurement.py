"""Measured points: how well a network does on a target task, by one strategy, with so many labels.

One number says little: which labelled images were drawn matters more than many effects do. So points are kept
one by one with their seeds, means come with their spread, and strategies are compared seed by seed.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, overload

from .measurement_table import MeasurementTable
from .paired_gain import Gain, paired_gains
from .point_checks import checked_values
from .point_key import point_key
from .spread import Spread

ORIGINS = ("yours", "precomputed")
COLUMNS = ("source", "target", "strategy", "variant", "num_labels", "seed", "score", "origin")


@dataclass(frozen=True)
class Measurement:
    """One measured point; JSON-able.

    Parameters
    ----------
    source, target : str
        The task that the network comes from, and the one that it is tested on.
    strategy : str
        How it was carried over: "from scratch", "head, then all", …
    num_labels : int
        Labelled target images that were trained with, as the target counts them (per class, or images); 0 or
        more.
    seed : int
        Of the labelled images, the order and the new weights.
    score : float
        Share that is right on images nobody trained with, or mean IoU, in 0..1.
    details : mapping of str to float
        What else was measured; NaN where it is not defined.
    settings : mapping
        Everything else that decides what comes out; JSON-able.
    origin : str
        "yours" or "precomputed".
    variant : str
        What differs from the usual settings, in words: "cut at dense1". Points of two variants are never
        averaged.
    versions : mapping of str to str
        What it was measured with.

    Raises
    ------
    ValueError, TypeError
        If a value is outside of what is stated here.

    Examples
    --------
    >>> point = Measurement("digits", "small digits", "from scratch", 10, 0, 0.897)
    >>> point.label, Measurement.from_data(point.data()) == point
    ('from scratch', True)
    """

    source: str
    target: str
    strategy: str
    num_labels: int
    seed: int
    score: float
    details: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    origin: str = "yours"
    variant: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in checked_values(self, ORIGINS).items():
            object.__setattr__(self, name, value)

    @property
    def label(self) -> str:
        """The strategy, and what is unusual about it."""
        return f"{self.strategy}, {self.variant}" if self.variant else self.strategy

    @property
    def key(self) -> tuple[str, str, str, int, int, str]:
        """What tells it from every other point; that of the order it was measured for."""
        return point_key(self)

    def data(self) -> dict[str, Any]:
        """Return it as JSON-able data; what is not defined is None."""
        known = {name: None if math.isnan(value) else value for name, value in self.details.items()}
        return {**asdict(self), "details": known}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Measurement:
        """Return the point of such data.

        Raises
        ------
        ValueError, TypeError
            If the data are not those of a point.
        """
        details = {name: math.nan if v is None else float(v) for name, v in data.get("details", {}).items()}
        return cls(**{**data, "details": details})


class Measurements(Sequence[Measurement]):
    """Measured points; of two for the same order the later one counts.

    Parameters
    ----------
    points : iterable of Measurement
        From the oldest to the newest.

    Examples
    --------
    >>> score = {"from scratch": (0.69, 0.71), "head, then all": (0.80, 0.84)}
    >>> points = Measurements(Measurement("digits", "small digits", strategy, 2, seed, score[strategy][seed])
    ...                       for strategy in score for seed in (0, 1))
    >>> points.table()
    strategy        2
    from scratch    70.0 ± 1.4 (2)
    head, then all  82.0 ± 2.8 (2)
    >>> [round(gain.mean, 3) for gain in points.gains("head, then all")]
    [0.12]
    """

    def __init__(self, points: Iterable[Measurement] = ()) -> None:
        newest = {point.key: point for point in points}
        self._points = tuple(newest.values())

    def __len__(self) -> int:
        return len(self._points)

    @overload
    def __getitem__(self, index: int) -> Measurement: ...

    @overload
    def __getitem__(self, index: slice) -> Measurements: ...

    def __getitem__(self, index: int | slice) -> Measurement | Measurements:
        return Measurements(self._points[index]) if isinstance(index, slice) else self._points[index]

    def __iter__(self) -> Iterator[Measurement]:
        return iter(self._points)

    def __add__(self, more: Iterable[Measurement]) -> Measurements:
        return Measurements([*self._points, *more])

    @property
    def labels(self) -> tuple[str, ...]:
        """The strategies, with what is unusual about them, in the order in which they came."""
        return tuple(dict.fromkeys(point.label for point in self))

    def where(self, **wanted: Any) -> Measurements:
        """Return the points with these values, or with one of these: ``where(num_labels=(2, 10))``.

        Raises
        ------
        ValueError
            If a point has nothing of that name.
        """
        known = {*COLUMNS, "label"}
        for name in wanted:
            if name not in known:
                raise ValueError(f"points have {', '.join(sorted(known))}; got {name!r}.")
        return _measurements(
            point for point in self if all(_is(getattr(point, name), it) for name, it in wanted.items())
        )

    def spread(self) -> tuple[Spread, ...]:
        """Return mean and standard deviation over the seeds, for each task, strategy and number of labels."""
        groups: dict[tuple[str, str, str, int], dict[int, float]] = {}
        for point in self:
            key = point.source, point.target, point.label, point.num_labels
            groups.setdefault(key, {})[point.seed] = point.score
        places = {label: place for place, label in enumerate(self.labels)}
        order = sorted(groups, key=lambda key: (key[:2], places[key[2]], key[3]))
        return tuple(Spread(*key, groups[key]) for key in order)

    def gains(self, strategy: str, over: str = "from scratch") -> tuple[Gain, ...]:
        """Return by how much one strategy is better than another, seed by seed, for each number of labels.

        Parameters
        ----------
        strategy, over : str
            As `labels` has them. Only seeds of which both were measured count.

        Raises
        ------
        ValueError
            If nothing was measured that is called so.
        """
        for name, label in (("strategy", strategy), ("over", over)):
            if label not in self.labels:
                raise ValueError(f"{name} must be {self._label_words()}; got {label!r}.")
        return paired_gains(self.spread(), strategy, over)

    def _label_words(self) -> str:
        """Say which labels there are to choose from."""
        known = ", ".join(map(repr, self.labels))
        return f"one of {known}" if known else "the label of a measured point, and there are no points"

    def table(self) -> MeasurementTable:
        """Return a table, strategies down and numbers of labels across, that shows itself."""
        return MeasurementTable(self.spread())

    def to_csv(self) -> str:
        """Return all points as a CSV file, one line each, details and settings in columns of their own."""
        rows = [_row(point) for point in self]
        names = list(dict.fromkeys([*COLUMNS, *(name for row in rows for name in row)]))
        text = io.StringIO()
        writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()

    def data(self) -> list[dict[str, Any]]:
        """Return the points as JSON-able data."""
        return [point.data() for point in self]

    def with_origin(self, origin: str) -> Measurements:
        """Return the same points, said to come from there."""
        return _measurements(replace(point, origin=origin) for point in self)

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    def __repr__(self) -> str:
        return str(self.table())


def _measurements(different: Iterable[Measurement]) -> Measurements:
    """Return points of which no two are for the same order: they need not be looked through."""
    made = Measurements()
    made._points = tuple(different)
    return made


def _is(value: Any, wanted: Any) -> bool:
    is_choice = isinstance(wanted, Collection) and not isinstance(wanted, str)
    return value in wanted if is_choice else value == wanted


def _row(point: Measurement) -> dict[str, Any]:
    details = {name: "" if math.isnan(value) else value for name, value in point.details.items()}
    settings = {name: value for name, value in point.settings.items() if name not in COLUMNS}
    return {**{name: getattr(point, name) for name in COLUMNS}, **details, **settings}
