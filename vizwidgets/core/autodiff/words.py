"""Numbers, and what happens at a node, as a person writes them."""

from __future__ import annotations

import math


def number_text(value: float) -> str:
    """Return a number with three digits and a real minus.

    Examples
    --------
    >>> number_text(-0.73106), number_text(1e300), number_text(float("-inf")), number_text(float("nan"))
    ('−0.731', '1e300', '−∞', 'NaN')
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{value:.3g}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e").replace("-", "−")
    return "0" if text == "−0" else text


def gradient_text(value: float, is_pending: bool = False) -> str:
    """Return a gradient as it stands in the graph; while parts of a sum are missing it says so.

    Examples
    --------
    >>> gradient_text(-0.5), gradient_text(2, is_pending=True)
    ('∂ −0.5', '∂ 2 + …')
    """
    return f"∂ {number_text(value)}{' + …' if is_pending else ''}"


def called(value: float) -> str:
    """Return what a number that is not finite is called in a sentence.

    Examples
    --------
    >>> called(float("nan")), called(float("inf"))
    ('not a number', '∞')
    """
    return "not a number" if math.isnan(value) else number_text(value)


def as_operand(value: float) -> str:
    """Return a number as it stands inside a formula: what begins with a minus is in parentheses.

    Examples
    --------
    >>> as_operand(2), as_operand(-2)
    ('2', '(−2)')
    """
    text = number_text(value)
    return f"({text})" if text.startswith("−") else text


def equals(value: float) -> str:
    """Return how a formula goes on to a value: "= 0.5" if that is all of it, "≈ 0.333" if it is rounded.

    Examples
    --------
    >>> equals(1 / 2), equals(1 / 3)
    ('= 0.5', '≈ 0.333')
    """
    text = number_text(value)
    is_exact = not math.isfinite(value) or float(text.replace("−", "-")) == value
    return f"{'=' if is_exact else '≈'} {text}"
