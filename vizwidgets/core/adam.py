"""Adam and RMSprop, to the bit what torch.optim computes.

torch's own optimizers import its compiler when the first one is made: seconds in which a student who has
pressed Start sees nothing happen.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

BETA_1, BETA_2 = 0.9, 0.999  # how much of the averages of g and of g² is kept in a step
ALPHA = 0.95  # the same for RMSprop's g²
EPSILON = 1e-8

Averages = tuple[int, Tensor, Tensor]  # number of steps, average of g, average of g²


class Adam:
    """Moves tensors against their gradients, about as far in every direction.

        m ← β₁ m + (1 - β₁) g,   v ← β₂ v + (1 - β₂) g²,   x ← x - lr · m̂ / (√v̂ + ε)

    with m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ) after t steps: the averages begin at 0.

    Parameters
    ----------
    tensors : sequence of Tensor
        Changed in place; their ``.grad`` is neither read nor written.

    References
    ----------
    Kingma and Ba 2015, "Adam: a method for stochastic optimization".

    Examples
    --------
    >>> x = torch.tensor([1.0, 1.0])
    >>> Adam([x]).step([torch.tensor([0.1, 100.0])], [0.25])
    >>> x
    tensor([0.7500, 0.7500])
    """

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self._tensors = list(tensors)
        self._averages: list[Averages | None] = [None] * len(self._tensors)

    @torch.no_grad()
    def step(self, gradients: Sequence[Tensor | None], rates: Sequence[float]) -> None:
        """Take one step with a learning rate for each tensor; one without a gradient stays as it is.

        Raises
        ------
        RuntimeError
            If a step is larger than every float.
        """
        for place, (tensor, gradient) in enumerate(zip(self._tensors, gradients, strict=True)):
            if gradient is None:
                continue
            count, mean, square = self._averages[place] or _beginning(tensor)
            count += 1
            mean.lerp_(gradient, 1 - BETA_1)
            square.mul_(BETA_2).addcmul_(gradient, gradient, value=1 - BETA_2)
            self._averages[place] = count, mean, square
            below = (square.sqrt() / (1 - BETA_2**count) ** 0.5).add_(EPSILON)
            tensor.addcdiv_(mean, below, value=-rates[place] / (1 - BETA_1**count))

    def state(self) -> list[Averages | None]:
        """Return a copy of what the next step depends on, beside the tensors themselves."""
        return _copied(self._averages)

    def restore(self, state: list[Averages | None]) -> None:
        """Go back to a `state`."""
        self._averages = _copied(state)


class RMSprop:
    """Moves one tensor against its gradient, which is divided by the root of its average square.

        v ← α v + (1 - α) g²,   x ← x - lr · g / (√v + ε)

    Parameters
    ----------
    tensor : Tensor
        Changed in place.

    References
    ----------
    Tieleman and Hinton 2012, "Lecture 6.5: RMSprop".
    """

    def __init__(self, tensor: Tensor) -> None:
        self._tensor, self._square = tensor, torch.zeros_like(tensor)

    @torch.no_grad()
    def step(self, gradient: Tensor, lr: float) -> None:
        """Take one step; RuntimeError if it is larger than every float."""
        self._square.mul_(ALPHA).addcmul_(gradient, gradient, value=1 - ALPHA)
        self._tensor.addcdiv_(gradient, self._square.sqrt().add_(EPSILON), value=-lr)

    def state(self) -> Tensor:
        """Return a copy of what the next step depends on, beside the tensor itself."""
        return self._square.clone()

    def restore(self, state: Tensor) -> None:
        """Go back to a `state`."""
        self._square = state.clone()


def _beginning(tensor: Tensor) -> Averages:
    return 0, torch.zeros_like(tensor), torch.zeros_like(tensor)


def _copied(averages: list[Averages | None]) -> list[Averages | None]:
    return [each and (each[0], each[1].clone(), each[2].clone()) for each in averages]
