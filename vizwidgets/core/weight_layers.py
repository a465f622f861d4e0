"""The layers that hold weights, from the image to the scores: what can be frozen, replaced or begun anew."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from .layer_groups import LayerGroup, forward_order, with_normalization
from .layers import check_open, find_module, network_of
from .randomization import own_copy
from .whole_numbers import whole_number


def weight_layers(model: nn.Module) -> tuple[LayerGroup, ...]:
    """Return the layers with weights in the order of the forward pass, each with its normalization.

    Parameters
    ----------
    model : nn.Module
        It stays as it is. Where it does not say which images it takes (``vw.wrap``), the order is that in
        which its layers were defined.

    Returns
    -------
    tuple of LayerGroup
        Their names, and the paths of the modules that hold their weights.

    Raises
    ------
    TypeError, ValueError
        If it is no network, or has no weights.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))
    >>> [layer.name for layer in weight_layers(net)]
    ['0', '4']
    """
    check_open(model)
    shape = getattr(model, "input_shape", None)
    if shape is None:
        order = [name for name, module in network_of(model).named_modules() if _has_weights(module)]
    else:
        order = forward_order(model, torch.full((1, *shape), 0.5), ("output",))
    if not order:
        raise ValueError(f"this {type(model).__name__} has no weights, so there is nothing to reuse.")
    return tuple(with_normalization(model, order))


def _has_weights(module: nn.Module) -> bool:
    return any(True for _ in module.parameters(recurse=False))


def head_of(model: nn.Module) -> str:
    """Return the name of the head: the last layer with weights, which gives the class scores.

    Examples
    --------
    >>> head_of(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(64, 2)))
    '2'
    """
    return weight_layers(model)[-1].name


def num_up_to(model: nn.Module, layer: str | int | None, name: str = "up_to") -> int:
    """Return how many layers with weights lie before the end of a layer or block, itself included.

    Parameters
    ----------
    model : nn.Module
        It stays as it is.
    layer : str, int or None
        A layer or a whole block by its name, or the number itself; None: all but the head.
    name : str
        What an error calls it.

    Raises
    ------
    TypeError, ValueError
        If there is no such layer, it has no weights, or the number is larger than there are layers.
    """
    layers = weight_layers(model)
    if layer is None:
        return len(layers) - 1
    if isinstance(layer, str):
        return max(_places(model, layers, layer, name)) + 1
    number = whole_number(layer)
    if number is None or not 0 <= number <= len(layers):
        raise ValueError(
            f"{name} must be a layer's name or a number of layers in 0..{len(layers)} "
            f"({_listed(layers)}); got {layer!r}."
        )
    return number


def num_before(model: nn.Module, layer: str | int | None, name: str = "from_layer") -> int:
    """Return how many layers with weights lie before a layer or block; None: before the head."""
    if not isinstance(layer, str):
        return num_up_to(model, layer, name)
    return min(_places(model, weight_layers(model), layer, name)) if layer else 0


def _places(model: nn.Module, layers: Sequence[LayerGroup], layer: str, name: str) -> list[int]:
    path, _ = find_module(model, layer)
    places = [
        place
        for place, each in enumerate(layers)
        if any(member == path or member.startswith(f"{path}.") for member in each.modules)
    ]
    if not places:
        raise ValueError(
            f"{name} must be a layer that has weights; {layer!r} has none. There are: {_listed(layers)}."
        )
    return places


def _listed(layers: Sequence[LayerGroup]) -> str:
    names = [layer.name for layer in layers]
    return ", ".join(names if len(names) <= 12 else [*names[:5], "…", *names[-5:]])


def own_model(model: nn.Module) -> nn.Module:
    """Return a copy that shares nothing with the model, with its modes and what of it is trainable."""
    check_open(model)
    copied = own_copy(model)
    for mine, its in zip(copied.modules(), model.modules(), strict=True):
        mine.training = its.training
    for weight, its_weight in zip(copied.parameters(), model.parameters(), strict=True):
        weight.requires_grad_(its_weight.requires_grad)
    return copied
