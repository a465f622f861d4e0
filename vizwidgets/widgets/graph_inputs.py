"""One slider for each input of a compute graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

MOST = 24  # sliders; an expression with more inputs is set in Python
REACH = 5.0  # a slider goes from -REACH to REACH, further if its value is further out


class GraphInputs(ipywidgets.Box):
    """Sliders that follow the values and tell of each change.

    Parameters
    ----------
    on_change : callable
        Called with (name, value) when the student moves a slider.
    """

    def __init__(self, on_change: Callable[[str, float], None]) -> None:
        super().__init__()
        self._on_change = on_change
        self._is_following = False
        self.sliders: dict[str, ipywidgets.FloatSlider] = {}
        self.add_class("vw-inputs")

    def show(self, values: Mapping[str, float]) -> None:
        """Follow the values; sliders are made anew only where the names are others."""
        names = list(values)[:MOST]
        self._is_following = True  # a slider that is moved by us tells nobody
        try:
            if names != list(self.sliders):
                self._make(names)
            for name, slider in self.sliders.items():
                _place(slider, values[name])
        finally:
            self._is_following = False

    def _make(self, names: list[str]) -> None:
        for slider in self.sliders.values():
            slider.close()
        self.sliders = {name: self._slider(name) for name in names}
        self.children = tuple(self.sliders.values())

    def _slider(self, name: str) -> ipywidgets.FloatSlider:
        slider = ipywidgets.FloatSlider(
            0.0,
            min=-REACH,
            max=REACH,
            step=0.1,
            description=name,
            tooltip=f"Value of {name}: all numbers follow at once",
            readout_format=".2f",
            style={"description_width": "initial"},
            layout={"width": "auto"},
        )

        def tell(change: dict[str, Any]) -> None:
            if not self._is_following:
                self._on_change(name, change["new"])

        slider.observe(tell, "value")
        return slider


def _place(slider: ipywidgets.FloatSlider, value: float) -> None:
    """Set a slider; its ends go out to the next power of ten where the value asks for it."""
    if not slider.min <= value <= slider.max:
        reach = 10.0 ** math.ceil(math.log10(abs(value)))
        slider.min, slider.max, slider.step = -reach, reach, reach / 50
    slider.value = value
