"""Guided backpropagation, the lecture's guided saliency: only positive gradients for positive activations.

A ReLU y = max(x, 0) hands its gradient back where it was on. The guided rule also asks that it be positive:

    dh/dx = dh/dy          where x > 0 and dh/dy > 0,     and 0 elsewhere

The rule is set on the graph that autograd has recorded, not on modules: there a ReLU is a ReLU, whether it
was a module, an in-place or a functional call, or one module used ten times. What else bends (GELU, a ReLU
made of other operations) is seen there too and refused: the plain gradient would go by the name of guided.

References
----------
Springenberg et al. 2015, "Striving for simplicity: the all convolutional net". Lecture, "Improved Version of
Saliency by Gradient".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from .winograd import is_linear_step

REMEDY = 'use method="gradient", "smoothgrad" or "integrated", which need no ReLU'
# What autograd records of operations that bend but are no ReLU, and how one writes them.
OTHERS = {
    "GeluBackward": "gelu",
    "SiluBackward": "silu",
    "MishBackward": "mish",
    "HardswishBackward": "hardswish",
    "EluBackward": "elu or selu",
    "CeluBackward": "celu",
    "SoftplusBackward": "softplus",
    "LeakyReluBackward": "leaky_relu",
    "RreluWithNoiseBackward": "rrelu",
    "PreluKernelBackward": "prelu",
    "HardtanhBackward": "hardtanh",
    "ThresholdBackward": "threshold",
    "ClampBackward": "clamp with two limits",
    "ClampMinBackward": "clamp with a tensor",
    "MaximumBackward": "maximum",
    "WhereBackward": "where",
    "MaskedFillBackward": "masked_fill",
    "IndexPutBackward": "values[mask] = 0",
    "AbsBackward": "abs",
    "MulBackward": "a product with a mask of zeros and ones",
    "SoftshrinkBackward": "softshrink",
    "HardshrinkBackward": "hardshrink",
}
MODULES: dict[str, tuple[type[nn.Module], ...]] = {
    "GeluBackward": (nn.GELU,),
    "SiluBackward": (nn.SiLU,),
    "MishBackward": (nn.Mish,),
    "HardswishBackward": (nn.Hardswish,),
    "EluBackward": (nn.ELU, nn.SELU),
    "CeluBackward": (nn.CELU,),
    "SoftplusBackward": (nn.Softplus,),
    "LeakyReluBackward": (nn.LeakyReLU,),
    "RreluWithNoiseBackward": (nn.RReLU,),
    "PreluKernelBackward": (nn.PReLU,),
    "HardtanhBackward": (nn.Hardtanh,),
    "ThresholdBackward": (nn.Threshold,),
    "SoftshrinkBackward": (nn.Softshrink,),
    "HardshrinkBackward": (nn.Hardshrink,),
}


def guide(scores: Tensor, network: nn.Module) -> None:
    """Set the guided rule on every ReLU between the image and the scores.

    Parameters
    ----------
    scores : Tensor
        (N,), with the graph that led to them. The rule lives and dies with this graph.
    network : nn.Module
        Only to name what is in the way.

    Raises
    ------
    ValueError
        If there is no ReLU on the way, or something that might be one in other words.
    """
    count = 0
    for node in _nodes(scores):
        kind = node.name().rstrip("0123456789")
        if _is_relu(kind, node):
            node.register_prehook(_keep_positive)
            count += 1
        elif _may_be_relu(kind, node):
            raise ValueError(_refusal(kind, node, network))
    if not count:
        raise ValueError(
            "guided backpropagation changes how gradients pass ReLUs, and this score passes none: the result "
            f"would be the plain gradient under another name. Instead, {REMEDY}."
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
    if kind == "ClampBackward":
        return bool(node._saved_min == 0 and node._saved_max is None)
    return kind == "ReluBackward" or (kind == "ThresholdBackward" and node._saved_threshold == 0)


def _may_be_relu(kind: str, node: Any) -> bool:
    if kind == "MulBackward":
        return _is_mask(node._saved_other) or _is_mask(node._saved_self)
    is_ours = isinstance(node, torch.autograd.function.BackwardCFunction) and is_linear_step(node)
    is_foreign = _is_foreign(kind, node) and not is_ours
    return kind in OTHERS or is_foreign


def _is_foreign(kind: str, node: Any) -> bool:
    """Whether a function of its own, or a compiled part, hides what it does."""
    return isinstance(node, torch.autograd.function.BackwardCFunction) or "DifferentiableGraph" in kind


def _is_mask(factor: Tensor | None) -> bool:
    if factor is None or factor.requires_grad or factor.numel() < 2:
        return False
    return factor.dtype == torch.bool or bool(((factor == 0) | (factor == 1)).all())


def _refusal(kind: str, node: Any, network: nn.Module) -> str:
    if _is_foreign(kind, node):
        return (
            f"guided backpropagation needs to see every ReLU, and {kind!r} hides what it does (an autograd "
            f"function of its own, or a compiled part). Use torch.relu there, or {REMEDY}."
        )
    names = [name for name, module in network.named_modules() if isinstance(module, MODULES.get(kind, ()))]
    where = f"layer {names[0]!r} ({type(network.get_submodule(names[0])).__name__})" if names else "the model"
    return (
        f"guided backpropagation is defined for ReLUs, but {where} uses {OTHERS[kind]}. If that is a ReLU in "
        f"other words, write torch.relu(x) or torch.nn.functional.relu6(x); otherwise {REMEDY}."
    )
