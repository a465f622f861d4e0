"""How well networks do from one look of the same scenes to another, as a small chart for the page."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

WIDTH, HEIGHT = 400, 210
LEFT, RIGHT, TOP, BOTTOM = 34, 12, 10, 40  # pixels around the plot
DASHES = ("", "6 3", "2 2", "9 2 2 2")


def gap_svg(curves: Mapping[str, Mapping[float, float]], here: float) -> str:
    """Draw mean IoU against the look, one line for each network, and a mark where the slider stands.

    Parameters
    ----------
    curves : mapping of str to mapping of float to float
        By the network's name, mean IoU by the look, both in 0..1. Also one without points has a colour.
    here : float
        The look that is shown now.

    Returns
    -------
    str
        An SVG element in the colours of the page; ``segmentation_view.css`` has them.

    Examples
    --------
    >>> gap_svg({"pretrained": {0.0: 0.7, 1.0: 0.4}}, 0.5).count("<circle")
    2
    """
    parts = [*_axes(), _cursor(here)]
    for place, (name, points) in enumerate(curves.items()):
        parts.append(_curve(place % len(DASHES), name, points))
    known = [f"{name}: {_spoken(points)}" for name, points in curves.items() if points]
    said = "; ".join(known) or "no points yet"
    label = f"Mean IoU against the look, 0 game to 1 camera. {said}"
    return (
        f'<svg class="vw-gap-chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


def gap_key(curves: Mapping[str, Mapping[float, float]], here: float) -> str:
    """Return the legend: a piece of each line, its name, and what it is at the look that is shown."""
    entries = []
    for place, (name, points) in enumerate(curves.items()):
        if not points:
            continue
        value = points.get(here)
        number = "" if value is None else f" <b>{value:.2f}</b>"
        style = place % len(DASHES)
        line = f'<path d="M1 8H31" stroke-dasharray="{DASHES[style]}"/>{_marker(style, 16, 8)}'
        drawn = f'<svg viewBox="0 0 32 16" aria-hidden="true">{line}</svg>'
        entries.append(f'<span class="vw-gap-{style}">{drawn}{escape(name)}{number}</span>')
    return f'<div class="vw-gap-key">{"".join(entries)}</div>'


def _axes() -> list[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<path class="vw-gap-grid" d="M{LEFT} {_y(tick):.1f}H{right}"/>')
        if tick in (0.0, 0.5, 1.0):
            parts.append(_text(LEFT - 6, _y(tick) + 4, f"{tick:g}", "end"))
    for share, words, anchor in ((0.0, "0 game", "start"), (0.5, "0.5", "middle"), (1.0, "camera 1", "end")):
        parts.append(_text(_x(share), bottom + 16, words, anchor))
    parts.append(_text(LEFT - 28, HEIGHT - 4, "mean IoU over the same streets, by their look", "start"))
    return parts


def _curve(place: int, name: str, points: Mapping[float, float]) -> str:
    order = sorted(points)
    corners = [f"{_x(look):.1f} {_y(points[look]):.1f}" for look in order]
    line = f'<path d="M{"L".join(corners)}" stroke-dasharray="{DASHES[place]}"/>' if len(order) > 1 else ""
    marks = "".join(
        f"<g><title>{escape(name)}, look {look:g}: {points[look]:.2f}</title>"
        f"{_marker(place, _x(look), _y(points[look]))}</g>"
        for look in order
    )
    return f'<g class="vw-gap-{place}">{line}{marks}</g>'


def _marker(place: int, x: float, y: float) -> str:
    if place % 2 == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    return f'<rect x="{x - 3.6:.1f}" y="{y - 3.6:.1f}" width="7.2" height="7.2"/>'


def _cursor(here: float) -> str:
    return f'<path class="vw-gap-cursor" d="M{_x(here):.1f} {TOP}V{HEIGHT - BOTTOM}"/>'


def _x(look: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * look


def _y(score: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * score


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _spoken(points: Mapping[float, float]) -> str:
    return ", ".join(f"{points[look]:.2f} at {look:g}" for look in sorted(points))
