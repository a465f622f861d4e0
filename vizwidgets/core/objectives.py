"""Objectives: what gradient ascent makes large.

An objective is a value, a weighted sum of terms. Activations come from the network, regularizers from the image:

    0.8 * channel("block5_conv3", 330) + 0.2 * channel("block5_conv3", 2) - total_variation(weight=0.05)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

from torch import Tensor, nn

from .classes import class_scores, find_class
from .layers import Layer, find_layer

OUTPUT = "output"  # key under which the network's own output stands among the layers


@dataclass(frozen=True)
class Measure:
    """One number per image. Subclasses say what is measured."""

    kind: ClassVar[str] = ""
    is_regularizer: ClassVar[bool] = False

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

    def value(self, image: Tensor, outputs: Mapping[str, Tensor]) -> Tensor:
        """Return (N,) numbers for images (N, C, H, W) and the layers' outputs."""
        raise NotImplementedError

    def spread(self, outputs: Mapping[str, Tensor]) -> float:
        """Return the standard deviation among the layer's channels, units or classes."""
        raise NotImplementedError

    def code(self, weight: float) -> str:
        """Return the Python source of the weighted term."""
        raise NotImplementedError


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

    def value(self, image: Tensor, outputs: Mapping[str, Tensor]) -> Tensor:
        output = outputs[self.layer].float()
        return pick_channel(output, self.channels).reshape(len(output), -1).mean(dim=1)

    def spread(self, outputs: Mapping[str, Tensor]) -> float:
        output = outputs[self.layer].float()
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

    def value(self, image: Tensor, outputs: Mapping[str, Tensor]) -> Tensor:
        output = outputs[self.layer].float()
        maps = pick_channel(output, tuple(unit[0] for unit in self.units))
        if output.dim() == 2:
            return maps
        rows, columns = (_positions(self.units, axis, output.shape[axis + 1], output) for axis in (1, 2))
        return maps[_every_image(output), rows, columns]

    def spread(self, outputs: Mapping[str, Tensor]) -> float:
        return _deviation(outputs[self.layer].float())

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

    def value(self, image: Tensor, outputs: Mapping[str, Tensor]) -> Tensor:
        return class_scores(outputs[OUTPUT].float(), self.targets)

    def spread(self, outputs: Mapping[str, Tensor]) -> float:
        return _deviation(outputs[OUTPUT].float())

    def code(self, weight: float) -> str:
        return _scaled(weight, f"vw.class_score({_one_or_list(self.targets)})")


@dataclass(frozen=True)
class Objective:
    """A weighted sum of measures, a value: add, subtract and scale objectives freely.

    Parameters
    ----------
    terms : tuple of (float, Measure)
        Weight and measure of each term. The weight of a regularizer that is subtracted is negative.
    """

    terms: tuple[tuple[float, Measure], ...]

    @property
    def size(self) -> int:
        """Number of images that the objective asks for (one per channel of a list)."""
        return max((measure.size for _, measure in self.terms), default=1)

    @property
    def activations(self) -> tuple[tuple[float, Measure], ...]:
        """Return the terms that the network computes."""
        return tuple(term for term in self.terms if not term[1].is_regularizer)

    @property
    def regularizers(self) -> tuple[tuple[float, Measure], ...]:
        """Return the terms that depend on the image alone."""
        return tuple(term for term in self.terms if term[1].is_regularizer)

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Return the layers that are read, each once."""
        return tuple(dict.fromkeys(name for _, measure in self.terms for name in measure.layer_names))

    def bind(self, model: nn.Module) -> Objective:
        """Check every term against a model; return the objective with names and numbers resolved."""
        if not self.activations:
            raise ValueError(
                "the objective has no activation to climb, only regularizers; "
                "start with vw.channel(layer, channel), vw.unit(layer, unit) or vw.class_score(name)."
            )
        for weight, measure in self.regularizers:
            if weight > 0:
                raise ValueError(
                    f"{measure.kind} would be rewarded, not penalized: subtract it, "
                    f"objective - vw.{measure.kind}(weight={abs(weight):g})."
                )
        sizes = {measure.size for _, measure in self.activations if measure.size > 1}
        if len(sizes) > 1:
            raise ValueError(f"the terms ask for different numbers of images: {sorted(sizes)}.")
        return Objective(tuple((weight, measure.bind(model)) for weight, measure in self.terms))

    def __add__(self, other: Objective) -> Objective:
        if not isinstance(other, Objective):
            return NotImplemented
        return Objective(self.terms + other.terms)

    def __mul__(self, factor: float) -> Objective:
        if not isinstance(factor, (int, float)):
            return NotImplemented
        return Objective(tuple((factor * weight, measure) for weight, measure in self.terms))

    __rmul__ = __mul__

    def __neg__(self) -> Objective:
        return self * -1.0

    def __sub__(self, other: Objective) -> Objective:
        if not isinstance(other, Objective):
            return NotImplemented
        return self + -other

    def __truediv__(self, divisor: float) -> Objective:
        return self * (1.0 / divisor)

    def __repr__(self) -> str:
        parts = [measure.code(weight) for weight, measure in self.terms]
        source = parts[0] if parts else ""
        for part in parts[1:]:
            source += f" - {part[1:]}" if part.startswith("-") else f" + {part}"
        return source

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the objective as JSON-able data."""
        return [{"kind": measure.kind, "weight": weight, **asdict(measure)} for weight, measure in self.terms]

    @staticmethod
    def from_dict(data: Iterable[Mapping[str, Any]]) -> Objective:
        """Rebuild an objective from `to_dict`."""
        terms = []
        for entry in data:
            values = {name: _frozen(value) for name, value in entry.items() if name not in ("kind", "weight")}
            terms.append((float(entry["weight"]), _measure_kinds()[entry["kind"]](**values)))
        return Objective(tuple(terms))


