"""Measured points as a table: strategies down, numbers of labels across."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .spread import Spread

LEGEND = "mean ± standard deviation in percent (number of seeds)"
EMPTY = "no points; a name that is misspelled in where(...) finds none"


class MeasurementTable:
    """A table that shows itself, as text and on a page.

    Parameters
    ----------
    spreads : sequence of Spread
        Its cells.

    Examples
    --------
    >>> MeasurementTable([Spread("digits", "small digits", "from scratch", 10, {0: 0.9})])
    strategy      10
    from scratch  90.0 (1)
    """

    def __init__(self, spreads: Sequence[Spread]) -> None:
        self.spreads = tuple(spreads)

    def rows(self) -> list[tuple[str, ...]]:
        """Return all rows as words, the head first; the tasks are named if there are several."""
        tasks = dict.fromkeys((each.source, each.target) for each in self.spreads)
        counts = sorted({each.num_labels for each in self.spreads})
        cells = {(each.source, each.target, each.label, each.num_labels): str(each) for each in self.spreads}
        lines = dict.fromkeys((each.source, each.target, each.label) for each in self.spreads)
        named = len(tasks) > 1
        head = (*(["source", "target"] if named else []), "strategy", *map(str, counts))
        body = [
            (*(line if named else line[2:]), *(cells.get((*line, count), "–") for count in counts))
            for line in lines
        ]
        return [head, *body]

    def __str__(self) -> str:
        """Return the table in columns, or say that there are no points."""
        if not self.spreads:
            return EMPTY
        rows = self.rows()
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(word.ljust(n) for word, n in zip(row, widths, strict=True)) for row in rows]
        return "\n".join(line.rstrip() for line in lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if not self.spreads:
            return f"<i>{EMPTY}</i>"
        head, *body = self.rows()
        top = "".join(f"<th>{escape(word)}</th>" for word in head)
        lines = "".join(f"<tr>{''.join(f'<td>{escape(word)}</td>' for word in row)}</tr>" for row in body)
        return f'<table class="vw-table" title="{LEGEND}"><tr>{top}</tr>{lines}</table>'
