"""From a text to its words: numbers, raised numbers (x²), names and signs."""

from __future__ import annotations

import re
from typing import NamedTuple

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
AS_PRINTED = str.maketrans({"·": "*", "×": "*", "⋅": "*", "−": "-", "–": "-", "÷": "/"})  # copied from slides
TOKEN = re.compile(
    r"(?P<number>(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)|(?P<raised>[⁺⁻]?[⁰¹²³⁴-⁹]+)"
    r"|(?P<name>[^\W\d⁰¹²³⁴-⁹][^\W⁰¹²³⁴-⁹]*)|(?P<sign>\*\*|.)",
    re.S,
)


class Token(NamedTuple):
    """A word of an expression, and where it stands."""

    kind: str  # "number", "raised", "name", "sign" or "end"
    text: str
    at: int

    @property
    def value(self) -> float:
        """The number that a number or a raised number is."""
        return float(self.text.translate(RAISED))


def tokens_of(text: str) -> list[Token]:
    """Return the words of an expression without what is between them, and an end.

    Examples
    --------
    >>> [token.kind for token in tokens_of("2 * x²")]
    ['number', 'sign', 'name', 'raised', 'end']
    >>> tokens_of("x⁻¹")[1].value
    -1.0
    """
    found = TOKEN.finditer(text.translate(AS_PRINTED))
    tokens = [Token(str(each.lastgroup), each.group(), each.start()) for each in found]
    return [*(token for token in tokens if not token.text.isspace()), Token("end", "", len(text))]
