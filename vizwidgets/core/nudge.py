"""A single pixel nudged: what the derivative predicts, and what the score really does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .explainer import Explainer
from .labelled import explained
from .whole_numbers import whole_number


@dataclass(frozen=True)
class Nudge:
    """What a nudge of each colour channel of one pixel does to the score, one at a time; prints as a table.

    Attributes
    ----------
    derivative : Tensor
        (C,), of the score h(x) with respect to the channels of this pixel.
    step : Tensor
        (C,), how far each was moved: the size that was asked for, or less where a pixel would leave [0, 1].
        0 where there was no room at all.
    predicted : Tensor
        (C,), derivative times step: the change of the score if the network were linear.
    actual : Tensor
        (C,), h(x + step) - h(x).
    score : float
        h(x), before the nudge.
    """

    derivative: Tensor
    step: Tensor
    predicted: Tensor
    actual: Tensor
    score: float

    def __str__(self) -> str:
        """Return a table with a line for each channel."""
        columns = self.derivative, self.step, self.predicted, self.actual
        names = ("red", "green", "blue") if len(self.step) == 3 else tuple(map(str, range(len(self.step))))
        rows = [["score changes by", "derivative", "step", "predicted", "actual"]]
        for channel, name in enumerate(names):
            rows.append([name, *(_written(values[channel]) for values in columns)])
        return "\n".join(f"{row[0]:<16}" + "".join(f"{cell:>12}" for cell in row[1:]) for row in rows)

    __repr__ = __str__


def nudge(
    model: nn.Module | Explainer,
    image: Tensor,
    target: Any,
    row: int,
    column: int,
    size: float = 0.1,
    *,
    gradient: Tensor | None = None,
) -> Nudge:
    r"""Move one pixel, channel by channel, and compare the score with what its derivative promised.

    .. math:: h(x + \delta e_{r,s,t}) - h(x) \approx \delta \, \frac{\partial h}{\partial x_{r,s,t}}

    The two agree for small steps only: the derivative is a statement about this very image.

    Parameters
    ----------
    model : nn.Module or Explainer
        The network; an `Explainer` is prepared once, for many nudges.
    image : Tensor
        (C, H, W) or (1, C, H, W) in [0, 1].
    target : int, str, Objective or None
        What is scored, as for `saliency_map`; None: the predicted class.
    row, column : int
        The pixel.
    size : float
        How far each channel is moved, in -1..1 but not 0. The pixel stays in [0, 1].
    gradient : Tensor, optional
        The attribution of the method "gradient" for this image and target, if it is known already.

    Raises
    ------
    TypeError, ValueError
        If it is not one image, the pixel or the target does not exist, the size is out of range, or the
        score has no gradient.

    References
    ----------
    Lecture, "Saliency as Magnitude of Gradient".

    Examples
    --------
    >>> linear = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
    >>> found = nudge(linear, torch.full((3, 2, 2), 0.5), target=1, row=0, column=1, size=0.25)
    >>> torch.allclose(found.predicted, found.actual, atol=1e-6), found.step.tolist()
    (True, [0.25, 0.25, 0.25])
    >>> Nudge(*torch.tensor([[0.5, -2.0, 0.0], [0.1, 0.1, 0.1], [0.05, -0.2, 0.0], [0.04, -0.3, 0.0]]), 9.0)
    score changes by  derivative        step   predicted      actual
    red                     +0.5        +0.1       +0.05       +0.04
    green                     -2        +0.1        -0.2        -0.3
    blue                       0        +0.1           0           0
    """
    explainer = model if isinstance(model, Explainer) else Explainer(model)
    images = explainer.prepared(image)
    _check(images, row, column, size)
    score = explainer.question(images, target)
    with explainer.turn, explained(explainer.model, images):
        whole = score.gradient(images) if gradient is None else _fitting(gradient, images)
        nudged, step = _nudged(images[0], int(row), int(column), float(size))
        scores = score.repeated(len(nudged)).values(nudged).cpu()
    derivative = whole[0, :, row, column].cpu()
    return Nudge(derivative, step, derivative * step, scores[1:] - scores[0], float(scores[0]))


def _written(value: Tensor) -> str:
    return f"{float(value):+.3g}" if float(value) else "0"


def _nudged(image: Tensor, row: int, column: int, size: float) -> tuple[Tensor, Tensor]:
    """Return the image followed by one with each channel moved, (1 + C, C, H, W), and the steps (C,)."""
    channels = torch.arange(len(image))
    moved = (image[:, row, column] + size).clamp(0, 1)
    nudged = image.repeat(1 + len(image), 1, 1, 1)
    nudged[1 + channels, channels, row, column] = moved
    return nudged, (moved - image[:, row, column]).cpu()


def _check(images: Tensor, row: int, column: int, size: float) -> None:
    if len(images) != 1:
        raise ValueError(f"one image is nudged at a time; got {len(images)}. Write images[:1].")
    for name, value, length in (("row", row, images.shape[2]), ("column", column, images.shape[3])):
        number = whole_number(value)
        if number is None or not 0 <= number < length:
            raise ValueError(f"{name} must be a whole number in 0..{length - 1}; got {value!r}.")
    is_number = isinstance(size, (int, float)) and not isinstance(size, bool)
    if not is_number or not math.isfinite(size) or not 0 < abs(size) <= 1:
        raise ValueError(f"size must be a number in -1..1 and not 0; got {size!r}.")


def _fitting(gradient: Tensor, images: Tensor) -> Tensor:
    if not isinstance(gradient, Tensor):
        raise TypeError(
            f"gradient must be a tensor, the `attribution` of a saliency map; got {type(gradient).__name__}."
        )
    whole = gradient[None] if gradient.dim() == 3 else gradient
    if whole.shape != images.shape:
        raise ValueError(
            f"the gradient must be {tuple(images.shape)}, as the image; got {tuple(whole.shape)}."
        )
    return whole
