"""Which unit a `UnitExplorer` looks at, on which image, and what it finds there."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import traitlets
from torch import Tensor, nn

from vizwidgets.core.images import check_image
from vizwidgets.core.layers import Layer, check_model, device_of, find_layer, input_shape_of, list_layers
from vizwidgets.core.measures import check_channel
from vizwidgets.core.network import Probe
from vizwidgets.core.objectives import Objective, unit

from .ascent_target import layer_title
from .together import Together

PASSING_ON = {
    "ReLU",
    "ReLU6",
    "Dropout",
    "Dropout2d",
    "Flatten",
    "Identity",
}  # what they say, a layer said before
PLACE = ("image_number", "channel", "row", "column")


class UnitTraits(Together):
    """Model, images and the unit as traits, checked by the rules of core."""

    layer = traitlets.Unicode(help="Name or alias of the layer.")
    channel = traitlets.Int(0, help="Number of the channel, or of the unit of a vector.")
    row = traitlets.Int(0, help="Row of the unit in its feature map.")
    column = traitlets.Int(0, help="Column of the unit in its feature map.")
    image_number = traitlets.Int(0, help="Number of the image.")

    model: nn.Module
    images: Tensor
    layer_info: Layer

    def _set_up(
        self,
        model: nn.Module,
        images: Tensor,
        layer: str | None,
        unit: tuple[int, int | None, int | None],
        number: int,
    ) -> None:
        """Take over the arguments of the constructor."""
        check_model(model)
        self.model, self.images = model, _fitting(model, images)
        layers = [layer for layer in list_layers(model) if layer.kind not in PASSING_ON]
        self.layer_titles = tuple(map(layer_title, layers))
        self._probe = Probe(model)
        self._known: tuple[Any, np.ndarray] = None, np.empty(0)
        self._begin_changes()
        self.layer = layer or self.layer_titles[0]
        self.row, self.column = (
            length // 2 if given is None else given
            for given, length in zip(unit[1:], self.layer_info.map_size, strict=True)
        )
        self.channel, self.image_number = unit[0], number
        self._is_set_up = True

    @property
    def unit(self) -> tuple[int, ...]:
        """The unit: (channel, row, column), or (number,) in a vector."""
        return (self.channel, self.row, self.column) if self.layer_info.is_map else (self.channel,)

    @property
    def value(self) -> float:
        """The activation h(x) of the unit on the image, before the ReLU."""
        return float(self._values()[self._place])

    @property
    def objective(self) -> Objective:
        """The unit as an objective, ready for ``vw.maximize`` or ``vw.top_examples``."""
        return unit(self.layer, self.unit)

    def to_strongest(self) -> None:
        """Go to the place of the map (the unit of the vector) that the image activates most."""
        values = self._values()
        self._go(tuple(int(index) for index in np.unravel_index(int(values.argmax()), values.shape)))

    def _go(self, place: tuple[int, ...]) -> None:
        with self._together():
            if self.layer_info.is_map:
                self.row, self.column = place
            else:
                (self.channel,) = place

    @property
    def _place(self) -> tuple[int, ...]:
        return (self.row, self.column) if self.layer_info.is_map else (self.channel,)

    def _image_size(self) -> tuple[int, int]:
        return self.images.shape[2], self.images.shape[3]

    def _values(self) -> np.ndarray:
        """Return the feature map of the channel, or the whole vector."""
        wanted = self.image_number, self.layer_info.name
        if self._known[0] != wanted:
            image = self.images[self.image_number][None].to(device_of(self.model))
            with torch.no_grad():
                output = self._probe(image, [self.layer_info.name])[self.layer_info.name]
            self._known = wanted, output[0].float().cpu().numpy()
        return self._known[1][self.channel] if self.layer_info.is_map else self._known[1]

    # -- checks and changes ---------------------------------------------------------------------------

    @traitlets.validate("layer")
    def _check_layer(self, proposal: dict[str, Any]) -> str:
        found = find_layer(self.model, proposal["value"])
        title = layer_title(found)
        if title not in self.layer_titles:
            raise ValueError(
                f"layer {title!r} ({found.kind}) passes on what a layer before it computes; "
                f"choose one of {', '.join(self.layer_titles)}."
            )
        self.layer_info = found
        return title

    @traitlets.validate(*PLACE)
    def _check_place(self, proposal: dict[str, Any]) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        if name == "channel":
            check_channel(value, self.layer_info)
            return value
        height, width = self.layer_info.map_size
        length = {"image_number": len(self.images), "row": height, "column": width}[name]
        if not 0 <= value < length:
            raise ValueError(f"{name} must be in 0..{length - 1}; got {value}.")
        return value

    @traitlets.observe("layer", *PLACE)
    def _on_change(self, change: dict[str, Any]) -> None:
        if self._is_set_up:
            with self._together():
                if change["name"] == "layer":
                    self._fit_to_layer()

    def _fit_to_layer(self) -> None:
        """Bring channel, row and column into the range of a smaller layer."""
        height, width = self.layer_info.map_size
        self.channel = min(self.channel, self.layer_info.channels - 1)
        self.row, self.column = min(self.row, height - 1), min(self.column, width - 1)


def _fitting(model: nn.Module, images: Tensor) -> Tensor:
    """Return the images as a batch, if they have the size that the model was made for."""
    shape = input_shape_of(model)
    batch = check_image(images, shape[0])
    if tuple(batch.shape[2:]) != shape[1:]:
        wanted, got = (" × ".join(map(str, size)) for size in (shape[1:], batch.shape[2:]))
        raise ValueError(f"the model was made for images of {wanted} pixels; got {got}. Resize them first.")
    return batch
