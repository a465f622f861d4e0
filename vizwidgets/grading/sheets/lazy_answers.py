"""Answers that took no work: no criterion may be met by one of them."""

from __future__ import annotations

from collections.abc import Iterator

from .sheet import Sheet

# name: what it returns; `first` is the first argument, `tensor` the first one that is a tensor, or 0.0
LAZY = {
    "returns its first argument": "first",
    "returns zeros": "tensor * 0",
    "returns its first tensor": "tensor",
    "returns the constant 1.0": "1.0",
    "returns nothing": "None",
}


def lazy_answers(sheet: Sheet) -> Iterator[tuple[str, str, str]]:
    """Yield (answer, what it does, source) for every function that students write.

    Parameters
    ----------
    sheet : Sheet
        The source.
    """
    for answer, functions in sheet.answers.items():
        for name, value in LAZY.items():
            if functions:
                yield answer, name, "\n\n\n".join(lazy_function(function, value) for function in functions)


def lazy_function(name: str, value: str) -> str:
    """Return the source of a function that takes anything.

    Examples
    --------
    >>> exec(lazy_function("double", "first"))
    >>> double(3, scale=2)
    3
    """
    return (
        f"def {name}(*given, **named):\n"
        f"    everything = [*given, *named.values()]\n"
        f"    first = everything[0] if everything else None\n"
        f"    tensor = next((each for each in everything if hasattr(each, 'new_zeros')), 0.0)\n"
        f"    return {value}"
    )
