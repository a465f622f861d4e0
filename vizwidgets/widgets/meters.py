"""Bars with their numbers, as HTML: read at a glance, by a screen reader too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Meter:
    """One bar.

    Parameters
    ----------
    name : str
        What is measured.
    share : float or None
        0 to 1; None: not known yet.
    hint : str
        More about it, shown under the mouse.
    """

    name: str
    share: float | None
    hint: str = ""


def meters_html(meters: Sequence[Meter], heading: str = "", mark: float | None = None) -> str:
    """Return bars under each other.

    Parameters
    ----------
    meters : sequence of Meter
        From top to bottom.
    heading : str
        Above them.
    mark : float, optional
        Where a thin line is drawn in each, 0 to 1: what guessing gives.

    Examples
    --------
    >>> "98 %" in meters_html([Meter("conflict", 0.98)], mark=0.5)
    True
    """
    line = "" if mark is None else f'<i style="left:{mark:.0%}"></i>'
    rows = "".join(_row(meter, line) for meter in meters)
    title = f'<span class="vw-label">{escape(heading)}</span>' if heading else ""
    return f'{title}<div class="vw-meters">{rows}</div>'


def percent(share: float | None) -> str:
    """Write a share so that 100 % means all and 0 % none.

    Examples
    --------
    >>> [percent(share) for share in (None, 0.0, 0.004, 0.5, 0.997, 1.0)]
    ['–', '0 %', '<1 %', '50 %', '>99 %', '100 %']
    """
    if share is None:
        return "–"
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 < share < 1:
        return ">99 %"
    return f"{100 * share:.0f} %"


def _row(meter: Meter, line: str) -> str:
    fill = "" if meter.share is None else f'<span style="width:{100 * meter.share:.1f}%"></span>'
    return (
        f'<div title="{escape(meter.hint)}"><span class="vw-meter-name">{escape(meter.name)}</span>'
        f'<span class="vw-meter-track">{fill}{line}</span>'
        f'<b class="vw-meter-number">{escape(percent(meter.share))}</b></div>'
    )
