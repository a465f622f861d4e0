"""A table for the terminal, from which nothing that strangers wrote can act on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

_WIDEST = 48  # of a column but the last
_GAP = "  "


def plain_table(rows: Sequence[Sequence[str]], columns: int = 3) -> str:
    """Return rows in columns; what follows the last column of a row stands on lines of its own below.

    Parameters
    ----------
    rows : sequence of sequence of str
        The fields. Signs that a terminal would obey are shown as codes.
    columns : int
        How many fields stand side by side.

    Examples
    --------
    >>> print(plain_table([["ann", "fine", "a1.ipynb", "late"], ["bob\\x1b[2J", "", "x"]]), end="")
      ann         fine  a1.ipynb
                        late
      bob\\x1b[2J        x
    """
    shown = [[harmless(field) for field in row] for row in rows]
    lengths = ([len(row[k]) for row in shown if k < len(row)] for k in range(columns - 1))
    widths = [min(_WIDEST, max(each, default=0)) for each in lengths]
    lines = []
    for row in shown:
        fields = [field.ljust(width) for field, width in zip(row, widths, strict=False) if width]
        lines.append(_GAP + _GAP.join([*fields, *row[columns - 1 : columns]]))
        indent = _GAP + "".join(" " * width + _GAP for width in widths if width)
        lines += [indent + note for note in row[columns:]]
    return "".join(line.rstrip() + "\n" for line in lines)


def harmless(text: str) -> str:
    """Return a text on one line, without control characters.

    Examples
    --------
    >>> harmless("Ann\\n\\x1b[31m Lee"), harmless("Müller 李")
    ('Ann\\\\n\\\\x1b[31m Lee', 'Müller 李')
    """
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)
