"""The layers of a network that hold weights, in the order of its forward pass and in a handful of groups.

EfficientNet-Lite0 has fifty such layers: taken one by one they are a long wait and a crowded picture. So a
normalization goes with its convolution; where that leaves many, what has one stage in its name goes together
("block3"); and where even these are many, neighbours do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from .labelled import explained
from .layers import find_module, network_of
from .measures import OUTPUT
from .private_copy import private_copy

MAX_GROUPS = 10
FEWEST_STAGES = 3  # names with fewer stages tell nothing apart
_STAGE = re.compile(r".*?\d+")  # up to the first number: block3 of block3_conv2, layer4 of layer4.0.conv1


@dataclass(frozen=True)
class LayerGroup:
    """Layers that are taken together.

    Parameters
    ----------
    name : str
        What they are called, e.g. "block3".
    modules : tuple of str
        Paths of the modules that hold their weights.
    """

    name: str
    modules: tuple[str, ...]


def layer_groups(
    model: nn.Module, images: Tensor, layers: Sequence[str] | None = None, *, until: Sequence[str] = (OUTPUT,)
) -> tuple[LayerGroup, ...]:
    """Return the layers of a network that hold weights in groups, from the image to the output.

    Parameters
    ----------
    model : nn.Module
        It stays as it is.
    images : Tensor
        (N, C, H, W) in [0, 1]; the first one is followed through the network.
    layers : sequence of str, optional
        Names or aliases of layers or of whole blocks, each a group, a convolution with its normalization; by
        default all layers in at most `MAX_GROUPS` groups.
    until : sequence of str
        Layers whose output is asked for; what comes after the last of them is left out.

    Raises
    ------
    TypeError, ValueError
        If the network has no weights or does not take the images, or `layers` names none, an unknown one, one
        without weights, or the same weights twice.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))
    >>> [group.modules for group in layer_groups(net, torch.rand(1, 3, 6, 6))]
    [('0', '1'), ('4',)]
    """
    order = forward_order(model, images, until)
    if not order:
        raise ValueError(
            "this model has no weights, so nothing can be made random; the test asks whether a map "
            "depends on what a network has learned."
        )
    if layers is not None:
        return _named(model, order, layers)
    groups = with_normalization(model, order)
    if len(groups) > MAX_GROUPS:
        stages = _by_stage(groups)
        groups = stages if len(stages) >= FEWEST_STAGES else groups
    return tuple(groups if len(groups) <= MAX_GROUPS else _neighbours(groups))


def forward_order(model: nn.Module, images: Tensor, until: Sequence[str]) -> list[str]:
    """Return the paths of the modules whose own weights are used, in the order of their last use."""
    copied = private_copy(model)
    first = next(copied.parameters(), images)
    with torch.no_grad(), explained(model, images):
        image = images[:1].clone().to(first.device, first.dtype)
        with _Uses(network_of(copied)) as uses:
            copied(image)
    if OUTPUT in until:
        return uses.order()
    return uses.order([find_module(model, layer)[0] for layer in until])


def _own_weights(module: nn.Module) -> list[nn.Parameter]:
    return list(module.parameters(recurse=False))


class _Uses(TorchFunctionMode):
    """Note, inside the ``with`` block, when weights are read and modules have been called.

    Reading alone counts, too: some modules take the weights of others without calling them.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self._holders: dict[int, list[str]] = {}  # by the number of their weight
        self._uses: list[str] = []
        self._ends: dict[str, int] = {}  # how many uses there were when a module had been called
        for name, module in network.named_modules():
            module.register_forward_hook(partial(self._note_call, name))
            for weight in _own_weights(module):
                self._holders.setdefault(id(weight), []).append(name)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        if any(isinstance(leaf, Tensor) for leaf in tree_leaves(result)):  # else it was a look at a shape
            for leaf in tree_leaves((args, kwargs)):
                self._uses.extend(self._holders.get(id(leaf), ()))
        return result

    def _note_call(self, name: str, *_: Any) -> None:
        is_holder = any(name in names for names in self._holders.values())
        if is_holder and name not in self._uses:  # torch does not see every way to read
            self._uses.append(name)
        self._ends.setdefault(name, len(self._uses))

    def order(self, until: Sequence[str] = ()) -> list[str]:
        """Return the paths of the modules whose weights were used, those used last at the end.

        What is used after the first call of each layer of `until` is left out.
        """
        end = max((self._ends[name] for name in until), default=len(self._uses))
        last_first = dict.fromkeys(reversed(self._uses[:end]))
        return list(last_first)[::-1]


def with_normalization(model: nn.Module, order: list[str]) -> list[LayerGroup]:
    """Begin a group at each module with a matrix or filters; what only scales and shifts goes with it."""
    network, aliases = network_of(model), getattr(model, "aliases", {})
    groups: list[list[str]] = []
    for name in order:
        begins = any(weight.dim() > 1 for weight in _own_weights(network.get_submodule(name)))
        if begins or not groups:
            groups.append([name])
        else:
            groups[-1].append(name)
    return [LayerGroup(aliases.get(names[0], names[0]) or "network", tuple(names)) for names in groups]


def _by_stage(groups: list[LayerGroup]) -> list[LayerGroup]:
    stages = groupby(groups, key=lambda group: _stage(group.name))
    return [_joined(name, list(members)) for name, members in stages]


def _stage(name: str) -> str:
    found = _STAGE.match(name)
    return found.group() if found else name


def _neighbours(groups: list[LayerGroup]) -> list[LayerGroup]:
    edges = [place * len(groups) // MAX_GROUPS for place in range(MAX_GROUPS + 1)]
    parts = [groups[start:end] for start, end in zip(edges[:-1], edges[1:], strict=True)]
    names = [part[0].name if len(part) == 1 else f"{part[0].name} … {part[-1].name}" for part in parts]
    return [_joined(name, part) for name, part in zip(names, parts, strict=True)]


def _joined(name: str, groups: list[LayerGroup]) -> LayerGroup:
    return LayerGroup(name, tuple(module for group in groups for module in group.modules))


def _named(model: nn.Module, order: list[str], layers: Sequence[str]) -> tuple[LayerGroup, ...]:
    is_list = isinstance(layers, Sequence) and not isinstance(layers, str) and bool(layers)
    if not is_list or not all(isinstance(layer, str) for layer in layers):
        raise TypeError(f"layers must be a list of names such as ['classifier', 'block5']; got {layers!r}.")
    units = with_normalization(model, order)
    groups = [LayerGroup(layer, _holders_in(model, units, layer)) for layer in layers]
    taken = [name for group in groups for name in group.modules]
    twice = next((name for name in taken if taken.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"layers names {twice!r} twice, also by its convolution or block; name it once.")
    return tuple(sorted(groups, key=lambda group: order.index(group.modules[-1])))


def _holders_in(model: nn.Module, units: list[LayerGroup], layer: str) -> tuple[str, ...]:
    """Return what a layer or block holds, with the normalization that follows its last convolution."""
    path, module = find_module(model, layer)
    is_inside = {name: name == path or name.startswith(f"{path}.") for unit in units for name in unit.modules}
    found = tuple(
        name for unit in units for name in unit.modules if is_inside[name] or is_inside[unit.modules[0]]
    )
    if not found and any(True for _ in module.parameters()):
        raise ValueError(
            f"layer {layer!r} does not matter here: the forward pass does not use it, or it comes after the "
            "unit that is explained."
        )
    if not found:
        raise ValueError(
            f"layer {layer!r} ({type(module).__name__}) has no weights that could be made random; "
            "vw.list_layers(model) shows how many each layer has."
        )
    return found
