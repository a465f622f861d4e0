"""What became of each student's submission, as a table for a person."""

from __future__ import annotations

from dataclasses import dataclass

from .plain_table import plain_table

NOT_USABLE, MISSING = "not usable", "missing"


@dataclass(frozen=True)
class Row:
    """What became of one student.

    Parameters
    ----------
    student : str
        Folder in ``submitted/``; the sender's name where there is none.
    state : str
        ``"collected"``, ``"as before"``, ``"replaced"``, ``"older"``, ``"not usable"`` or ``"missing"``.
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
    >>> print(table_of([Row("ann", "collected", "a1 (1).ipynb"), Row("bob", "missing")]), end="")
    1 collected · 0 not usable · 1 missing
    <BLANKLINE>
    collected
      ann  collected  a1 (1).ipynb
    missing
      bob
    """
    usable = [row for row in rows if row.is_usable]
    others = {state: [row for row in rows if row.state == state] for state in (NOT_USABLE, MISSING)}
    counts = [f"{len(usable)} collected", *(f"{len(some)} {state}" for state, some in others.items())]
    parts = [" · ".join(counts) + "\n\n"]
    if usable:
        full = [[row.student, row.state, row.file, *row.notes] for row in usable]
        parts.append(f"collected\n{plain_table(full)}")
    for state, some in others.items():
        short = [[row.student, *row.notes] for row in some]
        parts += [f"{state}\n{plain_table(short, columns=2)}"] if some else []
    return "".join(parts)
