"""Measured points on disk: those that the package brings along, and those that you measured yourself.

A point is written the moment it is measured, so a queue that is interrupted keeps what it has finished.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vizwidgets.core.measurement import Measurement, Measurements
from vizwidgets.data.storage import cache_dir, locked, write_json

FORMAT = "vizwidgets measurements 1"
SHIPPED = Path(__file__).parent / "measured"


class MeasurementStore:
    """The points of one experiment: precomputed ones and yours.

    Parameters
    ----------
    name : str
        Of the experiment: "transfer", "streets", or of one of your own; a file is called so.
    shipped : path, optional
        File of the precomputed points; that of the package if it is not given. None there, none are known.

    Attributes
    ----------
    precomputed, yours, all : Measurements
        The points; where one is among both, all has yours.
    made : mapping
        How the precomputed ones were measured: "script", "versions", "date".
    trouble : str
        What was wrong with a file, in words; empty if nothing was.

    Raises
    ------
    ValueError
        If the name can not be that of a file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> point = Measurement("digits", "small digits", "from scratch", 10, 0, 0.9)
    >>> with TemporaryDirectory() as folder:
    ...     write_measurements(Path(folder) / "points.json", [point], {"script": "measure.py"})
    ...     store = MeasurementStore("doctest of measurements", Path(folder) / "points.json")
    >>> store.find(point).origin, store.made["script"], store.trouble
    ('precomputed', 'measure.py', '')
    """

    def __init__(self, name: str, shipped: str | os.PathLike[str] | None = None) -> None:
        self.name = _checked(name)
        path = SHIPPED / f"{name}.json" if shipped is None else Path(shipped)
        self.trouble = ""
        self._unkept: list[Measurement] = []
        self.precomputed, self.made = self._read(path, "precomputed")
        self.yours, _ = self._read(self.path, "yours")
        self.all = self.precomputed + self.yours

    @property
    def path(self) -> Path:
        """Where your points are kept, whether there are any or not."""
        return cache_dir() / "measured" / f"{self.name}.json"

    @property
    def made_with(self) -> str:
        """By what the precomputed points were measured, in words."""
        versions = " ".join(f"{name} {version}" for name, version in self.made.get("versions", {}).items())
        parts = (self.made.get("script", ""), versions, self.made.get("date", ""))
        return ", ".join(part for part in parts if part)

    def find(self, order: Any) -> Measurement | None:
        """Return the point that was measured for an order: yours, else the precomputed one, else None.

        Raises
        ------
        TypeError
            If it is no order.
        """
        key = getattr(order, "key", None)
        if key is None:
            raise TypeError(
                "order must be an order or a point, such as vw.TransferOrder(...) makes; "
                f"got {type(order).__name__}."
            )
        return next((point for point in self.all if point.key == key), None)

    def add(self, point: Measurement) -> str:
        """Keep a point, at once.

        Returns
        -------
        str
            Why it could not be written, in words, or the empty string. It is known until the kernel ends in
            any case.
        """
        if not isinstance(point, Measurement):
            raise TypeError(
                f"point must be a Measurement, as trial.run() returns; got {type(point).__name__}."
            )
        self.yours, self.all = self.yours + [point], self.all + [point]
        self._unkept.append(point)
        try:
            with locked(f"measured-{self.name}"):
                there, _ = self._read(self.path, "yours")  # another notebook may have added some
                write_measurements(self.path, there + self._unkept)
        except OSError as refusal:
            why = refusal.strerror or refusal
            return f"the point is shown but not kept for next time: {why} ({self.path.parent})"
        self._unkept.clear()
        return ""

    def _read(self, path: Path, origin: str) -> tuple[Measurements, Mapping[str, Any]]:
        try:
            return read_measurements(path, origin)
        except FileNotFoundError:
            return Measurements(), {}
        except OSError as refusal:
            self.trouble = f"{path.name} can not be read: {refusal.strerror or refusal}."
        except ValueError as error:
            self.trouble = _set_aside(path, error) if origin == "yours" else f"{path.name}: {error}"
        return Measurements(), {}


def read_measurements(path: Path, origin: str) -> tuple[Measurements, Mapping[str, Any]]:
    """Return the points of a file, and how they were made.

    Raises
    ------
    OSError
        If it can not be read.
    ValueError
        If it does not hold measured points.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"its format is {data['format']!r}, wanted is {FORMAT!r}")
        points = Measurements(Measurement.from_data(point) for point in data["measurements"])
        return points.with_origin(origin), dict(data.get("made", {}))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it does not hold measured points ({type(error).__name__}: {error}).") from error


def write_measurements(path: Path, points: Any, made: Mapping[str, Any] | None = None) -> None:
    """Write points so that the file is there either whole or not at all.

    Parameters
    ----------
    path : path
        A JSON file.
    points : iterable of Measurement
        What to keep.
    made : mapping, optional
        How they were measured: "script", "versions" (a mapping) and "date".
    """
    data = [point.data() for point in Measurements(points)]
    write_json(path, {"format": FORMAT, "made": dict(made or {}), "measurements": data})


def _set_aside(path: Path, error: ValueError) -> str:
    aside = path.with_suffix(".damaged.json")
    try:
        os.replace(path, aside)
    except OSError:
        return f"{path.name} is damaged and was left out: {error}"
    return f"{path.name} is damaged; it was set aside as {aside.name} and a new one begun: {error}"


def _checked(name: str) -> str:
    if isinstance(name, str) and name.strip(" .") and not set(name) & set("/\\:\0"):
        return name
    raise ValueError(f"name must be that of an experiment, such as 'transfer', and no path; got {name!r}.")
