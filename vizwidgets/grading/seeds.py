"""A new seed for each grading, so that nobody can write down the answers to one set of inputs."""

from __future__ import annotations

import os
from secrets import randbelow

PIN = "VIZ_GRADE_SEED"


def fresh_seed() -> int:
    """Return a seed in 0..2^31 - 1 that no one can foretell, or the one in ``VIZ_GRADE_SEED``.

    A score is shown with its seed; to look into a complaint, grade again with that seed pinned.

    Raises
    ------
    ValueError
        If ``VIZ_GRADE_SEED`` is set to something else than a whole number of 0 or more.

    Examples
    --------
    >>> 0 <= fresh_seed() < 2**31
    True
    """
    pinned = os.environ.get(PIN, "").strip()
    if not pinned:
        return randbelow(2**31)
    if not (pinned.isascii() and pinned.isdigit()):
        raise ValueError(f"{PIN} must be a whole number of 0 or more; got {pinned!r}.")
    return int(pinned)
