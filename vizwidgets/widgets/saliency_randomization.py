"""The randomization test as a live strip: how a map changes while the network forgets its layers."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets
from matplotlib.figure import Figure

from vizwidgets.core.sanity import KINDS, randomization_steps, summarize
from vizwidgets.core.sanity_report import RandomizationStep, RandomizationTest
from vizwidgets.core.weights import weight_versions
from vizwidgets.draw.sanity_figure import sanity_figure

from . import controls
from .randomization_stepper import RandomizationStepper
from .run import Run
from .saliency_order import TITLES, Order, Subject
from .saliency_strip import strip_rows, verdict_html
from .saliency_view import PATIENCE, RowPicture, SaliencyView
from .saliency_words import name_of

if TYPE_CHECKING:
    from .saliency_frame import SaliencyFrame

QUESTION = "Does the map follow what the network has learned?"
USUAL = {"kind": "cascading", "reduce": "max"}  # not written down
KIND_WORDS = {"cascading": "one more each time", "independent": "one at a time"}


class RandomizationPanel(ipywidgets.VBox):
    """Buttons, the strip of maps with their likeness to the first one, and a verdict in words.

    Parameters
    ----------
    explorer : SaliencyFrame
        Whose last image and target are tested.
    """

    def __init__(self, explorer: SaliencyFrame) -> None:
        self._explorer = explorer
        self._known: RandomizationTest | None = None
        self.is_old = False  # whether image, target, options or weights have changed since
        self._asked: dict[str, Any] = {}  # what the strip on the screen was made with
        self._stepper = RandomizationStepper(self._begin)
        self.run = Run(self._stepper, self._on_step, self._on_rest, patience=PATIENCE)
        self.status, self.verdict = ipywidgets.HTML(), ipywidgets.HTML()
        self.status.add_class("vw-status")
        self.view = SaliencyView(self.run.seen, inspects=False)
        self.view.add_class("vw-sal-strip")
        parts = [self._buttons(), self.status, self.view, self.verdict]
        super().__init__([controls.group("Sanity check", parts)])
        self.add_class("vw-sal-sanity")
        self.run.observe(lambda _: self._update(), "state")
        self._on_rest()

    def _buttons(self) -> ipywidgets.HBox:
        methods = [(title, method) for method, title in TITLES.items()]
        self.method = controls.dropdown("Method", "Whose map is tested", methods)
        self.method.value = "guided"  # the one that looks best, and is to be doubted most
        words = [(f"{kind}: {KIND_WORDS[kind]}", kind) for kind in KINDS]
        self.kind = controls.dropdown("Layers", "Which layers are made random", words)
        for each, width in ((self.method, "14em"), (self.kind, "21em")):
            each.style.description_width, each.layout.width = "initial", width
        self.start_button = controls.button("Randomize", "random", QUESTION, self._on_start)
        self.stop_button = controls.button("Stop", "stop", "Stop after this layer", self.run.end)
        self.start_button.add_class("vw-primary")
        row = ipywidgets.HBox([self.method, self.kind, self.start_button, self.stop_button])
        row.add_class("vw-buttons")
        return row

    # -- in Python ------------------------------------------------------------------------------------

    @property
    def test(self) -> RandomizationTest | None:
        """What the test has found so far; None before it."""
        steps = self._stepper.steps
        if not steps:
            return None
        known = self._known
        if known is None or known.steps[0] is not steps[0] or len(known.steps) != len(steps):
            known = self._known = summarize(steps, self._asked["image"], self._asked["kind"])
        return known

    def run_to_end(self, method: str | None = None, kind: str | None = None) -> RandomizationTest:
        """Run the test in the calling thread until its end, and return what it has found."""
        self.method.value, self.kind.value = method or self.method.value, kind or self.kind.value
        if self.run.allows("reset"):
            self.run.reset()
        self.run.run_to_end()
        test = self.test
        assert test is not None
        return test

    def figure(self) -> Figure:
        """Return the static picture of the test so far.

        Raises
        ------
        RuntimeError
            If it has not begun.
        """
        test = self.test
        if test is None:
            raise RuntimeError("the networks are not randomized yet: press Randomize, or call run_to_end().")
        return sanity_figure(test)

    def tests(self, subject: Subject) -> bool:
        """Whether the strip on the screen is of this image."""
        return bool(self._stepper.steps) and self._asked["sha256"] == subject.sha256

    def code(self, image: str) -> str:
        """Return the Python call that gives the test on the screen, of an image of that name; or nothing."""
        if not self._stepper.steps:
            return ""
        asked, target = self._asked, self._asked["target"]
        if isinstance(target, int):
            title = self._explorer.class_title(target)
            target = target if title.isdigit() else title
        options = {"kind": asked["kind"], **asked["options"]}
        options = {name: value for name, value in options.items() if USUAL.get(name) != value}
        arguments = [
            repr(asked["method"]),
            repr(target),
            *(f"{name}={value!r}" for name, value in options.items()),
        ]
        return f"vw.randomization_test(model, {image}, {', '.join(arguments)})"

    def record(self) -> dict[str, Any] | None:
        """Return what the test has found as JSON-able data; None before it."""
        test = self.test
        if test is None:
            return None
        return {
            "method": test.method,
            "kind": test.kind,
            "layers": list(test.layers),
            "rank_correlation": test.rank_correlation.mean(dim=1).tolist(),
            "structural_similarity": test.structural_similarity.mean(dim=1).tolist(),
            "verdict": test.verdict,
        }

    def outdate(self) -> None:
        """Say it if the strip belongs to an earlier image, target, option, or to earlier weights."""
        is_old = bool(self._asked) and self._is_old(self._explorer.order())
        if is_old != self.is_old:
            self.is_old = is_old
            (self.view.add_class if is_old else self.view.remove_class)("vw-stale")
            self._update()

    def _is_old(self, order: Order) -> bool:
        explorer, asked, subject = self._explorer, self._asked, order.subjects[-1]
        target = explorer.predicted(subject) if order.target is None else order.target
        return (
            asked["sha256"] != subject.sha256
            or asked["options"] != self._options(asked["method"])
            or asked["weights"] != weight_versions(explorer.model)
            or (target is not None and repr(asked["target"]) != repr(target))
        )

    # -- the test -------------------------------------------------------------------------------------

    def _on_start(self) -> None:
        self._explorer.bar.clear()
        self._explorer.notice_weights()
        if self.run.allows("restart"):
            self.run.restart()
        if self.run.allows("start"):
            self.run.start()

    def _begin(self) -> Iterator[RandomizationStep]:
        explorer = self._explorer
        order, method, kind = explorer.shown_order, self.method.value, self.kind.value
        subject = order.subjects[-1]
        target = explorer.explained(subject)
        options = self._options(method)
        self._asked = {"image": subject.image, "title": subject.title, "sha256": subject.sha256}
        self._asked |= {"method": method, "kind": kind, "target": target, "options": options}
        self._asked["weights"] = weight_versions(explorer.model)
        self.outdate()
        return randomization_steps(explorer.model, subject.image, method, target, kind=kind, **options)

    def _options(self, method: str) -> dict[str, Any]:
        return {"reduce": self._explorer.reduce, **self._explorer.options_of(method)}

    def _on_step(self) -> None:
        if self.view.is_ready:
            self.view.push(self._rows(), [])
        self._update()

    def _on_rest(self) -> None:
        self.view.layout.display = "" if self._stepper.steps else "none"
        self.view.rest(self._rows(), [])
        self.outdate()  # image, target or weights may have changed while it ran
        self._update()
        self.verdict.value = self._verdict()

    def _update(self) -> None:
        run = self.run
        self.start_button.disabled = run.state == "running"
        self.stop_button.disabled = run.state != "running"
        if self._stepper.steps:
            self.view.layout.display = ""
        self.status.value = self._status()
        if run.state == "running":
            self.verdict.value = ""

    # -- what is seen ---------------------------------------------------------------------------------

    def _rows(self) -> list[RowPicture]:
        steps = self._stepper.steps
        return strip_rows(steps, self._asked["image"]) if steps else []

    def _status(self) -> str:
        if self.run.error:
            return f'<span class="vw-trouble">{escape(self.run.error)}</span>'
        steps = self._stepper.steps
        if not steps:
            return escape(f"{QUESTION} Randomize its layers, from the output down, and watch.")
        asked, last = self._asked, steps[-1]
        what = name_of(self._explorer.model, asked["target"])
        words = f"{TITLES[asked['method']]} of {what} on {asked['title']}"
        old = " · of an earlier image, class, option or weights" if self.is_old else ""
        return escape(f"{words}: {last.done} of {last.total} layers random ({self.run.state}){old}")

    def _verdict(self) -> str:
        test = self.test
        return "" if test is None or not test.layers else verdict_html(test)
