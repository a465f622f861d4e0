"""Which points a chart is made of: those of the same photographs, and those that no source was needed for."""

from __future__ import annotations

from dataclasses import replace

from vizwidgets.core.measurement import Measurements

NOTHING = "nothing"  # the source that has learned nothing
SMALL = "a small new network"
NEW = f"from scratch, {SMALL}"


def new_ones(points: Measurements, target: str) -> Measurements:
    """Return the points of a target that no source was needed for, said to be of a small new network."""
    new = points.where(source=NOTHING, target=target)
    return Measurements(
        replace(point, variant=", ".join(filter(None, [SMALL, point.variant]))) for point in new
    )


def with_photographs(points: Measurements, fingerprint: str) -> Measurements:
    """Return the points that were measured with these photographs; with none where it is empty."""
    return Measurements(point for point in points if point.settings.get("photographs", "") == fingerprint)
