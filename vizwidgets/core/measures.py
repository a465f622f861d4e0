"""Measures: one number per image, read from a network's layers or from the image itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

from torch import Tensor, nn

from .classes import class_scores, find_class
from .last_convolution import Outputs, maps_of, whole_of
from .layers import Layer, find_layer

OUTPUT = "output"  # key under which the network's own output stands among the layers


@dataclass(frozen=True)
class Measure:
    """One number per image. Subclasses say what is measured."""

    kind: ClassVar[str] = ""
    is_regularizer: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Name under which the term stands in curves, verdicts and records."""
        return self.kind

    @property
    def size(self) -> int:
        """Number of images that the measure asks for."""
        return 1

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Layers whose output is read; `OUTPUT` is the end of the network."""
        return ()

    def bind(self, model: nn.Module) -> Measure:
        """Check the measure against a model and complete it (aliases, class names, the centre)."""
        return self

    def value(self, image: Tensor, outputs: Outputs) -> Tensor:
        """Return (N,) numbers for images (N, C, H, W) and the layers' outputs."""
        raise NotImplementedError

    def spread(self, outputs: Outputs) -> float:
        """Return the standard deviation among the layer's channels, units or classes."""
        raise NotImplementedError

    def code(self, weight: float) -> str:
        """Return the Python source of the weighted term."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Return the measure's values as JSON-able data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], functions: Mapping[str, Any]) -> Measure:
        """Rebuild a measure from `to_dict`; `functions` of one's own stand under the names of their terms."""
        return cls(**{name: _frozen(value) for name, value in values.items()})


@dataclass(frozen=True)
class Channel(Measure):
    """Mean activation of a filter over the whole image: h(x) = mean over rows and columns of layer(x)[c]."""

    layer: str
    channels: tuple[int, ...]
    kind: ClassVar[str] = "channel"

    @property
    def size(self) -> int:
        return len(self.channels)

    @property
    def layer_names(self) -> tuple[str, ...]:
        return (self.layer,)

    def bind(self, model: nn.Module) -> Channel:
        layer = find_layer(model, self.layer)
        for number in self.channels:
            check_channel(number, layer)
        return replace(self, layer=layer.name)

    def value(self, image: Tensor, outputs: Outputs) -> Tensor:
        return maps_of(outputs[self.layer], self.channels).reshape(len(image), -1).mean(dim=1)

    def spread(self, outputs: Outputs) -> float:
        output = whole_of(outputs[self.layer])
        if output.shape[1] == 1:
            return _deviation(output)  # a channel without neighbours: among its own units
        return _deviation(output.reshape(*output.shape[:2], -1).mean(dim=2))

    def code(self, weight: float) -> str:
        return _scaled(weight, f"vw.channel({self.layer!r}, {_one_or_list(self.channels)})")


@dataclass(frozen=True)
class Unit(Measure):
    """Activation of one unit (the lecture's node): h(x) = layer(x)[c, row, column]."""

    layer: str
    units: tuple[tuple[int, ...], ...]
    kind: ClassVar[str] = "unit"

    @property
    def size(self) -> int:
        return len(self.units)

    @property
    def layer_names(self) -> tuple[str, ...]:
        return (self.layer,)

    def bind(self, model: nn.Module) -> Unit:
        layer = find_layer(model, self.layer)
        return replace(self, layer=layer.name, units=tuple(_check_unit(unit, layer) for unit in self.units))

    def value(self, image: Tensor, outputs: Outputs) -> Tensor:
        maps = maps_of(outputs[self.layer], tuple(unit[0] for unit in self.units))
        if maps.dim() == 1:
            return maps
        rows, columns = (_positions(self.units, axis, maps.shape[axis], maps) for axis in (1, 2))
        return maps[_every_image(maps), rows, columns]

    def spread(self, outputs: Outputs) -> float:
        return _deviation(whole_of(outputs[self.layer]))

    def code(self, weight: float) -> str:
        return _scaled(weight, f"vw.unit({self.layer!r}, {_one_or_list(self.units)})")


@dataclass(frozen=True)
class ClassScore(Measure):
    """Score of a class: the logit, before softmax."""

    targets: tuple[int | str, ...]
    kind: ClassVar[str] = "class_score"

    @property
    def size(self) -> int:
        return len(self.targets)

    @property
    def layer_names(self) -> tuple[str, ...]:
        return (OUTPUT,)

    def bind(self, model: nn.Module) -> ClassScore:
        return replace(self, targets=tuple(find_class(model, target) for target in self.targets))

    def value(self, image: Tensor, outputs: Outputs) -> Tensor:
        return class_scores(whole_of(outputs[OUTPUT]), self.targets)

    def spread(self, outputs: Outputs) -> float:
        return _deviation(whole_of(outputs[OUTPUT]))

    def code(self, weight: float) -> str:
        return _scaled(weight, f"vw.{self.kind}({_one_or_list(self.targets)})")


@dataclass(frozen=True)
class ClassProbability(ClassScore):
    """Probability of a class: softmax(z)[c] = exp(z[c]) / sum over k of exp(z[k]), z the scores."""

    kind: ClassVar[str] = "class_probability"

    def value(self, image: Tensor, outputs: Outputs) -> Tensor:
        return class_scores(whole_of(outputs[OUTPUT]).softmax(dim=-1), self.targets)

    def spread(self, outputs: Outputs) -> float:
        return _deviation(whole_of(outputs[OUTPUT]).softmax(dim=-1))


def check_channel(number: int, layer: Layer) -> None:
    """Refuse a channel that a layer does not have."""
    if not 0 <= number < layer.channels:
        raise ValueError(
            f"channel must be in 0..{layer.channels - 1} for layer {layer.alias or layer.name!r}; "
            f"got {number}. vw.list_layers(model) shows every layer."
        )


def _deviation(values: Tensor) -> float:
    return float(values.std(unbiased=False))


def _every_image(output: Tensor) -> Tensor:
    return output.new_ones(len(output)).cumsum(0).long() - 1


def _positions(units: tuple[tuple[int, ...], ...], axis: int, length: int, output: Tensor) -> Tensor:
    places = [unit[axis] if len(unit) == 3 else length // 2 for unit in units]
    for place in places:
        if place >= length:
            raise ValueError(
                f"unit is outside of the feature map, {length} long at this image size; got {place}. "
                "Use (channel,) for the centre, or a larger size."
            )
    return output.new_tensor(places).long().expand(len(output))


def _check_unit(unit: tuple[int, ...], layer: Layer) -> tuple[int, ...]:
    check_channel(unit[0], layer)
    if len(layer.shape) == 1 and len(unit) == 3:
        raise ValueError(f"layer {layer.alias or layer.name!r} is a vector; write (channel,), got {unit}.")
    for place, length, word in zip(unit[1:], layer.shape[1:], ("row", "column"), strict=False):
        if not 0 <= place < length:
            raise ValueError(
                f"{word} must be in 0..{length - 1} for layer {layer.alias or layer.name!r}; got {place}."
            )
    return unit


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, (list, tuple)) else value


def _one_or_list(values: tuple[Any, ...]) -> str:
    return repr(values[0]) if len(values) == 1 else repr(list(values))


def _scaled(weight: float, source: str) -> str:
    if weight in (1.0, -1.0):
        return source if weight > 0 else f"-{source}"
    return f"{number_code(weight)} * {source}"


def number_code(value: float) -> str:
    """Return the shortest Python source of exactly this number."""
    if math.isinf(value):
        return f"float('{value}')"
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)
