"""Other ways back through a ReLU.

A unit that is off passes no gradient, so an ascent that starts where everything is off never moves. Inside
`revived_relus` the gradient passes a dead unit if it would wake it up. It works for modules, in-place,
functional and reused ReLUs alike, because torch itself hands each call over.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

RELUS = {torch.relu, torch.relu_, Tensor.relu, Tensor.relu_, functional.relu}
CAPPED = {functional.relu6: 6.0}


class _RevivedRelu(torch.autograd.Function):
    """ReLU whose gradient also passes dead units, where it would raise them."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, cap: float) -> Tensor:
        ctx.save_for_backward(values)
        ctx.cap = cap
        return values.clamp(0.0, cap)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (values,), gradient = ctx.saved_tensors, gradients[0]
        is_dead = values <= 0
        is_capped = values >= ctx.cap
        passes = torch.where(is_dead, gradient > 0, torch.where(is_capped, gradient < 0, True))
        return gradient * passes, None


class revived_relus(TorchFunctionMode):  # noqa: N801 - reads as a verb: with revived_relus():
    """Let the gradient pass dead ReLUs inside the ``with`` block, where it would wake them.

    References
    ----------
    Lucid, ``redirected_relu_grad``.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in RELUS:
            return _RevivedRelu.apply(args[0], float("inf"))
        if func in CAPPED:
            return _RevivedRelu.apply(args[0], CAPPED[func])
        return func(*args, **(kwargs or {}))
