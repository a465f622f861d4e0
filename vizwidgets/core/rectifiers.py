"""Other ways back through a ReLU.

A unit that is off passes no gradient, so an ascent that starts where everything is off never moves. Inside
`revived_relus` the gradient passes a dead unit if it would wake it up. It works for modules, in-place,
functional and reused ReLUs alike, because torch itself hands each call over.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

Call = tuple[Tensor, float, float, bool]  # values, lowest and highest output, whether in place


def _relu(input: Tensor, inplace: bool = False) -> Call:
    return input, 0.0, math.inf, inplace


def _relu_in_place(input: Tensor) -> Call:
    return input, 0.0, math.inf, True


def _relu6(input: Tensor, inplace: bool = False) -> Call:
    return input, 0.0, 6.0, inplace


def _hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Call:
    return input, min_val, max_val, inplace


# How torch is asked for a ReLU, and what was asked for. nn.ReLU6 is a hardtanh between 0 and 6.
READERS: dict[Any, Callable[..., Call]] = {
    functional.relu: _relu,
    torch.relu: _relu,
    Tensor.relu: _relu,
    torch.relu_: _relu_in_place,
    Tensor.relu_: _relu_in_place,
    functional.relu6: _relu6,
    functional.hardtanh: _hardtanh,
}


class _RevivedRelu(torch.autograd.Function):
    """ReLU whose gradient also passes units at the end of their range, where it would bring them back."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, low: float, high: float) -> Tensor:
        ctx.save_for_backward(values)
        ctx.low, ctx.high = low, high
        return values.clamp(low, high)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (values,), gradient = ctx.saved_tensors, gradients[0]
        is_dead, is_capped = values <= ctx.low, values >= ctx.high
        passes = torch.where(is_dead, gradient > 0, torch.where(is_capped, gradient < 0, True))
        return gradient * passes, None, None


class revived_relus(TorchFunctionMode):  # noqa: N801 - reads as a verb: with revived_relus():
    """Let the gradient pass dead ReLUs inside the ``with`` block, where it would wake them.

    References
    ----------
    Lucid, ``redirected_relu_grad``.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func not in READERS:
            return func(*args, **kwargs)
        values, low, high, is_inplace = READERS[func](*args, **kwargs)
        if not is_inplace:
            return _RevivedRelu.apply(values, low, high)
        return values.copy_(_RevivedRelu.apply(values.clone(), low, high))  # the caller may drop the result
