"""How far training has moved the weights of each layer from where they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .layer_groups import LayerGroup, layer_groups
from .layers import check_open, find_module, network_of
from .outlets import checked_layers
from .tables import Row, Table
from .weight_layers import weight_layers

NEW, FROZEN, CHANGED = "new", "as before", "changed"


@dataclass(frozen=True)
class LayerChange:
    """The change of one layer or block.

    Attributes
    ----------
    layer : str
        Its name.
    change : float
        Length of the change over the length of the weights before, 0 or more; infinite if those were 0, NaN
        for a layer that is new.
    cosine : float
        Of the weights after with those before, -1..1; 1 is the same direction, NaN for a layer that is new.
    num_weights : int
        How many numbers it has after training.
    state : str
        "as before" (bit by bit), "changed", or "new": it was not there before, or had another shape.
    """

    layer: str
    change: float
    cosine: float
    num_weights: int
    state: str


@dataclass(frozen=True, repr=False)
class WeightChange(Table):
    """How far training has moved each layer, from the image to the output; shows itself as a table.

    Attributes
    ----------
    changes : tuple of LayerChange
        One per layer or block.
    """

    changes: tuple[LayerChange, ...]

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the layers."""
        return tuple(each.layer for each in self.changes)

    @property
    def new(self) -> tuple[str, ...]:
        """The layers that were not there before, or had another shape."""
        return tuple(each.layer for each in self.changes if each.state == NEW)

    @property
    def unchanged(self) -> tuple[str, ...]:
        """The layers whose weights are bit by bit as before, such as frozen ones."""
        return tuple(each.layer for each in self.changes if each.state == FROZEN)

    def _caption(self) -> str:
        return "change of the weights: |after - before| / |before|"

    def _cells(self) -> list[Row]:
        rows: list[Row] = [("layer", "change", "cosine", "weights", "")]
        for each in self.changes:
            numbers = ("", "") if each.state == NEW else (f"{each.change:.4g}", f"{each.cosine:.4f}")
            rows.append((each.layer, *numbers, f"{each.num_weights:,}", each.state))
        return rows


def weight_change(before: nn.Module, after: nn.Module, layers: Sequence[str] | None = None) -> WeightChange:
    r"""Measure how far each layer has moved.

    .. math:: \frac{\lVert w_\text{after} - w_\text{before} \rVert}{\lVert w_\text{before} \rVert}, \qquad
              \cos = \frac{w_\text{after} \cdot w_\text{before}}
                          {\lVert w_\text{after} \rVert \, \lVert w_\text{before} \rVert}

    over all learned numbers of a layer, its biases and its normalization included (running means are not
    learned). Weights that only grow keep the cosine 1. Where a part of a block is new, the rest is compared.

    Parameters
    ----------
    before, after : nn.Module
        Two networks with layers of the same names, e.g. before and after fine-tuning. They stay as they are.
    layers : sequence of str, optional
        Names or aliases of layers or whole blocks of `after`, each a row; by default the layers with weights
        in at most ten groups (`layer_groups`), or one by one where the model does not say which images it
        takes.

    Raises
    ------
    TypeError, ValueError
        If one is no network, `after` has no weights or lacks a layer that is named, or a weight is NaN.

    Examples
    --------
    >>> before, after = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1)), nn.Sequential(
    ...     nn.Linear(2, 2), nn.Linear(2, 3))
    >>> _ = after[0].load_state_dict({key: 3 * value for key, value in before[0].state_dict().items()})
    >>> weight_change(before, after)
    change of the weights: |after - before| / |before|
    layer  change  cosine  weights
    0           2  1.0000        6  changed
    1                            9      new
    """
    check_open(before)
    check_open(after)
    groups = _groups(after) if layers is None else [_group(after, layer) for layer in checked_layers(layers)]
    known = dict(network_of(before).named_parameters(remove_duplicate=False))
    return WeightChange(tuple(_change(group, known, after) for group in groups))


def _groups(model: nn.Module) -> Sequence[LayerGroup]:
    shape = getattr(model, "input_shape", None)
    return weight_layers(model) if shape is None else layer_groups(model, torch.full((1, *shape), 0.5))


def _group(model: nn.Module, layer: str) -> LayerGroup:
    path, module = find_module(model, layer)
    if not any(True for _ in module.parameters()):
        raise ValueError(
            f"layer {layer!r} ({type(module).__name__}) has no weights that could change; "
            "vw.list_layers(model) shows how many each layer has."
        )
    parts = [
        name
        for name, part in network_of(model).named_modules()
        if name == path or name.startswith(f"{path}.")
    ]
    return LayerGroup(layer, tuple(parts))


def _change(group: LayerGroup, known: dict[str, nn.Parameter], after: nn.Module) -> LayerChange:
    """Compare a group with what stood under the same names; what has no counterpart there is left out."""
    network = network_of(after)
    now = {
        f"{name}.{key}" if name else key: weight
        for name in group.modules
        for key, weight in network.get_submodule(name).named_parameters(recurse=False)
    }
    pairs = [
        (_numbers(known[name], name), _numbers(weight, name))
        for name, weight in now.items()
        if name in known and known[name].shape == weight.shape
    ]
    count = sum(weight.numel() for weight in now.values())
    if not pairs:
        return LayerChange(group.name, float("nan"), float("nan"), count, NEW)
    old, new = (torch.cat(parts) for parts in zip(*pairs, strict=True))
    is_same = len(pairs) == len(now) and torch.equal(old, new)
    return LayerChange(group.name, *_measured(old, new), count, FROZEN if is_same else CHANGED)


def _measured(old: Tensor, new: Tensor) -> tuple[float, float]:
    """Return the relative change and the cosine."""
    if torch.equal(old, new):
        return 0.0, 1.0
    length, other = float(old.norm()), float(new.norm())
    if length == 0 or other == 0:
        return (float("inf") if length == 0 else 1.0), 0.0
    return float((new - old).norm()) / length, min(1.0, float(old @ new) / length / other)


def _numbers(weight: Tensor, name: str) -> Tensor:
    values = weight.detach().cpu().double().flatten()
    if not bool(values.isfinite().all()):
        raise ValueError(f"weight {name!r} holds NaN or infinity; the training may have diverged.")
    return values
