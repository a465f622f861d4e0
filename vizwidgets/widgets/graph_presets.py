"""Expressions to begin with, each with values and with what to look at."""

from __future__ import annotations

from typing import NamedTuple


class GraphPreset(NamedTuple):
    """An expression that has a name."""

    expression: str
    values: dict[str, float]
    look_at: str


LECTURE = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}
PRESETS = {
    "lecture": GraphPreset(
        "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))",
        LECTURE,
        "The four nodes −, exp, 1 + and 1 ÷ are the sigmoid σ: together they multiply the gradient by "
        "σ · (1 − σ) = 0.731 · 0.269 = 0.197.",
    ),
    "sigmoid as one node": GraphPreset(
        "sigmoid(w0*x0 + w1*x1 + w2)",
        LECTURE,
        "The lecture's function with the sigmoid as a single node: fewer steps, the same gradients.",
    ),
    "product": GraphPreset(
        "x * y",
        {"x": 3.0, "y": -4.0},
        "A product swaps: the gradient towards x is y, and towards y it is x.",
    ),
    "a name used again": GraphPreset(
        "x*x + x",
        {"x": 3.0},
        "x is one node with three uses. What comes back from them adds up: 1 + 3 + 3 = 2x + 1.",
    ),
    "difference of squares": GraphPreset(
        "(a + b) * (a - b)",
        {"a": 3.0, "b": 2.0},
        "Each name has two uses. The parts add up to 2a = 6 and −2b = −4, as for a² − b².",
    ),
    "two-layer network": GraphPreset(
        "u0*relu(w0*x0 + w1*x1) + u1*relu(w2*x0 + w3*x1)",
        {"u0": 1.5, "w0": 1.0, "x0": 2.0, "w1": -0.5, "x1": 1.0, "u1": -1.0, "w2": -1.0, "w3": 0.5},
        "The second relu is shut: nothing goes back through it. Raise w2 until it opens.",
    ),
    "mean of squares": GraphPreset(
        "((a - t)**2 + (b - t)**2 + (c - t)**2) / 3",
        {"a": 1.0, "t": 2.0, "b": 3.0, "c": 4.5},
        "A loss. The further a, b or c is from t, the larger its gradient; a step against it goes towards t.",
    ),
    "trouble": GraphPreset(
        "log(x) / (x - y)",
        {"x": 2.0, "y": 2.0},
        "A division by zero is infinite, and its gradient too. Move y, then move x below 0.",
    ),
}


def preset_of(expression: str) -> str:
    """Return the name of the preset that this is, spaces aside; the empty string if it is none.

    Examples
    --------
    >>> preset_of("x*y"), preset_of("x + 1")
    ('product', '')
    """
    same = (name for name, each in PRESETS.items() if _packed(each.expression) == _packed(expression))
    return next(same, "")


def _packed(expression: str) -> str:
    return "".join(expression.split())
