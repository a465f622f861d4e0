"""Features: what the layers of a network make of many images, for a head, a probe or a neighbour to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from .images import check_image
from .labelled import explained
from .layers import check_open, device_of, find_module
from .metrics import hasty
from .outlets import outlets_of
from .private_copy import private_copy
from .weight_layers import head_of

BATCH = 64  # images at a time: the maps of the first layers are large
SIDE = 4  # maps are averaged down to at most so many rows and columns, where layers are compared


class _Reached(Exception):  # noqa: N818 - not an error: every layer that was asked for has answered
    pass


def layer_features(
    model: nn.Module, images: Tensor, layers: Sequence[str], side: int | None = SIDE
) -> dict[str, Tensor]:
    """Return what layers hand on, for many images in batches.

    Parameters
    ----------
    model : nn.Module
        It is used in eval mode and stays as it is.
    images : Tensor
        (N, C, H, W) in [0, 1].
    layers : sequence of str
        Names or aliases. A layer with weights is read after the normalization, activation and pooling that
        follow it (`outlets`).
    side : int or None
        A map (C, h, w) is averaged down to at most ``side`` × ``side`` places, so that layers of different
        size can be compared; None: as it is.

    Returns
    -------
    dict of str to Tensor
        For each layer (N, features) of float32, or with ``side=None`` in the layer's own shape (N, ...).

    Raises
    ------
    TypeError, ValueError
        If the images do not fit the model, or a layer is not there, is not used, or gives no feature map or
        vector.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 2))
    >>> found = layer_features(net, torch.rand(5, 1, 8, 8), ["0", "3"])
    >>> [(name, tuple(values.shape)) for name, values in found.items()]
    [('0', (5, 32)), ('3', (5, 2))]
    """
    check_open(model)
    images = check_image(images, getattr(model, "input_shape", (None,))[0])
    network = private_copy(model)
    with torch.no_grad(), explained(model, images):
        outlets = outlets_of(network, images[:1].to(device_of(model)), layers)
        parts = [
            {name: _as_features(output, side) for name, output in _read(network, part, outlets).items()}
            for part in images.to(device_of(model)).split(BATCH)
        ]
    return {name: torch.cat([part[name] for part in parts]) for name in layers}


def head_inputs(model: nn.Module, images: Tensor) -> Tensor:
    """Return what enters the head of a network, for many images in batches.

    Parameters
    ----------
    model : nn.Module
        It is used in eval mode and stays as it is.
    images : Tensor
        (N, C, H, W) in [0, 1].

    Returns
    -------
    Tensor
        float32, in the shape in which the head takes it: (N, features), or (N, C, h, w) where it is a 1 × 1
        convolution.

    Raises
    ------
    TypeError, ValueError
        If the images do not fit the model, or it has no head.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 2))
    >>> head_inputs(net, torch.rand(5, 1, 8, 8)).shape
    torch.Size([5, 72])
    """
    check_open(model)
    images = check_image(images, getattr(model, "input_shape", (None,))[0])
    network, head = private_copy(model), _checked_head(model)
    with torch.no_grad(), explained(model, images):
        parts = [
            _read(network, part, {head: head}, of_input=True)[head].float().cpu()
            for part in images.to(device_of(model)).split(BATCH)
        ]
    return torch.cat(parts)


def feature_rows(features: Any, name: str = "features") -> Tensor:
    """Return features as rows (N, F) of float64, or say what is wrong with them.

    Parameters
    ----------
    features : Tensor
        (N, ...); a map is read as one long row.
    name : str
        What an error calls them.

    Raises
    ------
    TypeError, ValueError
        If they are no floats, empty, or not finite.

    Examples
    --------
    >>> feature_rows(torch.zeros(5, 8, 2, 2)).shape
    torch.Size([5, 32])
    """
    if not isinstance(features, Tensor) or not features.is_floating_point():
        what = str(features.dtype) if isinstance(features, Tensor) else type(features).__name__
        raise TypeError(f"{name} must be a tensor of floats, one row per image; got {what}.")
    if features.dim() < 2 or not features.numel():
        hint = " A single image is written features[None]." if features.dim() == 1 else ""
        raise ValueError(f"{name} must be (N, features), not empty; got {tuple(features.shape)}.{hint}")
    rows = features.detach().cpu().flatten(1).double()
    is_fine = rows.isfinite().all(dim=1)
    if not bool(is_fine.all()):
        raise ValueError(
            f"{name}: NaN or infinity for {int((~is_fine).sum())} of {len(rows)} images, first for image "
            f"{int((~is_fine).nonzero()[0])}; the training may have diverged."
        )
    return rows


def _checked_head(model: nn.Module) -> str:
    head = head_of(model)
    _, module = find_module(model, head)
    is_per_pixel = isinstance(module, nn.Conv2d) and module.kernel_size == (1, 1)
    if not isinstance(module, nn.Linear) and not is_per_pixel:
        raise ValueError(
            f"the last layer with weights, {head!r} ({type(module).__name__}), is no head: that is a dense "
            "layer or a 1 × 1 convolution. Name the layer whose features are meant: layer='…'."
        )
    return head


def _read(
    network: nn.Module, images: Tensor, outlets: Mapping[str, str], *, of_input: bool = False
) -> dict[str, Tensor]:
    """Run a private copy as far as it is needed; return what comes out of (or into) its modules."""
    found: dict[str, Tensor] = {}
    wanted = set(outlets.values())

    def keep(name: str, _: nn.Module, inputs: tuple[Tensor, ...], output: Any = None) -> None:
        if name not in found:  # a module that is used again: its first call counts
            found[name] = (inputs[0] if of_input else output).clone()  # what follows may overwrite it
        if len(found) == len(wanted):
            raise _Reached

    modules = {name: find_module(network, name)[1] for name in wanted}
    hooks = [
        (module.register_forward_pre_hook if of_input else module.register_forward_hook)(partial(keep, name))
        for name, module in modules.items()
    ]
    try:
        network(hasty(images.clone()))  # some overwrite it
    except _Reached:
        pass
    finally:
        for hook in hooks:
            hook.remove()
    return {layer: found[name] for layer, name in outlets.items()}


def _as_features(output: Tensor, side: int | None) -> Tensor:
    """Return an output as rows of float32 numbers, a map averaged down to `side` × `side` first."""
    output = output.detach().float()
    if side is None:
        return output.cpu()
    if output.dim() == 4:
        height, width = output.shape[2:]
        output = functional.adaptive_avg_pool2d(output, (min(height, side), min(width, side)))
    return output.flatten(1).cpu()
