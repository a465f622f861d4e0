"""What `doctor` found: lines with a state, and a remedy for each that is not fine."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape
from typing import Any

SIGNS = {"fine": "✓", "look": "!", "trouble": "✗"}  # state, in words: its sign
COLORS = {"fine": "#00795a", "look": "#8a5a00", "trouble": "#a63d00"}  # behind white: contrast 5 and more
WIDTH = 100  # columns of the text


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes
    ----------
    subject : str
        What was looked at.
    state : str
        "fine"; "look": works, but worth a look; "trouble": something in the lessons will not work.
    words : str
        What was found.
    remedy : str
        A command or a sentence that mends it.

    Raises
    ------
    ValueError
        If the state is none of the three, or trouble has no remedy.

    Examples
    --------
    >>> Finding("memory", "trouble", "0.5 GB are free")
    Traceback (most recent call last):
    ValueError: memory: trouble needs a remedy.
    """

    subject: str
    state: str
    words: str
    remedy: str = ""

    def __post_init__(self) -> None:
        if self.state not in SIGNS:
            raise ValueError(f"state must be one of {', '.join(SIGNS)}; got {self.state!r}.")
        if self.state == "trouble" and not self.remedy:
            raise ValueError(f"{self.subject}: trouble needs a remedy.")


@dataclass(frozen=True)
class Report:
    """All findings; shows itself as a table, and as text where there is no page.

    Attributes
    ----------
    findings : tuple of Finding
        In the order in which they are shown.
    page_check : object or None
        A widget beneath the table that tells what the page itself can do; None where there is no page.

    Examples
    --------
    >>> Report((Finding("Python", "fine", "3.12.1"),))
    Everything is fine.
    ✓ fine     Python  3.12.1
    """

    findings: tuple[Finding, ...]
    page_check: Any = None

    @property
    def headline(self) -> str:
        """The outcome in one sentence."""
        states = [finding.state for finding in self.findings]
        trouble, look = states.count("trouble"), states.count("look")
        if not trouble and not look:
            return "Everything is fine."
        parts = [f"{trouble} in trouble"] * bool(trouble) + [f"{look} worth a look"] * bool(look)
        return f"{' and '.join(parts)}, of {len(states)}: the arrows say what to do."

    def __repr__(self) -> str:
        """Return the report as text."""
        pad = max((len(finding.subject) for finding in self.findings), default=0)
        lines = [self.headline]
        for finding in self.findings:
            head = f"{SIGNS[finding.state]} {finding.state:<8} {finding.subject:<{pad}}  "
            lines += _folded(head + finding.words, " " * len(head))
            if finding.remedy:
                lines.append(" " * len(head) + "→ " + finding.remedy)  # not folded: it may be a command
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(_row(finding) for finding in self.findings)
        return (
            f'<div style="max-width: 900px"><b>{escape(self.headline)}</b>'
            '<table style="border-collapse: collapse; margin: 6px 0; table-layout: auto; width: 100%">'
            f"<tbody>{rows}</tbody></table></div>"
        )

    def _ipython_display_(self) -> None:
        from IPython.display import display  # only IPython calls this: a script does without

        display({"text/plain": repr(self), "text/html": self._repr_html_()}, raw=True)
        if self.page_check is not None:
            display(self.page_check)


def _folded(line: str, indent: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_long_words=False, drop_whitespace=True)


def _row(finding: Finding) -> str:
    cell = "padding: 3px 12px 3px 0; text-align: left; vertical-align: top; white-space: "
    look = f"background: {COLORS[finding.state]}; border-radius: 9px; color: #fff; padding: 1px 8px"
    badge = f'<span style="{look}">{SIGNS[finding.state]} {finding.state}</span>'
    code = "padding: 0; overflow-wrap: anywhere; white-space: pre-wrap"
    remedy = f'<br>→ <code style="{code}">{escape(finding.remedy)}</code>' * bool(finding.remedy)
    words = f"{escape(finding.words)}{remedy}"
    return (
        f'<tr><td style="{cell}nowrap">{badge}</td>'
        f'<th scope="row" style="{cell}nowrap">{escape(finding.subject)}</th>'
        f'<td style="{cell}normal; overflow-wrap: anywhere; width: 100%">{words}</td></tr>'
    )
