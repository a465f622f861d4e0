"""Linear probes: how well does a linear classifier tell the classes apart from what one layer hands on?

The network stays as it is; only the probe learns. Where its accuracy rises from layer to layer, the network
makes the classes easier to tell apart; where it falls again, later layers have dropped what this task needs.
That is the lecture's hierarchy of features, measured: from general to specific.

Two things other than learning move the curve, too: a layer with fewer features tells a probe less, and random
filters are no bad features. So probe the same network with random weights as well (``vw.new_model``, or
``vw.replace_head(model, num_classes, from_layer=0)``); what training has done is the difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from .features import feature_rows, layer_features
from .labelled import Pairs, labelled
from .layers import check_open
from .logistic import logistic_regression
from .outlets import checked_layers, layers_to_compare
from .tables import Row, Table, percent

PIXELS = "pixels"
PIXELS_SIDE = 32  # what a small picture of it tells; digits stay whole


@dataclass(frozen=True)
class LinearProbe:
    """A linear classifier on the features of one layer, and how good it is.

    Attributes
    ----------
    layer : str
        What is read; "pixels" for the image itself.
    accuracy, train_accuracy : float
        Share of the test and of the training images that it gets right, 0..1.
    num_features : int
        How many numbers per image it reads.
    predictions : Tensor
        (N,), the predicted class of each test image.
    """

    layer: str
    accuracy: float
    train_accuracy: float
    num_features: int
    predictions: Tensor = field(repr=False, compare=False)


@dataclass(frozen=True, repr=False)
class LayerProbes(Table):
    """The probes of several layers, from the image to the output; shows itself as a table.

    Attributes
    ----------
    probes : tuple of LinearProbe
        One per layer.
    pixels : LinearProbe
        The same without any network: on the pixels, averaged down to at most 32 × 32.
    guess : float
        Accuracy of always answering the commonest class of the training images, 0..1.
    num_train, num_test, num_classes : int
        Of the images and of the classes among them.
    """

    probes: tuple[LinearProbe, ...]
    pixels: LinearProbe
    guess: float
    num_train: int
    num_test: int
    num_classes: int

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the layers."""
        return tuple(probe.layer for probe in self.probes)

    @property
    def accuracies(self) -> tuple[float, ...]:
        """What the probe of each layer reaches on the test images, 0..1."""
        return tuple(probe.accuracy for probe in self.probes)

    @property
    def best(self) -> LinearProbe:
        """The layer from which the classes are told apart best; of equals, the first."""
        return max(self.probes, key=lambda probe: probe.accuracy)

    def _caption(self) -> str:
        return (
            f"linear probes: {self.num_classes} classes, {self.num_train:,} training images, accuracy on "
            f"{self.num_test:,} others"
        )

    def _cells(self) -> list[Row]:
        rows: list[Row] = [("layer", "accuracy", "on training images", "features")]
        rows.append(("always the commonest class", percent(self.guess), "", "0"))
        for probe in (self.pixels, *self.probes):
            shares = percent(probe.accuracy), percent(probe.train_accuracy)
            rows.append((probe.layer, *shares, f"{probe.num_features:,}"))
        return rows


def linear_probe(model: nn.Module, train: Any, test: Any, layer: str) -> LinearProbe:
    """Fit a linear classifier to what one layer hands on, and test it on other images.

    It is a logistic regression on standardized features with an L2 penalty (`logistic_regression`), the same
    every time. A feature map is averaged down to at most 4 × 4 places first, so that layers of different size
    can be compared.

    Parameters
    ----------
    model : nn.Module
        It is used in eval mode and stays as it is.
    train, test : (Tensor, Tensor) or Dataset
        Images (N, C, H, W) in [0, 1] with labels (N,), of any classes: they need not be the model's own.
    layer : str
        A name or alias. A layer with weights is read after the normalization, activation and pooling that
        follow it: "conv1" is what conv1 hands on.

    Raises
    ------
    TypeError, ValueError
        If the images do not fit the model, there is no such layer, all training images are of one class, the
        test images have a class that the training images lack, or a feature is NaN or infinite.

    References
    ----------
    Alain and Bengio 2016, "Understanding intermediate layers using linear classifier probes".

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 2))
    >>> _ = [nn.init.constant_(weight, 0.1) for weight in net.parameters()]
    >>> images = torch.cat([torch.rand(20, 1, 8, 8) / 4, 1 - torch.rand(20, 1, 8, 8) / 4])  # dark and bright
    >>> data = images, torch.tensor([0] * 20 + [1] * 20)
    >>> linear_probe(net, data, data, "0").accuracy
    1.0
    """
    check_open(model)
    return _probes(model, *_checked(train, test), checked_layers([layer]))[0]


