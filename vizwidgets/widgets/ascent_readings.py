"""What an `AscentExplorer` shows at rest: three numbers, the verdict and its remedy."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets
import torch
from torch import Tensor

from vizwidgets.core.ascent_run import AscentRun
from vizwidgets.core.images import check_image
from vizwidgets.core.layers import input_shape_of
from vizwidgets.core.verdict import Verdict
from vizwidgets.draw.curves import human

from .ascent_stepper import AscentStepper
from .controls import button

EXPLANATIONS = {
    "raw image": "activation of the optimized image itself, without transforms",
    "shown picture": "activation of the 8-bit picture on the screen",
    "best real image": "activation of the best photograph known for this target",
}
MARKS = {"worked": "✓", "saturated": "◐", "not yet": "…", "diverged": "✗"}


class Readings(ipywidgets.HBox):
    """Three activations and the verdict in words, with a button for its remedy.

    Parameters
    ----------
    on_remedy : callable
        Applies the remedy of a verdict.
    """

    def __init__(self, on_remedy: Callable[[Verdict], None]) -> None:
        self.verdict: Verdict | None = None
        self.numbers: dict[str, float] = {}
        self._on_remedy = on_remedy
        self._numbers, self._words = ipywidgets.HTML(), ipywidgets.HTML()
        self.remedy = button("", "wrench", "Apply this and begin anew", self._apply)
        words = ipywidgets.VBox([self._words, self.remedy])
        super().__init__([self._numbers, words])
        self._numbers.add_class("vw-numbers")
        words.add_class("vw-verdict")
        self.add_class("vw-readings")
        self.wait()

    def wait(self) -> None:
        """Say that the numbers come when the picture stands still."""
        self.show(dict.fromkeys(EXPLANATIONS, float("nan")), None, "Measured when the run rests.")

    def show(self, numbers: dict[str, float], verdict: Verdict | None, otherwise: str) -> None:
        """Show three numbers and a verdict, or words in its place."""
        self.verdict, self.numbers = verdict, numbers
        cards = [
            f'<span class="vw-number" title="{EXPLANATIONS[name]}"><b>{human(value)}</b> {name}</span>'
            for name, value in numbers.items()
        ]
        self._numbers.value = f'<span class="vw-label">Activation</span>{"".join(cards)}'
        if verdict is None:
            self._words.value = escape(otherwise)
        else:
            mark = MARKS.get(verdict.name, "!")
            tone = "good" if verdict.is_good else "bad"
            self._words.value = (
                f'<span class="vw-{tone}">{mark} {escape(verdict.name)}</span> {escape(verdict.reason)}'
            )
        has_remedy = verdict is not None and bool(verdict.remedy)
        self.remedy.layout.display = "" if has_remedy else "none"
        self.remedy.description = f"Try {verdict.remedy_words}" if verdict and has_remedy else ""

    def _apply(self) -> None:
        if self.verdict is not None:
            self._on_remedy(self.verdict)


def three_numbers(stepper: AscentStepper, best_real: float | Tensor | None) -> dict[str, float]:
    """Measure the raw image, the shown picture and the best real image; NaN where it is not known."""
    ascent, unknown = stepper.ascent, float("nan")
    shown = torch.from_numpy(ascent.frame(stepper.num_taken)).permute(0, 3, 1, 2).float() / 255
    return {
        "raw image": unknown if stepper.is_looking_back else _measure(ascent, ascent.image),
        "shown picture": _measure(ascent, shown),
        "best real image": _measure_best(ascent, best_real),
    }


def _measure(ascent: AscentRun, image: Tensor) -> float:
    return float(ascent.measure(image).mean())


def _measure_best(ascent: AscentRun, best_real: float | Tensor | None) -> float:
    if best_real is None:
        return float("nan")
    if not isinstance(best_real, Tensor):
        return float(best_real)
    return _measure(ascent, check_image(best_real, input_shape_of(ascent.model)[0]))
