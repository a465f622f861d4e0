"""Whether an answer equals the wanted numbers, by a loop of our own over plain floats.

It uses nothing that a cell above may have replaced (`torch.allclose`, `torch.Tensor.__eq__`, `abs` …): what
it needs of torch, numpy and Python is taken when this module is imported.
"""

from __future__ import annotations

from builtins import abs, all, bool, float, int, issubclass, len, list, next, repr, str, tuple, type, zip  # noqa: UP029 - see above
from contextvars import ContextVar
from math import isfinite
from typing import Any

import numpy as np
import torch

_TENSOR, _ARRAY, _SCALAR = torch.Tensor, np.ndarray, np.generic
_tensor_to_list, _array_to_list, _scalar_to_number = torch.Tensor.tolist, np.ndarray.tolist, np.generic.tolist
_PlainTensors = torch._C.DisableTorchFunction  # no subclass and no mode answers for a tensor
_SEQUENCES: tuple[Any, ...] = (list, tuple)
_BASES: tuple[tuple[Any, Any], ...] = ((float, 0.0), (int, 0), (str, ""))  # and what leaves them as they are
_NUMBERS = (int, float, complex)
_OTHER = "neither number nor text"
_LARGEST = np.finfo(float).max.item()

refusal: ContextVar[str] = ContextVar("refusal", default="")  # why the last comparison said no


class NotAnsweredError(NotImplementedError):
    """An answer that is still the placeholder ``...``."""


def close(got: Any, wanted: Any, rtol: float = 1e-9, atol: float = 1e-12) -> bool:
    """Return whether two numbers, tensors, arrays or lists agree: |got - wanted| <= atol + rtol · |wanted|.

    An answer in float32, PyTorch's usual one, has seven digits: it needs ``rtol=1e-6`` or more, because
    ``torch.tensor(0.1)`` differs from 0.1 by 1.5e-9.

    Parameters
    ----------
    got : number, text, Tensor, array or nested list
        The student's answer. NaN is close to nothing, a truth value to its equal only, a text likewise.
    wanted : number, text, Tensor, array or nested list
        The right answer, of the same shape.
    rtol, atol : float
        Allowed difference relative to what is wanted, and absolute.

    Returns
    -------
    bool
        When it is False, `Checks` adds the reason to the criterion.

    Raises
    ------
    NotAnsweredError
        If the answer, or a part of it, is still ``...``; `Checks` then says so kindly.

    Examples
    --------
    >>> close(0.1 + 0.2, 0.3), close([1, 2], [1, 3]), close([1, 2], [[1, 2]])
    (True, False, False)
    >>> close(torch.tensor(0.1), 0.1), close(torch.tensor(0.1), 0.1, rtol=1e-6)
    (False, True)
    """
    reason = _difference(_plain(got), _plain(wanted), rtol, atol)
    refusal.set(reason)
    return not reason


def _plain(value: Any) -> Any:
    """Turn a value into Python's own numbers and texts in nested lists; leave what is neither as it is.

    Subclasses are read by the methods of their base: they may have an arithmetic or items of their own.
    """
    kind = type(value)  # isinstance would believe what an object says of its class
    if value is ...:
        raise NotAnsweredError("not answered yet")
    if kind is bool or kind in _NUMBERS:
        return value
    if issubclass(kind, _TENSOR):
        return _numbers_of(value)
    if issubclass(kind, _ARRAY):
        return _array_to_list(value)
    if issubclass(kind, _SCALAR):
        return _scalar_to_number(value)
    for base in _SEQUENCES:
        if issubclass(kind, base):
            return [_plain(item) for item in base.__iter__(value)]
    for base, nothing in _BASES:
        if issubclass(kind, base):
            return base.__add__(value, nothing)
    return value


def _numbers_of(tensor: Any) -> Any:
    with _PlainTensors():
        try:
            return _tensor_to_list(tensor)
        except RuntimeError:  # a sparse one, say, has no list
            return tensor


def _difference(got: Any, wanted: Any, rtol: float, atol: float) -> str:
    """Say in which way the answer differs; nothing if it agrees."""
    if got is None:
        return "got None: is a `return` missing?"
    shapes = _shape(got), _shape(wanted)
    if shapes[0] != shapes[1]:
        return f"got {_named(got, shapes[0])}, wanted {_named(wanted, shapes[1])}"
    if type(wanted) is list:
        reasons = (_difference(one, other, rtol, atol) for one, other in zip(got, wanted, strict=True))
        return next((reason for reason in reasons if reason), "")
    kind = _kind(wanted)
    if _kind(got) != kind:
        return f"got {_short(got)} ({_kind(got)}), wanted {kind}"
    if kind == _OTHER:
        return f"got {_short(got)}; only numbers, texts and lists of them are compared"
    if got == wanted or (kind == "a number" and _agree(got, wanted, rtol, atol)):
        return ""
    digits = 6 if _short(got) != _short(wanted) else 12
    return f"got {_short(got, digits)}, wanted {_short(wanted, digits)}"


def _agree(got: Any, wanted: Any, rtol: float, atol: float) -> bool:
    try:
        distance = abs(got - wanted)
        return bool(isfinite(distance) and distance <= atol + rtol * abs(wanted))
    except OverflowError:  # a whole number that is too large for a float
        return False


def _shape(value: Any) -> tuple[int, ...] | None:
    """Return the shape of nested lists; None if they are ragged."""
    if type(value) is not list:
        return ()
    inner = [_shape(item) for item in value]
    if not inner:
        return (0,)
    first = inner[0]
    return None if first is None or not all(one == first for one in inner) else (len(value), *first)


def _named(value: Any, shape: tuple[int, ...] | None) -> str:
    if shape is None:
        return "rows of unequal length"
    if shape:
        return f"shape {shape}"
    return "a single number" if _kind(value) == "a number" else _kind(value)


def _kind(value: Any) -> str:
    if type(value) in _NUMBERS:
        return "a number"
    return "a truth value" if type(value) is bool else "a text" if type(value) is str else _OTHER


def _short(value: Any, digits: int = 6) -> str:
    if type(value) is int and abs(value) > _LARGEST:
        return "a number beyond 1.8e308"
    if type(value) in (int, float):
        return f"{value:.{digits}g}"
    return type(value).__name__ if _kind(value) == _OTHER else repr(value)[:80]
