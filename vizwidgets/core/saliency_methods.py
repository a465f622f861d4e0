"""The methods: from the number that is to be explained to a signed attribution of every pixel.

A method is a value that holds its options. It works piece by piece and tells after each what it knows so far,
so that a student sees SmoothGrad clear up sample by sample, and occlusion go over the image.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from numbers import Real
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor, nn

from .guided import GuidedRule
from .images import check_image
from .scores import Score
from .whole_numbers import check_seed, whole_number

Piece = tuple[int, int, Tensor]  # pieces of work done, of how many, and the attribution so far


@dataclass(frozen=True)
class Method:
    """A way to attribute a number to pixels; its fields are the options."""

    shows_positive: ClassVar[bool] = False  # whether a map shows the positive part, not the magnitude
    takes_many: ClassVar[bool] = False  # whether it needs many passes, so that preparations pay

    def bind(self, model: nn.Module, images: Tensor) -> Method:
        """Fit the options to a model; most need not be."""
        return self

    def explain(self, score: Score, images: Tensor, at_once: int) -> Iterator[Piece]:
        """Yield the attribution of images (N, C, H, W) after each piece of work.

        Parameters
        ----------
        score : Score
            What is explained.
        images : Tensor
            (N, C, H, W), on the network's device.
        at_once : int
            Images that the network may take together.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Gradient(Method):
    """The derivative of the score with respect to each pixel (Simonyan et al. 2014; the lecture)."""

    def explain(self, score: Score, images: Tensor, at_once: int) -> Iterator[Piece]:
        yield 1, 1, score.gradient(images)


@dataclass(frozen=True)
class Guided(Method):
    """Only positive gradients for positive activations (Springenberg et al. 2015; see `GuidedRule`)."""

    def explain(self, score: Score, images: Tensor, at_once: int) -> Iterator[Piece]:
        yield 1, 1, score.gradient(images, GuidedRule())


@dataclass(frozen=True)
class SmoothGrad(Method):
    r"""The mean gradient over noisy copies of the image (Smilkov et al. 2017).

    .. math:: \frac{1}{n} \sum_{k=1}^{n} \nabla h(\mathbf{x} + \varepsilon_k), \quad
              \varepsilon_k \sim \mathcal{N}(0, \sigma^2)

    Parameters
    ----------
    num_samples : int
        n, 1 or more.
    noise : float
        The standard deviation sigma as a share of the image's range (its largest minus its smallest value).
    seed : int
        Of the noise, which is the same for every image of a batch.
    """

    takes_many: ClassVar[bool] = True

    num_samples: int = 16
    noise: float = 0.15
    seed: int = 0

    def __post_init__(self) -> None:
        check_count("num_samples", self.num_samples)
        _check_number("noise", self.noise, 0.0, 10.0)
        check_seed(self.seed)

    def explain(self, score: Score, images: Tensor, at_once: int) -> Iterator[Piece]:
        sigma = self.noise * (images.amax(dim=(1, 2, 3)) - images.amin(dim=(1, 2, 3)))
        total, generator = torch.zeros_like(images), Generator().manual_seed(int(self.seed))
        for first, last in spans(self.num_samples, max(1, at_once // len(images))):
            noise = [_noise(images, generator) for _ in range(first, last)]
            noisy = images[:, None] + sigma[:, None, None, None, None] * torch.stack(noise).to(images)
            gradient = score.repeated(last - first).gradient(noisy.flatten(0, 1))
            total += gradient.view(noisy.shape).sum(dim=1)
            yield last, self.num_samples, total / last


def _noise(images: Tensor, generator: Generator) -> Tensor:
    return torch.randn(images.shape[1:], generator=generator, dtype=torch.float32)


@dataclass(frozen=True)
class Integrated(Method):
    r"""Integrated gradients, from a baseline x' to the image (Sundararajan et al. 2017).

    .. math:: (\mathbf{x} - \mathbf{x}') \odot \int_0^1 \nabla h(\mathbf{x}' + \alpha
              (\mathbf{x} - \mathbf{x}')) \, d\alpha

    The attributions of an image add up to h(x) - h(x'), up to the error of the sum that stands for the
    integral (middles of equal parts).

    Parameters
    ----------
    num_steps : int
        Parts of the way, 1 or more.
    baseline : float or Tensor
        x': a gray in [0, 1], or an image (C, H, W).
    """

    takes_many: ClassVar[bool] = True

    num_steps: int = 50
    baseline: Any = 0.0

    def __post_init__(self) -> None:
        check_count("num_steps", self.num_steps)

    def explain(self, score: Score, images: Tensor, at_once: int) -> Iterator[Piece]:
        start = baseline_image(self.baseline, images)
        way, total = images - start, torch.zeros_like(images)
        shares = (torch.arange(self.num_steps, dtype=torch.float64) + 0.5) / self.num_steps
        for first, last in spans(self.num_steps, max(1, at_once // len(images))):
            share = shares[first:last].view(1, -1, 1, 1, 1).to(images)
            between = start[:, None] + share * way[:, None]
            gradient = score.repeated(last - first).gradient(between.flatten(0, 1))
            total += gradient.view(between.shape).sum(dim=1) / self.num_steps
            yield last, self.num_steps, way * total


def baseline_image(baseline: Any, images: Tensor) -> Tensor:
    """Return a baseline, a gray or an image, in the form of the images.

    Raises
    ------
    TypeError, ValueError
        If it is no number in [0, 1] and no image of their size.
    """
    if getattr(baseline, "ndim", 0) == 0:  # no image, so it must be a number
        _check_number("baseline", baseline, 0.0, 1.0)
        return torch.full_like(images[:1], float(baseline))
    image = check_image(baseline, images.shape[1])
    if image.shape[1:] != images.shape[1:] or len(image) not in (1, len(images)):
        raise ValueError(
            f"baseline must be a number in [0, 1] or an image {tuple(images.shape[1:])}; "
            f"got shape {tuple(image.shape)}."
        )
    return image.to(images)


def make_method(name: str, methods: dict[str, type[Method]], options: dict[str, Any]) -> Method:
    """Make a method by its name and options.

    Raises
    ------
    ValueError
        If there is no such method, or it has no such option.
    """
    if not isinstance(name, str) or name not in methods:
        raise ValueError(f"method must be one of {', '.join(methods)}; got {name!r}.")
    known = [field.name for field in fields(methods[name])]
    for option in options:
        if option not in known:
            has = f"its options are {', '.join(known)}" if known else "it has no options"
            raise ValueError(f"method {name!r} has no option {option!r}; {has}.")
    return methods[name](**options)


def check_count(name: str, value: Any) -> None:
    """Refuse what is no whole number of 1 or more."""
    number = whole_number(value)
    if number is None or number < 1:
        raise ValueError(f"{name} must be a whole number of 1 or more; got {value!r}.")


def _check_number(name: str, value: Any, low: float, high: float) -> None:
    is_number = isinstance(value, Real) or (isinstance(value, Tensor) and value.ndim == 0)
    if not is_number or isinstance(value, bool) or not low <= float(value) <= high:
        raise ValueError(f"{name} must be a number in {low:g}..{high:g}; got {value!r}.")


def spans(count: int, length: int) -> Iterator[tuple[int, int]]:
    """Cut 0..count into parts: (0, 8), (8, 16), …."""
    for first in range(0, count, length):
        yield first, min(first + length, count)
