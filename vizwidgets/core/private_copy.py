"""A private copy of a network: whatever happens to it, the model itself stays as it is."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from types import FunctionType, MethodType
from typing import Any

from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

# Where torch keeps a module's weights, buffers, children and hooks.
REGISTERS = tuple(name for name, value in vars(nn.Module()).items() if isinstance(value, (dict, set)))
BACKWARD = ("_backward_hooks", "_backward_pre_hooks")


def private_copy(model: nn.Module, weights: Callable[[nn.Parameter], Tensor] | None = None) -> nn.Module:
    """Copy the structure, the buffers and the attributes of a network, in eval mode, and share its weights.

    Hooks on the forward pass belong to what a network computes and come along; hooks on the way back do not.

    Parameters
    ----------
    model : nn.Module
        It is not changed, and neither is it by anything that the copy does in its forward pass.
    weights : callable, optional
        What stands in the copy for a weight; by default the weight itself, without a gradient.

    Raises
    ------
    ValueError
        If the model keeps a function through which a copy would call the model itself.
    """
    memo: dict[int, Any] = {}
    for name, module in model.named_modules():
        _check_closed(model, name, module)
        memo.update(_shared(module))
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


def _shared(module: nn.Module) -> dict[int, Any]:
    """Return what stands in the copy for parts of a module that deepcopy cannot copy, or should not."""
    stand_ins: dict[int, Any] = {}
    for leaf in tree_leaves([value for _, value in _attributes(module)]):
        if isinstance(leaf, Tensor) and leaf.grad_fn is not None:  # kept from a forward pass
            stand_ins[id(leaf)] = leaf.detach()
    for name in REGISTERS:
        register = vars(module).get(name)
        if register is None:
            continue
        if not register or name in BACKWARD:  # deepcopy takes long over many empty registers
            stand_ins[id(register)] = type(register)()
        elif "hook" in name:  # a hook of an object that is no network may keep what it likes
            owners = [hook.__self__ for hook in register.values() if isinstance(hook, MethodType)]
            stand_ins.update({id(owner): owner for owner in owners if not isinstance(owner, nn.Module)})
    return stand_ins


def _attributes(module: nn.Module) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in vars(module).items() if name not in REGISTERS)


def _check_closed(model: nn.Module, name: str, module: nn.Module) -> None:
    """Refuse a function that holds on to the model: copied, it would still call the model's own layers."""
    for attribute, value in _attributes(module):
        for leaf in tree_leaves(value):
            if isinstance(leaf, FunctionType) and any(_is_of(model, held) for held in _held(leaf)):
                where = f"layer {name!r}" if name else f"this {type(model).__name__}"
                raise ValueError(
                    f"{where} keeps a function that calls back into the model ({attribute!r}), so no private "
                    "copy of it can be made, and the model would be changed. Write it as a method: "
                    f"def {attribute}(self, ...)."
                )


def _held(function: FunctionType) -> Iterator[Any]:
    """Yield what a function remembers from where it was defined."""
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue


def _is_of(model: nn.Module, held: Any) -> bool:
    owner = held.__self__ if isinstance(held, MethodType) else held
    return isinstance(owner, nn.Module) and any(owner is module for module in model.modules())
