"""One look at an image: the activation, the regularizers, and the gradient of each."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from .history import AscentStep
from .last_convolution import Outputs
from .measures import Measure
from .network import Probe
from .objectives import Objective
from .own_regularizer import OwnRegularizer
from .rectifiers import revived_relus
from .transforms import View


@dataclass(frozen=True)
class Evaluation:
    """Values and gradients at one image.

    Parameters
    ----------
    image : Tensor
        (N, C, H, W).
    activation : Tensor
        (N,), the weighted activations of the objective.
    gradient : Tensor
        (N, C, H, W), the gradient of the activation.
    penalties : dict
        For each regularizer its value (N,) and gradient (N, C, H, W), not weighted.
    spread : float
        Standard deviation among the layer's channels, the size of a change that means something; NaN if not
        asked for.
    """

    image: Tensor
    activation: Tensor
    gradient: Tensor
    penalties: dict[Measure, tuple[Tensor, Tensor]]
    spread: float

    @property
    def pull(self) -> Tensor:
        """Sum of the absolute gradient (N,): how far h can rise if each pixel moves by its whole range."""
        return self.gradient.abs().flatten(1).sum(dim=1)

    @property
    def is_finite(self) -> bool:
        """Whether neither the image nor the activation nor the gradient is NaN or infinite."""
        return all(
            bool(torch.isfinite(values).all()) for values in (self.image, self.activation, self.gradient)
        )

    def direction(self, objective: Objective, scale: Tensor) -> Tensor:
        """Return the gradient of the whole objective, with the activation in units of ``scale`` (N,)."""
        total = self.gradient / _per_image(scale)
        for weight, measure in objective.regularizers:
            total = total + weight * self._penalty(measure)[1]
        return total

    def as_step(self, number: int, objective: Objective, scale: Tensor) -> AscentStep:
        """Return what the student sees of this evaluation."""
        terms = {"activation": self.activation / scale}
        norms = {"activation": _norm(self.gradient) / scale}
        for weight, measure in objective.regularizers:
            value, gradient = self._penalty(measure)
            terms[measure.title] = terms.get(measure.title, 0.0) + weight * value
            norms[measure.title] = norms.get(measure.title, 0.0) + abs(weight) * _norm(gradient)
        return AscentStep(
            step=number,
            image=self.image.cpu(),
            activation=self.activation.cpu(),
            terms={name: value.cpu() for name, value in terms.items()},
            gradient_norms={name: value.cpu() for name, value in norms.items()},
        )

    def _penalty(self, measure: Measure) -> tuple[Tensor, Tensor]:
        if measure not in self.penalties:  # a regularizer that was added after this look
            self.penalties[measure] = _penalty(measure, self.image)
        return self.penalties[measure]


def evaluate(
    probe: Probe,
    objective: Objective,
    image: Tensor,
    view: View,
    generator: Generator,
    may_rescue: bool,
    *,
    with_spread: bool = True,
) -> Evaluation:
    """Look at an image through a random view and find the gradient of every term.

    Parameters
    ----------
    may_rescue : bool
        Whether the gradient may pass dead ReLUs where no gradient reaches an image otherwise.
    with_spread : bool
        Whether to compute the spread, which takes all channels of the layer.
    """
    with torch.enable_grad():
        leaf = image.detach().requires_grad_()
        seen = view(leaf, generator)
        outputs = probe.sparing(seen, objective.layer_names)
        activation = total_activation(objective, seen, outputs)
        gradient = _gradient(activation, leaf, keeps_graph=may_rescue)
        is_dead = gradient.flatten(1).abs().amax(dim=1) == 0
        if may_rescue and bool(is_dead.any()):
            gradient = torch.where(_per_image(is_dead), _revived(probe, objective, seen, leaf), gradient)
    return Evaluation(
        image=image,
        activation=activation.detach(),
        gradient=gradient,
        penalties={measure: _penalty(measure, image) for _, measure in objective.regularizers},
        spread=_spread(objective, outputs) if with_spread else math.nan,
    )


def total_activation(objective: Objective, image: Tensor, outputs: Outputs) -> Tensor:
    """Return the weighted sum (N,) of the activations of an objective."""
    terms = [weight * measure.value(image, outputs) for weight, measure in objective.activations]
    return torch.stack(terms).sum(dim=0)


def unit_of(evaluation: Evaluation) -> Tensor:
    """Return the unit (N,) in which an objective counts its activation: the pull at the image.

    Activations of VGG-16 run into thousands in one layer and stay below ten in another. In this unit the
    gradient of the activation is 1 per pixel range in any layer, so a regularizer's weight means the same.
    """
    pull = evaluation.pull
    return torch.where(pull > 0, pull, 1.0)


def _revived(probe: Probe, objective: Objective, seen: Tensor, leaf: Tensor) -> Tensor:
    with revived_relus():
        outputs = probe.sparing(seen, objective.layer_names)
    return _gradient(total_activation(objective, seen, outputs), leaf)


def _gradient(values: Tensor, leaf: Tensor, keeps_graph: bool = False) -> Tensor:
    if not values.requires_grad:
        return torch.zeros_like(leaf)
    (gradient,) = torch.autograd.grad(values.sum(), leaf, allow_unused=True, retain_graph=keeps_graph)
    return torch.zeros_like(leaf) if gradient is None else gradient.float()


def _penalty(measure: Measure, image: Tensor) -> tuple[Tensor, Tensor]:
    if isinstance(measure, OwnRegularizer):
        return measure.value_and_gradient(image)
    with torch.enable_grad():
        leaf = image.detach().requires_grad_()
        value = measure.value(leaf, {})
        return value.detach(), _gradient(value, leaf)


def _spread(objective: Objective, outputs: Outputs) -> float:
    with torch.no_grad():
        return sum(abs(weight) * measure.spread(outputs) for weight, measure in objective.activations)


def _per_image(values: Tensor) -> Tensor:
    return values[:, None, None, None]


def _norm(gradient: Tensor) -> Tensor:
    return gradient.flatten(1).norm(dim=1)
