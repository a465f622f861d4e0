"""One pixel under the glass: its derivative by colour channel, and what a nudge really does to the score."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import ipywidgets
from torch import Tensor

from vizwidgets.core.explainer import Explainer
from vizwidgets.core.nudge import Nudge, nudge
from vizwidgets.core.objectives import Objective

from . import controls
from .errand import Errand
from .saliency_order import Subject
from .saliency_view import Place
from .saliency_words import name_of

if TYPE_CHECKING:
    from .saliency_frame import SaliencyFrame

HINT = (
    "Point at a pixel to read how the score changes with it; click to keep it, arrow keys move it. "
    "Or write row and column."
)
UNKNOWN = "What is predicted is not known yet, and so no derivative: press Start."
SIZES = (-1, -0.5, -0.2, -0.1, -0.05, -0.02, -0.01, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)
COLORS = {1: ("gray",), 3: ("red", "green", "blue")}
ROUNDING = 1e-6  # of float32, as a share of the score
CLOSE = 0.2  # predicted and actual agree if they differ by no more than this share
COLUMNS = ("channel", "value", "derivative", "step", "predicted", "actual", "")


class SaliencyInspector:
    """Reads the pixel that is pinned, or the one under the mouse; of several the newest counts.

    Parameters
    ----------
    explorer : SaliencyFrame
        Whose image, target and pixel are looked at.
    """

    def __init__(self, explorer: SaliencyFrame) -> None:
        self._explorer = explorer
        self.is_pinned = self._is_moving = False
        self.nudge: Nudge | None = None
        self._gradients: dict[tuple[Explainer, str, str], Tensor] = {}
        self._errand: Errand[Place] = Errand(self._answer, self._fail)
        self.reading = ipywidgets.HTML()
        self.row = controls.number("Row", "Row of the pixel, from the top", 0, 0)
        self.column = controls.number("Column", "Column of the pixel, from the left", 0, 0)
        self.size = controls.place_slider(
            "Nudge", "How far each colour channel is moved", SIZES, "{:+g}".format
        )
        self.fit()
        for name, control in (("row", self.row), ("column", self.column), ("nudge_size", self.size)):
            controls.bind(explorer, name, control, explorer.bar.say)
        place = controls.row([self.row, self.column])
        self.box = ipywidgets.HBox([controls.group("Pixel", [place, self.size]), self.reading])
        self.box.add_class("vw-scene")
        self.box.add_class("vw-sal-pixel")
        self._say(HINT)

    def fit(self) -> None:
        """Bring the fields into the range of the images."""
        height, width = self._explorer.images.subjects[0].image.shape[2:]
        self.row.max, self.column.max = height - 1, width - 1

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the newest place is read; False when the time was over first."""
        return self._errand.wait(timeout)

    # -- which pixel ----------------------------------------------------------------------------------

    def move_to(self, place: Place) -> None:
        """Keep a pixel that was clicked."""
        explorer, self._is_moving = self._explorer, True
        try:
            explorer.image_number, explorer.row, explorer.column = place
        except ValueError as refusal:  # the click was on an image that is not there any longer
            explorer.bar.say(str(refusal))
        finally:
            self._is_moving = False
        self.pin()

    def pin(self, is_moved: bool = True) -> None:
        """Read the pixel that the traits name."""
        if self._is_moving:  # row and column change one after the other, and are read together
            return
        self.is_pinned |= is_moved
        self.refresh()
        if not self.is_pinned:
            self._explorer.view.answer()

    def refresh(self) -> None:
        """Read the pinned pixel again: image, target or size has changed."""
        if not self.is_pinned:
            return
        explorer = self._explorer
        place = explorer.image_number, explorer.row, explorer.column
        explorer.view.mark = list(place)
        self._errand.ask(place)

    def look_at(self, place: Place | None) -> None:
        """Read the pixel under the mouse; None: it has left the images."""
        if place is not None:
            self._errand.ask(place)
        elif self.is_pinned:
            self.refresh()
        else:
            self._say(HINT)
            self._explorer.view.answer()

    # -- on the worker's thread -----------------------------------------------------------------------

    def _answer(self, place: Place) -> None:
        number, row, column = place
        explorer, stepper = self._explorer, self._explorer._stepper
        with stepper.lock:
            subjects = explorer.shown_order.subjects
            subject = subjects[min(number, len(subjects) - 1)]
            target = explorer.explained(subject)
            if target is not None:
                gradient = self._gradient(subject, target)
                size = explorer.nudge_size
                self.nudge = nudge(
                    stepper.explainer, subject.image, target, row, column, size, gradient=gradient
                )
                self.reading.value = _table(self.nudge, subject, row, column, name_of(explorer.model, target))
            elif explorer.run.allows("start"):  # else it is known soon, and the run refreshes this at rest
                self.nudge = None
                self._say(UNKNOWN)
        explorer.notice_weights()
        explorer.view.answer()

    def _gradient(self, subject: Subject, target: int | Objective) -> Tensor:
        """Return the plain gradient; it is computed once for an image, a target and weights."""
        known = self._explorer.explanation(subject, "gradient")
        if known is not None:
            return known.attribution
        explainer = self._explorer._stepper.explainer
        key = explainer, subject.sha256, repr(target)  # a reset makes another explainer, of other weights
        if key not in self._gradients:
            *_, whole = explainer.explain(subject.image, target, "gradient")
            self._gradients = {key: whole.attribution}
        return self._gradients[key]

    def _fail(self, words: str) -> None:
        self._say(words, "vw-trouble")
        self._explorer.view.answer()

    def _say(self, words: str, tone: str = "vw-sal-hint") -> None:
        self.reading.value = f'<span class="{tone}">{escape(words)}</span>'


