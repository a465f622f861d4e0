"""Points of a network that was no source: what a target's labels bring by themselves."""

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
