"""How the points of a class are spread, as a small drawing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT, FOOT, TOP = 640, 190, 22, 20


def counts(totals: Sequence[float], points: float) -> list[int]:
    """Return how many reached 0 to below 1 point, 1 to below 2 …, and all points.

    Parameters
    ----------
    totals : sequence of float
        Each in 0..points.
    points : float
        What can be reached.

    Examples
    --------
    >>> counts([0, 0.5, 1, 3, 3], points=3)
    [2, 1, 0, 2]
    """
    last = math.ceil(points)
    found = Counter(min(max(math.floor(total + 1e-9), 0), last) for total in totals)
    return [found[number] for number in range(last + 1)]


def histogram(totals: Sequence[float], points: float) -> Markup:
    """Return the drawing as SVG; it takes its colours from the page."""
    tall = counts(totals, points)
    step, most = WIDTH / len(tall), max([*tall, 1])
    every = 1 if len(tall) <= 25 else math.ceil(len(tall) / 20)
    parts = [_bar(number, count, step, most) for number, count in enumerate(tall) if count]
    marks = [_mark(number, step) for number in range(0, len(tall), every)]
    floor = HEIGHT - FOOT
    words = ", ".join(f"{count} with {number}" for number, count in enumerate(tall) if count)
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="100%" role="img">'
        f"<title>Sheets by points: {words}</title>"
        f'{"".join(parts)}<line class="line" x1="0" x2="{WIDTH}" y1="{floor}" y2="{floor}"/>'
        f"{''.join(marks)}</svg>"
    )


def _bar(number: int, count: int, step: float, most: int) -> str:
    height = (HEIGHT - FOOT - TOP) * count / most
    top, left = HEIGHT - FOOT - height, number * step
    return (
        f'<rect class="tall" x="{left + step * 0.12:.1f}" y="{top:.1f}" width="{step * 0.76:.1f}" '
        f'height="{height:.1f}" rx="2"/>'
        f'<text class="count" x="{left + step / 2:.1f}" y="{top - 5:.1f}" text-anchor="middle">{count}</text>'
    )


def _mark(number: int, step: float) -> str:
    return f'<text x="{(number + 0.5) * step:.1f}" y="{HEIGHT - 5}" text-anchor="middle">{number}</text>'
