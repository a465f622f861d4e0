"""Guided backpropagation, the lecture's guided saliency: only positive gradients for positive activations.

A ReLU y = max(x, 0) hands its gradient back where it was on. The guided rule also asks that it be positive:

    dh/dx = dh/dy          where x > 0 and dh/dy > 0,     and 0 elsewhere

The rule is set on the graph that autograd has recorded, not on modules: there a ReLU is a ReLU, whether it
was a module, an in-place or a functional call, or one module used ten times. What else bends, and what is
known of ReLUs made of other operations (`NOT_RELUS`), is seen there too and refused: the plain gradient would
go by the name of guided.

References
----------
Springenberg et al. 2015, "Striving for simplicity: the all convolutional net". Lecture, "Improved Version of
Saliency by Gradient".
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import BackwardCFunction
from torch.overrides import TorchFunctionMode

from .rectifiers import READERS
from .winograd import is_linear_step

REMEDY = 'use method="gradient", "smoothgrad" or "integrated", which need no ReLU'
# What autograd records of operations that bend but are no ReLU: what they are called, and as which module.
NOT_RELUS: dict[str, tuple[str, tuple[type[nn.Module], ...]]] = {
    "GeluBackward": ("gelu", (nn.GELU,)),
    "ErfBackward": ("erf", ()),
    "SiluBackward": ("silu", (nn.SiLU,)),
    "MishBackward": ("mish", (nn.Mish,)),
    "HardswishBackward": ("hardswish", (nn.Hardswish,)),
    "EluBackward": ("elu or selu", (nn.ELU, nn.SELU)),
    "CeluBackward": ("celu", (nn.CELU,)),
    "SoftplusBackward": ("softplus", (nn.Softplus,)),
    "LeakyReluBackward": ("leaky_relu", (nn.LeakyReLU,)),
    "RreluWithNoiseBackward": ("rrelu", (nn.RReLU,)),
    "PreluKernelBackward": ("prelu", (nn.PReLU,)),
    "SoftshrinkBackward": ("softshrink", (nn.Softshrink,)),
    "HardshrinkBackward": ("hardshrink", (nn.Hardshrink,)),
    "ThresholdBackward": ("threshold", (nn.Threshold,)),
    "HardtanhBackward": ("hardtanh", (nn.Hardtanh,)),
    "ClampBackward": ("clamp", ()),
    "ClampMinBackward": ("clamp_min", ()),
    "ClampMaxBackward": ("clamp_max", ()),
    "MaximumBackward": ("maximum", ()),
    "MinimumBackward": ("minimum", ()),
    "FmaxBackward": ("fmax", ()),
    "FminBackward": ("fmin", ()),
    "LogaddexpBackward": ("logaddexp", ()),
    "AbsBackward": ("abs", ()),
    "SignBackward": ("sign", ()),
    "WhereBackward": ("where", ()),
    "MaskedFillBackward": ("masked_fill", ()),
    "MaskedScatterBackward": ("masked_scatter", ()),
    "ScatterBackward": ("scatter", ()),
    "IndexPutBackward": ("values[mask] = ...", ()),
    "LerpBackward": ("lerp", ()),
    "AddcmulBackward": ("addcmul", ()),
    "MulBackward": ("a product with a mask", ()),
    "DivBackward": ("a division by a mask", ()),
    "torch::autograd::CopySlices": ("an operation in place on a view", ()),
}
LIMITED = ("HardtanhBackward", "ClampBackward", "ClampMinBackward", "ClampMaxBackward")


class GuidedRule(TorchFunctionMode):
    """Records a forward pass inside its ``with`` block, and sets the rule on what was recorded.

    Autograd hides what is done in place to a view, so a ReLU there takes two steps instead.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func not in READERS:
            return func(*args, **kwargs)
        values, low, high, is_inplace = READERS[func](*args, **kwargs)
        if not is_inplace or not values._is_view():
            return func(*args, **kwargs)
        inner = values.clone()
        is_relu = low == 0 and high == math.inf
        return values.copy_(torch.relu(inner) if is_relu else nn.functional.hardtanh(inner, low, high))

    def set(self, scores: Tensor, network: nn.Module) -> None:
        """Set the guided rule on every ReLU between the image and the scores.

        Parameters
        ----------
        scores : Tensor
            (N,), with the graph that led to them. The rule lives and dies with this graph.
        network : nn.Module
            What computed them.

        Raises
        ------
        ValueError
            If there is no ReLU on the way, or something that might be one in other words.
        """
        own = {values.data_ptr() for values in (*network.parameters(), *network.buffers())}
        count = 0
        for node in _nodes(scores):
            kind = node.name().rstrip("0123456789")
            if _is_relu(kind, node):
                node.register_prehook(_keep_positive)
                count += 1
            elif _is_hidden(kind, node) or (kind in NOT_RELUS and _bends(kind, node, own)):
                raise ValueError(_refusal(kind, node, network))
        if not count:
            raise ValueError(
                "guided backpropagation changes how gradients pass ReLUs, and this score passes none: the "
                f"result would be the plain gradient under another name. Instead, {REMEDY}."
            )


