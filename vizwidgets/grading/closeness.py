"""Whether an answer equals the wanted numbers, by a loop of our own over plain floats.

It uses nothing that a cell above may have replaced (`torch.allclose`, `torch.Tensor.__eq__`, `abs` …): what
it needs of torch, numpy and Python is taken when this module is imported.
"""

from __future__ import annotations

from builtins import abs, all, bool, float, int, isinstance, len, next, type, zip  # noqa: UP029 - see above
from contextvars import ContextVar
from math import isfinite
from typing import Any

import numpy as np
import torch

_TENSOR, _ARRAY, _SCALAR = torch.Tensor, np.ndarray, np.generic
_tensor_to_list, _detach = torch.Tensor.tolist, torch.Tensor.detach
_array_to_list, _scalar_to_number = np.ndarray.tolist, np.generic.tolist
_NUMBERS = (bool, int, float, complex)

refusal: ContextVar[str] = ContextVar("refusal", default="")  # why the last comparison said no


class NotAnsweredError(NotImplementedError):
    """An answer that is still the placeholder ``...``."""


def close(got: Any, wanted: Any, rtol: float = 1e-9, atol: float = 1e-12) -> bool:
    """Return whether two numbers, tensors, arrays or lists agree: |got - wanted| <= atol + rtol · |wanted|.

    Parameters
    ----------
    got : number, Tensor, array or nested list
        The student's answer. NaN is close to nothing; a truth value is close to truth values only.
    wanted : number, Tensor, array or nested list
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
    """
    reason = _difference(_plain(got), _plain(wanted), rtol, atol)
    refusal.set(reason)
    return not reason


def _plain(value: Any) -> Any:
    """Turn a value into Python's own numbers in nested lists; leave what is neither as it is."""
    if value is ...:
        raise NotAnsweredError("not answered yet")
    if isinstance(value, _TENSOR):
        return _tensor_to_list(_detach(value))
    if isinstance(value, _ARRAY):
        return _array_to_list(value)
    if isinstance(value, _SCALAR):
        return _scalar_to_number(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if type(value) in _NUMBERS:
        return value
    if isinstance(value, float):
        return float.__add__(value, 0.0)  # a subclass may have an arithmetic of its own
    return int.__add__(value, 0) if isinstance(value, int) else value


def _difference(got: Any, wanted: Any, rtol: float, atol: float) -> str:
    """Say in which way the answer differs; nothing if it agrees."""
    if got is None:
        return "got None: is a `return` missing?"
    shapes = _shape(got), _shape(wanted)
    if shapes[0] != shapes[1]:
        return f"got {_named(shapes[0])}, wanted {_named(shapes[1])}"
    if isinstance(wanted, list):
        reasons = (_difference(one, other, rtol, atol) for one, other in zip(got, wanted, strict=True))
        return next((reason for reason in reasons if reason), "")
    if type(got) not in _NUMBERS or (type(got) is bool) != (type(wanted) is bool):
        return f"got {_short(got)} ({type(got).__name__}), wanted a {type(wanted).__name__}"
    if _agree(got, wanted, rtol, atol):
        return ""
    digits = 6 if _short(got) != _short(wanted) else 12
    return f"got {_short(got, digits)}, wanted {_short(wanted, digits)}"


def _agree(got: Any, wanted: Any, rtol: float, atol: float) -> bool:
    if got == wanted:
        return True
    distance = abs(got - wanted)
    return bool(isfinite(distance) and isfinite(abs(wanted)) and distance <= atol + rtol * abs(wanted))


def _shape(value: Any) -> tuple[int, ...] | None:
    """Return the shape of nested lists; None if they are ragged."""
    if not isinstance(value, list):
        return ()
    inner = [_shape(item) for item in value]
    if not inner:
        return (0,)
    first = inner[0]
    return None if first is None or not all(one == first for one in inner) else (len(value), *first)


def _named(shape: tuple[int, ...] | None) -> str:
    if shape is None:
        return "rows of unequal length"
    return f"shape {shape}" if shape else "a single number"


def _short(value: Any, digits: int = 6) -> str:
    return f"{value:.{digits}g}" if type(value) in (int, float) else repr(value)[:80]
