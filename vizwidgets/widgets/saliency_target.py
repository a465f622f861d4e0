"""Where the student of a `SaliencyExplorer` chooses what is explained: a class, a channel, a unit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets
from torch import Tensor

from . import controls
from .meters import percent
from .saliency_words import page_words, top_classes

if TYPE_CHECKING:
    from .saliency_frame import SaliencyFrame

KINDS = {
    "class": "The score of a class, before softmax",
    "channel": "A filter: its mean activation over the whole image",
    "unit": "One node of a layer, at a row and a column",
}


class SaliencyTarget:
    """The likeliest classes with their probabilities, a field for any other class, and layer, channel, unit.

    Parameters
    ----------
    explorer : SaliencyFrame
        Whose traits they set.
    say : callable
        Shows an error in words.
    """

    def __init__(self, explorer: SaliencyFrame, say: Callable[[str], None]) -> None:
        self._explorer, self._say = explorer, say
        self._following: int | None = None  # the thread that sets the controls: that is not the student
        self._top: list[tuple[int, str, float]] = []
        self.kind = controls.choice(KINDS)
        self.whose = ipywidgets.HTML()
        self.whose.add_class("vw-sal-caption")
        self.likely = ipywidgets.ToggleButtons(
            options=[], style={"button_width": "100%"}, layout=controls.ROW
        )
        self.likely.add_class("vw-sal-top")
        names = getattr(explorer.model, "class_names", None) or ()
        self.other = controls.text("Other class", "Type a part of the name, or the number", names)
        self.other.placeholder = "name or number"
        self.layer = controls.dropdown("Layer", "Whose activation is explained", explorer.layer_titles())
        self.channel = controls.number("Channel", "Number of the filter", 0, 0)
        self.unit_row = controls.number("Row", "Row of the unit in its feature map", 0, 0)
        self.unit_column = controls.number("Column", "Column of the unit in its feature map", 0, 0)
        self.given = ipywidgets.HTML()
        self._place = controls.row([self.unit_row, self.unit_column])
        self._tie()
        rows = [
            self.kind,
            self.whose,
            self.likely,
            self.other,
            self.layer,
            self.channel,
            self._place,
            self.given,
        ]
        self.box = controls.group("Explain the", rows, "sal-explain")

    def show(self, scores: Tensor | None, whose: str = "") -> None:
        """Offer the likeliest classes of the image, and say whose they are; None leaves what there is."""
        if scores is not None:
            self.whose.value = escape(whose)
            self._top = top_classes(self._explorer.model, scores)
        self._follow()

    def _tie(self) -> None:
        explorer = self._explorer
        for name in ("channel", "unit_row", "unit_column"):
            self._fit()
            controls.bind(explorer, name, getattr(self, name), self._say)
        if explorer.layer not in self.layer.options:
            self.layer.options = [*self.layer.options, explorer.layer]
        controls.bind(explorer, "layer", self.layer, self._say)
        self.kind.observe(self._on_kind, "value")
        self.likely.observe(self._on_likely, "value")
        self.other.observe(self._on_other, "value")
        explorer.observe(lambda _: self._follow(), ["kind", "class_name", "layer"])
        self._follow()

    def _fit(self) -> None:
        layer = self._explorer.layer_info
        height, width = layer.map_size
        self.channel.max, self.unit_row.max, self.unit_column.max = layer.channels - 1, height - 1, width - 1
        self.channel.tooltip = f"Number of the filter, 0 to {layer.channels - 1}"

    # -- from the traits ------------------------------------------------------------------------------

    def _follow(self) -> None:
        explorer = self._explorer
        self._following = threading.get_ident()
        try:
            if explorer.kind in KINDS:
                self.kind.value = explorer.kind
            self._fit()
            self._offer()
            self.other.value = explorer.class_name
        finally:
            self._following = None
        kind, is_map = explorer.kind, explorer.layer_info.is_map
        words = f"an objective given in Python: {explorer.target!r}" if kind == "objective" else ""
        self.given.value = escape(words)
        for widget, is_shown in (
            (self.whose, kind == "class" and bool(self.whose.value)),
            (self.likely, kind == "class" and bool(self._top)),
            (self.other, kind == "class"),
            (self.layer, kind in ("channel", "unit")),
            (self.channel, kind in ("channel", "unit")),
            (self._place, kind == "unit" and is_map),
            (self.given, bool(words)),
        ):
            widget.layout.display = "" if is_shown else "none"

    def _offer(self) -> None:
        """Fill the list of likely classes; the first one means: whatever is predicted."""
        options = []
        for place, (index, name, share) in enumerate(self._top):
            written = "" if place == 0 else self._explorer.class_title(index)
            options.append((f"{percent(share)}  {name}{' (predicted)' if place == 0 else ''}", written))
        chosen = self._explorer.class_name
        if self._top and chosen == self._explorer.class_title(self._top[0][0]):
            chosen = ""  # it is the predicted one just now
        is_likely = any(chosen == value for _, value in options)
        controls.choose_from(self.likely, options, chosen if is_likely else None)

    # -- from the student -----------------------------------------------------------------------------

    def _on_kind(self, change: dict[str, Any]) -> None:
        self._take("kind", change["new"])

    def _on_likely(self, change: dict[str, Any]) -> None:
        if change["new"] is not None:
            self._take("class_name", change["new"])

    def _on_other(self, change: dict[str, Any]) -> None:
        self._take("class_name", change["new"])

    def _take(self, trait: str, value: str) -> None:
        """Take a choice over; where it cannot be, the reason is shown, and all stays."""
        if self._following == threading.get_ident():
            return  # what is shown follows the trait
        try:
            setattr(self._explorer, trait, value)
        except ValueError as reason:
            self._say(page_words(str(reason)))
            self._follow()
