"""What an `AscentExplorer` climbs: layers by block, and from its traits to an objective."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from torch import nn

from vizwidgets.core.classes import find_class
from vizwidgets.core.layers import Layer, list_layers
from vizwidgets.core.objectives import Objective, channel, class_score, unit
from vizwidgets.core.regularizers import p_norm, regularizer, total_variation

if TYPE_CHECKING:
    from .ascent_traits import AscentTraits

OURS: dict[str, Callable[..., Objective]] = {"total_variation": total_variation, "p_norm": p_norm}
WEIGHTS = {"total_variation": "tv_weight", "p_norm": "p_norm_weight"}  # the trait of each one's weight
WEIGHTY = ("Conv", "Linear")  # kinds of layers that the picker offers; any other can be set by name


def pickable_layers(model: nn.Module) -> list[Layer]:
    """Return the layers worth picking: those with filters, or all of them if there are none."""
    layers = list_layers(model)
    return [layer for layer in layers if layer.kind.startswith(WEIGHTY)] or list(layers)


def layer_title(layer: Layer) -> str:
    """Return the name that papers use, or the module's."""
    return layer.alias or layer.name


def block_of(layer: Layer) -> str:
    """Return the block that a layer belongs to, from its name.

    Examples
    --------
    >>> block_of(Layer("features.14", "block3_conv3", "Conv2d", (256, 56, 56), 256, 40, 4, 590080))
    'block3'
    >>> block_of(Layer("blocks.2.1.conv_pw", "", "Conv2d", (64, 28, 28), 64, 51, 8, 2560))
    'blocks.2'
    """
    if layer.alias:
        return layer.alias.split("_")[0]
    parts = layer.name.split(".")
    has_number = len(parts) > 2 and parts[1].isdigit()
    return ".".join(parts[:2]) if has_number else parts[0] if len(parts) > 1 else "all layers"


def by_block(layers: Sequence[Layer]) -> dict[str, list[Layer]]:
    """Group layers by their block, in order."""
    blocks: dict[str, list[Layer]] = {}
    for layer in layers:
        blocks.setdefault(block_of(layer), []).append(layer)
    return blocks


def why_no_classes(model: nn.Module) -> str:
    """Return why the model has no class scores, or the empty string."""
    try:
        find_class(model, 0)
    except ValueError as reason:
        return str(reason)
    return ""


def class_target(text: str) -> int | str:
    """Return a class as it was typed: a number is an index."""
    return int(text) if text.strip().isdigit() else text.strip()


def target_of(explorer: AscentTraits) -> Objective:
    """Return what is climbed, without regularizers."""
    if explorer.kind == "class":
        return class_score(class_target(explorer.class_name))
    if explorer.kind == "unit":
        is_map = explorer.layer_info.is_map
        place = (explorer.channel, explorer.row, explorer.column) if is_map else (explorer.channel,)
        return unit(explorer.layer, place)
    return channel(explorer.layer, explorer.channel)


def objective_of(explorer: AscentTraits) -> Objective:
    """Return target minus regularizers; a weight of 0 leaves the regularizer out."""
    objective = target_of(explorer)
    for name, trait in WEIGHTS.items():
        weight, own = round(getattr(explorer, trait), 6), explorer.functions.get(name)
        if weight:
            objective = objective - (regularizer(own, weight, name) if own else OURS[name](weight=weight))
    return objective


def target_words(explorer: AscentTraits) -> str:
    """Name the target in words."""
    if explorer.kind == "class":
        return f"class {explorer.class_name}"
    if explorer.kind == "unit":
        return f"{explorer.layer}, unit ({explorer.channel}, {explorer.row}, {explorer.column})"
    return f"{explorer.layer}, channel {explorer.channel}"
