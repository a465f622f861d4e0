"""How strongly images activate what is asked for, and where: the numbers by which examples are ranked."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .evaluation import total_activation
from .layers import Layer, find_layer
from .measures import Channel, Measure, Unit
from .objectives import Objective

Place = tuple[int, int]
RANKINGS = ("mean", "max")


@dataclass(frozen=True)
class LayerRanking:
    """All channels of a layer."""

    layer_name: str
    count: int
    layer: Layer | None
    by: str

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Layers whose output is read."""
        return (self.layer_name,)

    def rank(self, images: Tensor, outputs: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Return scores (N, channels) and places (N, channels, 2) of images."""
        maps = outputs[self.layer_name].float()
        flat = maps.reshape(*maps.shape[:2], -1)
        scores = flat.mean(dim=2) if self.by == "mean" else flat.amax(dim=2)
        return scores, _strongest(flat, maps.shape[-1])


@dataclass(frozen=True)
class ObjectiveRanking:
    """One objective; it has a layer where it is a single unit or channel of a map."""

    objective: Objective
    layer: Layer | None
    count: int = 1

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Layers whose output is read."""
        return self.objective.layer_names

    def rank(self, images: Tensor, outputs: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Return scores (N, 1) and places (N, 1, 2) of images."""
        scores = total_activation(self.objective, images, outputs)[:, None]
        if self.layer is None:
            return scores, torch.zeros(len(images), 1, 2, dtype=torch.long)
        ((weight, measure),) = self.objective.activations
        return scores, self._places(weight, measure, outputs[self.layer.name])

    def _places(self, weight: float, measure: Measure, maps: Tensor) -> Tensor:
        if isinstance(measure, Unit):
            size = maps.shape[2:]
            (unit,) = measure.units
            place = unit[1:] or tuple(length // 2 for length in size)
            return torch.tensor(place).expand(len(maps), 1, 2)
        assert isinstance(measure, Channel)
        map_of_channel = weight * maps[:, measure.channels[0]].float()
        return _strongest(map_of_channel.flatten(1)[:, None], maps.shape[-1])


def find_ranking(model: nn.Module, wanted: Objective | str, by: str) -> LayerRanking | ObjectiveRanking:
    """Return how images are ranked for an objective, or for every channel of a layer.

    Raises
    ------
    TypeError, ValueError
        If the model does not have what is wanted, or more than one image is asked for.
    """
    if by not in RANKINGS:
        raise ValueError(f"by must be 'mean' or 'max'; got {by!r}.")
    if isinstance(wanted, str):
        layer = find_layer(model, wanted)
        return LayerRanking(layer.name, layer.channels, _if_map(layer), by)
    if not isinstance(wanted, Objective):
        raise TypeError(
            "top examples are found for an objective such as vw.channel('block5_conv3', 330), or for all "
            f"channels of a layer, 'block5_conv3'; got {type(wanted).__name__}."
        )
    if by != "mean":
        raise ValueError(
            "by='max' ranks all channels of a layer: give the layer's name instead of an objective."
        )
    bound = wanted.bind(model)
    if bound.size != 1:
        raise ValueError(
            f"one unit, channel or class is wanted; got {bound.size}. "
            "Ask for each by itself, or for all channels of a layer by its name."
        )
    return ObjectiveRanking(bound, _layer_of(model, bound))


def _layer_of(model: nn.Module, bound: Objective) -> Layer | None:
    """Return the layer of a single unit or channel of a map."""
    measures = [measure for _, measure in bound.activations]
    if len(measures) == 1 and isinstance(measures[0], (Channel, Unit)):
        return _if_map(find_layer(model, measures[0].layer))
    return None


def _if_map(layer: Layer) -> Layer | None:
    return layer if layer.is_map else None


def _strongest(flat: Tensor, width: int) -> Tensor:
    """Return row and column (…, 2) of the largest value of flattened maps (…, H·W), the first of equals."""
    position = flat.argmax(dim=-1)
    return torch.stack([position // width, position % width], dim=-1)
