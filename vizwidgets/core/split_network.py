"""Cut a network where its frozen part ends: what comes before is computed once, only the rest is trained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor, nn

from .freezing import stand_still
from .labelled import Pairs
from .layers import device_of, network_of
from .metrics import BATCH, hasty
from .private_copy import private_copy
from .tasks import Classification, TestResult

MOST_BYTES = 2**30  # of features; more are computed anew for each batch


def split_network(model: nn.Module) -> tuple[nn.Module, nn.Module] | None:
    """Return the frozen part of a network and the part that learns, or None where it cannot be cut.

    The two share their modules with the model: what the second part learns, the model has learned. Only a
    chain of layers (``nn.Sequential``) is cut, before its first layer that learns or changes with the mode.

    Examples
    --------
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.ReLU(), nn.Dropout(), nn.Linear(3, 2))
    >>> net[1].requires_grad_(False).weight.requires_grad
    False
    >>> front, tail = split_network(net)
    >>> len(front), len(tail)
    (3, 2)
    """
    network = network_of(model)
    if not isinstance(network, nn.Sequential) or _is_more_than(model, network):
        return None
    children = list(network)
    place = next((i for i, child in enumerate(children) if _moves(child)), len(children))
    if not 0 < place < len(children):
        return None
    inputs = {} if network is model else dict(model.named_children())
    before = [inputs["normalize"]] if "normalize" in inputs else []
    return nn.Sequential(*before, *children[:place]), nn.Sequential(*children[place:])


def _is_more_than(model: nn.Module, network: nn.Module) -> bool:
    """Whether the model does more with an image than to normalize it and to send it through the network."""
    has_hooks = bool(network._forward_hooks or network._forward_pre_hooks or model._forward_hooks)
    return has_hooks or getattr(model, "output", None) is not None


def _moves(child: nn.Module) -> bool:
    """Whether a layer learns, or computes something else from one time to the next."""
    if any(weight.requires_grad for weight in child.parameters()):
        return True
    return any(
        isinstance(module, (nn.modules.batchnorm._NormBase, nn.modules.dropout._DropoutNd))
        and stand_still not in module._forward_pre_hooks.values()
        for module in child.modules()
    )


@torch.no_grad()
def front_features(front: nn.Module, images: Tensor) -> Tensor | None:
    """Return what the frozen part sends on for images (N, C, H, W), in eval mode; None: it is too much."""
    still, device = private_copy(front), device_of(front)
    first = still(hasty(images[:1].to(device)))
    if first.nbytes * len(images) > MOST_BYTES:
        return None
    return torch.cat([still(hasty(part.to(device))).cpu() for part in images.split(BATCH)])


class OnFeatures(Classification):
    """Classification from features in place of images.

    Parameters
    ----------
    num_classes : int
        As many scores as the part that is trained gives.
    """

    def __init__(self, num_classes: int) -> None:
        self._num_classes = num_classes

    def pairs(self, data: Any, name: str = "data") -> Pairs:
        """Return features and labels; whoever made them has checked the images."""
        return data

    def check(self, model: nn.Module, pairs: Pairs, name: str = "data") -> int:
        """Return the number of classes."""
        return self._num_classes

    @torch.no_grad()
    def test(self, model: nn.Module, pairs: Pairs) -> TestResult:
        """Judge the part that is trained, in eval mode."""
        features, labels = pairs
        still, device = private_copy(model), device_of(model)
        scores = torch.cat([still(part.to(device)).float().cpu() for part in features.split(BATCH)])
        return self.judged(scores, labels)

    def augmented(
        self, augment: Callable[..., Any], images: Tensor, labels: Tensor, generator: Generator
    ) -> Pairs:
        """Refuse to change features as if they were images."""
        raise ValueError("features cannot be augmented; train on the images.")
