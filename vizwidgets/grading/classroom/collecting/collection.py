"""What became of each student's submission, as a table for a person."""

from __future__ import annotations

from dataclasses import dataclass

from vizwidgets.grading.classroom.papers.plain_table import plain_table

from .keeping import NEW, OLDER, REPLACED, SAME

NOT_USABLE, MISSING = "not usable", "missing"
_ALWAYS_COUNTED = (NEW, NOT_USABLE, MISSING)


@dataclass(frozen=True)
class Row:
    """What became of one student.

    Parameters
    ----------
    student : str
        Folder in ``submitted/``; the sender's name where there is none.
    state : str
        ``"new"``, ``"as before"``, ``"replaced"``, ``"older"``, ``"not usable"`` or ``"missing"``.
    file : str
        What was taken.
    notes : tuple of str
        What a person should know, each with what to do.
    """

    student: str
    state: str
    file: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_usable(self) -> bool:
        """Whether there is something to grade."""
        return self.state not in (NOT_USABLE, MISSING)


def table_of(rows: list[Row]) -> str:
    """Return the table for a person: what was collected, what is no use, who is missing.

    Examples
    --------
    >>> rows = [Row("ann", "new", "a1 (1).ipynb"), Row("bob", "missing"), Row("zoe", "as before", "a1.ipynb")]
    >>> print(table_of(rows), end="")
    1 new · 1 as before · 0 not usable · 1 missing
    <BLANKLINE>
    collected
      ann  new        a1 (1).ipynb
      zoe  as before  a1.ipynb
    missing
      bob
    """
    usable = [row for row in rows if row.is_usable]
    others = {state: [row for row in rows if row.state == state] for state in (NOT_USABLE, MISSING)}
    parts = [f"{_counts(rows)}\n\n"]
    if usable:
        full = [[row.student, row.state, row.file, *row.notes] for row in usable]
        parts.append(f"collected\n{plain_table(full)}")
    for state, some in others.items():
        short = [[row.student, *row.notes] for row in some]
        parts += [f"{state}\n{plain_table(short, columns=2)}"] if some else []
    return "".join(parts)


def _counts(rows: list[Row]) -> str:
    """Return how many there are of each state; of what is rare only if there is any."""
    states = [row.state for row in rows]
    order = (NEW, REPLACED, SAME, OLDER, NOT_USABLE, MISSING)
    shown = [state for state in order if state in states or state in _ALWAYS_COUNTED]
    return " · ".join(f"{states.count(state)} {state}" for state in shown)
