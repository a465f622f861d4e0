"""A function of one's own that is called in an ascent: what it gave is checked, and refused in words."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Callable
from types import FunctionType
from typing import Any

import torch
from torch import Tensor

ImageFunction = Callable[[Tensor], Tensor]  # images (N, C, H, W) in [0, 1] to (N,) numbers
NAMELESS = "your_function"  # how code calls a function that has no name of its own

ADVICE = "Average over channels, rows and columns only, as values.flatten(1).mean(dim=1) does."
CUT = "numpy, float(), .item(), .detach(), torch.tensor() and torch.no_grad() cut the gradient."


class FunctionError(ValueError):
    """A function of one's own raised, or gave nothing to work with; says what was wanted and what came."""


def name_of(function: Any) -> str:
    """Return the name by which code can call a function; a lambda has none.

    Examples
    --------
    >>> name_of(len), name_of(lambda images: images)
    ('len', 'your_function')
    """
    name = getattr(function, "__name__", "")
    return name if name.isidentifier() else NAMELESS


def newest(function: ImageFunction) -> ImageFunction:
    """Return what the function's name stands for now, where it was defined: its cell may have run again.

    Examples
    --------
    >>> newest(len) is len
    True
    """
    home = function.__globals__ if isinstance(function, FunctionType) else {}
    now = home.get(name_of(function))
    return now if isinstance(now, FunctionType) else function


def is_followed(function: ImageFunction) -> bool:
    """Whether the function's name stands for it where it was defined: `newest` finds what succeeds it."""
    return isinstance(function, FunctionType) and function.__globals__.get(name_of(function)) is function


def call(function: ImageFunction, images: Tensor, who: str) -> Tensor:
    """Call a function with images (N, C, H, W) and return its (N,) numbers, checked.

    Parameters
    ----------
    function : callable
        Of one's own.
    images : Tensor
        It can not change them for others: give it a copy.
    who : str
        How messages call the function.

    Raises
    ------
    FunctionError
        If it raises, returns something else than (N,) finite numbers, or numbers without a gradient.

    Examples
    --------
    >>> call(lambda images: images.flatten(1).mean(dim=1), torch.ones(2, 1, 3, 3), "it").tolist()
    [1.0, 1.0]
    """
    try:
        values = function(images)
    except Exception as failure:
        hint = " It is not written yet." if isinstance(failure, NotImplementedError) else ""
        raise FunctionError(f"{who} raised {_in_words(failure, function)}{hint}") from failure
    if not isinstance(values, Tensor):
        raise FunctionError(f"{_wanted(who, images)}; got {_what(values)}")
    if values.shape != (len(images),):
        raise FunctionError(f"{_wanted(who, images)}; got {_shape(values, len(images))} {ADVICE}")
    if images.requires_grad and not values.requires_grad:
        raise FunctionError(f"{who} gave numbers without a gradient ({values.dtype}). {CUT}")
    if not bool(torch.isfinite(values).all()):
        raise FunctionError(
            f"{who} gave {_first_bad(values)}. A division by 0, a root of a negative number and a logarithm "
            "of 0 do so."
        )
    return values.float()


def value_and_gradient(function: ImageFunction, images: Tensor, who: str) -> tuple[Tensor, Tensor]:
    """Return a function's numbers (N,) of images, and their gradient (N, C, H, W).

    Raises
    ------
    FunctionError
        As by `call`; and if there is no gradient with respect to the images, or no finite one.
    """
    with torch.enable_grad():
        leaf = images.detach().clone().requires_grad_()
        values = call(function, leaf, who)
        try:
            (gradient,) = torch.autograd.grad(values.sum(), leaf, allow_unused=True)
        except Exception as failure:
            raise FunctionError(f"the gradient of {who} raised {_in_words(failure, function)}") from failure
    if gradient is None:
        raise FunctionError(f"{who} gave numbers that do not depend on the images. {CUT}")
    if not bool(torch.isfinite(gradient).all()):
        count = int((~torch.isfinite(gradient)).sum())
        raise FunctionError(
            f"the gradient of {who} is {_first_bad(gradient)} ({count} of {gradient.numel()} values). "
            "A root has an infinite slope at 0: add a small number, such as 1e-12, under it."
        )
    return values.detach(), gradient.float()


def _wanted(who: str, images: Tensor) -> str:
    count = len(images)
    numbers = "1 number" if count == 1 else f"{count} numbers"
    return (
        f"{who} gets images of shape {tuple(images.shape)} and is to return {numbers}, one for each image, "
        f"as a tensor of shape ({count},)"
    )


def _shape(values: Tensor, count: int) -> str:
    if values.dim() == 0:
        return "one number for the whole batch, shape ()."
    return f"shape {tuple(values.shape)}."


def _what(value: Any) -> str:
    if value is None:
        return "None. Does it end with return?"
    if value is Ellipsis:
        return "the dots of an exercise: it is not written yet."
    kind = type(value)
    home = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{home}{kind.__qualname__}. {CUT}"


def _first_bad(values: Tensor) -> str:
    bad = (~torch.isfinite(values)).nonzero()[0].tolist()
    word = "NaN" if bool(torch.isnan(values[tuple(bad)])) else "infinity"
    return f"{word} for image {bad[0]}"


def _in_words(failure: Exception, function: Any) -> str:
    """Return an exception with the line of the function, the deepest, at which it happened."""
    words = str(failure).strip()
    said = type(failure).__name__ + (f": {words}" if words else "")
    code = getattr(function, "__code__", None)
    lines = [
        (frame.f_code.co_filename, number)
        for frame, number in traceback.walk_tb(failure.__traceback__)
        if code is not None and frame.f_code.co_filename == code.co_filename
    ]
    if not lines:
        return _ended(said)
    text = linecache.getline(*lines[-1]).strip()
    return _ended(f"{said}, in line {lines[-1][1]}" + (f": {text}" if text else ""))


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else sentence + "."
