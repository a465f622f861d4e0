"""Objectives: what gradient ascent makes large.

An objective is a value, a weighted sum of measures. Activations come from the network, regularizers from the
image:

    0.8 * channel("block5_conv3", 330) + 0.2 * channel("block5_conv3", 2) - total_variation(weight=0.05)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from torch import nn

from .measures import Channel, ClassProbability, ClassScore, Measure, Unit
from .own_function import ImageFunction
from .own_regularizer import own_functions
from .whole_numbers import whole_number


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
                    f"{measure.title} would be rewarded, not penalized: subtract it, "
                    f"objective - {measure.code(weight)}."
                )
        own_functions(measure for _, measure in self.regularizers)  # each name stands for one of them
        sizes = {measure.size for _, measure in self.activations if measure.size > 1}
        if len(sizes) > 1:
            raise ValueError(f"the terms ask for different numbers of images: {sorted(sizes)}.")
        return Objective(tuple((weight, measure.bind(model)) for weight, measure in self.terms))

    def __add__(self, other: Objective) -> Objective:
        if not isinstance(other, Objective):
            return NotImplemented
        return Objective(self.terms + other.terms)

    def __radd__(self, other: object) -> Objective:
        return self if other == 0 else NotImplemented  # the built-in sum starts from 0

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
        return [{"kind": one.kind, "weight": weight, **one.to_dict()} for weight, one in self.terms]

    @staticmethod
    def from_dict(
        data: Iterable[Mapping[str, Any]], functions: Mapping[str, ImageFunction] | None = None
    ) -> Objective:
        """Rebuild an objective from `to_dict`; its functions of one's own are given by name."""
        kinds, terms = _measure_kinds(), []
        for entry in data:
            if entry["kind"] not in kinds:
                raise ValueError(f"this version knows no measure {entry['kind']!r}; got {dict(entry)}.")
            values = {name: value for name, value in entry.items() if name not in ("kind", "weight")}
            terms.append((float(entry["weight"]), kinds[entry["kind"]].from_dict(values, functions or {})))
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


def unit(layer: str, unit: Any) -> Objective:
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
    single = unit if _is_list(unit) else (unit,)
    many = single if len(single) and _is_list(single[0]) else (single,)
    if not all(_is_list(one) and len(one) in (1, 3) for one in many):
        raise ValueError(f"unit must be (channel, row, column) or (channel,); got {unit!r}.")
    return _one(Unit(layer, tuple(_numbers(one, "unit") for one in many)))


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
    return _one(ClassScore(_targets(target)))


def class_probability(target: int | str | Sequence[int | str]) -> Objective:
    """Probability of a class: its share after softmax.

    Its gradient is p (∇z_c - Σ p_k ∇z_k): it vanishes where the network is sure, yes or no, and it also rises
    when the scores of the other classes fall. The score (`class_score`) has neither habit.

    Parameters
    ----------
    target : str, int or list of them
        Name or index of the class; a list asks for one image each.

    Returns
    -------
    Objective

    Raises
    ------
    ValueError
        If it is no class: neither a name nor a whole number, or an empty list.

    References
    ----------
    Simonyan et al. 2014, who maximize the score for this reason.

    Examples
    --------
    >>> class_probability(7)
    vw.class_probability(7)
    """
    return _one(ClassProbability(_targets(target)))


def _targets(target: int | str | Sequence[int | str]) -> tuple[int | str, ...]:
    many = tuple(target) if _is_list(target) else (target,)
    if not many:
        raise ValueError("target must be a class or a list of classes; got an empty list.")
    return tuple(one if isinstance(one, str) else _number(one, "target") for one in many)


def _one(measure: Measure) -> Objective:
    return Objective(((1.0, measure),))


def _is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    return hasattr(value, "__len__") and not isinstance(value, str) and getattr(value, "ndim", 1) > 0


def _numbers(value: Any, word: str) -> tuple[int, ...]:
    numbers = value if _is_list(value) else (value,)
    if not len(numbers):
        raise ValueError(f"{word} must be a number or a list of numbers; got {value!r}.")
    return tuple(_number(number, word) for number in numbers)


def _number(value: Any, word: str) -> int:
    number = whole_number(value)
    if number is None:
        raise ValueError(f"{word} must be a whole number; got {value!r}.")
    return number


def _measure_kinds() -> dict[str, type[Measure]]:
    from . import regularizers  # noqa: F401 - not above, for they are made of objectives; they count here

    kinds: dict[str, type[Measure]] = {}
    waiting = [Measure]
    while waiting:
        found = waiting.pop().__subclasses__()
        kinds.update({kind.kind: kind for kind in found})
        waiting.extend(found)
    return kinds
