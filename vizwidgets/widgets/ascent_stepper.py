"""What the run of an `AscentExplorer` drives: an ascent that one can look back upon."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor, nn

from vizwidgets.core.ascent_run import AscentRun
from vizwidgets.core.objectives import Objective
from vizwidgets.core.settings import LIVE, AscentSettings
from vizwidgets.draw.curves import Curves
from vizwidgets.draw.pixels import tile

Order = tuple[Objective, AscentSettings]


class AscentStepper:
    """Steps an ascent; other settings act on the next step, or on the next reset.

    To go back is cheap here: only the place is noted, and the picture of that step shown. The ascent itself
    goes back when the next step is taken from there; until then the later steps can still be looked at.

    Parameters
    ----------
    model : nn.Module
        The model.
    order : (Objective, AscentSettings)
        What to climb, and how.
    start : Tensor, optional
        Start image.
    """

    def __init__(self, model: nn.Module, order: Order, start: Tensor | None = None) -> None:
        self._model, self._start = model, start
        self._order: Order = order
        self._live: Order | None = None
        self.reset()

    @property
    def furthest(self) -> int:
        """The last step that was taken."""
        return self.ascent.num_taken

    @property
    def is_looking_back(self) -> bool:
        """Whether an earlier step than the last one is shown."""
        return self.num_taken < self.furthest

    def ask(self, objective: Objective, settings: AscentSettings) -> None:
        """Swap what the next step uses; any thread, never waits."""
        self._order = self._live = (objective, settings)

    def reset(self) -> None:
        """Begin anew with what was asked for last."""
        self._live = None
        ascent, curves = AscentRun(self._model, *self._order, self._start), Curves()
        _note(ascent, curves)
        self.num_taken = 0  # the start exists in both: another thread may be reading the status just now
        self.ascent, self.curves = ascent, curves

    def step(self) -> None:
        """Take a step, from the place that is shown.

        Raises
        ------
        StopIteration
            With the last step that was asked for.
        FloatingPointError
            If NaN or infinity appeared; the last good image is kept.
        """
        ascent = self.ascent
        if self.is_looking_back or ascent.has_diverged:
            ascent.rewind(self.num_taken)
            self.curves.cut(self.num_taken + 1)
        live, self._live = self._live, None
        if live is not None:
            objective, settings = live
            ascent.update(objective, **{name: getattr(settings, name) for name in LIVE})
        if ascent.num_taken < ascent.settings.num_steps:
            ascent.step()
            _note(ascent, self.curves)
            self.num_taken = ascent.num_taken
        if ascent.num_taken >= ascent.settings.num_steps:
            raise StopIteration

    def rewind(self, num_taken: int) -> None:
        """Look at an earlier step; the next one goes on from there."""
        self.num_taken = num_taken

    def kept(self, number: int) -> np.ndarray:
        """Return the pictures that were seen at a step, (N, H, W, C) bytes."""
        return self.ascent.frame(number)

    def picture(self) -> np.ndarray:
        """Return the picture of the step that is shown, (H, W, 3) bytes; several images side by side."""
        return tile(list(self.kept(self.num_taken)))

    def record(self) -> dict[str, Any]:
        """Return the record of the ascent up to the step that is shown."""
        record = self.ascent.record()
        if self.is_looking_back:
            record["num_taken"] = self.num_taken
            record["changes"] = [change for change in record["changes"] if change[0] < self.num_taken]
            record["curves"] = {name: c[: self.num_taken + 1] for name, c in record["curves"].items()}
            record["verdict"] = "not judged: an earlier step was shown"
        return record


def _note(ascent: AscentRun, curves: Curves) -> None:
    """Add the newest step to the curves, everything in units of the activation."""
    unit = ascent.scale.cpu()
    terms = {name: float((values * unit).mean()) for name, values in ascent.steps[-1].terms.items()}
    activation = terms.pop("activation")
    curves.append({"activation": activation, "objective": activation + sum(terms.values()), **terms})
