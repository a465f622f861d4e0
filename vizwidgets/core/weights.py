"""The weights of a network in training: how they move, and how they go back to where they were."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from .adam import Adam, Averages


@dataclass(frozen=True)
class Kept:
    """Everything that a training step changes, as it was at one moment."""

    values: list[Tensor]
    optimizer: list[Averages | None]


def weight_versions(model: nn.Module) -> tuple[tuple[int, int], ...]:
    """Return what differs as soon as weights or buffers of a model are written to or replaced.

    It is read off torch's own counters, so it costs next to nothing. What is written through ``.data`` or in
    inference mode is not counted.

    Examples
    --------
    >>> linear = nn.Linear(2, 2)
    >>> before = weight_versions(linear)
    >>> with torch.no_grad():
    ...     weight = linear.weight.mul_(2)
    >>> before == weight_versions(linear)
    False
    """
    return tuple((each.data_ptr(), _version(each)) for each in (*model.parameters(), *model.buffers()))


def _version(values: Tensor) -> int:
    return 0 if values.is_inference() else values._version


Group = Mapping[str, Any]  # as torch.optim takes them: {"params": [...], "lr": 1e-4}


class WeightState:
    """Trainable weights and buffers of a model, and the Adam that moves them.

    Parameters
    ----------
    model : nn.Module
        Its weights are changed in place; their ``.grad`` stays as it is.
    groups : sequence of dict, optional
        Weights that are moved with a learning rate of their own, as torch's optimizers take them.

    Raises
    ------
    ValueError
        If no weight is trainable, or the groups leave one out, name one twice, or have no learning rate.

    References
    ----------
    Kingma and Ba 2015, "Adam: a method for stochastic optimization".
    """

    def __init__(self, model: nn.Module, groups: Sequence[Group] | None = None) -> None:
        self._model = model
        self.trainable = [weight for weight in model.parameters() if weight.requires_grad]
        if not self.trainable:
            raise ValueError("no weight of the model is trainable: all of them have requires_grad=False.")
        self._changing = [*self.trainable, *model.buffers()]  # batch normalization keeps its means in buffers
        parts = [(self.trainable, 1.0)] if groups is None else _parts(model, self.trainable, groups)
        self.fastest = max(lr for _, lr in parts)
        shares = {id(weight): lr / self.fastest for weights, lr in parts for weight in weights}
        self._shares = [shares[id(weight)] for weight in self.trainable]
        self._adam = Adam(self.trainable)

    def move(self, gradients: Sequence[Tensor | None], lr: float) -> None:
        """Take one step of Adam against the gradient; a weight that was not used has none and stays."""
        self._adam.step(gradients, [lr * share for share in self._shares])

    def keep(self) -> Kept:
        """Return everything as it is now."""
        values = [tensor.detach().clone() for tensor in self._changing]
        return Kept(values, self._adam.state())

    @torch.no_grad()
    def restore(self, kept: Kept) -> None:
        """Go back to what was kept."""
        for tensor, before in zip(self._changing, kept.values, strict=True):
            tensor.copy_(before)
        self._adam.restore(kept.optimizer)

    @contextmanager
    def training_mode(self) -> Iterator[None]:
        """Let dropout and batch normalization train, but not where all weights are frozen.

        A frozen batch normalization that went on averaging would change what a frozen network computes. Each
        module gets its mode back.
        """
        modes = {module: module.training for module in self._model.modules()}
        self._model.train()
        for module in modes:
            own = list(module.parameters(recurse=False))
            if own and not any(weight.requires_grad for weight in own):
                module.training = False
        try:
            yield
        finally:
            for module, mode in modes.items():
                module.training = mode


def _parts(
    model: nn.Module, trainable: list[nn.Parameter], groups: Sequence[Group]
) -> list[tuple[list[nn.Parameter], float]]:
    """Return the trainable weights of each group with its learning rate."""
    names = {id(weight): name for name, weight in model.named_parameters()}
    parts: list[tuple[list[nn.Parameter], float]] = []
    for group in groups:
        lr = group.get("lr")
        if not (isinstance(lr, (int, float)) and 0 < lr < math.inf):
            raise ValueError(f"each group needs a learning rate above 0, {{'lr': 1e-4}}; got {lr!r}.")
        weights = [weight for weight in group["params"] if weight.requires_grad]
        if weights:
            parts.append((weights, float(lr)))
    given = [id(weight) for weights, _ in parts for weight in weights]
    strange = sum(number not in names for number in given)
    missing = [names[id(weight)] for weight in trainable if id(weight) not in given]
    twice = [names[number] for number in names if given.count(number) > 1]
    if strange or missing or twice:
        what = "weights that are not the model's" if strange else f"{(missing or twice)[0]!r}"
        how = "holds" if strange else "leaves out" if missing else "names twice"
        raise ValueError(f"groups {how} {what}; vw.fine_tune_groups(model) makes groups that fit this model.")
    return parts


def has_batch_norm(model: nn.Module) -> bool:
    """Whether a part of the model averages over the images of a batch."""
    return any(isinstance(module, _BatchNorm) for module in model.modules())
