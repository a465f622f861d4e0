"""Learning rates by group: a new head learns fast, what was learned before changes slowly."""

from __future__ import annotations

import math

from torch import nn

from .layers import network_of
from .weight_layers import num_before, weight_layers
from .weights import Group


def fine_tune_groups(
    model: nn.Module,
    head_lr: float = 1e-3,
    backbone_lr: float = 1e-4,
    *,
    from_layer: str | int | None = None,
) -> list[Group]:
    """Return the trainable weights in two groups, a fast head and a slow backbone, as torch.optim takes them.

    Parameters
    ----------
    model : nn.Module
        It stays as it is.
    head_lr, backbone_lr : float
        Learning rates, above 0.
    from_layer : str, int or None
        Where the head begins: a layer or block, or the number of layers before it; None: the last layer.

    Returns
    -------
    list of dict
        ``[{"params": [...], "lr": 1e-3, "name": "head"}, …]``; a group without trainable weights is left out.

    Raises
    ------
    ValueError
        If there is no such layer, or a learning rate is not above 0.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(64, 2))
    >>> [(group["name"], group["lr"], len(group["params"])) for group in fine_tune_groups(net)]
    [('head', 0.001, 2), ('backbone', 0.0001, 2)]
    """
    _check_rate(head_lr, "head_lr")
    _check_rate(backbone_lr, "backbone_lr")
    layers, first = weight_layers(model), num_before(model, from_layer)
    network = network_of(model)
    heads = {
        id(weight)
        for layer in layers[first:]
        for name in layer.modules
        for weight in network.get_submodule(name).parameters(recurse=False)
    }
    trainable = [weight for weight in model.parameters() if weight.requires_grad]
    groups: list[Group] = []
    for name, lr, is_head in (("head", head_lr, True), ("backbone", backbone_lr, False)):
        weights = [weight for weight in trainable if (id(weight) in heads) == is_head]
        if weights:
            groups.append({"params": weights, "lr": lr, "name": name})
    return groups


def _check_rate(lr: float, name: str) -> None:
    is_number = isinstance(lr, (int, float)) and not isinstance(lr, bool)
    if not (is_number and 0 < lr < math.inf):
        raise ValueError(
            f"{name} must be a number above 0; got {lr!r}. 1e-3 is usual for a head, 1e-4 below."
        )
