"""What a saliency map explains: one number h(x) for each image, and its gradient."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .classes import class_scores, find_class
from .evaluation import total_activation
from .guided import GuidedRule
from .measures import OUTPUT
from .network import Probe
from .objectives import Objective


@dataclass(frozen=True)
class Score:
    """The number h(x) of images: the score of a class, or an objective.

    Attributes
    ----------
    probe : Probe
        The network.
    target : Tensor or Objective
        (N,), the class of each image; or what is read from the network, of any image.
    """

    probe: Probe
    target: Tensor | Objective

    def __call__(self, images: Tensor) -> Tensor:
        """Return (N,) numbers for images (N, C, H, W), in their order."""
        if isinstance(self.target, Objective):
            outputs = self.probe.sparing(images, self.target.layer_names)
            return total_activation(self.target, images, outputs)
        output = self.probe(images, [OUTPUT])[OUTPUT]
        return class_scores(output, tuple(self.target.tolist()))

    def repeated(self, times: int) -> Score:
        """Return the same question for each image ``times`` times in a row."""
        if isinstance(self.target, Objective):
            return self
        return Score(self.probe, self.target.repeat_interleave(times))

    def part(self, numbers: slice) -> Score:
        """Return the question for some of the images."""
        return self if isinstance(self.target, Objective) else Score(self.probe, self.target[numbers])

    def values(self, images: Tensor) -> Tensor:
        """Return the numbers alone, nothing recorded."""
        with torch.no_grad():
            return self(images.clone())  # a model that normalizes in place may not change these

    def gradient(self, images: Tensor, rule: GuidedRule | None = None) -> Tensor:
        """Return the gradient of each image's number with respect to its pixels, (N, C, H, W).

        Parameters
        ----------
        images : Tensor
            (N, C, H, W).
        rule : GuidedRule, optional
            Changes how gradients pass ReLUs.

        Raises
        ------
        ValueError
            If the number has no gradient.
        """
        with torch.inference_mode(False), torch.enable_grad(), no_autocast(images):
            leaf = images.detach().clone().requires_grad_()
            with rule or nullcontext():
                scores = self(leaf * 1.0)  # a layer that works in place may not touch a leaf
            if rule is not None and scores.requires_grad:
                rule.set(scores, self.probe.network)
            return gradient_of(scores, leaf, "image")


def no_autocast(images: Tensor) -> Any:
    """Keep the caller's autocast out of the way back, as a `Probe` does on the way there."""
    return torch.autocast(images.device.type, enabled=False)


def gradient_of(scores: Tensor, leaf: Tensor, what: str) -> Tensor:
    """Return the gradient of scores (N,) with respect to a leaf, or say why there is none."""
    gradient = None
    if scores.requires_grad:
        (gradient,) = torch.autograd.grad(scores.sum(), leaf, allow_unused=True)
    if gradient is None:
        raise ValueError(
            f"the score has no gradient with respect to the {what}: it does not depend on it, or the "
            "model's forward pass uses torch.no_grad(), detach() or rounded numbers."
        )
    return gradient.detach()


def find_classes(model: nn.Module, target: Any, count: int) -> Tensor:
    """Return one class (N,) for each of N images, from one class or a list of them."""
    wanted = target.tolist() if hasattr(target, "tolist") else target  # of torch or NumPy
    each = list(wanted) if isinstance(wanted, Sequence) and not isinstance(wanted, str) else [wanted]
    if len(each) not in (1, count):
        raise ValueError(f"target must be one class, or one for each of {count} images; got {len(each)}.")
    found = torch.tensor([find_class(model, one) for one in each])
    return found.expand(count) if len(each) == 1 else found


def bound_objective(model: nn.Module, objective: Objective) -> Objective:
    """Check an objective as what is to be explained; return it with its names resolved."""
    if objective.size != 1:
        raise ValueError(
            f"a saliency map explains one number per image, but the objective asks for {objective.size} "
            "images; give a single channel, unit or class."
        )
    if objective.regularizers:
        raise ValueError(
            f"the objective contains a regularizer ({objective.regularizers[0][1].title}), which does not "
            "come from the network; leave it out."
        )
    return objective.bind(model)
