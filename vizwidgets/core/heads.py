"""Heads: what turns features into class scores, replaced where a new task has other classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import is_dataclass, replace
from typing import Any

from torch import nn

from .class_count import check_class_names, check_num_classes
from .layer_groups import LayerGroup
from .layers import network_of
from .randomization import forget
from .weight_layers import num_before, own_model, weight_layers
from .whole_numbers import check_seed


def replace_head(
    model: nn.Module,
    num_classes: int,
    *,
    class_names: Sequence[str] | None = None,
    from_layer: str | int | None = None,
    seed: int = 0,
) -> nn.Module:
    """Return a copy of a network with a new head, for another number of classes.

    Parameters
    ----------
    model : nn.Module
        It stays as it is, and shares nothing with the copy. Its last layer with weights must be a dense layer
        or, where each pixel has a class, a convolution.
    num_classes : int
        Of the new task, 2 or more.
    class_names : sequence of str, optional
        Their names, each once; by default their numbers.
    from_layer : str, int or None
        "How deep do you cut?": this layer or block and all that come after it begin anew, too; or the number
        of layers that are kept, counted from the image. None: only the head is new. 0: nothing is kept.
    seed : int
        Of the new weights.

    Returns
    -------
    nn.Module
        On the same device, with the same layer names; ``replaced_head`` says in words what is new.

    Raises
    ------
    TypeError, ValueError
        If the network has no such head or layer, or a number or the names do not fit.

    References
    ----------
    The lecture: "most widely used approach: retrain final layer and afterwards fine-tune entire model".

    Examples
    --------
    >>> import torch
    >>> net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))
    >>> new = replace_head(net, 5)
    >>> new.replaced_head
    'new head 3 (2 → 5 classes)'
    >>> torch.equal(new[0].weight, net[0].weight)
    True
    """
    count, names = _checked(num_classes, class_names)
    layers, kept = weight_layers(model), num_before(model, from_layer)
    new = own_model(model)
    before = _put_head(new, layers[-1], count)
    fresh = layers[min(kept, len(layers) - 1) :]
    forget(new, [name for layer in fresh for name in layer.modules], check_seed(seed))
    for layer in fresh:
        for name in layer.modules:
            network_of(new).get_submodule(name).requires_grad_(True)
    _rename(new, names, _words(fresh, len(layers), before, count))
    return new


def _checked(num_classes: int, class_names: Sequence[str] | None) -> tuple[int, tuple[str, ...]]:
    count = check_num_classes(num_classes)
    names = tuple(map(str, range(count))) if class_names is None else check_class_names(class_names)
    if len(names) != count:
        raise ValueError(f"class_names must hold {count} names, one per class; got {len(names)}.")
    return count, names


def _put_head(model: nn.Module, head: LayerGroup, num_classes: int) -> int:
    """Put a head for so many classes in the place of the old one; return how many classes that had."""
    path, network = head.modules[0], network_of(model)
    old: Any = network.get_submodule(path)
    if isinstance(old, nn.Linear):
        new: nn.Module = nn.Linear(old.in_features, num_classes, old.bias is not None)
        before = old.out_features
    elif isinstance(old, nn.Conv2d) and old.groups == 1 and len(head.modules) == 1 and _is_per_pixel(old):
        new = nn.Conv2d(old.in_channels, num_classes, 1, bias=old.bias is not None)
        before = old.out_channels
    else:
        raise ValueError(
            f"the last layer with weights, {head.name!r} ({type(old).__name__}), is no head: a dense layer "
            "or a 1 × 1 convolution is wanted. Models with classes: vw.list_models()."
        )
    new = new.to(old.weight.device, old.weight.dtype).train(old.training)
    parent, _, name = path.rpartition(".")
    setattr(network.get_submodule(parent), name, new)
    return before


def _is_per_pixel(convolution: nn.Conv2d) -> bool:
    return convolution.kernel_size == (1, 1) and convolution.stride == (1, 1)


def _words(fresh: Sequence[LayerGroup], total: int, before: int, after: int) -> str:
    classes = f"({before} → {after} classes)"
    if len(fresh) == 1:
        return f"new head {fresh[0].name} {classes}"
    if len(fresh) == total:
        return f"all {total} layers new {classes}"
    return f"new from {fresh[0].name} on {classes}"


def _rename(model: Any, class_names: tuple[str, ...], words: str) -> None:
    """Let a model say which classes it has now, and what of it is new."""
    model.replaced_head = words
    for name, value in (("class_names", class_names), ("synonyms", {}), ("no_classes", "")):
        if hasattr(model, name):
            setattr(model, name, value)
    provenance = getattr(model, "provenance", None)
    if is_dataclass(provenance) and not isinstance(provenance, type):
        said = f"{getattr(provenance, 'weights', '')}; {words}, and any training since"
        model.provenance = replace(provenance, weights=said)
