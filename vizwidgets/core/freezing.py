"""Freezing: part of a network computes what it always did, whatever the rest learns.

A frozen weight gets no gradient. That is not enough: batch normalization in training mode divides by the
statistics of the batch and moves its running means without any gradient, and dropout leaves features out. So
the frozen part stays in eval mode in every training loop, also in one of your own that calls
``model.train()``.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from .layers import network_of
from .weight_layers import num_up_to, own_model, weight_layers

NORMS = (nn.modules.batchnorm._NormBase,)  # they average over the images of a batch


def freeze(model: nn.Module, up_to: str | int | None = None) -> nn.Module:
    """Return a copy of a network in which a part does not learn.

    Parameters
    ----------
    model : nn.Module
        It stays as it is, and shares nothing with the copy.
    up_to : str, int or None
        The last frozen layer or block by its name, or how many layers are frozen, counted from the image; a
        normalization goes with its convolution. None: all but the head. 0 thaws everything.

    Returns
    -------
    nn.Module
        Frozen weights have ``requires_grad=False``; batch normalization and dropout of the frozen part stay
        in eval mode. What comes after is trainable.

    Raises
    ------
    TypeError, ValueError
        If there is no such layer, it has no weights, or more layers are to be frozen than there are.

    References
    ----------
    The lecture: "retrain final layer and afterwards fine-tune entire model". Yosinski et al. 2014, "How
    transferable are features in deep neural networks?".

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))
    >>> frozen_layers(freeze(net))
    ('0',)
    """
    frozen = own_model(model)
    set_frozen(frozen, num_up_to(model, up_to))
    return frozen


def frozen_layers(model: nn.Module) -> tuple[str, ...]:
    """Return the names of the layers none of whose weights is trainable."""
    network = network_of(model)
    return tuple(
        layer.name
        for layer in weight_layers(model)
        if not any(
            weight.requires_grad
            for name in layer.modules
            for weight in network.get_submodule(name).parameters(recurse=False)
        )
    )


def set_frozen(model: nn.Module, count: int) -> None:
    """Freeze so many layers of a network, counted from the image, and thaw the others, in place."""
    network = network_of(model)
    frozen = {name for layer in weight_layers(model)[:count] for name in layer.modules}
    modules = dict(network.named_modules())
    last = max((place for place, name in enumerate(modules) if name in frozen), default=-1)
    for place, (name, module) in enumerate(modules.items()):
        weights = list(module.parameters(recurse=False))
        for weight in weights:
            weight.requires_grad_(name not in frozen)
        if weights and place > last:
            last = -1  # what has no weights goes with the frozen layers up to here
        is_norm = isinstance(module, NORMS)
        is_frozen = name in frozen or (not weights and (place < last or (is_norm and last >= 0)))
        _hold_still(module, is_frozen and _changes_with_mode(module))


def _changes_with_mode(module: nn.Module) -> bool:
    """Whether a module may compute something else in training mode; who knows, of what is not torch's."""
    if any(module.children()):
        return False
    is_known = type(module).__module__.startswith("torch.nn")
    return not is_known or isinstance(module, (*NORMS, nn.modules.dropout._DropoutNd))


def _hold_still(module: nn.Module, is_still: bool) -> None:
    hooks = module._forward_pre_hooks
    present = [number for number, hook in hooks.items() if hook is stand_still]
    for number in present if not is_still else []:
        del hooks[number]
    if is_still and not present:
        module.register_forward_pre_hook(stand_still)
    if is_still:
        module.training = False


def stand_still(module: nn.Module, _: Any) -> None:
    """Let a frozen module compute as in eval mode, whoever has called ``train()`` before."""
    module.training = False
