"""Where a layer is read: where the next one reads it.

What conv1 has found is handed on after the normalization, activation and pooling that follow it, so "conv1"
is read there; a block that adds its input at its end is read at its end, and any other layer where it ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import takewhile
from typing import Any

import torch
from torch import Tensor, nn

from .labelled import explained
from .layer_groups import layer_groups
from .layers import check_open, device_of, find_module, input_shape_of, network_of
from .private_copy import private_copy

PASSING = (nn.Dropout, nn.Dropout2d, nn.AlphaDropout, nn.Flatten, nn.Identity)  # they change no feature
FOLDERS = (nn.Sequential, nn.ModuleList)  # they end where their last part ends, and compute nothing


def layers_to_compare(model: nn.Module, images: Tensor | None = None) -> tuple[str, ...]:
    """Return the names of at most ten layers with weights, from the image to the output.

    Where there are more, one block or stage goes together and is read at its end.

    Parameters
    ----------
    model : nn.Module
        It stays as it is.
    images : Tensor, optional
        (N, C, H, W); the first one is followed through the network. By default one of the shape that the
        model was made for.

    Raises
    ------
    TypeError, ValueError
        If the model has no layer with weights, or no image is given and it does not say which it takes.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 2))
    >>> layers_to_compare(net, torch.rand(1, 1, 8, 8))
    ('0', '3')
    """
    check_open(model)
    image = torch.full((1, *input_shape_of(model)), 0.5) if images is None else images[:1]
    if not any(True for _ in model.parameters()):
        raise ValueError(
            "this model has no layer with weights, so there is nothing to look at layer by layer."
        )
    network, aliases = private_copy(model), getattr(model, "aliases", {})
    ends = [_last_with_matrix(network, group.modules) for group in layer_groups(model, image)]
    with torch.no_grad(), explained(model, image):
        outlets = outlets_of(network, image.to(device_of(model)), ends)
    # what adds its own input at its end is called by its name: "block3b", not its last convolution
    names = [outlet if _has_parts(network, outlet) else end for end, outlet in outlets.items()]
    return tuple(dict.fromkeys(aliases.get(name, name) for name in names))


def _has_parts(network: nn.Module, name: str) -> bool:
    return any(True for _ in network_of(network).get_submodule(name).children())


def outlets_of(network: nn.Module, image: Tensor, layers: Sequence[str]) -> dict[str, str]:
    """Return for each layer the path of the module at whose end it is read.

    Parameters
    ----------
    network : nn.Module
        A private copy: it is run once.
    image : Tensor
        (1, C, H, W), on its device.
    layers : sequence of str
        Names or aliases.

    Raises
    ------
    ValueError
        If a layer is not there, is not used, or gives no feature map or vector.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 2)).eval()
    >>> outlets_of(net, torch.rand(1, 1, 8, 8), ["0", "1", "3"])
    {'0': '1', '1': '1', '3': '3'}
    """
    met = _Met(network, image)
    return {layer: met.outlet(layer) for layer in layers}


def checked_layers(layers: Any) -> list[str]:
    """Return a list of layer names, each once, or say what it must be.

    Raises
    ------
    TypeError
        If it is none.

    Examples
    --------
    >>> checked_layers(("conv1", "dense1", "conv1"))
    ['conv1', 'dense1']
    """
    is_list = isinstance(layers, Sequence) and not isinstance(layers, str) and bool(layers)
    if not is_list or not all(isinstance(layer, str) for layer in layers):
        raise TypeError(f"layers must be a list of names such as ['conv1', 'dense1']; got {layers!r}.")
    return list(dict.fromkeys(layers))


class _Met:
    """The modules of a network in the order in which the forward pass of one image leaves them."""

    def __init__(self, network: nn.Module, image: Tensor) -> None:
        self._network = network
        self._has_shape: dict[str, bool] = {}  # in that order, first calls only
        hooks = [
            module.register_forward_hook(partial(self._note, name))
            for name, module in network_of(network).named_modules()
            if name
        ]
        try:
            network(image.clone())  # some overwrite it
        finally:
            for hook in hooks:
                hook.remove()

    def _note(self, name: str, _module: nn.Module, _inputs: Any, output: Any) -> None:
        self._has_shape.setdefault(name, isinstance(output, Tensor) and output.dim() in (2, 4))

    def outlet(self, layer: str) -> str:
        """Return where a layer is read."""
        path, module = find_module(self._network, layer)
        if path not in self._has_shape:
            raise ValueError(
                f"the forward pass does not come by layer {layer!r}; "
                "vw.list_layers(model) shows those that it comes by."
            )
        after = [path]
        if any(True for _ in module.parameters(recurse=False)):
            after += self._until_next(path)
        found = [name for name in after if self._has_shape[name] and (name == path or self._is_work(name))]
        if not found:
            raise ValueError(
                f"layer {layer!r} ({type(module).__name__}) gives no feature map or vector of its own; "
                "vw.list_layers(model) shows the layers that do."
            )
        return found[-1]

    def _until_next(self, path: str) -> list[str]:
        """Return the modules that end after one and before the next with filters or a matrix."""
        names = list(self._has_shape)
        later = names[names.index(path) + 1 :]
        return list(takewhile(lambda name: not has_matrix(self._module(name)), later))

    def _is_work(self, name: str) -> bool:
        module = self._module(name)
        return type(module) not in FOLDERS and not isinstance(module, PASSING)

    def _module(self, name: str) -> nn.Module:
        return network_of(self._network).get_submodule(name)


def has_matrix(module: nn.Module) -> bool:
    """Whether a module has filters or a matrix of its own; a normalization has only numbers per channel."""
    return any(weight.dim() > 1 for weight in module.parameters(recurse=False))


def _last_with_matrix(network: nn.Module, names: Sequence[str]) -> str:
    inner = network_of(network)
    return next((name for name in reversed(names) if has_matrix(inner.get_submodule(name))), names[-1])
