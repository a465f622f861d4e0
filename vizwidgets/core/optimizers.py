"""Optimizers of an image. Each climbs: a step goes along the gradient, not against it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .adam import Adam, RMSprop

OPTIMIZERS = ("adam", "rmsprop", "gradient")
DEFAULT_LR = {"adam": 0.05, "rmsprop": 1 / 255, "gradient": 0.02}


class Climber:
    """Moves the values of a parameterization uphill.

    Parameters
    ----------
    values : Tensor
        Leaf tensor (N, ...).
    name : str
        ``"adam"``; ``"rmsprop"`` with the gradient of each image scaled to root mean square 1 (keras-vis);
        ``"gradient"``: plain gradient ascent, x + lr · ∇h(x) (the lecture's). Its gradient counts per pixel,
        so that lr is how far the average pixel moves in the first step, whatever the image size.
    """

    def __init__(self, values: Tensor, name: str) -> None:
        self.values, self.name = values, name
        self._adam = Adam([values]) if name == "adam" else None
        self._rmsprop = RMSprop(values) if name == "rmsprop" else None

    def step(self, gradient: Tensor, lr: float) -> None:
        """Go one step along a gradient of the same shape as the values; NaN is where no float could be."""
        try:
            self._go(gradient, lr)
        except RuntimeError as error:
            if "overflow" not in str(error):  # torch refuses a step that is larger than every float
                raise
            with torch.no_grad():
                self.values.fill_(torch.nan)

    def _go(self, gradient: Tensor, lr: float) -> None:
        if self._adam:
            self._adam.step([-gradient], [lr])
        elif self._rmsprop:
            scaled = gradient / (_root_mean_square(gradient) + torch.finfo(gradient.dtype).tiny)
            self._rmsprop.step(-scaled, lr)
        else:
            with torch.no_grad():
                self.values.add_(gradient * gradient[0].numel(), alpha=lr)

    def state(self) -> dict[str, Any]:
        """Return a copy of everything that the next step depends on."""
        inner = self._adam or self._rmsprop
        return {"values": self.values.detach().clone(), "optimizer": inner and inner.state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a `state`."""
        with torch.no_grad():
            self.values.copy_(state["values"])
        if inner := self._adam or self._rmsprop:
            inner.restore(state["optimizer"])


def _root_mean_square(gradient: Tensor) -> Tensor:
    mean = gradient.flatten(1).square().mean(dim=1).sqrt()
    return mean.reshape(-1, *[1] * (gradient.dim() - 1))
