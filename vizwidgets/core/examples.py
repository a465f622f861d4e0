"""The real images that activate a unit, a channel or a class most: x* among x_1 … x_n, the lecture says.

One pass over the images serves all channels of a layer: after each batch only the best k of each are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .example_ranking import Place, find_ranking
from .images import check_image
from .layers import check_model, device_of, input_shape_of
from .network import Probe
from .objectives import Objective


@dataclass(frozen=True)
class Example:
    """An image of a data set that activates something strongly.

    Parameters
    ----------
    image : Tensor
        (C, H, W) in [0, 1].
    index : int
        Its number in the data set.
    activation : float
        h(x), as `activation` computes it.
    location : (int, int) or None
        Row and column of the unit: the one that was asked for, or the strongest of its channel. None where
        there is no map: classes, vectors, sums of several terms.
    crop : Tensor
        (C, h, w), what that unit sees of the image, cut at its border; the whole image without a location.
    """

    image: Tensor
    index: int
    activation: float
    location: Place | None
    crop: Tensor


class ExampleSearch:
    """Keeps the k images that activate most, for one objective or for every channel of a layer at once.

    Feed it batch by batch with `add`; `found` may be read at any time.

    Parameters
    ----------
    model : nn.Module
        It is not changed.
    wanted : Objective or str
        A single unit, channel, class or sum of them; or a layer's name or alias, for all of its channels.
    k : int
        How many images to keep, 1 or more.
    by : str
        How a layer's channels are ranked: "mean" activation over the map, as `channel` does, or "max", the
        strongest unit of the map.

    Raises
    ------
    TypeError, ValueError
        If the model does not have what is wanted, or more than one image is asked for.

    References
    ----------
    Lecture, "Activation Maximization On Training Data".

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 1, 3, bias=False))
    >>> net.input_shape = (1, 4, 4)
    >>> _ = nn.init.ones_(net[0].weight)
    >>> search = ExampleSearch(net, "0", k=1)
    >>> images = torch.stack([torch.zeros(1, 4, 4), torch.ones(1, 4, 4)])
    >>> search.add(images)
    >>> [(e.index, e.activation, e.location, e.crop.shape) for e in search.found(0, images.__getitem__)]
    [(1, 9.0, (0, 0), torch.Size([1, 3, 3]))]
    """

    def __init__(self, model: nn.Module, wanted: Objective | str, k: int = 9, by: str = "mean") -> None:
        check_model(model)
        self._k = _checked_k(k)
        self._shape = input_shape_of(model)
        self._device = device_of(model)
        self._ranking = find_ranking(model, wanted, by)
        self._probe = Probe(model)
        count = self._ranking.count
        self._scores = torch.empty(0, count)
        self._indices = torch.empty(0, count, dtype=torch.long)
        self._places = torch.empty(0, count, 2, dtype=torch.long)
        self.num_seen = 0

    @property
    def count(self) -> int:
        """Number of rankings: the channels of a layer, or 1."""
        return self._ranking.count

    def add(self, images: Tensor) -> None:
        """Look at the next images (N, C, H, W) in [0, 1] of the data set.

        Raises
        ------
        TypeError, ValueError
            If the images do not fit the model, or activate it by NaN.
        """
        images = check_image(images, self._shape[0])
        with torch.no_grad():
            outputs = self._look(images)
            scores, places = self._ranking.rank(images, outputs)
        if bool(scores.isnan().any()):
            number = self.num_seen + int(scores.isnan().any(dim=1).nonzero()[0])
            raise ValueError(
                f"the activation of image {number} is not a number; look at it and at the weights."
            )
        indices = torch.arange(self.num_seen, self.num_seen + len(images))[:, None].expand(scores.shape)
        self.num_seen += len(images)
        self._merge(scores.cpu(), indices, places.cpu())

    def found(self, number: int, read: Callable[[int], Tensor]) -> list[Example]:
        """Return the best images of one ranking so far, strongest first; of equals, the lower index first.

        Parameters
        ----------
        number : int
            The channel of a layer; 0 otherwise.
        read : callable
            From an index to the image (C, H, W) that stood there.
        """
        columns = self._scores[:, number].tolist(), self._indices[:, number].tolist()
        places = self._places[:, number].tolist()
        return [
            self._example(check_image(read(index))[0], index, score, (row, column))
            for score, index, (row, column) in zip(*columns, places, strict=True)
        ]

    def _look(self, images: Tensor) -> dict[str, Tensor]:
        try:
            return self._probe(images.to(self._device), self._ranking.layer_names)
        except RuntimeError as error:
            if tuple(images.shape[1:]) == self._shape:
                raise
            wanted, got = (" × ".join(map(str, size)) for size in (self._shape[1:], images.shape[2:]))
            raise ValueError(
                f"the model was made for images of {wanted} pixels and can not take {got}; resize them first."
            ) from error

    def _merge(self, scores: Tensor, indices: Tensor, places: Tensor) -> None:
        """Keep the best k of those that were kept and those that are new, which come after them."""
        scores, indices, places = (
            torch.cat(pair)
            for pair in zip(
                (self._scores, self._indices, self._places), (scores, indices, places), strict=True
            )
        )
        order = scores.argsort(dim=0, descending=True, stable=True)[: self._k]
        self._scores, self._indices = scores.gather(0, order), indices.gather(0, order)
        self._places = places.gather(0, order[..., None].expand(*order.shape, 2))

    def _example(self, image: Tensor, index: int, score: float, place: Place) -> Example:
        layer = self._ranking.layer
        if layer is None:
            return Example(image, index, score, None, image)
        rows, columns = layer.field.seen(place, (image.shape[1], image.shape[2]))
        return Example(image, index, score, place, image[:, rows, columns])


def _checked_k(k: int) -> int:
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise ValueError(f"k must be a whole number of 1 or more; got {k!r}.")
    return k
