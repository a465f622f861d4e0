"""Networks that have forgotten what they learned, in some of their layers or in all.

A layer is made random as it was before its training: by its own ``reset_parameters``. Batch normalization
also forgets its running means and variances. They were averaged over what the trained layers sent, so they
are as learned as weights are; kept, they would leave a trace of the trained network in the random one.
Weights that no ``reset_parameters`` touches, or only one that wants arguments, are shuffled: the same
numbers, in other places.
"""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .layer_groups import LayerGroup
from .layers import network_of
from .own_numbers import OwnNumbers
from .private_copy import private_copy


@dataclass(frozen=True)
class Forgetting:
    """What a network is to forget, in which order.

    Parameters
    ----------
    groups : sequence of LayerGroup
        Layers that are forgotten together.
    is_cascading : bool
        Whether what was forgotten stays forgotten; else one group at a time is.
    seed : int
        Of the random weights; see `forget`.
    """

    groups: Sequence[LayerGroup]
    is_cascading: bool
    seed: int

    def copies(self, model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
        """Yield each group's name and a network that has forgotten it; the model stays as it is.

        A network is valid until the next one is asked for.
        """
        network = own_copy(model)
        for group in self.groups:
            if not self.is_cascading:
                network = own_copy(model)
            forget(network, group.modules, self.seed)
            yield group.name, network


def own_copy(model: nn.Module) -> nn.Module:
    """Return a private copy in eval mode that shares nothing with the model, not even its weights."""
    with torch.inference_mode(False):
        return private_copy(model, lambda weight: weight.detach().clone())


def forget(model: nn.Module, modules: Iterable[str], seed: int) -> None:
    """Make the weights of some modules of a network random, in place: for copies only.

    Parameters
    ----------
    model : nn.Module
        A copy that nobody else uses, see `own_copy`.
    modules : iterable of str
        Paths of modules in `network_of` the model; those inside of them stay as they are.
    seed : int
        Each module draws from the seed and its own path, so it becomes the same whatever the others do.

    Examples
    --------
    >>> net = own_copy(nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4)))
    >>> before = [layer.weight.clone() for layer in net]
    >>> forget(net, ["1"], seed=0)
    >>> torch.equal(net[0].weight, before[0]), torch.equal(net[1].weight, before[1])
    (True, False)
    """
    network = network_of(model)
    with torch.inference_mode(False), torch.no_grad():
        for name in modules:
            _forget_one(network.get_submodule(name), zlib.crc32(f"{seed} {name}".encode()))


def _forget_one(module: nn.Module, seed: int) -> None:
    weights = list(module.parameters(recurse=False))
    before = [weight.clone() for weight in weights]
    if _has_law(module):
        with OwnNumbers(seed):
            module.reset_parameters()  # type: ignore[operator]
    generator = torch.Generator().manual_seed(seed)
    for weight, values in zip(weights, before, strict=True):
        if torch.equal(weight, values):
            weight.copy_(_shuffled(values, generator))


def _has_law(module: Any) -> bool:
    """Whether a module knows how its weights begin, without being told anything."""
    try:
        inspect.signature(module.reset_parameters).bind()
    except (AttributeError, TypeError, ValueError):
        return False
    return True


def _shuffled(values: Tensor, generator: torch.Generator) -> Tensor:
    order = torch.randperm(values.numel(), generator=generator).to(values.device)
    return values.flatten()[order].view_as(values)
