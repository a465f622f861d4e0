"""Images: how they are checked, and how an image under optimization is represented.

A parameterization holds the numbers that the optimizer moves, and turns them into images (N, C, H, W) in
[0, 1].
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Generator, Tensor

from .transforms import blur

MAX_PIXELS = 4096 * 4096

# Square root of the covariance of natural images' colours (Lucid), columns scaled by the largest norm.
_COLOR_SQRT = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
COLOR_MATRIX = _COLOR_SQRT / _COLOR_SQRT.norm(dim=0).max()
START_SPREAD = 0.01


def check_image(image: Any, channels: int | None = None) -> Tensor:
    """Return an image or a batch as a float tensor (N, C, H, W) in [0, 1], or say what is wrong with it.

    Parameters
    ----------
    image : Tensor or array
        (C, H, W) or (N, C, H, W), float in [0, 1]; nothing is rescaled by guesswork.
    channels : int, optional
        How many channels the model wants.

    Raises
    ------
    TypeError
        If it is not an array of floats.
    ValueError
        If shape, channels, size or range is wrong.
    """
    tensor = _as_tensor(image)
    if tensor.dim() == 3:
        tensor = tensor[None]
    if tensor.dim() != 4:
        hint = " A gray image is written image[None]." if tensor.dim() == 2 else ""
        raise ValueError(
            f"an image must be (C, H, W), a batch (N, C, H, W); got {tuple(tensor.shape)}.{hint}"
        )
    _check_size(tensor, channels)
    tensor = tensor.float()  # only now: as floats, a picture that is too large may not fit the memory
    if not bool(torch.isfinite(tensor).all()):
        raise ValueError("the image contains NaN or infinity; every value must be in [0, 1].")
    low, high = float(tensor.min()), float(tensor.max())
    if low < -1e-4 or high > 1 + 1e-4:
        remedy = "divide by 255" if high > 2 else "the model normalizes inside itself, so undo yours"
        raise ValueError(f"image values must be in [0, 1]; got {low:.3g}..{high:.3g} ({remedy}).")
    return tensor.clamp(0, 1)


def _as_tensor(image: Any) -> Tensor:
    if isinstance(image, (str, bytes)) or not (isinstance(image, Tensor) or hasattr(image, "__array__")):
        raise TypeError(
            f"an image must be a tensor or array of floats in [0, 1]; got {type(image).__name__}. "
            "vw.photo(path) reads a file."
        )
    tensor = torch.as_tensor(image)
    if not tensor.is_floating_point():
        kind = str(tensor.dtype).removeprefix("torch.")
        raise TypeError(f"image values must be floats in [0, 1]; got {kind}. Write image / 255 for bytes.")
    return tensor.detach()


def _check_size(tensor: Tensor, channels: int | None) -> None:
    count, depth, height, width = tensor.shape
    if 0 in (count, depth, height, width):
        raise ValueError(f"the image is empty: shape {tuple(tensor.shape)}.")
    check_pixels(height, width)
    if channels is not None and depth != channels:
        wanted = {1: "1 channel (gray)", 3: "3 channels (RGB)"}.get(channels, f"{channels} channels")
        hint = ""
        if width in (1, 3):
            hint = " Channels come first: image.permute(2, 0, 1), for a batch image.permute(0, 3, 1, 2)."
        elif (depth, channels) == (1, 3):
            hint = " A gray image in three equal channels is image.expand(-1, 3, -1, -1)."
        elif (depth, channels) == (3, 1):
            hint = " Its gray is image.mean(dim=1, keepdim=True)."
        raise ValueError(f"this model takes {wanted}; got shape {tuple(tensor.shape)}.{hint}")


def check_pixels(height: int, width: int) -> None:
    """Refuse an image that would not fit the memory."""
    if height * width > MAX_PIXELS:
        raise ValueError(
            f"the image has {height} × {width} pixels, more than {MAX_PIXELS:,}; make it smaller first."
        )


class Pixels:
    """The image is its own pixels. After each step they are put back into [0, 1], the lecture's constraint.

    Parameters
    ----------
    start : Tensor
        Images (N, C, H, W) in [0, 1].
    is_bounded : bool
        False lets the pixels leave [0, 1], as keras-vis does; show such an image only rescaled.
    """

    def __init__(self, start: Tensor, is_bounded: bool = True) -> None:
        self.values = start.clone().requires_grad_()
        self.is_bounded = is_bounded

    def image(self) -> Tensor:
        """Return the images (N, C, H, W), connected to `values`."""
        return self.values * 1.0

    def project(self) -> None:
        """Put the pixels back into [0, 1]."""
        if self.is_bounded:
            with torch.no_grad():
                self.values.clamp_(0.0, 1.0)

    def smooth(self, sigma: float) -> None:
        """Blur the image; sigma in pixels."""
        with torch.no_grad():
            self.values.copy_(blur(self.values, sigma))


class Fourier:
    """The image is its spectrum, in decorrelated colours, through a sigmoid.

    Low frequencies get larger steps, so smooth shapes come before noise. The three colour channels become
    three directions that are independent in natural images. The sigmoid keeps the image inside (0, 1).

    Parameters
    ----------
    start : Tensor
        Images (N, C, H, W) in [0, 1].
    decay : float
        A frequency f moves in proportion to 1 / f^decay.
    decorrelate : bool
        Whether to decorrelate the colours; needs three channels.

    References
    ----------
    Olah, Mordvintsev and Schubert, "Feature Visualization", 2017.
    """

    def __init__(self, start: Tensor, decay: float = 1.0, decorrelate: bool = True) -> None:
        count, channels, height, width = start.shape
        self.size = (height, width)
        self._colors = COLOR_MATRIX.to(start) if decorrelate and channels == 3 else None
        self._gain = _spectrum_gain(height, width, decay).to(start)
        with torch.no_grad():
            logits = torch.logit(start.clamp(1e-3, 1 - 1e-3))
            if self._colors is not None:
                logits = torch.einsum("dc,nchw->ndhw", torch.linalg.inv(self._colors), logits)
            spectrum = torch.fft.rfft2(logits, norm="ortho") / self._gain
        self.values = torch.view_as_real(spectrum).contiguous().requires_grad_()

    def image(self) -> Tensor:
        """Return the images (N, C, H, W), connected to `values`."""
        spectrum = torch.view_as_complex(self.values) * self._gain
        logits = torch.fft.irfft2(spectrum, s=self.size, norm="ortho")
        if self._colors is not None:
            logits = torch.einsum("cd,ndhw->nchw", self._colors, logits)
        return torch.sigmoid(logits)

    def project(self) -> None:
        """Do nothing: the sigmoid keeps the image inside (0, 1)."""

    def smooth(self, sigma: float) -> None:
        """Blur the image before the sigmoid: damp each frequency f by exp(-2 (π σ f)²)."""
        height, width = self.size
        damp = torch.exp(-2 * (math.pi * sigma * _frequencies(height, width)).square()).to(self.values)
        with torch.no_grad():
            self.values.mul_(damp[..., None])


def _frequencies(height: int, width: int) -> Tensor:
    """Return the frequency of each coefficient of rfft2, in cycles per pixel."""
    rows, columns = torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)[None, :]
    return (rows.square() + columns.square()).sqrt()


def _spectrum_gain(height: int, width: int, decay: float) -> Tensor:
    frequencies = _frequencies(height, width).clamp(min=1 / max(height, width))
    return frequencies.pow(-decay) / 4


def start_images(
    shape: tuple[int, int, int, int], generator: Generator, spread: float, level: float = 0.5
) -> Tensor:
    """Return images (N, C, H, W) of one gray with Gaussian noise; the first one is the same for any N."""
    one_by_one = [torch.randn(shape[1:], generator=generator) for _ in range(shape[0])]
    return (level + spread * torch.stack(one_by_one)).clamp(0, 1)
