"""The layers of a network: their names, shapes, strides and receptive fields.

A layer is a module without children that computes a feature map or a vector. Its receptive field is found by
following the tensors through one forward pass, so functional operations and residual connections count too.
"""

from __future__ import annotations

import difflib
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from .layer_table import Layer, LayerTable, Shape
from .private_copy import private_copy
from .receptive_field import WHOLE, Field, FieldTracker


def network_of(model: nn.Module) -> nn.Module:
    """Return the module whose submodule paths are the layer names.

    It is an inner one only where nothing but the normalization stands beside it, as in the models of this
    library: a network of one's own may call a part of itself ``network``.
    """
    children = dict(model.named_children())
    is_wrapped = "network" in children and children.keys() <= {"network", "normalize"}
    return children["network"] if is_wrapped else model


def input_shape_of(model: nn.Module) -> Shape:
    """Return the (C, H, W) that the model was made for.

    Raises
    ------
    ValueError
        If the model does not say; ``wrap`` adds it.
    """
    shape = getattr(model, "input_shape", None)
    if shape is None:
        raise ValueError(
            f"the input shape of this {type(model).__name__} is not known; "
            "say it once: model = vw.wrap(module, input_shape=(3, 224, 224))"
        )
    return tuple(shape)


def list_layers(model: nn.Module, input_shape: Shape | None = None) -> LayerTable:
    """List the layers of a model in the order in which the forward pass meets them.

    Parameters
    ----------
    model : nn.Module
        Any network that takes images (N, C, H, W) in [0, 1].
    input_shape : tuple of int, optional
        (C, H, W) of the image to follow; by default what the model says of itself.

    Returns
    -------
    LayerTable
        A tuple of `Layer`, shown as a table.

    Raises
    ------
    TypeError, ValueError
        If it is no network, or TorchScript, or neither the model nor the caller says the input shape.

    Examples
    --------
    >>> from torch import nn
    >>> [layer.shape for layer in list_layers(nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU()), (1, 28, 28))]
    [(8, 26, 26), (8, 26, 26)]
    """
    check_open(model)
    shape = tuple(input_shape or input_shape_of(model))
    aliases = getattr(model, "aliases", {})
    found: dict[str, Layer] = {}
    # in inference mode torch does not hand its operations over one by one
    with torch.inference_mode(False), torch.no_grad(), FieldTracker() as tracker:
        copied = private_copy(model)
        first = next(copied.parameters(), torch.zeros(0))
        image = torch.full((1, *shape), 0.5, device=first.device, dtype=first.dtype)
        tracker.start(image)

        def note(name: str, module: nn.Module, output: Any) -> None:
            if name not in found and isinstance(output, Tensor) and output.dim() in (2, 4):
                found[name] = _layer(name, aliases.get(name, ""), module, output, tracker.field(output))

        for name, module in network_of(copied).named_modules():
            if name and not any(module.children()):
                module.register_forward_hook(lambda m, _, out, name=name: note(name, m, out))
        copied(image)
    return LayerTable(found.values())


def _layer(name: str, alias: str, module: nn.Module, output: Tensor, field: Field) -> Layer:
    is_map = output.dim() == 4
    return Layer(
        name=name,
        alias=alias,
        kind=type(module).__name__,
        shape=tuple(output.shape[1:]),
        channels=output.shape[1],
        receptive_field=field.size if is_map else None,
        stride=field.stride if is_map else None,
        parameters=sum(parameter.numel() for parameter in module.parameters()),
        field=field if is_map else WHOLE,
    )


def find_module(model: nn.Module, layer: str) -> tuple[str, nn.Module]:
    """Find a module by its name or alias.

    Raises
    ------
    ValueError
        If there is none; the message names the nearest ones.
    """
    network, aliases = network_of(model), getattr(model, "aliases", {})
    modules = {name: module for name, module in network.named_modules() if name}
    by_alias = {alias: name for name, alias in aliases.items()}
    name = by_alias.get(layer, layer)
    if name in modules:
        return name, modules[name]
    known = list(dict.fromkeys([*by_alias, *modules]))
    raise ValueError(
        f"no layer named {layer!r}; {nearest(str(layer), known)}vw.list_layers(model) shows every layer."
    )


def find_layer(model: nn.Module, layer: str) -> Layer:
    """Describe one layer, found by its name or alias (see `list_layers`).

    Raises
    ------
    ValueError
        If there is no such layer, or the forward pass does not use it.
    """
    name, module = find_module(model, layer)
    for entry in known_layers(model, input_shape_of(model)):
        if entry.name == name:
            return entry
    raise ValueError(
        f"layer {layer!r} ({type(module).__name__}) gives no feature map or vector of its own; "
        "vw.list_layers(model) shows the layers that do."
    )


_TABLES: WeakKeyDictionary[nn.Module, tuple[Any, LayerTable]] = WeakKeyDictionary()


def known_layers(model: nn.Module, input_shape: Shape) -> LayerTable:
    """Return `list_layers`, followed anew only when the modules or the input shape have changed."""
    state = [id(module) for module in model.modules()], tuple(input_shape)
    if model not in _TABLES or _TABLES[model][0] != state:
        _TABLES[model] = state, list_layers(model, input_shape)
    return _TABLES[model][1]


def nearest(text: str, known: list[str], count: int = 3) -> str:
    """Say which known names a text is a part of, or else nearest to, ending in a space.

    Examples
    --------
    >>> nearest("cat", ["catamaran", "cap", "Egyptian cat"])
    "did you mean 'Egyptian cat' or 'catamaran' or 'cap'? "
    """
    wanted, folded = text.lower().strip(), {name.lower(): name for name in known}
    around = [name for name in folded if len(wanted) > 1 and wanted in name]
    around.sort(key=lambda name: (wanted not in name.split(), len(name)))  # whole words first
    alike = difflib.get_close_matches(wanted, folded, n=count, cutoff=0.5)
    found = list(dict.fromkeys([*around, *alike]))[:count]
    return f"did you mean {' or '.join(repr(folded[name]) for name in found)}? " if found else ""


def check_model(model: Any) -> None:
    """Refuse what is not a network, in words."""
    if not isinstance(model, nn.Module):
        raise TypeError(
            f"model must be a torch.nn.Module, got {type(model).__name__}; "
            "load one with vw.load_model('vgg16') or wrap your own with vw.wrap(module)."
        )


def check_open(model: Any) -> None:
    """Refuse what is not a network whose layers can be watched and changed, in words."""
    check_model(model)
    if any(isinstance(part, torch.jit.ScriptModule) for part in model.modules()):
        raise TypeError(
            "this model is TorchScript, whose layers can not be watched; give the network itself, "
            "not what torch.jit.script or torch.jit.trace has made of it."
        )


def device_of(model: nn.Module) -> torch.device:
    """Return the device of the first weight (the processor if there is none)."""
    first = next(iter(model.parameters()), None)
    return first.device if first is not None else torch.device("cpu")
