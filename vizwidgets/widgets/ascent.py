"""Gradient ascent, live: `AscentExplorer`."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor, nn

from vizwidgets.core.own_function import FunctionError, ImageFunction
from vizwidgets.core.verdict import Verdict
from vizwidgets.draw.charts import curve_figure
from vizwidgets.draw.curves import human

from .ascent_controls import TargetControls, knob_groups
from .ascent_frame import AscentFrame
from .ascent_readings import Readings, three_numbers
from .ascent_stepper import AscentStepper
from .ascent_target import WEIGHTS as REGULARIZERS
from .ascent_target import target_of, target_words
from .ascent_traits import WEIGHTS, AscentTraits
from .ascent_words import ascent_code, provenance_line
from .explorer import Curves
from .own_functions import OwnFunctions

TOP = ("activation", "objective")


class AscentExplorer(AscentTraits, AscentFrame):
    """Climb an activation or a class score, and watch the image and every term of the objective.

    Parameters
    ----------
    model : nn.Module
        Takes images (N, C, H, W) in [0, 1], from ``vw.load_model`` or ``vw.wrap``.
    layer : str, optional
        Name or alias; by default the last one with filters.
    channel : int, optional
        Which filter.
    unit : (row, column), optional
        Climb one unit of the channel instead of the mean of the whole channel.
    class_name : str or int, optional
        Climb the score of a class instead.
    best_real : float or Tensor, optional
        The best real image known for this target, or its activation, to compare with.
    start : Tensor, optional
        Start image (C, H, W) in [0, 1]; by default gray with noise.
    preset : str
        ``"lucid"``, ``"keras-vis"`` or ``"lecture"``.
    total_variation, p_norm : callable, optional
        Functions of your own in the place of ours: images (N, C, H, W) in [0, 1] to (N,) numbers,
        differentiable. The slider of that weight then uses yours, and each Reset takes up its newest
        definition. What yours does wrong stands in the status line.
    **settings
        ``tv_weight`` and ``p_norm_weight``, fields of `AscentSettings` such as ``size=160``.

    Raises
    ------
    TypeError, ValueError
        If model, layer, channel, class or settings do not exist or do not fit; the message says what does.

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3)); net.input_shape = (1, 12, 12)
    >>> explorer = AscentExplorer(net, "0", 2, num_steps=3)
    >>> explorer.run_to_end()
    >>> explorer.run.state, explorer.run.num_taken
    ('done', 3)
    """

    def __init__(
        self,
        model: nn.Module,
        layer: str | None = None,
        channel: int | None = None,
        *,
        unit: tuple[int, int] | None = None,
        class_name: str | int | None = None,
        best_real: float | Tensor | None = None,
        start: Tensor | None = None,
        preset: str = "lucid",
        total_variation: ImageFunction | None = None,
        p_norm: ImageFunction | None = None,
        **settings: Any,
    ) -> None:
        self.functions = OwnFunctions(total_variation=total_variation, p_norm=p_norm)
        target = _target(layer, channel, unit, class_name)
        weights = {name: settings.pop(name) for name in WEIGHTS if name in settings}
        self._set_up(model, preset, target, weights, settings)
        self._stepper, failure = self._first_stepper(start)
        self._best_real, self._best_real_target = best_real, target_words(self)
        super().__init__(self._stepper)
        self.readings = Readings(self.apply)
        self.run.observe(self._on_state, "state")
        self.target = TargetControls(self, self.bar.say)
        knobs = knob_groups(self, self.bar.say)
        subtitle = provenance_line(model, self._stepper.ascent.precision)
        self._assemble("Gradient ascent", subtitle, [self.target.box, *knobs], [self.readings])
        if failure is not None:
            self.run.fail(failure)

    def _first_stepper(self, start: Tensor | None) -> tuple[AscentStepper, FunctionError | None]:
        """Return a stepper, and why a function of the student's own fails at the start: it does without."""
        objective, settings = self.order()
        try:
            return AscentStepper(self.model, (objective, settings), start), None
        except FunctionError as failure:
            stepper = AscentStepper(self.model, (target_of(self), settings), start)
            stepper.ask(objective, settings)  # what a reset begins with: the function may be mended by then
            return stepper, failure

    # -- the easy door in Python ----------------------------------------------------------------------

    def apply(self, verdict: Verdict) -> None:
        """Apply the remedy of a verdict and run: on, if all it takes is more steps, else anew."""
        remedy = dict(verdict.remedy)
        with self._together():
            for name, trait in REGULARIZERS.items():
                if name in remedy:
                    setattr(self, trait, remedy.pop(name) * (getattr(self, trait) or 0.1))
            if "num_steps" in remedy:
                remedy["num_steps"] = max(self.num_steps, self.run.num_taken + remedy["num_steps"])
            if "seed" in remedy:
                remedy["seed"] = self.seed + 1
            for name, value in remedy.items():
                setattr(self, name, value)
        if set(verdict.remedy) != {"num_steps"} and self.run.allows("reset"):
            self.run.reset()
        if self.run.allows("start"):
            self.run.start()

    def code(self) -> str:
        """Return the Python that gives the image on the screen, with every change on the way."""
        self.run.wait_for_orders()
        return ascent_code(self._stepper.ascent, self.run.num_taken)

    def figure(self) -> Figure:
        """Return the static picture: the image, its curves, and a caption."""
        self.run.wait_for_orders()
        names, values, panels = self._curves()
        shown = values[:, : self.run.num_taken + 1]
        return curve_figure(names, shown, panels, self._picture(), self._heading())

    # -- what the frame asks --------------------------------------------------------------------------

    def _picture(self) -> np.ndarray:
        return self._stepper.picture()

    def _curves(self) -> Curves:
        curves = self._stepper.curves
        names = curves.names
        terms = [index for index, name in enumerate(names) if name not in TOP]
        panels = [("activation h(x)", [0, 1] if terms else [0])]
        if terms:
            panels.append(("regularizers", terms))
        return names, curves.values, panels

    def _progress_at(self, number: int) -> str:
        activation = human(float(self._stepper.curves.values[0, number]))
        return f"step {number} of {self._stepper.ascent.settings.num_steps} · activation {activation}"

    def _words(self) -> str:
        return target_words(self)

    def _heading(self) -> str:
        return ", ".join([super()._heading(), *map(self.functions.words, self.functions)])

    def _on_state(self, change: dict[str, Any]) -> None:
        if change["new"] == "running":
            self.readings.wait()
        elif change["new"] == "idle" and self.functions.renew():
            self._stepper.ask(*self.order())

    def _on_order(self, is_anew: bool) -> None:
        if is_anew:
            self.functions.renew()
        super()._on_order(is_anew)

    def _settle(self) -> None:
        if self.run.has_orders:
            return  # another picture comes at once: measure that one
        numbers = three_numbers(self._stepper, self._best_for_target())
        if isinstance(self.run.exception, FunctionError):
            self.readings.show(numbers, None, self.functions.remedy)
        elif self._stepper.is_looking_back:
            words = f"Step {self.run.num_taken} of {self._stepper.furthest}: Start and Step go on from here."
            self.readings.show(numbers, None, words)
        elif self.run.num_taken == 0 and not self._stepper.ascent.has_diverged:
            words = "The start image. The verdict comes when the run rests."
            self.readings.show(numbers, None, words)
        else:
            verdict = self._stepper.ascent.verdict()
            self.readings.show(numbers, verdict, "")

    def _best_for_target(self) -> float | Tensor | None:
        """A number holds for the target it was given for; an image can be measured for any."""
        is_known = isinstance(self._best_real, Tensor) or target_words(self) == self._best_real_target
        return self._best_real if is_known else None


def _target(
    layer: str | None, channel: int | None, unit: tuple[int, int] | None, class_name: str | int | None
) -> dict[str, Any]:
    """Return those traits of the target that were given, and the kind that follows from them."""
    if class_name is not None and (channel is not None or unit is not None):
        raise ValueError("give a class or a layer's channel, not both.")
    target: dict[str, Any] = {"layer": layer}
    if channel is not None:
        target["channel"] = channel
    if unit is not None:
        target.update(kind="unit", row=unit[0], column=unit[1])
    if class_name is not None:
        target.update(class_name=str(class_name), kind="class")
    return target
