"""The images of a data set that activate a network most, whatever form the data set has."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from vizwidgets.core.examples import Example, ExampleSearch
from vizwidgets.core.layers import check_model, input_shape_of
from vizwidgets.core.objectives import Objective
from vizwidgets.data.photos import list_pictures, photo

GRAY = torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)  # how bright red, green and blue look (ITU-R BT.601)

SECONDS_BEFORE_BAR = 5.0  # a saved notebook keeps every bar that was shown, frozen at its first state


class Readable(Protocol):
    """A data set as the search sees it: images by number."""

    def __len__(self) -> int:
        """Return the number of images."""

    def __getitem__(self, index: int) -> Tensor:
        """Return one image (C, H, W)."""


class LayerExamples(Sequence[list[Example]]):
    """The best images for every channel of a layer: ``examples[17]`` is the list for channel 17."""

    def __init__(self, layer: str, search: ExampleSearch, images: Readable) -> None:
        self._layer, self._search, self._images = layer, search, images

    def __len__(self) -> int:
        return self._search.count

    def __getitem__(self, channel: Any) -> Any:
        if not isinstance(channel, int) or not 0 <= channel < len(self):
            raise IndexError(
                f"channel must be in 0..{len(self) - 1} for layer {self._layer!r}; got {channel}."
            )
        return self._search.found(channel, self._images.__getitem__)

    def __repr__(self) -> str:
        return f"LayerExamples({len(self)} channels of {self._layer!r}, {self._search.num_seen:,} images)"


def top_examples(
    model: nn.Module,
    wanted: Objective | str,
    dataset: Any,
    k: int = 9,
    *,
    by: str = "mean",
    batch_size: int = 64,
    progress: bool = True,
) -> Any:
    """Find the real images that activate a unit, a channel or a class most, in one pass.

    Parameters
    ----------
    model : nn.Module
        It is not changed.
    wanted : Objective or str
        ``vw.unit(…)``, ``vw.channel(…)``, ``vw.class_score(…)`` or a weighted sum of them; or the name or
        alias of a layer, for all of its channels in the same pass.
    dataset : Tensor, (Tensor, labels), Dataset or path
        Images (N, C, H, W) in [0, 1], also with their labels; anything with a length whose items are an
        image (C, H, W) or an image and more; or a folder of pictures, each cut to the model's size, in the
        order of `list_pictures`. The best images are read a second time, so an item must not change.
    k : int
        How many to keep. A data set with fewer images gives all of them.
    by : str
        For a layer: rank by the "mean" of a channel's map, as ``vw.channel`` does, or by its "max", the
        strongest single unit.
    batch_size : int
        Images that are looked at together.
    progress : bool
        Whether to show a progress bar, once the pass takes longer than five seconds.

    Returns
    -------
    list of Example, or LayerExamples
        Strongest first; of equals, the lower index first. For a layer: ``examples[17]`` is the list for
        channel 17.

    Raises
    ------
    TypeError, ValueError
        If the model does not have what is wanted, or the data set is empty or does not fit.
    FileNotFoundError
        If there is no such folder.

    References
    ----------
    Lecture, "Activation Maximization On Training Data".

    Examples
    --------
    >>> from vizwidgets import channel
    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3))
    >>> net.input_shape = (1, 4, 4)
    >>> images = torch.stack([torch.zeros(1, 4, 4), torch.ones(1, 4, 4)])
    >>> top_examples(net, channel("0", 1), images, k=1)[0].crop.shape
    torch.Size([1, 3, 3])
    """
    check_model(model)
    search = ExampleSearch(model, wanted, k, by)
    if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
        raise ValueError(f"batch_size must be a whole number of 1 or more; got {batch_size!r}.")
    images = _readable(dataset, input_shape_of(model))
    if not len(images):
        raise ValueError("the data set is empty: there is no image to look at.")
    with tqdm(
        total=len(images),
        desc="top examples",
        unit="image",
        disable=not progress,
        leave=False,
        delay=SECONDS_BEFORE_BAR,
    ) as bar:
        for batch in _batches(images, batch_size):
            search.add(batch)
            bar.update(len(batch))
    if isinstance(wanted, str):
        return LayerExamples(wanted, search, images)
    return search.found(0, images.__getitem__)


class _Items:
    """A data set whose items are an image, or an image and more."""

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset

    def __len__(self) -> int:
        return len(self._dataset)

    def __getitem__(self, index: int) -> Tensor:
        item = self._dataset[index]
        image = item[0] if isinstance(item, (tuple, list)) else item
        if not hasattr(image, "ndim"):
            raise TypeError(
                f"item {index} of the data set must be an image (C, H, W), or an image and a label; "
                f"got {type(image).__name__}. torchvision's data sets want transform=ToTensor()."
            )
        if image.ndim != 3:
            raise ValueError(
                f"item {index} of the data set must be an image (C, H, W); got shape {tuple(image.shape)}."
            )
        return torch.as_tensor(image)


class _Folder:
    """The pictures of a folder, in the size and the colours that a model takes."""

    def __init__(self, folder: str | os.PathLike[str], shape: tuple[int, ...]) -> None:
        self._paths, self._shape = list_pictures(folder), shape

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, index: int) -> Tensor:
        colors, height, width = self._shape
        picture = photo(self._paths[index], (height, width))[0]
        return (picture * GRAY).sum(dim=0, keepdim=True).clamp(0, 1) if colors == 1 else picture


def _readable(dataset: Any, shape: tuple[int, ...]) -> Readable:
    """Bring a data set of any form into the one that is read by number."""
    if isinstance(dataset, (str, os.PathLike)):
        return _Folder(dataset, shape)
    is_pair = isinstance(dataset, (tuple, list)) and len(dataset) == 2 and getattr(dataset[0], "ndim", 0) == 4
    images = dataset[0] if is_pair else dataset
    if hasattr(images, "ndim"):
        if images.ndim != 4:
            raise ValueError(f"images must be (N, C, H, W); got shape {tuple(images.shape)}.")
        return torch.as_tensor(images)
    if not (hasattr(images, "__len__") and hasattr(images, "__getitem__")):
        raise TypeError(
            "a data set must be a tensor of images, (images, labels), a folder, or something with a length "
            f"that gives an image by its number; got {type(images).__name__}. list(…) makes it so."
        )
    return _Items(images)


def _batches(images: Readable, batch_size: int) -> Iterator[Tensor]:
    """Yield the images in order, (N, C, H, W)."""
    for start in range(0, len(images), batch_size):
        stop = min(start + batch_size, len(images))
        if isinstance(images, Tensor):
            yield images[start:stop]
            continue
        batch = [images[index] for index in range(start, stop)]
        for index, image in enumerate(batch, start):
            if image.shape != batch[0].shape:
                raise ValueError(
                    f"image {index} has shape {tuple(image.shape)}, image {start} has "
                    f"{tuple(batch[0].shape)}; resize them to one size first."
                )
        yield torch.stack(batch)
