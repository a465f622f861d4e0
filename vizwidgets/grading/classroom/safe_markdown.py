"""Markdown of strangers as HTML in which nothing acts: no script, no link, no picture from elsewhere."""

from __future__ import annotations

from html import escape
from typing import Any

import mistune

MOST = 20_000  # characters; an answer of two hundred words has 1,500


class _Harmless(mistune.HTMLRenderer):
    """Writes tags without any attribute."""

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return text if text == escape(url) else f"{text} <code>{escape(url)}</code>"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"<em>[picture: {text or 'without words'}]</em>"

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        return f"<p><strong>{text}</strong></p>\n"  # the headings of the page are ours

    def block_code(self, code: str, info: str | None = None) -> str:
        return f"<pre><code>{escape(code)}</code></pre>\n"

    def list(self, text: str, ordered: bool, **attributes: Any) -> str:
        return f"<ol>\n{text}</ol>\n" if ordered else f"<ul>\n{text}</ul>\n"


def _markdown() -> mistune.Markdown:
    """Return a reader of markdown with tables, whose cells have no style of their own."""
    renderer = _Harmless(escape=True)
    markdown = mistune.create_markdown(renderer=renderer, plugins=["strikethrough", "table"])
    renderer.register("table_cell", _cell)
    return markdown


def _cell(renderer: Any, text: str, align: str | None = None, head: bool = False) -> str:
    return f"<th>{text}</th>" if head else f"<td>{text}</td>"


def safe_markdown(text: str) -> str:
    """Return markdown as HTML; its own HTML is shown as written, a link as its words and its address.

    Parameters
    ----------
    text : str
        Of anyone. What is longer than 20,000 characters is cut, and says so.

    Examples
    --------
    >>> safe_markdown("*so* <script>alert(1)</script>")
    '<p><em>so</em> &lt;script&gt;alert(1)&lt;/script&gt;</p>\\n'
    >>> safe_markdown("[look](https://example.org)")
    '<p>look <code>https://example.org</code></p>\\n'
    """
    rest = len(text) - MOST
    shown = text[:MOST]
    read = _markdown()
    try:
        html = str(read(shown))
    except Exception:  # a parser that gives up must not hide an answer
        html = f"<pre>{escape(shown)}</pre>\n"
    return html + (f"<p><em>… cut: {rest:,} further characters</em></p>\n" if rest > 0 else "")
