"""Labelled controls, each with a tooltip, and how they are tied to the traits of an explorer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import ipywidgets
import traitlets

LABEL = {"description_width": "7.4em"}
ROW = {"width": "100%", "max_width": "22em"}


def slider(label: str, tooltip: str, low: float, high: float, step: float) -> ipywidgets.FloatSlider:
    """Make a slider for a number in low..high."""
    digits = 0 if step == int(step) else 2
    return ipywidgets.FloatSlider(
        low, min=low, max=high, step=step, readout_format=f".{digits}f", **_dressed(label, tooltip)
    )


def int_slider(label: str, tooltip: str, low: int, high: int) -> ipywidgets.IntSlider:
    """Make a slider for a whole number in low..high."""
    return ipywidgets.IntSlider(low, min=low, max=high, **_dressed(label, tooltip))


class PlaceSlider(ipywidgets.SelectionSlider):
    """A slider with places of its own; a value that is set in Python gets a place too.

    Parameters
    ----------
    places : sequence of float
        The usual ones.
    words : callable
        Writes a value.
    """

    def __init__(self, places: Sequence[float], words: Callable[[float], str], **options: Any) -> None:
        self._usual, self._written = tuple(places), words
        self.is_settling = False  # new options choose the first one by themselves: not the student's doing
        super().__init__(options=self._with(), **options)

    def offer(self, value: float) -> None:
        """Make place for a value."""
        if value not in self._usual:
            self.options = self._with(value)

    def set_places(self, places: Sequence[float]) -> None:
        """Offer other places; the value stays, and has one among them."""
        if tuple(places) == self._usual:
            return
        self._usual, value, self.is_settling = tuple(places), self.value, True
        try:
            choose_from(self, self._with(value), value)
        finally:
            self.is_settling = False

    def _with(self, *values: float) -> list[tuple[str, float]]:
        return [(self._written(place), place) for place in sorted({*self._usual, *values})]


def place_slider(
    label: str, tooltip: str, places: Sequence[float], words: Callable[[float], str]
) -> PlaceSlider:
    """Make a slider for a number, with places at which something happens."""
    return PlaceSlider(places, words, **_dressed(label, tooltip))


def log_slider(label: str, tooltip: str, low: int, high: int) -> PlaceSlider:
    """Make a slider from 10^low over 1.5, 2, 3, 5, 7 times it and so on to 10^high.

    Its places are numbers as one writes them: a grid of equal ratios would round a value such as 0.002 and
    send the rounded one back, as if the student had pulled the slider.
    """
    places = [digit * 10.0**order for order in range(low, high) for digit in (1, 1.5, 2, 3, 5, 7)]
    written = [float(f"{place:.2g}") for place in (*places, 10.0**high)]
    return place_slider(label, tooltip, written, "{:.3g}".format)


def weight_slider(label: str, tooltip: str) -> PlaceSlider:
    """Make a slider from 0 over 0.01, 0.02, 0.05, 0.1, … to 50: what matters of a weight is its order."""
    places = [0.0, *(digit * 10.0**order for order in (-2, -1, 0, 1) for digit in (1, 2, 5))]
    return place_slider(label, tooltip, [round(place, 9) for place in places], "{:g}".format)


def number(label: str, tooltip: str, low: int, high: int) -> ipywidgets.BoundedIntText:
    """Make a field for a whole number in low..high."""
    return ipywidgets.BoundedIntText(low, min=low, max=high, **_dressed(label, tooltip))


def open_number(label: str, tooltip: str) -> ipywidgets.IntText:
    """Make a field for a whole number; its trait says what is possible, so nothing is changed silently."""
    return ipywidgets.IntText(0, **_dressed(label, tooltip))


def dropdown(label: str, tooltip: str, options: Sequence[Any]) -> ipywidgets.Dropdown:
    """Make a list to choose from: values, or (label, value) pairs."""
    return ipywidgets.Dropdown(options=options, **_dressed(label, tooltip))


def choose_from(control: ipywidgets.Widget, options: Sequence[Any], value: Any) -> None:
    """Give a list other options and choose one of them; the page hears of both at once.

    New options alone choose the first one. Were the page told so in between, a student who chooses just
    then would choose what is shown there already: nothing, and the choice would be lost.
    """
    with control.hold_sync():
        if tuple(options) != tuple(control.options):
            control.options = options
        control.value = value


def choice(tooltips: dict[str, str]) -> ipywidgets.ToggleButtons:
    """Make a row of buttons of which one is down; the keys are the options, each with its tooltip."""
    buttons = ipywidgets.ToggleButtons(
        options=list(tooltips),
        tooltips=list(tooltips.values()),
        style={"button_width": "auto"},
        layout=ROW,
    )
    buttons.add_class("vw-choice")
    return buttons


def text(label: str, tooltip: str, options: Sequence[str]) -> ipywidgets.Combobox:
    """Make a text field that suggests while you type."""
    return ipywidgets.Combobox(
        options=list(options), ensure_option=False, continuous_update=False, **_dressed(label, tooltip)
    )


def button(label: str, icon: str, tooltip: str, on_click: Callable[[], None]) -> ipywidgets.Button:
    """Make a button with icon and text."""
    made = ipywidgets.Button(description=label, icon=icon, tooltip=tooltip, layout={"width": "auto"})
    made.on_click(lambda _: on_click())
    return made


def row(children: Sequence[ipywidgets.Widget]) -> ipywidgets.HBox:
    """Put small fields side by side, each under its label."""
    box = ipywidgets.HBox(children)
    box.add_class("vw-row")
    return box


def group(heading: str, children: Sequence[ipywidgets.Widget], name: str = "") -> ipywidgets.VBox:
    """Stack controls under a small heading."""
    title = ipywidgets.HTML(f'<span class="vw-heading">{escape(heading)}</span>')
    box = ipywidgets.VBox([title, *children])
    box.add_class("vw-group")
    if name:
        box.add_class(f"vw-{name}")
    return box


def bind(
    owner: traitlets.HasTraits, name: str, control: ipywidgets.Widget, on_error: Callable[[str], None]
) -> None:
    """Tie a control's value to a trait, both ways.

    A value that the trait refuses is answered in words by `on_error`; the control goes back to what holds.
    """

    is_following = False

    def from_control(change: dict[str, Any]) -> None:
        if is_following or getattr(control, "is_settling", False):
            return
        try:
            setattr(owner, name, change["new"])
        except (ValueError, TypeError, traitlets.TraitError) as refusal:
            on_error(str(refusal))
            control.value = getattr(owner, name)

    def from_trait(change: dict[str, Any]) -> None:
        nonlocal is_following
        is_following = True  # new options choose the first one by themselves: not the student's doing
        try:
            if isinstance(control, PlaceSlider):
                control.offer(change["new"])
            control.value = change["new"]
        finally:
            is_following = False

    from_trait({"new": getattr(owner, name)})
    control.observe(from_control, "value")
    owner.observe(from_trait, name)


def _dressed(label: str, tooltip: str) -> dict[str, Any]:
    return {"description": label, "tooltip": tooltip, "style": LABEL, "layout": ROW}