def _table(found: Nudge, subject: Subject, row: int, column: int, target: str) -> str:
    colors = COLORS.get(len(found.step), tuple(f"channel {number}" for number in range(len(found.step))))
    limit = max(float(found.predicted.abs().max()), float(found.actual.abs().max()), 1e-30)
    lines = []
    for number, color in enumerate(colors):
        changes = found.predicted[number], found.actual[number]
        numbers = [_signed(each) for each in (found.derivative[number], found.step[number], *changes)]
        cells = [f"{float(subject.image[0, number, row, column]):.2f}", *numbers, _bars(changes, limit)]
        lines.append(f"<tr><th>{color}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    head = "".join(f"<th>{word}</th>" for word in COLUMNS)
    title = f"<b>row {row}, column {column}</b> of {escape(subject.title)}"
    score = f"score of {escape(target)}: {found.score:.4g}"
    table = f'<div class="vw-scroll"><table class="vw-table"><tr>{head}</tr>{"".join(lines)}</table></div>'
    return f"{title} · {score}{table}{escape(_agreement(found))}"


def _bars(changes: tuple[Tensor, Tensor], limit: float) -> str:
    """Return two bars, predicted above actual, that grow from the middle to the left or to the right."""
    bars = ""
    for change in changes:
        share = 50 * float(change) / limit
        bars += f'<i style="left:{50 + min(share, 0):.1f}%;width:{abs(share):.1f}%"></i>'
    return f'<span class="vw-sal-bars" aria-hidden="true">{bars}</span>'


def _signed(number: Tensor) -> str:
    return f"{float(number):+.2g}".replace("-", "−")


def _agreement(found: Nudge) -> str:
    """Say whether the score did what its derivative promised."""
    if not bool(found.step.any()):
        return "There is no room for this nudge: the pixel is at the edge of [0, 1] already."
    gap, size = float((found.actual - found.predicted).abs().max()), float(found.predicted.abs().max())
    if gap <= CLOSE * size + ROUNDING * (1 + abs(found.score)):
        return "The score changes as its derivative predicts."
    return "The score does not change as its derivative predicts: for a straight line this step is too far."
