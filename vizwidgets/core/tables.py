"""Small tables of results, as text for a terminal and as HTML for a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

Row = Sequence[str]


class Table:
    """A result that shows itself as a table; who inherits says what stands in it."""

    def _cells(self) -> list[Row]:
        """Return the heads, then the rows."""
        raise NotImplementedError

    def _caption(self) -> str:
        """Return what stands above; empty for nothing."""
        return ""

    def __str__(self) -> str:
        caption = self._caption()
        return "\n".join([*([caption] if caption else []), text_table(self._cells())])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_table(self._cells(), self._caption())


def text_table(cells: Sequence[Row]) -> str:
    """Lay cells out in columns, the first to the left and numbers to the right.

    Parameters
    ----------
    cells : sequence of sequence of str
        The heads first; all rows of one length.

    Examples
    --------
    >>> print(text_table([("layer", "accuracy"), ("conv1", "96 %"), ("dense10", "8 %")]))
    layer    accuracy
    conv1        96 %
    dense10       8 %
    """
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for first, *others in cells:
        right = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *right]).rstrip())
    return "\n".join(lines)


def html_table(cells: Sequence[Row], caption: str = "") -> str:
    """Return the same as HTML.

    Examples
    --------
    >>> html_table([("layer",), ("<1>",)])
    '<table><thead><tr><th style="text-align:left">layer</th></tr></thead><tbody><tr><td
    style="text-align:left">&lt;1&gt;</td></tr></tbody></table>'
    """
    head, *body = cells
    above = f'<caption style="text-align:left">{escape(caption)}</caption>' if caption else ""
    rows = "".join(f"<tr>{_html_cells(row, 'td')}</tr>" for row in body)
    return f"<table>{above}<thead><tr>{_html_cells(head, 'th')}</tr></thead><tbody>{rows}</tbody></table>"


def _html_cells(row: Row, tag: str) -> str:
    sides = ["left"] + ["right"] * (len(row) - 1)
    return "".join(
        f'<{tag} style="text-align:{side}">{escape(cell)}</{tag}>'
        for cell, side in zip(row, sides, strict=True)
    )


def percent(share: float) -> str:
    """Write a share of 0..1 in percent.

    Examples
    --------
    >>> percent(0.9712), percent(float("nan"))
    ('97.1 %', '–')
    """
    return "–" if share != share else f"{100 * share:.1f} %"
