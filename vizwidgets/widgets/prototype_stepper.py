"""What the run of a `PrototypeWall` drives: an ascent that also keeps how each picture is shown."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from vizwidgets.core.history import to_bytes
from vizwidgets.core.prototypes import rescaled
from vizwidgets.draw.curves import Curves

from .ascent_stepper import AscentStepper

TERMS = ("activation", "objective", "total_variation", "p_norm")
NAMES = (*TERMS, "", "activation", "", "total_variation", "p_norm")
PULLS = {"activation": 5, "total_variation": 7, "p_norm": 8}  # the fifth after a term: it has the same colour
Panels = list[tuple[str, list[int]]]


class PrototypeStepper(AscentStepper):
    """Steps an ascent of several images, and keeps for each step the pictures that are shown.

    Images that may leave [0, 1] are shown stretched to it: (x - min) / (max - min), each for itself.
    """

    def reset(self) -> None:
        """Begin anew with what was asked for last."""
        super().reset()
        self._shown: list[np.ndarray] = []
        self._pulls = Curves()
        self._keep(0)

    def step(self) -> None:
        """Take a step, from the place that is shown; see `AscentStepper.step`."""
        before = self.num_taken
        try:
            super().step()
        finally:
            if self.num_taken == before + 1:
                self._keep(self.num_taken)

    def _keep(self, number: int) -> None:
        del self._shown[number:]
        self._pulls.cut(number)
        self._shown.append(to_bytes(self.as_shown(self.ascent.image)))
        norms = self.ascent.steps[-1].gradient_norms
        self._pulls.append({name: float(norm.mean()) for name, norm in norms.items()})

    def as_shown(self, images: Tensor) -> Tensor:
        """Return images (N, C, H, W) as the screen shows them, in [0, 1]."""
        is_free = self.ascent.settings.parameterization == "unbounded pixels"
        return rescaled(images) if is_free else images

    def kept(self, number: int) -> np.ndarray:
        """Return the pictures that were seen at a step, (N, H, W, C) bytes."""
        return self._shown[min(number, len(self._shown) - 1)]

    def pictures(self) -> np.ndarray:
        """Return the pictures of the step that is shown, (N, H, W, C) bytes."""
        return self.kept(self.num_taken)

    def shown_images(self) -> Tensor:
        """Return the same as images (N, C, H, W) in [0, 1]: what a viewer, and a judge, can see."""
        return as_images(self.pictures())

    def all_curves(self) -> tuple[tuple[str, ...], np.ndarray, Panels]:
        """Return the terms of the objective, and how strongly each pulls on the pixels; means over images."""
        length = min(len(self.curves), len(self._pulls))
        values = np.full((len(NAMES), length), np.nan, np.float32)
        for name, row in zip(self.curves.names, self.curves.values, strict=True):
            values[TERMS.index(name)] = row[:length]
        for name, row in zip(self._pulls.names, self._pulls.values, strict=True):
            values[PULLS[name]] = row[:length]
        terms = [TERMS.index(name) for name in TERMS if name in self.curves.names]
        pulls = [place for name, place in PULLS.items() if name in self._pulls.names]
        return NAMES, values, [("mean terms", terms), ("pull on the pixels", pulls)]


def as_images(pictures: np.ndarray) -> Tensor:
    """Return pictures (N, H, W, C) of bytes as images (N, C, H, W) in [0, 1]."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
