"""Words that do not fit into a width are broken into lines."""

from __future__ import annotations

from .fonts import font

FINE = 8  # so many times larger the letters are measured: their sizes are whole pixels


def broken(words: str, width: float, size: float, is_bold: bool = False) -> str:
    """Break words at spaces so that no line is wider; a single word that is wider ends in an ellipsis.

    Parameters
    ----------
    words : str
        In one line.
    width : float
        In points.
    size : float
        Of the letters, DejaVu Sans, in points.
    is_bold : bool
        Whether they are bold.

    Examples
    --------
    >>> broken("33 % wrong, 25 % void", 60, 8).splitlines()
    ['33 % wrong,', '25 % void']
    >>> broken("efficientnet_lite0", 60, 8)
    'efficientnet_l…'
    """
    lines: list[str] = []
    for word in words.replace(" %", "\0%").split(" "):  # a number keeps its unit
        word = word.replace("\0", " ")
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and length(longer, size, is_bold) <= width:
            lines[-1] = longer
        else:
            lines.append(_cut(word, width, size, is_bold))
    return "\n".join(lines)


def length(words: str, size: float, is_bold: bool = False) -> float:
    """Return how long a line of words is, in points."""
    return font(round(FINE * size), is_bold).getlength(words) / FINE


def _cut(word: str, width: float, size: float, is_bold: bool) -> str:
    if length(word, size, is_bold) <= width:
        return word
    while len(word) > 1 and length(f"{word}…", size, is_bold) > width:
        word = word[:-1]
    return f"{word}…"
