"""Changed copies of images with their label images, so that a network learns what does not matter."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

import torch
from torch import Generator, Tensor
from torch.nn.functional import affine_grid, grid_sample, pad

# Largest changes at strength 1. Logarithms for what multiplies: 0.7 is half to twice.
GAIN, CONTRAST, BRIGHTNESS = 0.35, 0.7, 0.25
MIDDLE = 0.7  # how far middle tones become lighter or darker
SATURATION = (-1.0, 0.5)  # from gray to half as much again
NOISE = 0.12  # standard deviation


@dataclass(frozen=True)
class PairAugment:
    """Change images and their label images at random: ``train(..., augment=PairAugment(color=0.5))``.

    Geometry moves both alike: images are resampled between pixels, label images take the nearest id. Colour
    changes the images alone: middle tones, colour cast, saturation, contrast, brightness, blur, noise; each
    image by other amounts.

    Parameters
    ----------
    color : float
        Strength of the changes of colour, 0 (none) to 1 (no colour is to be relied on).
    zoom : float
        Cut out and enlarge pieces of the image, up to so many times, 1 or more.
    flip : bool
        Mirror half of the images left to right.

    Raises
    ------
    ValueError
        If a strength is outside of what is stated here.

    References
    ----------
    Tobin et al. 2017, "Domain randomization for transferring deep neural networks from simulation to the real
    world": with enough variability, the real world looks like one more variation.

    Examples
    --------
    >>> images, labels = torch.rand(2, 3, 8, 8), torch.zeros(2, 8, 8).long()
    >>> new_images, new_labels = PairAugment()(images, labels, torch.Generator().manual_seed(0))
    >>> new_images.shape, new_labels.shape
    (torch.Size([2, 3, 8, 8]), torch.Size([2, 8, 8]))
    """

    color: float = 0.5
    zoom: float = 1.5
    flip: bool = True

    def __post_init__(self) -> None:
        if not (isinstance(self.color, Real) and 0 <= self.color <= 1):
            raise ValueError(f"color must be in [0, 1], 0 for no change; got {self.color!r}.")
        if not (isinstance(self.zoom, Real) and 1 <= self.zoom <= 8):
            raise ValueError(f"zoom must be in [1, 8], 1 for the whole image; got {self.zoom!r}.")

    def __call__(self, images: Tensor, labels: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
        """Return changed images (N, C, H, W) in [0, 1] and their label images (N, H, W).

        Raises
        ------
        TypeError, ValueError
            If these are no tensors, or there is not one label image for each image and of its size.
        """
        _check_pairs(images, labels, generator)
        images, labels = self._moved(images, labels, generator)
        return self._recolored(images, generator), labels

    def _moved(self, images: Tensor, labels: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
        """Mirror, cut out and enlarge; nothing from outside of the image comes in."""
        if self.zoom == 1 and not self.flip:
            return images, labels
        draws = torch.rand(4, len(images), generator=generator)
        share = torch.exp(-draws[0] * torch.log(torch.tensor(float(self.zoom))))  # of the image's sides
        mirror = torch.where((draws[1] < 0.5) & self.flip, -1.0, 1.0)
        theta = torch.zeros(len(images), 2, 3)
        theta[:, 0, 0], theta[:, 1, 1] = mirror * share, share
        theta[:, :, 2] = ((2 * draws[2:] - 1) * (1 - share)).T
        grid = affine_grid(theta, [*images.shape], align_corners=False)
        seen = grid_sample(images, grid, padding_mode="border", align_corners=False)
        ids = grid_sample(labels[:, None].float(), grid, "nearest", "border", align_corners=False)
        return seen, ids[:, 0].to(labels.dtype)

    def _recolored(self, images: Tensor, generator: Generator) -> Tensor:
        if not self.color:
            return images

        def draw(low: float, high: float, channels: int = 1) -> Tensor:
            places = torch.rand(len(images), channels, 1, 1, generator=generator)
            return (low + (high - low) * places) * self.color

        images = images + draw(-MIDDLE, MIDDLE) * images * (1 - images)  # black and white stay
        images = images * draw(-GAIN, GAIN, images.shape[1]).exp()
        images = _stretched(images, images.mean(dim=1, keepdim=True), 1 + draw(*SATURATION))
        middle = images.mean(dim=(1, 2, 3), keepdim=True)
        images = _stretched(images, middle, draw(-CONTRAST, CONTRAST).exp()) + draw(-BRIGHTNESS, BRIGHTNESS)
        images = _stretched(images, _blurred(images), 1 - draw(-0.5, 1))  # a negative share sharpens
        noise = torch.randn(images.shape, generator=generator)
        return (images + noise * draw(0, NOISE)).clamp(0, 1)


def _check_pairs(images: Tensor, labels: Tensor, generator: Generator) -> None:
    for name, value, kind in (
        ("images", images, Tensor), ("labels", labels, Tensor), ("generator", generator, Generator),
    ):  # fmt: skip
        if not isinstance(value, kind):
            hint = " torch.as_tensor(...) makes one." if kind is Tensor else ""
            raise TypeError(f"{name} must be a torch.{kind.__name__}; got {type(value).__name__}.{hint}")
    if images.dim() != 4 or not images.is_floating_point():
        got = f"{str(images.dtype).removeprefix('torch.')} {tuple(images.shape)}"
        raise ValueError(f"images must be floats (N, C, H, W) in [0, 1]; got {got}.")
    wanted = (len(images), *images.shape[2:])
    if labels.shape != wanted:
        raise ValueError(
            f"labels must be {wanted}, one for each image and of its size; got {tuple(labels.shape)}."
        )


def _stretched(images: Tensor, middle: Tensor, factor: Tensor) -> Tensor:
    """Return images whose distance from something is so many times as large."""
    return middle + (images - middle) * factor


def _blurred(images: Tensor) -> Tensor:
    """Return images (N, C, H, W), each pixel mixed 1 : 2 : 1 with its neighbours along rows and columns."""
    padded = pad(images, (1, 1, 1, 1), mode="replicate")
    rows = padded[:, :, :-2] + 2 * padded[:, :, 1:-1] + padded[:, :, 2:]
    return (rows[..., :-2] + 2 * rows[..., 1:-1] + rows[..., 2:]) / 16
