"""What `doctor` found: lines with a state, and a remedy for each that is not fine."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

SIGNS = {"fine": "✓", "look": "!", "trouble": "✗"}  # state, in words: its sign
STYLE = (Path(__file__).parent / "doctor_report.css").read_text(encoding="utf-8")
CODE = ('"', "%env ", "import ", "make ")  # how a remedy begins that is to be typed
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
            f"<style>{STYLE}</style><div class='vw-doctor'><b>{escape(self.headline)}</b>"
            f"<table role='table'><tbody role='rowgroup'>{rows}</tbody></table></div>"
        )

    def _ipython_display_(self) -> None:
        from IPython.display import display  # only IPython calls this: a script does without

        display({"text/plain": repr(self), "text/html": self._repr_html_()}, raw=True)
        if self.page_check is not None:
            display(self.page_check)


def _folded(line: str, indent: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_long_words=False, drop_whitespace=True)


def _row(finding: Finding) -> str:
    badge = f"<b class='vw-doctor-state vw-doctor-{finding.state}'>{SIGNS[finding.state]} {finding.state}</b>"
    remedy = f"<br>→ {_to_do(finding.remedy)}" * bool(finding.remedy)
    head = f"<th role='rowheader' scope='row'>{escape(finding.subject)}</th>"
    words = f"<td role='cell'>{escape(finding.words)}{remedy}</td>"
    return f"<tr role='row'><td role='cell'>{badge}</td>{head}{words}</tr>"


def _to_do(remedy: str) -> str:
    """Return a remedy as HTML: what is to be typed looks like it, and can be pasted into a cell.

    Examples
    --------
    >>> _to_do('"python" -m pip install x, then restart the kernel')
    '<code>!&quot;python&quot; -m pip install x</code>, then restart the kernel'
    >>> _to_do("close other notebooks, then look again")
    'close other notebooks, then look again'
    """
    before, _, code = remedy.rpartition(": ") if ": %env" in remedy else ("", "", remedy)
    if not code.startswith(CODE):
        return escape(remedy)
    command, then, rest = code.partition(", then ")
    shell = "!" * command.startswith('"')  # a program: so the cell runs it, with what %env has set
    return (
        f"{escape(f'{before}: ' * bool(before))}<code>{escape(shell + command)}</code>{escape(then + rest)}"
    )
