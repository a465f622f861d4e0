"""Any unit of a network at work on an image: `UnitExplorer`."""

from __future__ import annotations

import base64
from html import escape
from typing import Any

import ipywidgets
import numpy as np
from PIL import Image
from torch import Tensor, nn

from vizwidgets.draw.film import Scene
from vizwidgets.draw.pixels import png
from vizwidgets.draw.signed import signed
from vizwidgets.draw.unit_sheet import SCALE, WIDTH, place_at, unit_sheet

from .ascent_words import model_name, provenance_line
from .bundle import view_bundle
from .code_box import CodeBox
from .controls import bind, button, dropdown, group, int_slider
from .filmed import Filmed, Reel
from .picture_view import PictureView
from .unit_traits import UnitTraits


class UnitExplorer(UnitTraits, Filmed, ipywidgets.VBox):
    """Pick any unit (the lecture's node) and see its value on an image, its feature map and what it sees.

    Parameters
    ----------
    model : nn.Module
        Takes images (N, C, H, W) in [0, 1]; it is not changed.
    images : Tensor
        (N, C, H, W) or (C, H, W) in [0, 1], of the size that the model was made for.
    layer : str, optional
        Name or alias; by default the first one with filters.
    channel, row, column : int, optional
        The unit; by default channel 0 at the centre of its map.
    image_number : int
        Which image.

    Raises
    ------
    TypeError, ValueError
        If images, layer or unit do not exist or do not fit the model.

    References
    ----------
    Lecture, "Which Input Maximally Activates a Node?".

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3)); net.input_shape = (1, 12, 12)
    >>> explorer = UnitExplorer(net, Tensor(2, 1, 12, 12).fill_(0.5), "0", channel=3)
    >>> explorer.unit, explorer.objective
    ((3, 5, 5), vw.unit('0', (3, 5, 5)))
    """

    def __init__(
        self,
        model: nn.Module,
        images: Tensor,
        layer: str | None = None,
        channel: int = 0,
        row: int | None = None,
        column: int | None = None,
        *,
        image_number: int = 0,
    ) -> None:
        super().__init__()
        self._set_up(model, images, layer, (channel, row, column), image_number)
        self._make_controls()
        self._on_order(False)

    def figure(self) -> Image.Image:
        """Return the static picture, in the size that it has on the page."""
        return self._sheet().reduce(SCALE)

    def _sheet(self) -> Image.Image:
        names = getattr(self.model, "class_names", None) or ()
        values, seen = self._values(), self.layer_info.field.seen((self.row, self.column), self._image_size())
        named = names if values.shape == (len(names),) else ()
        return unit_sheet(self.images[self.image_number], seen, values, self._place, named)

    def _reel(self, most: int) -> Reel:
        """Nothing runs here: the film is the picture."""
        return Reel([Scene(0, np.asarray(self.figure()), self._value_words())])

    def code(self) -> str:
        """Return the Python that gives the value on the screen."""
        return (
            f"h = {self.objective!r}\n"
            f"vw.activation(model, h, images[{self.image_number}])  # {self.value:.6g}"
        )

    def _make_controls(self) -> None:
        self._controls = {
            "layer": dropdown("layer", "Layer whose output is read", self.layer_titles),
            "image_number": int_slider("image", "Number of the image", 0, len(self.images) - 1),
            "channel": int_slider("channel", "Filter, or unit of a vector", 0, 0),
            "row": int_slider("row", "Row of the unit in its feature map", 0, 0),
            "column": int_slider("column", "Column of the unit in its feature map", 0, 0),
        }
        self._reading = ipywidgets.HTML()
        self._reading.add_class("vw-numbers")
        self._trouble = ipywidgets.HTML()
        self._trouble.add_class("vw-note")
        self._fit_sliders()
        for name, control in self._controls.items():
            bind(self, name, control, self._say)
        strongest = button(
            "Strongest", "crosshairs", "Go to the largest value of this map", self.to_strongest
        )
        self.view = PictureView(self._on_click)
        self.code_box = CodeBox(self.code)
        side = ipywidgets.VBox(
            [group("unit", [*self._controls.values(), strongest]), self._reading, self._trouble]
        )
        main = ipywidgets.VBox([self.view, self.code_box])
        body = ipywidgets.HBox([side, main])
        for part, name in ((side, "vw-side"), (main, "vw-main"), (body, "vw-body"), (self, "vw-root")):
            part.add_class(name)
        words = provenance_line(self.model, "float32")
        title = f'<span class="vw-title">One unit</span><span class="vw-subtitle">{escape(words)}</span>'
        header = ipywidgets.HTML(title)
        header.add_class("vw-header")
        self.children = (header, body)

    def _fit_sliders(self) -> None:
        is_map, (height, width) = self.layer_info.is_map, self.layer_info.map_size
        for name, length in (("channel", self.layer_info.channels), ("row", height), ("column", width)):
            self._controls[name].max = length - 1
            self._controls[name].layout.display = "" if is_map or name == "channel" else "none"

    def _say(self, words: str) -> None:
        self._trouble.value = words

    def _on_click(self, x: float, y: float) -> None:
        place = place_at(x, y, self._values().shape, self.channel)
        if place is not None:
            self._go(place)

    def _value_words(self) -> str:
        return signed(self.value, float(np.abs(self._values()).max()))

    def _words(self) -> str:
        return f"{model_name(self.model)}: {self.layer}, unit {self.unit}, image {self.image_number}"

    def _on_order(self, is_anew: bool) -> None:
        self._fit_sliders()
        value = self._value_words()
        self._trouble.value = ""
        self._reading.value = (
            f'<span class="vw-label">activation of the unit</span>'
            f'<span class="vw-number"><b>{value}</b></span>'
        )
        self.view.show(png(self._sheet()), f"{self._words()}: {value}")
        self.code_box.update()

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data = view_bundle(self, **options)
        data["text/plain"] = f"UnitExplorer({self._words()})"
        data["image/png"] = base64.b64encode(self.view.picture).decode()
        return data, {"image/png": {"width": WIDTH}}