def probe_layers(model: nn.Module, train: Any, test: Any, layers: Sequence[str] | None = None) -> LayerProbes:
    """Fit a linear probe to each of several layers, and one to the pixels to compare them with.

    Parameters
    ----------
    model, train, test
        As in `linear_probe`.
    layers : sequence of str, optional
        By default the layers with weights; where there are more than ten, one block or stage goes together
        and is read at its end.

    Raises
    ------
    TypeError, ValueError
        As `linear_probe`; or if the model has no layer with weights.

    References
    ----------
    The lecture: the first layers see edges and colours, the last ones objects. Yosinski et al. 2014, "How
    transferable are features in deep neural networks?".

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 2))
    >>> _ = [nn.init.constant_(weight, 0.1) for weight in net.parameters()]
    >>> images = torch.cat([torch.rand(20, 1, 8, 8) / 4, 1 - torch.rand(20, 1, 8, 8) / 4])  # dark and bright
    >>> data = images, torch.tensor([0] * 20 + [1] * 20)
    >>> probe_layers(net, data, data)
    linear probes: 2 classes, 40 training images, accuracy on 40 others
    layer                       accuracy  on training images  features
    always the commonest class    50.0 %                             0
    pixels                       100.0 %             100.0 %        64
    0                            100.0 %             100.0 %        32
    3                            100.0 %             100.0 %         2
    """
    check_open(model)
    train, test = _checked(train, test)
    names = layers_to_compare(model, train[0]) if layers is None else checked_layers(layers)
    probes = _probes(model, train, test, names)
    ends = [_small(images).flatten(1) for images, _ in (train, test)]
    counts = train[1].bincount()
    return LayerProbes(
        tuple(probes),
        _fitted(PIXELS, (ends[0], train[1]), (ends[1], test[1])),
        float((test[1] == counts.argmax()).float().mean()),
        len(train[1]),
        len(test[1]),
        int((counts > 0).sum()),
    )


def _small(images: Tensor) -> Tensor:
    height, width = images.shape[2:]
    size = min(height, PIXELS_SIDE), min(width, PIXELS_SIDE)
    return nn.functional.adaptive_avg_pool2d(images, size)


def _probes(model: nn.Module, train: Pairs, test: Pairs, layers: Sequence[str]) -> list[LinearProbe]:
    seen, new = (layer_features(model, images, layers) for images, _ in (train, test))
    return [_fitted(layer, (seen[layer], train[1]), (new[layer], test[1])) for layer in layers]


def _fitted(layer: str, train: Pairs, test: Pairs) -> LinearProbe:
    seen, new = (feature_rows(features, f"layer {layer!r}") for features, _ in (train, test))
    classes = train[1].unique()  # the model's own classes, or others: only these count
    classifier = logistic_regression(seen, torch.searchsorted(classes, train[1]), len(classes))
    before, now = (classes[classifier.predictions(rows)] for rows in (seen, new))
    return LinearProbe(
        layer,
        float((now == test[1]).float().mean()),
        float((before == train[1]).float().mean()),
        seen.shape[1],
        now,
    )


def _checked(train: Any, test: Any) -> tuple[Pairs, Pairs]:
    seen, new = labelled(train, "train"), labelled(test, "test")
    for name, (_, labels) in (("train", seen), ("test", new)):
        if int(labels.min()) < 0:
            raise ValueError(f"labels of {name} must be 0 or more; got {int(labels.min())}.")
    classes = seen[1].unique().tolist()
    if len(classes) < 2:
        raise ValueError(
            f"train has images of class {classes[0]} only; a probe tells classes apart, so give two or more."
        )
    missing = sorted(set(new[1].unique().tolist()) - set(classes))
    if missing:
        raise ValueError(
            f"test has images of class {missing[0]}, of which train has none; a probe can not know it."
        )
    return seen, new
