"""A private copy of a network: whatever happens to it, the model itself stays as it is."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

# Where torch keeps a module's weights, buffers, children and hooks.
REGISTERS = tuple(name for name, value in vars(nn.Module()).items() if isinstance(value, (dict, set)))


def private_copy(model: nn.Module, weights: Callable[[nn.Parameter], Tensor] | None = None) -> nn.Module:
    """Copy the structure, the buffers and the attributes of a network, in eval mode, and share its weights.

    Parameters
    ----------
    model : nn.Module
        It is not changed, and neither is it by anything that the copy does in its forward pass.
    weights : callable, optional
        What stands in the copy for a weight; by default the weight itself, without a gradient.
    """
    memo: dict[int, Any] = {}
    for module in model.modules():
        own = [value for name, value in vars(module).items() if name not in REGISTERS]
        for leaf in tree_leaves(own):
            if isinstance(leaf, Tensor) and leaf.grad_fn is not None:  # kept from a forward pass
                memo[id(leaf)] = leaf.detach()
        # deepcopy takes longer over a network's many empty registers of hooks than over all the rest
        registers = [vars(module)[name] for name in REGISTERS if name in vars(module)]
        memo.update({id(empty): type(empty)() for empty in registers if empty is not None and not empty})
    for parameter in model.parameters():
        values = parameter.detach() if weights is None else weights(parameter)
        memo[id(parameter)] = nn.Parameter(_usable(values), requires_grad=False)
    memo.update({id(buffer): buffer.detach().clone() for buffer in model.buffers()})
    private = copy.deepcopy(model, memo)
    for module in private.modules():
        module.training = False
    return private


def _usable(values: Tensor) -> Tensor:
    """Return weights that autograd takes: those made in inference mode are refused by it."""
    return values.clone() if values.is_inference() else values