def channel(layer: str, channel: int | Sequence[int]) -> Objective:
    """Mean activation of a filter over the whole image, before the ReLU.

    Parameters
    ----------
    layer : str
        Name or alias, e.g. ``"block5_conv3"``.
    channel : int or list of int
        Which filter; a list asks for one image each, computed in one batch.

    References
    ----------
    Lecture, "Activation Maximization: Features": maximize activation of a filter across the entire image.

    Examples
    --------
    >>> channel("block5_conv3", 330)
    vw.channel('block5_conv3', 330)
    """
    return _one(Channel(layer, _numbers(channel, "channel")))


def unit(layer: str, unit: Sequence[int] | Sequence[Sequence[int]] | int) -> Objective:
    """Activation of a single unit (the lecture's node), before the ReLU.

    Parameters
    ----------
    layer : str
        Name or alias, e.g. ``"block3_conv3"``.
    unit : (channel, row, column) or (channel,)
        Which unit; ``(channel,)`` is the one at the centre. A list of units asks for one image each.

    Examples
    --------
    >>> unit("block3_conv3", (10, 5, 5))
    vw.unit('block3_conv3', (10, 5, 5))
    """
    if isinstance(unit, int):
        unit = (unit,)
    many = unit if len(unit) and not isinstance(unit[0], int) else (unit,)
    if not len(many) or not all(len(one) in (1, 3) for one in many):  # type: ignore[arg-type]
        raise ValueError(f"unit must be (channel, row, column) or (channel,); got {unit!r}.")
    return _one(Unit(layer, tuple(tuple(int(number) for number in one) for one in many)))  # type: ignore[union-attr]


def class_score(target: int | str | Sequence[int | str]) -> Objective:
    """Score of a class: the logit, before softmax.

    Parameters
    ----------
    target : str, int or list of them
        Name (``"water ouzel"``) or index of the class; a list asks for one image each.

    Examples
    --------
    >>> class_score("water ouzel")
    vw.class_score('water ouzel')
    """
    many = (target,) if isinstance(target, (int, str)) else tuple(target)
    if not many:
        raise ValueError("target must be a class or a list of classes; got an empty list.")
    return _one(ClassScore(many))


def check_channel(number: int, layer: Layer) -> None:
    """Refuse a channel that a layer does not have."""
    if not 0 <= number < layer.channels:
        raise ValueError(
            f"channel must be in 0..{layer.channels - 1} for layer {layer.alias or layer.name!r}; "
            f"got {number}. vw.list_layers(model) shows every layer."
        )


def pick_channel(output: Tensor, channels: tuple[int, ...]) -> Tensor:
    """Pick from each image its own channel: (N, C, ...) to (N, ...)."""
    return output[_every_image(output), output.new_tensor(channels).long().expand(len(output))]


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


def _one(measure: Measure) -> Objective:
    return Objective(((1.0, measure),))


def _numbers(value: int | Sequence[int], word: str) -> tuple[int, ...]:
    numbers = (value,) if not isinstance(value, (list, tuple, range)) and not hasattr(value, "__len__") else value
    if isinstance(numbers, str) or not len(numbers):
        raise ValueError(f"{word} must be a number or a list of numbers; got {value!r}.")
    if any(int(number) != number for number in numbers):
        raise ValueError(f"{word} must be a whole number; got {value!r}.")
    return tuple(int(number) for number in numbers)


def _one_or_list(values: tuple[Any, ...]) -> str:
    return repr(values[0]) if len(values) == 1 else repr(list(values))


def _scaled(weight: float, source: str) -> str:
    if weight in (1.0, -1.0):
        return source if weight > 0 else f"-{source}"
    return f"{weight:g} * {source}"


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, (list, tuple)) else value


def _measure_kinds() -> dict[str, type[Measure]]:
    kinds: dict[str, type[Measure]] = {}
    waiting = [Measure]
    while waiting:
        found = waiting.pop().__subclasses__()
        kinds.update({kind.kind: kind for kind in found})
        waiting.extend(found)
    return kinds
