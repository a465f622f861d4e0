"""Random transforms of the network's view of an image.

The network looks at a shifted, turned and scaled view; the gradient travels back through the view. The image
itself stays where it is: nothing has to be undone, and it is never resampled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn.functional import affine_grid, conv2d, grid_sample, pad


@dataclass(frozen=True)
class View:
    """How strongly the network's view of the image moves from step to step.

    Parameters
    ----------
    jitter : int
        Largest shift, in pixels, along each axis.
    rotate : float
        Largest angle, in degrees.
    scale : float
        Largest relative change of size: 0.1 is 0.9 to 1.1.

    Raises
    ------
    ValueError
        If one of them is negative, or the scale reaches 1.

    References
    ----------
    Lucid's transformation robustness; the jitter is the lecture's and keras-vis'.
    """

    jitter: int = 0
    rotate: float = 0.0
    scale: float = 0.0

    def __post_init__(self) -> None:
        if not (self.jitter >= 0 and self.rotate >= 0):  # written so that NaN fails too
            raise ValueError(f"jitter and rotate must be 0 or more; got {self.jitter} and {self.rotate}.")
        if not 0 <= self.scale < 1:
            raise ValueError(f"scale must be in [0, 1), a relative change of size; got {self.scale}.")

    def __call__(self, image: Tensor, generator: Generator) -> Tensor:
        """Return one random view (N, C, H, W), the same motion for each image of the batch."""
        draws = (torch.rand(4, generator=generator, dtype=torch.float64) * 2 - 1).tolist()
        shift = [round(draw * self.jitter) for draw in draws[:2]]
        if not self.rotate and not self.scale:
            return torch.roll(image, shift, dims=(2, 3)) if any(shift) else image
        return _move(image, shift, math.radians(draws[2] * self.rotate), 1 + draws[3] * self.scale)


def _move(image: Tensor, shift: list[int], angle: float, zoom: float) -> Tensor:
    """Shift, turn and scale in one bilinear resampling; the outside mirrors the inside."""
    height, width = image.shape[2:]
    cos, sin = math.cos(angle) / zoom, math.sin(angle) / zoom
    theta = image.new_tensor(
        [
            [cos, -sin * height / width, -2 * shift[1] / width],
            [sin * width / height, cos, -2 * shift[0] / height],
        ]
    )
    grid = affine_grid(theta.expand(len(image), 2, 3), list(image.shape), align_corners=False)
    return grid_sample(image, grid, padding_mode="reflection", align_corners=False)


def blur(image: Tensor, sigma: float) -> Tensor:
    """Blur images (N, C, H, W) with a Gaussian; sigma in pixels."""
    radius = max(1, math.ceil(3 * sigma))
    places = torch.arange(-radius, radius + 1, dtype=image.dtype, device=image.device)
    kernel = torch.exp(-0.5 * (places / sigma).square())
    kernel = (kernel / kernel.sum()).expand(image.shape[1], 1, 1, -1)
    padded = pad(image, (radius,) * 4, mode="replicate")
    rows = conv2d(padded, kernel, groups=image.shape[1])
    return conv2d(rows, kernel.transpose(2, 3), groups=image.shape[1])
