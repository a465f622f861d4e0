"""What widgets around a gradient ascent share: the run, what changes send it off anew, and the record."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
from torch import Tensor, nn

from vizwidgets.core.objectives import Objective
from vizwidgets.core.settings import AscentSettings
from vizwidgets.draw.film import Scene
from vizwidgets.draw.pixels import tile

from .ascent_stepper import AscentStepper
from .ascent_words import model_name
from .explorer import Explorer
from .filmed import Reel
from .recorder import spread_out
from .together import Together


class AscentFrame(Together, Explorer):
    """A gradient ascent with its view; the traits of a subclass make its `order`.

    A subclass makes its stepper, and answers what else an `Explorer` asks.
    """

    model: nn.Module
    num_steps: int
    seed: int
    _stepper: AscentStepper

    def order(self) -> tuple[Objective, AscentSettings]:
        """Return what is climbed and how, from the traits of the moment."""
        raise NotImplementedError

    def _progress_at(self, number: int) -> str:
        """Return the status line of a step, after the state."""
        raise NotImplementedError

    def run_to_end(self) -> None:
        """Run in the calling thread until the end, as Start does: for scripts, tests and handouts.

        A run that diverges ends with its last good images, as ``vw.maximize`` does; their verdicts say so.
        """
        with suppress(FloatingPointError):
            super().run_to_end()

    @property
    def image(self) -> Tensor:
        """The images (N, C, H, W) that the ascent has reached, in [0, 1] where their parameterization is."""
        self.run.wait_for_orders()
        return self._stepper.ascent.image

    def record(self) -> dict[str, Any]:
        """Return what ``vw.replay`` needs to give the same images again, as JSON-able data."""
        self.run.wait_for_orders()
        return self._stepper.record()

    def _progress(self) -> str:
        return self._progress_at(min(self._stepper.num_taken, len(self._stepper.curves) - 1))

    def _reel(self, most: int) -> Reel:
        """The past is kept: scenes are those of the steps that led to the one that is shown."""
        self.run.wait_for_orders()
        with self.run.held():
            taken = self._stepper.num_taken
            if not self._stepper.furthest:
                return Reel()
            numbers = spread_out(taken + 1, most)
            kept = [(number, self._stepper.kept(number), self._progress_at(number)) for number in numbers]
            names, values, panels = self._curves()
            curves = names, values[:, : taken + 1].copy(), panels
        scenes = [Scene(number, self._draw(number, pictures), words) for number, pictures, words in kept]
        return Reel(scenes, curves, f"{model_name(self.model)}: {self._words()}")

    def _draw(self, number: int, pictures: np.ndarray) -> np.ndarray | bytes:
        """Return the picture of a step's scene, made of what was seen there, (N, H, W, C) bytes."""
        return tile(list(pictures))

    def _heading(self) -> str:
        """Say what the static picture shows, and of which step."""
        return f"{model_name(self.model)}: {self._words()}, step {self.run.num_taken}, seed {self.seed}"

    def _on_order(self, is_anew: bool) -> None:
        order = self.order()
        self.bar.clear()
        self.run.tell(lambda: self._stepper.ask(*order))
        if is_anew:
            self.run.restart()
        elif self.run.state == "done" and self.num_steps > self.run.num_taken:
            self.run.extend()
