"""What an audit found, as values."""

from __future__ import annotations

from dataclasses import dataclass

from .alike import Pair

CELLS, CODE, SCORE, OTHER = "cells", "code", "score", "other"  # kinds of flags
KIND_WORDS = {
    CODE: "Code that reaches for the checks",
    SCORE: "An odd score",
    CELLS: "Cells of the course",
    OTHER: "The submission",
}
ALIKE_WORDS = (
    "The same answer but for names, comments and layout. Short functions have few natural forms, and two who "
    "learn together write alike: equal answers are a reason to talk to both, and prove nothing by themselves."
)


@dataclass(frozen=True)
class Flag:
    """Something that a person should look at.

    Parameters
    ----------
    kind : str
        ``"cells"`` of the course that differ, ``"code"`` that reaches for the checks, ``"score"`` that is
        odd, or ``"other"``.
    words : str
        What was found.
    lines : tuple of str
        The code, or the difference.
    """

    kind: str
    words: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Audit:
    """What was found in the submissions of a sheet.

    Parameters
    ----------
    flags : dict of str to tuple of Flag
        By student; those without any are there, too.
    pairs : tuple of Pair
        Submissions that are alike.
    ungraded : tuple of str
        Students of whom there is no result: their scores could not be looked at.
    """

    flags: dict[str, tuple[Flag, ...]]
    pairs: tuple[Pair, ...]
    ungraded: tuple[str, ...]

    @property
    def flagged(self) -> dict[str, tuple[Flag, ...]]:
        """Those of whom there is something to look at."""
        return {student: flags for student, flags in self.flags.items() if flags}
