"""What a node of a compute graph can do: its value, and the local derivative towards each operand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Operation:
    """One kind of node. Its operands are called a and b, its result is called r.

    Parameters
    ----------
    name : str
        In words, with its article: "a product".
    symbol : str
        What is written into the node: "×", "exp".
    formula : str
        The value, a template: "{a} · {b}".
    apply : callable
        Operands to result; tensors, so that a division by zero is infinite instead of an exception.
    slopes : callable
        (operands …, result) to the local derivatives, one for each operand.
    slope_formulas : tuple of str
        The local derivatives, templates.
    rule : str
        How the operation passes a gradient back, in a sentence.
    domain : str
        When the value is not a finite number, in words.
    is_gate : bool
        Whether a local derivative of 0 is a shut gate, which even an infinite gradient does not pass.
    """

    name: str
    symbol: str
    formula: str
    apply: Callable[..., Tensor]
    slopes: Callable[..., tuple[Tensor | float, ...]]
    slope_formulas: tuple[str, ...]
    rule: str
    domain: str = "the result is larger than a computer's number can be (about 1.8e308)"
    is_gate: bool = False

    @property
    def num_operands(self) -> int:
        """Number of operands."""
        return len(self.slope_formulas)


def _power_slopes(a: Tensor, b: Tensor, r: Tensor) -> tuple[Tensor, Tensor]:
    """Return b · a^(b − 1) and a^b · log a; where a or b is 0 these would be 0 · ∞."""
    zero = torch.zeros_like(r)
    towards_base = zero if b == 0 else b * a ** (b - 1)
    towards_exponent = zero if a == 0 and b >= 0 else r * torch.log(a)
    return towards_base, towards_exponent


def _share(wins: Tensor, ties: Tensor) -> Tensor:
    return torch.where(ties, 0.5, wins.double())


SUM = Operation(
    "a sum", "+", "{a} + {b}", torch.add, lambda a, b, r: (1.0, 1.0), ("1", "1"),
    "A sum hands the incoming gradient on to both terms, unchanged.",
)  # fmt: skip
DIFFERENCE = Operation(
    "a difference", "−", "{a} − {b}", torch.sub, lambda a, b, r: (1.0, -1.0), ("1", "(−1)"),
    "A difference hands the gradient on, with the sign turned towards what is subtracted.",
)  # fmt: skip
PRODUCT = Operation(
    "a product", "×", "{a} · {b}", torch.mul, lambda a, b, r: (b, a), ("{b}", "{a}"),
    "In a product, the local derivative towards a factor is the other factor.",
)  # fmt: skip
QUOTIENT = Operation(
    "a quotient", "÷", "{a} / {b}", torch.div, lambda a, b, r: (1 / b, -a / b**2), ("1/{b}", "(−{a}/{b}²)"),
    "In a quotient, the local derivative is 1 / denominator towards the numerator, "
    "and −numerator / denominator² towards the denominator.",
    "it divides by zero",
)  # fmt: skip
POWER = Operation(
    "a power", "^", "{a}^{b}", torch.pow, _power_slopes, ("{b} · {a}^({b} − 1)", "{r} · log {a}"),
    "In a power, the local derivative towards the base is exponent · base^(exponent − 1).",
    "a power is too large, or there is none: 0 to a negative, or a negative number to a fraction",
)  # fmt: skip
NEGATIVE = Operation(
    "the negative", "−", "−{a}", torch.neg, lambda a, r: (-1.0,), ("(−1)",),
    "A minus turns the sign of the gradient, and nothing else.",
)  # fmt: skip

BINARY = {"+": SUM, "-": DIFFERENCE, "*": PRODUCT, "/": QUOTIENT, "**": POWER}

FUNCTIONS = {
    "exp": Operation(
        "an exponential", "exp", "exp({a})", torch.exp, lambda a, r: (r,), ("{r}",),
        "exp is its own derivative: the local derivative is the value that came out.",
    ),
    "log": Operation(
        "a logarithm", "log", "log({a})", torch.log, lambda a, r: (1 / a,), ("1/{a}",),
        "The local derivative of log(a) is 1 / a.",
        "log needs a number above 0",
    ),
    "sin": Operation(
        "a sine", "sin", "sin({a})", torch.sin, lambda a, r: (torch.cos(a),), ("cos({a})",),
        "The local derivative of sin is cos.",
    ),
    "cos": Operation(
        "a cosine", "cos", "cos({a})", torch.cos, lambda a, r: (-torch.sin(a),), ("(−sin({a}))",),
        "The local derivative of cos is −sin.",
    ),
    "tanh": Operation(
        "a hyperbolic tangent", "tanh", "tanh({a})", torch.tanh, lambda a, r: (1 - r**2,), ("(1 − {r}²)",),
        "The local derivative of tanh is 1 − tanh², from the value that came out.",
    ),
    "sqrt": Operation(
        "a square root", "√", "√{a}", torch.sqrt, lambda a, r: (1 / (2 * r),), ("1/(2 · {r})",),
        "The local derivative of a square root is 1 / (2 · root).",
        "sqrt needs a number that is not negative",
    ),
    "sigmoid": Operation(
        "a sigmoid", "σ", "σ({a})", torch.sigmoid, lambda a, r: (r * (1 - r),), ("{r} · (1 − {r})",),
        "The local derivative of the sigmoid is σ · (1 − σ), from the value that came out.",
    ),
    "relu": Operation(
        "a ReLU", "relu", "relu({a})", torch.relu, lambda a, r: ((a > 0).double(),), ("[{a} > 0]",),
        "A ReLU is a gate: it lets the gradient through where its input is above 0, and stops it elsewhere.",
        is_gate=True,
    ),
    "abs": Operation(
        "an absolute value", "abs", "|{a}|", torch.abs, lambda a, r: (torch.sign(a),), ("sign({a})",),
        "An absolute value keeps the gradient for a positive input and turns its sign for a negative one.",
    ),
    "max": Operation(
        "a maximum", "max", "max({a}, {b})", torch.maximum,
        lambda a, b, r: (_share(a > b, a == b), _share(b > a, a == b)), ("[{a} > {b}]", "[{b} > {a}]"),
        "A maximum hands the whole gradient to the larger operand; equal ones share it.",
        is_gate=True,
    ),
    "min": Operation(
        "a minimum", "min", "min({a}, {b})", torch.minimum,
        lambda a, b, r: (_share(a < b, a == b), _share(b < a, a == b)), ("[{a} < {b}]", "[{b} < {a}]"),
        "A minimum hands the whole gradient to the smaller operand; equal ones share it.",
        is_gate=True,
    ),
}  # fmt: skip
