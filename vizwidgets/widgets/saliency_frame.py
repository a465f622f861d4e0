"""The frame of a `SaliencyExplorer`: where its parts stand, and what happens when something changes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import ipywidgets
import torch
import traitlets
from torch import Tensor

from vizwidgets.core.explainer import Explanation
from vizwidgets.core.layers import input_shape_of
from vizwidgets.core.objectives import Objective

from . import controls
from .ascent_words import model_name, provenance_line
from .cells import running_cell
from .code_box import CodeBox
from .run_bar import RunBar
from .saliency_film import SaliencyStages
from .saliency_images import SaliencyImages
from .saliency_inspector import SaliencyInspector
from .saliency_look import look_group
from .saliency_options import MethodButtons, OptionDrawer
from .saliency_order import Order, Subject
from .saliency_randomization import RandomizationPanel
from .saliency_run import SaliencyRun
from .saliency_stepper import SaliencyStepper
from .saliency_target import SaliencyTarget
from .saliency_tiles import Look, SaliencyTiles
from .saliency_traits import LOOK, PIXEL, SaliencyTraits
from .saliency_view import PATIENCE, Place, SaliencyView
from .saliency_words import name_of, progress_words
from .still import Still


class SaliencyFrame(SaliencyTraits, Still):
    """Controls at the side; maps, pixel, sanity check and code beside them; and what ties them to the run."""

    view: SaliencyView
    _is_said_old = False  # whether the status line says that the weights have changed
    image_number = traitlets.Int(0, help="In which row the inspected pixel lies.")

    def _choose_images(
        self, images: Tensor | None, titles: Sequence[str] | None, shown: Sequence[int]
    ) -> None:
        channels, height, width = input_shape_of(self.model)
        shape = channels, height, width
        self.images = SaliencyImages(shape, images, titles, shown, self._on_images)
        self._subjects = self.images.subjects

    def _make_parts(self) -> None:
        self._stepper = SaliencyStepper(self.model, self.order())
        self._tiles = SaliencyTiles(self.model, self._stepper)
        self.stages = SaliencyStages(self._stepper, self._tiles)
        self.run = SaliencyRun(self._stepper, self._on_step, self._on_rest, patience=PATIENCE)
        self.view = SaliencyView(self.run.seen, self._on_place)
        self.bar = RunBar(self.run, self._progress)
        self.inspector = SaliencyInspector(self)
        self.randomization = RandomizationPanel(self)
        self.code_box = CodeBox(self.code)

    def code(self) -> str:
        """Return the Python that gives the maps on the screen."""
        raise NotImplementedError

    # -- what is on the screen ------------------------------------------------------------------------

    @property
    def shown_order(self) -> Order:
        """What the maps on the screen were asked for with."""
        return self._stepper.order

    @property
    def weights_hash(self) -> str:
        """Which weights the maps were made with."""
        return self._stepper.explainer.weights_hash

    def scores(self, subject: Subject) -> Tensor | None:
        """Return the class scores (K,) of an image; None if there are none (yet)."""
        return self._stepper.scores(subject)

    def explained(self, subject: Subject) -> int | Objective | None:
        """Return the class index or objective that is explained of an image."""
        return self._stepper.target_of(subject)

    def predicted(self, subject: Subject) -> int | None:
        """Return the likeliest class of an image; None if it is not known (yet)."""
        return self._stepper.predicted(subject)

    def explanation(self, subject: Subject, method: str) -> Explanation | None:
        """Return what is known of a map, with its signed attribution."""
        return self._stepper.explanation(subject, method)

    def refusal(self, subject: Subject, method: str) -> str:
        """Return why there is no such map, or the empty string."""
        return self._stepper.refusal(subject, method)

    def values(self, subject: Subject, method: str) -> Tensor:
        """Return a map (H, W), 0 or more."""
        values = self._tiles.values(subject, method, self.reduce)
        return torch.zeros(subject.image.shape[2:]) if values is None else values

    # -- parts ----------------------------------------------------------------------------------------

    def _assemble(self) -> None:
        self.bar.rewind.layout.display = "none"  # maps have no earlier steps to go back to
        self.bar.buttons["reset"].tooltip = "Forget the maps, and read the model's weights anew"
        self.bar.buttons["start"].tooltip = "Compute the maps that are missing"
        self.bar.buttons[
            "stop"
        ].tooltip = "End the work; maps that are finished stay, and Start makes the others"
        words = provenance_line(self.model, "float32")
        title = f'<span class="vw-title">Saliency</span><span class="vw-subtitle">{escape(words)}</span>'
        header = ipywidgets.HTML(title)
        main = [self.bar, self.view, self.inspector.box, self.randomization, self.code_box]
        columns = ipywidgets.VBox(self._side()), ipywidgets.VBox(main)
        body = ipywidgets.HBox(columns)
        named = {"header": header, "side": columns[0], "main": columns[1], "body": body, "root": self}
        for name, part in named.items():
            part.add_class(f"vw-{name}")
        self.children = (header, body)
        self.observe(self._on_look, list(LOOK))
        self.observe(self._on_pixel, [*PIXEL, "image_number"])

    def _side(self) -> list[ipywidgets.Widget]:
        say = self.bar.say
        self.target_controls = SaliencyTarget(self, say)
        self.method_buttons, self.drawer = MethodButtons(self, say), OptionDrawer(self, say)
        return [
            controls.group("Image", [self.images], "target"),
            self.target_controls.box,
            controls.group("Methods side by side", [self.method_buttons, self.drawer], "target"),
            look_group(self, say),
        ]

    # -- changes --------------------------------------------------------------------------------------

    def _on_images(self) -> None:
        self._subjects = self.images.subjects
        with self._together():
            self._is_anew_due = True
            self.image_number = min(self.image_number, len(self._subjects) - 1)

    def _on_order(self, is_anew: bool) -> None:
        if not self._is_set_up:
            return
        order = self.order()
        self.bar.clear()
        self.run.tell(lambda: self._stepper.ask(order))
        self.randomization.outdate()
        self._begin()

    def _begin(self) -> None:
        """Compute what is missing; what an earlier order still does is given up."""
        self._stepper.is_watched = self.view.is_watched
        self.run.restart()
        if self.run.allows("start"):
            self.run.start()

    def _on_look(self, _: Any) -> None:
        self.bar.clear()
        self.randomization.outdate()
        self.run.refresh()

    def _on_pixel(self, change: dict[str, Any]) -> None:
        self.bar.clear()
        self.inspector.pin(is_moved=change["name"] != "nudge_size")

    def _on_place(self, kind: str, place: Place | None) -> None:
        """Answer the mouse: a hovered pixel is read, a clicked one is kept."""
        if kind == "pin" and place is not None:
            self.inspector.move_to(place)
        else:
            self.inspector.look_at(place)

    def notice_weights(self) -> None:
        """Say it if the model has learned since: nobody tells, so it is looked for now and then."""
        if self._stepper.has_old_weights != self._is_said_old:
            self.bar.update()
        self.randomization.outdate()

    # -- what the run calls ---------------------------------------------------------------------------

    def _on_step(self) -> None:
        if self.view.is_ready and self._stepper.num_taken:  # before, an empty frame would only flicker
            self.view.push(*self._tiles.rows(self._look()))
            self._offer_classes()
        self.stages.note(self.reduce)
        self.bar.tick()

    def _on_rest(self) -> None:
        if self.run.has_orders:
            return  # another order comes at once: show that one
        rows, bar = self._tiles.rows(self._look())
        self.view.rest(rows, bar, self._tiles.cut_note(rows, bar))
        self._offer_classes()
        self.bar.update()
        self.code_box.update()
        self.inspector.refresh()
        self.randomization.outdate()
        self._renew_display()

    def _look(self) -> Look:
        return Look(self.reduce, self.strength, self.scale)

    def _offer_classes(self) -> None:
        last, *others = reversed(self._stepper.order.subjects)
        whose = f"Classes of: {last.title} (last row)" if others else ""
        self.target_controls.show(self._stepper.scores(last), whose)

    def _progress(self) -> str:
        self._is_said_old = self._stepper.has_old_weights
        return progress_words(self, self._stepper)

    # -- notebooks without a browser ------------------------------------------------------------------

    def _words(self) -> str:
        order = self._stepper.order
        titles = " and ".join(subject.title for subject in order.subjects)
        what = name_of(self.model, order.target)
        return f"{model_name(self.model)}: {', '.join(order.methods)} of {what} on {titles}"

    def _ipython_display_(self) -> None:
        if self._display_id is None:
            self.view.is_expected = self._stepper.is_watched = running_cell() is not None
        super()._ipython_display_()
