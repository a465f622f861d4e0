"""Python in colours: as the inner HTML of a slide's code."""

from __future__ import annotations

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

_FORMATTER = HtmlFormatter(nowrap=True)
_LEXER = PythonLexer(stripnl=False, ensurenl=False)


def python_html(code: str) -> str:
    """Return code as HTML; the style sheet of the deck gives the classes their colours.

    Examples
    --------
    >>> python_html("x < 3")
    '<span class="n">x</span> <span class="o">&lt;</span> <span class="mi">3</span>'
    """
    return highlight(code, _LEXER, _FORMATTER).rstrip("\n")
