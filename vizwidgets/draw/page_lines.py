"""Words that fit a width on the page, in pixels: shortened, or broken into lines."""

from __future__ import annotations

from .fonts import font


def shortened(text: str, width: float, size: int, is_bold: bool = False) -> str:
    """Cut a text at its end so that it fits a width on the page.

    Examples
    --------
    >>> shortened("a long name", 50, 12), shortened("cat", 50, 12)
    ('a long…', 'cat')
    """
    letters = font(size, is_bold)
    if letters.getlength(text) <= width:
        return text
    while text and letters.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


def lines_of(text: str, width: float, size: int) -> list[str]:
    """Break a text into lines; only a single word may be wider than the page's width.

    Examples
    --------
    >>> lines_of("a model without convolutions", 100, 12)
    ['a model without', 'convolutions']
    """
    letters, lines = font(size), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and letters.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def wrapped(text: str, width: float, size: int, most: int = 6) -> list[str]:
    """Break a text into lines that fit a width on the page.

    Examples
    --------
    >>> wrapped("a model without convolutions", 100, 12)
    ['a model without', 'convolutions']
    """
    lines = lines_of(text, width, size)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1] + " …"]
    return [shortened(line, width, size) for line in lines]
