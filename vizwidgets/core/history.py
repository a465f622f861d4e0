"""The steps of an ascent, and what is kept of them so that each can be revisited."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

STATE_EVERY = 8  # every so many steps the whole state is kept; the steps between are computed again


@dataclass(frozen=True)
class AscentStep:
    """One step of an ascent; all tensors are detached.

    Parameters
    ----------
    step : int
        Number of updates so far; 0 is the start.
    image : Tensor or None
        (N, C, H, W) in [0, 1], to which the numbers below belong; None where it was not kept.
    activation : Tensor
        (N,) activation h(x) as the network saw the image, through the random view.
    terms : dict of str to Tensor
        (N,) each term as it enters the objective: "activation" in units of its pull on the start image,
        regularizers with their weight and sign. Their sum is the objective.
    gradient_norms : dict of str to Tensor
        (N,) norm of each term's gradient in the pixels: it tells which term dominates.
    """

    step: int
    image: Tensor | None = field(repr=False)
    activation: Tensor
    terms: dict[str, Tensor]
    gradient_norms: dict[str, Tensor]

    @property
    def objective(self) -> Tensor:
        """(N,) the sum of the terms."""
        return torch.stack(list(self.terms.values())).sum(dim=0)


@dataclass
class History:
    """Steps without their images and, if the past is kept, their pictures as bytes and some whole states."""

    keeps_past: bool = True
    steps: list[AscentStep] = field(default_factory=list)
    spread: float = 0.0
    _frames: list[Any] = field(default_factory=list)
    _states: dict[int, Any] = field(default_factory=dict)

    def add(self, step: AscentStep) -> None:
        """Remember a step."""
        assert step.image is not None
        if self.keeps_past:
            self._frames.append(to_bytes(step.image))
        self.steps.append(replace(step, image=None))

    def frame(self, number: int) -> Any:
        """Return the picture of a step as an array of bytes (N, H, W, C)."""
        if not 0 <= number < len(self._frames):
            raise ValueError(f"pictures are kept of steps 0..{len(self._frames) - 1}; got {number}.")
        return self._frames[number]

    def wants_state(self, number: int) -> bool:
        """Whether the whole state of a step is to be kept."""
        return self.keeps_past and number % STATE_EVERY == 0

    def keep_state(self, number: int, state: Any) -> None:
        """Keep the whole state after a step."""
        self._states[number] = state

    def nearest_state(self, number: int) -> tuple[int, Any]:
        """Return the last kept state that is not after a step, and its number."""
        kept = max(at for at in self._states if at <= number)
        return kept, self._states[kept]

    def cut(self, number: int) -> None:
        """Forget everything after a step."""
        del self.steps[number + 1 :], self._frames[number + 1 :]
        self._states = {at: state for at, state in self._states.items() if at <= number}


def to_bytes(image: Tensor) -> Any:
    """Return images (N, C, H, W) as an array of bytes (N, H, W, C): the picture that a screen shows."""
    return (image.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()
