"""Where the networks come from that lesson 06 reuses, and how each strategy trains them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from torch import nn

from vizwidgets.core.phases import check_strategy
from vizwidgets.models.small import SMALL_MODELS, as_model, new_model
from vizwidgets.models.vision_model import VisionModel
from vizwidgets.models.zoo import load_model

GRAY_TARGETS = ("small digits", "textures", "sheep and goats (gray)")
PHOTOGRAPHS = "your photographs"  # of a folder: its path stands in place of the name of a target


@dataclass(frozen=True)
class Rates:
    """Largest learning rates: of the layers that begin anew, and of those that are kept."""

    head_lr: float = 3e-3
    backbone_lr: float = 1e-3


# Chosen for the digits' networks with images of the pools that were not drawn, ten labels per class, two
# draws (seeds 100, 101), of 0.001, 0.003, 0.01 and for kept layers of 0.0003, 0.001, 0.003. The others take
# the same.
USUAL_RATES = {
    "from scratch": Rates(3e-3),
    "feature extractor": Rates(1e-2),
    "fine-tune all": Rates(3e-3, 3e-4),
    "head, then all": Rates(3e-3, 3e-4),
    "gradual unfreezing": Rates(3e-3, 3e-4),
}
FASTER = {strategy: Rates(rates.head_lr, 1e-3) for strategy, rates in USUAL_RATES.items()}


@dataclass(frozen=True)
class TransferSource:
    """A task that a network comes from, and how it is trained further.

    Attributes
    ----------
    words : str
        What the network is.
    build : callable
        Returns it; weights are read, or trained at their first use.
    targets : tuple of str
        Tasks that it can be reused for: their images fit, and none of them was learned before.
    num_steps, batch_size : int
        Updates of every strategy, and most images in each.
    rates : mapping of str to Rates
        Of the strategies that have rates of their own; chosen once with images that are not in a test.
    strategies : tuple of str
        Those that make sense; empty: all.
    """

    words: str
    build: Callable[[], VisionModel]
    targets: tuple[str, ...]
    num_steps: int = 160
    batch_size: int = 32
    rates: Mapping[str, Rates] = field(default_factory=lambda: USUAL_RATES)
    strategies: tuple[str, ...] = ()

    def rates_of(self, strategy: str) -> Rates:
        """Return the learning rates of a strategy."""
        return self.rates.get(strategy, Rates())


def source_model(name: str) -> VisionModel:
    """Return the network of a source, in eval mode.

    Parameters
    ----------
    name : str
        A key of `TRANSFER_SOURCES`.

    Returns
    -------
    VisionModel
        Trained on this computer at its first use, with a progress bar, and kept in the cache folder; or with
        the weights of its authors.

    Raises
    ------
    ValueError
        If there is no such source.
    ArtifactError
        If it needs a file that is not in the cache and can not be fetched.
    """
    return transfer_source(name).build()


def transfer_source(name: str) -> TransferSource:
    """Return what is known of a source, or say which ones there are."""
    if name not in TRANSFER_SOURCES:
        near = difflib.get_close_matches(str(name), TRANSFER_SOURCES, n=1, cutoff=0.4)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"there is no source {name!r}.{hint} There are: {', '.join(TRANSFER_SOURCES)}.")
    return TRANSFER_SOURCES[name]


def check_fit(source: str, target: str, strategy: str) -> None:
    """Refuse a source whose network does not take the target's images, or has learned from them before.

    Raises
    ------
    ValueError
        If they do not fit; the text says what does.
    """
    known = transfer_source(source)
    check_strategy(strategy)
    if known.strategies and strategy not in known.strategies:
        raise ValueError(
            f"source {source!r} has learned nothing: its only strategy is {known.strategies[0]!r}; "
            f"got {strategy!r}."
        )
    named = set().union(*(each.targets for each in TRANSFER_SOURCES.values()))
    wanted = target if target in named else PHOTOGRAPHS
    if wanted not in known.targets:
        fitting = [name for name, each in TRANSFER_SOURCES.items() if wanted in each.targets]
        raise ValueError(
            f"target {target!r} does not fit source {source!r}, which can be reused for "
            f"{', '.join(known.targets)}. For this target there are: {', '.join(fitting)}."
        )


def _imagenet() -> VisionModel:
    model = load_model("efficientnet_lite0")
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.1  # its authors' 0.01 follows too slowly for forty steps
    return model


def _small_new() -> VisionModel:
    """Return the animals' network, new, behind a door for 96 x 96 pixels, which are averaged to its 64."""
    model = new_model("animals_cnn")
    fresh = as_model("animals_cnn", model.network, "random weights")
    fresh.normalize, fresh.input_shape = (
        nn.AdaptiveAvgPool2d(SMALL_MODELS["animals_cnn"].input_shape[1:]),
        (3, 96, 96),
    )
    return fresh


TRANSFER_SOURCES: dict[str, TransferSource] = {
    "MNIST digits": TransferSource(
        "a small network that has learned 4,000 digits of MNIST",
        lambda: load_model("mnist_cnn"),
        GRAY_TARGETS,
    ),
    "digits 0-4": TransferSource(
        "the same network, which knows the digits 0 to 4 only",
        lambda: load_model("mnist_cnn_0_4"),
        ("digits 5-9", *GRAY_TARGETS),
        rates=FASTER,
    ),
    "ImageNet": TransferSource(
        "EfficientNet-Lite0, which has learned 1.3 million photographs",
        _imagenet,
        ("sheep and goats", "sheep and goats (shortcut)", PHOTOGRAPHS),
        num_steps=40,
        batch_size=16,
    ),
    "sheep and goats with a shortcut": TransferSource(
        "a small network that has learned drawn animals on the backgrounds that one expects",
        lambda: load_model("animals_shortcut"),
        ("sheep and goats (repaired)",),
        num_steps=120,
        rates=FASTER,
    ),
    "nothing": TransferSource(
        "a small network with random weights, to compare with",
        _small_new,
        ("sheep and goats", "sheep and goats (shortcut)", PHOTOGRAPHS),
        num_steps=120,
        batch_size=16,
        strategies=("from scratch",),
    ),
}
