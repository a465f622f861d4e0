"""The markdown of lessons: in blocks, so that a slide can take one of them, and as HTML with its formulas."""

from __future__ import annotations

import re
from html import escape

import mistune

_FENCE = re.compile(r"<details>.*?</details>", re.DOTALL)
_SUMMARY = re.compile(r"<summary>(.*?)</summary>", re.DOTALL)
_KEPT = re.compile(r"`[^`]*`|(\$\$.+?\$\$)|(\$[^$\s](?:[^$\n]*[^$\s])?\$)", re.DOTALL)
_LESSON = re.compile(r'href="(\d\d_\w+)\.ipynb"')
_PLACE = re.compile("\x02(\\d+)\x03")
_QUESTION = "**Predict first"


def blocks(text: str) -> list[tuple[str, str]]:
    """Return the blocks of a markdown text with their kinds.

    Parameters
    ----------
    text : str
        Of a cell. Blocks are parted by empty lines, as in all lessons.

    Returns
    -------
    list of (kind, text)
        Kinds: heading, formula, table, list, question, prose.

    Examples
    --------
    >>> blocks("## 1 · Up\\n\\n**Idea.** Climb.\\n\\n$$x + \\\\eta$$\\n\\n**Predict first.** Where?")
    [('heading', '## 1 · Up'), ('prose', '**Idea.** Climb.'), ('formula', '$$x + \\\\eta$$'),
     ('question', 'Where?')]
    """
    found = []
    for block in re.split(r"\n\s*\n", unfolded(text)):
        heading, _, rest = block.strip().partition("\n")
        parts = [heading, rest] if heading.startswith("#") else [block.strip()]
        found += [_with_kind(part) for part in parts if part.strip()]
    return found


def _with_kind(block: str) -> tuple[str, str]:
    if _QUESTION in block:
        asked = block.split(_QUESTION, 1)[1]
        return "question", asked.lstrip(".:").removeprefix("**").removeprefix("*").lstrip(".:* ").strip()
    starts = {"#": "heading", "$$": "formula", "|": "table"}
    for start, kind in starts.items():
        if block.startswith(start):
            return kind, block
    return ("list" if re.match(r"([-*]|\d+\.)\s", block) else "prose"), block


def bold_points(text: str) -> str:
    """Return a list with the words in bold alone, of each item that has some.

    Examples
    --------
    >>> bold_points("- **What is there.** A map says where.\\n- Nothing else.")
    '- What is there'
    """
    return "\n".join(f"- {words.rstrip('.:,')}" for words in re.findall(r"^[-*]\s+\*\*(.+?)\*\*", text, re.M))


def unfolded(text: str) -> str:
    """Return markdown with its folded answers opened: a speaker has nothing to click on.

    Examples
    --------
    >>> unfolded("<details><summary>Why?</summary>\\n\\nSo.\\n</details>")
    '**Why?**\\n\\nSo.'
    """

    def opened(match: re.Match[str]) -> str:
        inner = match[0].removeprefix("<details>").removesuffix("</details>")
        return _SUMMARY.sub(r"**\1**", inner).strip()

    return _FENCE.sub(opened, text)


def html(text: str) -> str:
    r"""Return markdown as HTML; a link to a lesson leads to its deck.

    Formulas stay as they are, between ``\(`` and ``\)`` or ``\[`` and ``\]``.

    Examples
    --------
    >>> html("the *step* $\\eta_i < 1$")
    '<p>the <em>step</em> \\(\\eta_i &lt; 1\\)</p>\n'
    """
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        display, inline = match[1], match[2]
        if display is None and inline is None:
            return match[0]  # code that holds a dollar
        kept.append(rf"\[{escape(display[2:-2])}\]" if display else rf"\({escape(inline[1:-1])}\)")
        return f"\x02{len(kept) - 1}\x03"

    made = str(_MARKDOWN(_KEPT.sub(keep, text)))
    return _PLACE.sub(lambda match: kept[int(match[1])], _LESSON.sub(r'href="\1.html"', made))


def plain(text: str) -> str:
    """Return markdown without its marks and its formulas' dollars, on one line.

    Examples
    --------
    >>> plain("## 2 · A *goat*,\\n`here`")
    '2 · A goat, here'
    """
    text = re.sub(r"^#+\s*", "", text.strip())
    return " ".join(re.sub(r"\[([^\]]*)\]\([^)]*\)|[*`$]", r"\1", text).split())


_MARKDOWN = mistune.create_markdown(escape=False, plugins=["strikethrough", "table"])
