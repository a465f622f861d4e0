"""The real images that activate a channel most and, beneath each, what in it drives the channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor, nn

from vizwidgets.core.example_ranking import Place
from vizwidgets.core.examples import Example
from vizwidgets.core.layers import find_layer
from vizwidgets.core.objectives import unit
from vizwidgets.core.receptive_field import Field
from vizwidgets.core.saliency import saliency_map

from .color_scale import color_scale, laid_over
from .pixels import Bytes, grid, to_bytes

STRENGTH = 0.8  # of a map over its crop


def example_saliency(
    model: nn.Module,
    layer: str,
    channel: int,
    examples: Sequence[Example],
    methods: str | Sequence[str] = "gradient",
    *,
    side: int = 180,
    **options: Any,
) -> Image.Image:
    """Draw what the strongest unit of a channel sees of each example, and which pixels of it drive the unit.

    A unit of the map is explained and not the mean of the channel: the place that excites the channel most.
    All crops are as large as its receptive field. Near the border they are moved into the image: what the
    unit does not see there has no saliency. Each map has its own scale of colours.

    Parameters
    ----------
    model : nn.Module
        It is not changed.
    layer : str
        Name or alias of a layer with maps, e.g. ``"block5_conv3"``.
    channel : int
        Which filter.
    examples : sequence of Example
        From ``vw.top_examples(model, layer, images, by="max")[channel]``, for this layer and channel.
    methods : str or sequence of str
        One row of maps for each, see `saliency_map`.
    side : int
        Pixels of the picture for the longest side of the crops.
    **options
        Of the method; they need a single one.

    Returns
    -------
    Image
        A column for each example.

    Raises
    ------
    ValueError
        If there are no examples or no methods, an example has no place in the map, or the model has no such
        layer, channel or method.

    References
    ----------
    Lecture, "Activation Maximization On Training Data" and "Saliency as Magnitude of Gradient".

    Examples
    --------
    >>> import torch
    >>> from vizwidgets import top_examples
    >>> net = nn.Sequential(nn.Conv2d(3, 2, 3))
    >>> net.input_shape = (3, 9, 9)
    >>> found = top_examples(net, "0", torch.rand(4, 3, 9, 9), k=2, by="max")
    >>> example_saliency(net, "0", 1, found[1], side=90).size
    (186, 230)
    """
    rows = [methods] if isinstance(methods, str) else list(methods)
    places = _places(examples, rows)
    field = find_layer(model, layer).field
    pictures: list[list[Bytes]] = [[] for _ in ("crops", *rows)]
    for example, place in zip(examples, places, strict=True):
        window = (slice(None), *_window(field, place, (example.image.shape[1], example.image.shape[2])))
        crop = to_bytes(example.image[window])
        pictures[0].append(crop)
        for method, row in zip(rows, pictures[1:], strict=True):
            wanted = unit(layer, (channel, *place))
            values = saliency_map(model, example.image, wanted, method, **options).values
            row.append(_over(crop, values[window][0]))
    labels = [f"h = {example.activation:.3g}" for example in examples]
    labels += [method for method in rows for _ in examples]
    return grid(_scaled([one for row in pictures for one in row], side), len(examples), labels)


def _window(field: Field, place: Place, size: Place) -> tuple[slice, slice]:
    """Return rows and columns around what a unit sees, as many as it sees far from the border."""
    seen, sides = field.seen(place, size), field.sides or size
    starts = [min(part.start, max(0, size[i] - sides[i])) for i, part in enumerate(seen)]
    rows, columns = (slice(start, start + side) for start, side in zip(starts, sides, strict=True))
    return rows, columns


def _over(crop: Bytes, values: Tensor) -> Bytes:
    return laid_over(crop, values, color_scale([values]), STRENGTH)


def _scaled(pictures: Sequence[Bytes], side: int) -> list[Bytes]:
    """Enlarge or shrink all pictures by one factor, so that the longest side becomes `side`."""
    factor = side / max(length for picture in pictures for length in picture.shape[:2])
    way = Image.Resampling.NEAREST if factor > 3 else Image.Resampling.LANCZOS  # a few pixels: as squares
    sizes = [tuple(max(1, round(factor * length)) for length in picture.shape[1::-1]) for picture in pictures]
    return [
        np.asarray(Image.fromarray(picture).resize(size, way))
        for picture, size in zip(pictures, sizes, strict=True)
    ]


def _places(examples: Sequence[Example], methods: Sequence[str]) -> list[Place]:
    """Return row and column of each example's unit, or say what is missing."""
    if not len(examples) or not methods:
        raise ValueError(
            "at least one example and one method are wanted; vw.top_examples(model, layer, images, "
            "by='max')[channel] gives examples."
        )
    places = [example.location for example in examples if example.location is not None]
    if len(places) < len(examples):
        raise ValueError(
            "an example must have a place in the layer's map; ask for the examples of a layer with maps, "
            "vw.top_examples(model, 'block5_conv3', images, by='max')[channel]."
        )
    return places
