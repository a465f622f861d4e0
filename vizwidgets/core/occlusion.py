"""Occlusion: cover a part of the image, and see how far the score falls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from .saliency_methods import Method, Piece, baseline_image, spans
from .scores import Score
from .whole_numbers import whole_number

WINDOWS_PER_SIDE = 7
Box = tuple[slice, slice]


@dataclass(frozen=True)
class Occlusion(Method):
    """The fall of the score while a window covers a pixel, in the mean over the windows that do.

    Needs no gradient, only many passes.

    Parameters
    ----------
    window : int or (int, int), optional
        Height and width of the window in pixels; by default a seventh of the image's.
    stride : int or (int, int), optional
        Pixels from one window to the next; by default half a window. The last window may reach over the edge.
    baseline : float or Tensor
        What the window is filled with: a gray in [0, 1], or an image (C, H, W).

    References
    ----------
    Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks".
    """

    takes_many: ClassVar[bool] = True

    window: Any = None
    stride: Any = None
    baseline: Any = 0.5

    def __post_init__(self) -> None:
        for name in ("window", "stride"):
            value = getattr(self, name)
            if value is not None:
                _sides(name, value)

    def explain(self, score: Score, images: Tensor, at_once: int) -> Iterator[Piece]:
        cover = baseline_image(self.baseline, images)
        boxes = self.boxes(images.shape[2], images.shape[3])
        total = images.new_zeros(len(images), 1, *images.shape[2:])
        times = images.new_zeros(images.shape[2:])
        whole = score.values(images)
        for first, last in spans(len(boxes), max(1, at_once // len(images))):
            part = boxes[first:last]
            covered = torch.stack([_covered(images, cover, box) for box in part], dim=1)
            scores = score.repeated(len(part)).values(covered.flatten(0, 1)).view(len(images), -1)
            for fall, box in zip((whole[:, None] - scores).T, part, strict=True):
                total[:, :, box[0], box[1]] += fall[:, None, None, None]
                times[box] += 1
            yield last, len(boxes), total / times.clamp(min=1)

    def boxes(self, height: int, width: int) -> list[Box]:
        """Return the windows, row by row, as slices of rows and columns."""
        default = max(1, -(-height // WINDOWS_PER_SIDE)), max(1, -(-width // WINDOWS_PER_SIDE))
        window = default if self.window is None else _sides("window", self.window)
        half = max(1, window[0] // 2), max(1, window[1] // 2)
        stride = half if self.stride is None else _sides("stride", self.stride)
        for length, step, limit in zip(window, stride, (height, width), strict=True):
            if not step <= length <= limit:
                raise ValueError(
                    "a window must be at least as large as its stride, so that no pixel is left out, and at "
                    f"most as large as the image, {limit} pixels; got {length} with a stride of {step}."
                )
        rows, columns = (
            [slice(start, start + length) for start in range(0, limit - length + step, step)]
            for length, step, limit in zip(window, stride, (height, width), strict=True)
        )
        return [(row, column) for row in rows for column in columns]


def _covered(images: Tensor, cover: Tensor, box: Box) -> Tensor:
    covered = images.clone()
    covered[:, :, box[0], box[1]] = cover[:, :, box[0], box[1]]
    return covered


def _sides(name: str, value: Any) -> tuple[int, int]:
    sides = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    numbers = [whole_number(side) for side in sides]
    if len(numbers) != 2 or any(number is None or number < 1 for number in numbers):
        wanted = "a whole number of pixels above 0, or (height, width)"
        raise ValueError(f"{name} must be {wanted}; got {value!r}.")
    return int(numbers[0] or 0), int(numbers[1] or 0)
