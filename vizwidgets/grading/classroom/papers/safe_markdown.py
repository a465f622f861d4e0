"""Markdown of strangers as HTML in which nothing acts: no script, no link, no picture from elsewhere."""

from __future__ import annotations

import re
from html import escape
from typing import Any
from urllib.parse import unquote

import mistune

MOST = 20_000  # characters; an answer of two hundred words has 1,500
_IMG = re.compile(r"<img\b([^>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(\w+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
_DATA = re.compile(r"data:image/[\w.+-]+;base64,[\w+/=%-]*")  # the bytes of a picture


class _Harmless(mistune.HTMLRenderer):
    """Writes tags without any attribute."""

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return text if text == escape(url) else f"{text} <code>{escape(url)}</code>"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return _picture(text or escape(_name(url)))

    def inline_html(self, html: str) -> str:
        return _without_tags(html)

    def block_html(self, html: str) -> str:
        return f"<p>{_without_tags(html.strip())}</p>\n"

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        return f"<p><strong>{text}</strong></p>\n"  # the headings of the page are ours

    def block_code(self, code: str, info: str | None = None) -> str:
        return f"<pre><code>{escape(code)}</code></pre>\n"

    def list(self, text: str, ordered: bool, **attributes: Any) -> str:
        return f"<ol>\n{text}</ol>\n" if ordered else f"<ul>\n{text}</ul>\n"


def _picture(name: str) -> str:
    return f"<em>[picture: {name or 'without a name'}; see the notebook]</em>"


def _name(address: str) -> str:
    """Return the name of a picture's file; one that stands in the text itself has none."""
    return "" if address.startswith("data:") else unquote(re.split(r"[:/\\]", address)[-1])


def _without_tags(html: str) -> str:
    """Return HTML as it was written, but for pictures: of those, the name is said."""
    parts = _IMG.split(html)  # between the pieces stand the attributes of the pictures
    shown = [escape(part) if k % 2 == 0 else _picture(escape(_name_in(part))) for k, part in enumerate(parts)]
    return "".join(shown)


def _name_in(attributes: str) -> str:
    found = {key.lower(): value.strip("\"'") for key, value in _ATTRIBUTE.findall(attributes)}
    return found.get("alt") or _name(found.get("src", ""))


def _markdown() -> mistune.Markdown:
    """Return a reader of markdown with tables, whose cells have no style of their own."""
    renderer = _Harmless(escape=True)
    markdown = mistune.create_markdown(renderer=renderer, plugins=["strikethrough", "table"])
    renderer.register("table_cell", _cell)
    return markdown


def _cell(renderer: Any, text: str, align: str | None = None, head: bool = False) -> str:
    return f"<th>{text}</th>" if head else f"<td>{text}</td>"


def safe_markdown(text: str) -> str:
    """Return markdown as HTML; its own HTML is shown as written, links with their address, pictures by name.

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
    >>> safe_markdown("![](attachment:edges.png)")
    '<p><em>[picture: edges.png; see the notebook]</em></p>\\n'
    """
    text = _DATA.sub("data:", text)
    rest = len(text) - MOST
    shown = text[:MOST]
    read = _markdown()
    try:
        html = str(read(shown))
    except Exception:  # a parser that gives up must not hide an answer
        html = f"<pre>{escape(shown)}</pre>\n"
    return html + (f"<p><em>… cut: {rest:,} further characters</em></p>\n" if rest > 0 else "")