def _nodes(scores: Tensor) -> Iterator[Any]:
    """Walk the graph of a result, each operation once."""
    seen: set[Any] = set()
    waiting = [scores.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting.extend(before for before, _ in node.next_functions)
            yield node


def _keep_positive(gradients: tuple[Tensor | None, ...]) -> tuple[Tensor | None, ...]:
    return tuple(None if gradient is None else gradient.clamp(min=0) for gradient in gradients)


def _is_relu(kind: str, node: Any) -> bool:
    if kind == "HardtanhBackward":  # a ReLU6 is a hardtanh from 0 to 6
        return bool(node._saved_min_val == 0)
    if kind in ("ClampBackward", "ClampMinBackward"):
        low, high = _limits(kind, node)
        return isinstance(low, (int, float)) and low == 0 and high is None
    return kind == "ReluBackward" or (kind == "ThresholdBackward" and node._saved_threshold == 0)


def _limits(kind: str, node: Any) -> tuple[Any, Any]:
    if kind == "HardtanhBackward":
        return node._saved_min_val, node._saved_max_val
    return getattr(node, "_saved_min", None), getattr(node, "_saved_max", None)


def _is_hidden(kind: str, node: Any) -> bool:
    """Whether a function of its own, or a compiled part, hides what it does."""
    is_foreign = isinstance(node, BackwardCFunction) or "DifferentiableGraph" in kind
    return is_foreign and not is_linear_step(node)


def _bends(kind: str, node: Any, own: set[int]) -> bool:
    """Whether an operation treats some values otherwise than others, by what the values are."""
    if kind in LIMITED:  # limits that nothing reaches bend nothing
        low, high = _limits(kind, node)
        is_low = low is not None and bool((node._saved_self < low).any())
        return is_low or (high is not None and bool((node._saved_self > high).any()))
    if kind in ("MulBackward", "DivBackward"):
        factors = (getattr(node, "_saved_other", None), getattr(node, "_saved_self", None))
        return any(_is_mask(factor, own) for factor in factors)
    if kind == "torch::autograd::CopySlices":  # a copy of something that was computed is in the graph itself
        return len(node.next_functions) < 2 or node.next_functions[1][0] is None
    return True


def _is_mask(factor: Tensor | None, own: set[int]) -> bool:
    """Whether a factor has two different values, and comes from the image and not from the network."""
    if factor is None or factor.requires_grad or factor.numel() < 2 or factor.data_ptr() in own:
        return False
    low, high = factor.min(), factor.max()
    return bool(low < high) and bool(((factor == low) | (factor == high)).all())


def _refusal(kind: str, node: Any, network: nn.Module) -> str:
    if _is_hidden(kind, node):
        return (
            f"guided backpropagation needs to see every ReLU, and {kind!r} hides what it does (an autograd "
            f"function of its own, or a compiled part). Use torch.relu there, or {REMEDY}."
        )
    words, modules = NOT_RELUS[kind]
    names = [name for name, module in network.named_modules() if isinstance(module, modules)]
    where = f"layer {names[0]!r} ({type(network.get_submodule(names[0])).__name__})" if names else "the model"
    return (
        f"guided backpropagation is defined for ReLUs, but {where} uses {words}. If that is a ReLU in "
        f"other words, write torch.relu(x) or torch.nn.functional.relu6(x); otherwise {REMEDY}."
    )
