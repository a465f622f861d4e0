"""Small networks that a lesson trains in seconds: for digits, drawn sheep and goats, and streets."""

from __future__ import annotations

import difflib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import nn

from vizwidgets.core.whole_numbers import check_seed
from vizwidgets.data.scenes import SCENE_CLASSES
from vizwidgets.models.segmenter import Segmenter
from vizwidgets.models.vision_model import Provenance, VisionModel


def digits_network() -> nn.Sequential:
    """Return keras-vis' network for MNIST, the lecture's "simple 4-layer CNN"."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 32, 3),
            relu1=nn.ReLU(),
            conv2=nn.Conv2d(32, 64, 3),
            relu2=nn.ReLU(),
            pool=nn.MaxPool2d(2),
            dropout1=nn.Dropout(0.25),
            flatten=nn.Flatten(),
            dense1=nn.Linear(64 * 12 * 12, 128),
            relu3=nn.ReLU(),
            dropout2=nn.Dropout(0.5),
            dense2=nn.Linear(128, 10),
        )
    )


def mnist_network(num_classes: int = 10) -> nn.Sequential:
    """Return a small network to reuse: three convolutions with two max-poolings, then two dense layers."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 16, 3, padding=1),
            relu1=nn.ReLU(),
            conv2=nn.Conv2d(16, 32, 3, padding=1),
            relu2=nn.ReLU(),
            pool1=nn.MaxPool2d(2),
            conv3=nn.Conv2d(32, 32, 3, padding=1),
            relu3=nn.ReLU(),
            pool2=nn.MaxPool2d(2),
            flatten=nn.Flatten(),
            dense1=nn.Linear(32 * 7 * 7, 64),
            relu4=nn.ReLU(),
            dense2=nn.Linear(64, num_classes),
        )
    )


def animals_network() -> nn.Sequential:
    """Return three blocks of convolution, batch normalization and max-pooling, then two dense layers."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    channels = 3
    for number, width in enumerate((16, 32, 64), start=1):
        layers[f"conv{number}"] = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        layers[f"norm{number}"] = nn.BatchNorm2d(width)
        layers[f"relu{number}"] = nn.ReLU()
        layers[f"pool{number}"] = nn.MaxPool2d(2)
        channels = width
    layers["pool4"] = nn.MaxPool2d(2)
    layers["flatten"] = nn.Flatten()
    layers["dense1"] = nn.Linear(64 * 4 * 4, 64)
    layers["relu4"] = nn.ReLU()
    layers["dense2"] = nn.Linear(64, 2)
    return nn.Sequential(layers)


@dataclass(frozen=True)
class SmallModel:
    """How to build a small network: the layers, the image they take, the classes they tell apart."""

    build: Callable[[], nn.Module]
    input_shape: tuple[int, int, int]
    class_names: tuple[str, ...]


SMALL_MODELS = {
    "digits_cnn": SmallModel(digits_network, (1, 28, 28), tuple("0123456789")),
    "mnist_cnn": SmallModel(mnist_network, (1, 28, 28), tuple("0123456789")),
    "mnist_cnn_0_4": SmallModel(partial(mnist_network, 5), (1, 28, 28), tuple("01234")),
    "animals_cnn": SmallModel(animals_network, (3, 64, 64), ("sheep", "goat")),
    "animals_shortcut": SmallModel(animals_network, (3, 64, 64), ("sheep", "goat")),
    "segmenter": SmallModel(partial(Segmenter, len(SCENE_CLASSES)), (3, 96, 128), SCENE_CLASSES),
}


def new_model(name: str, seed: int = 0) -> VisionModel:
    """Return a small network with random weights, to be trained.

    Parameters
    ----------
    name : str
        "digits_cnn" or "mnist_cnn" (1 × 28 × 28, ten classes), "mnist_cnn_0_4" (the same with five);
        "animals_cnn" or "animals_shortcut" (3 × 64 × 64, sheep and goat); "segmenter" (3 × 96 × 128, a class
        for each pixel of a street).
    seed : int
        Of the random weights, 0..2**32 - 1; the same seed gives the same weights.

    Returns
    -------
    VisionModel
        In eval mode; its layers and classes have names.

    Raises
    ------
    ValueError
        If there is no small network of that name, or the seed is no whole number in its range.

    Examples
    --------
    >>> model = new_model("digits_cnn")
    >>> model(torch.zeros(5, 1, 28, 28)).shape
    torch.Size([5, 10])
    """
    seed = check_seed(seed)
    if not isinstance(name, str) or name not in SMALL_MODELS:
        near = difflib.get_close_matches(str(name), SMALL_MODELS, n=1, cutoff=0.4)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"there is no small network {name!r}.{hint} There are: {', '.join(SMALL_MODELS)}; "
            "for one with trained weights see vw.list_models()."
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = SMALL_MODELS[name].build()
    return as_model(name, network, f"random weights of seed {seed}, and any training since")


def as_model(name: str, network: nn.Module, weights: str, source: str = "", sha256: str = "") -> VisionModel:
    """Put a small network behind the library's door, in eval mode; `weights` says where they come from."""
    entry = SMALL_MODELS[name]
    return VisionModel(
        network,
        nn.Identity(),  # it takes [0, 1] as it is
        entry.input_shape,
        Provenance(name, weights, source, "", sha256),
        aliases={layer: layer for layer, _ in network.named_children()},
        class_names=entry.class_names,
    ).eval()
