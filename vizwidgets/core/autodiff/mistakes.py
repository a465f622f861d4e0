"""What can be wrong with an expression, said in words, with the place marked."""

from __future__ import annotations

import difflib
import keyword
from unicodedata import decomposition, normalize

from .operations import FUNCTIONS

ALIASES = {
    "ln": "log",
    "sine": "sin",
    "cosine": "cos",
    "root": "sqrt",
    "logistic": "sigmoid",
    "sigma": "sigmoid",
    "σ": "sigmoid",
    "maximum": "max",
    "minimum": "min",
}
HINTS = {
    "=": "write only what stands right of the equals sign",
    ".": "parts of an object cannot be reached from here",
    "'": "text in quotes is not a number",
    '"': "text in quotes is not a number",
    "[": "lists are not known here; group with ( )",
    "{": "group with ( )",
    "%": "there is no remainder here",
    "<": "comparisons are not known here; relu(x), max(a, b) and min(a, b) are",
    ">": "comparisons are not known here; relu(x), max(a, b) and min(a, b) are",
    ":": "a colon has no meaning here",
    ",": "a comma stands only between the two operands of max and min",
    ")": "there is no ( that it closes",
}
ALLOWED = "Known are names, numbers, + - * / **, ( ) and " + ", ".join(FUNCTIONS) + "."
WINDOW = 56  # characters of the text that are shown around a mistake


class ExpressionError(ValueError):
    """An expression that cannot be read.

    Parameters
    ----------
    message : str
        What is wrong and what to do, in words.
    text : str
        The expression.
    at : int
        The place of the mistake, counted from 0.
    """

    def __init__(self, message: str, text: str, at: int) -> None:
        self.message, self.at = message, at
        self.marked = _marked(text, at)
        super().__init__(f"{message}\n{self.marked}")


def _marked(text: str, at: int) -> str:
    """Return the text around a place, with a caret beneath it."""
    start = max(0, at - WINDOW // 2)
    shown = "".join(char if char.isprintable() else " " for char in text[start : start + WINDOW])
    before, after = "…" if start else "", "…" if start + WINDOW < len(text) else ""
    return f"    {before}{shown}{after}\n    {' ' * (at - start + len(before))}^"


def stray(token: str) -> str:
    """Say why a character or a word cannot stand where it stands.

    Examples
    --------
    >>> stray("=")
    "'=' cannot stand here: write only what stands right of the equals sign."
    """
    if not token:
        return "the expression ends too early: a number, a name or ( is missing."
    hint = HINTS.get(token[0])
    return f"{token!r} cannot stand here" + (f": {hint}." if hint else f". {ALLOWED}")


def unknown_function(name: str) -> str:
    """Say that there is no such function, and which one may be meant.

    Examples
    --------
    >>> unknown_function("ln")
    "there is no function 'ln': did you mean 'log'?"
    """
    near = difflib.get_close_matches(name.lower(), FUNCTIONS, n=1, cutoff=0.5) if len(name) > 1 else []
    meant = ALIASES.get(name.lower()) or (near[0] if near else "")
    if meant:
        return f"there is no function {name!r}: did you mean {meant!r}?"
    return f"there is no function {name!r}; known are {', '.join(FUNCTIONS)}. Is a * missing before the ( ?"


def keyword_refusal(name: str) -> str:
    """Say that a word belongs to Python; the empty string if it does not.

    Examples
    --------
    >>> keyword_refusal("x")
    ''
    """
    if not keyword.iskeyword(name):
        return ""
    return f"{name!r} is a word of the Python language, which is not run here. {ALLOWED}"


def name_refusal(name: str) -> str:
    """Say why a word is no name, and how to write it: x₁ and xⁿ; the empty string if it is one.

    Examples
    --------
    >>> name_refusal("x₁"), name_refusal("xⁿ"), name_refusal("θ_1")
    ("'x₁' is no name in Python; write x1.", "'xⁿ' has a raised letter; write x^n.", '')
    """
    raised = next((at for at, each in enumerate(name) if decomposition(each).startswith("<super>")), None)
    plain = normalize("NFKC", name)
    if raised is not None:
        power = f"{name[:raised] or 'x'}^{normalize('NFKC', name[raised:])}"
        return f"{name!r} has a raised letter; write {power}."
    if name.isidentifier():
        return ""
    return (
        f"{name!r} is no name in Python; write {plain if plain.isidentifier() else 'letters, digits and _'}."
    )
