"""A small encoder-decoder that says for every pixel of a street what it belongs to."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

WIDTH = 16  # channels of the stem; a width of 24 gave no gain on streets of this size
STRIDE = 16  # pixels of the image for each one of the innermost map


class Segmenter(nn.Module):
    """Encoder with skips to a decoder: from images (N, 3, H, W) to class scores (N, K, H, W).

    The stem halves the image, each of the three encoder blocks halves it again, down to a sixteenth. Each
    decoder block doubles what comes from below and sets beside it what the encoder had at that size (the
    skip): what it is comes from below, where exactly it is from the skip. The head, a 1 × 1 convolution, is
    the same small classifier at every place; its scores, at half the size, are enlarged to the image's.

    Parameters
    ----------
    num_classes : int
        K, the number of classes.
    width : int
        Channels of the stem; the blocks have 2, 3 and 4 times as many.

    References
    ----------
    Ronneberger, Fischer and Brox 2015, "U-Net: convolutional networks for biomedical image segmentation".

    Examples
    --------
    >>> Segmenter(8)(torch.rand(2, 3, 96, 128)).shape
    torch.Size([2, 8, 96, 128])
    """

    def __init__(self, num_classes: int, width: int = WIDTH) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = (width * times for times in (1, 2, 3, 4))
        self.stem = _block(3, half, stride=2)
        self.encoder1 = _block(half, quarter, stride=2)
        self.encoder2 = _block(quarter, eighth, stride=2)
        self.encoder3 = _block(eighth, sixteenth, stride=2)
        self.decoder1 = Join(sixteenth, eighth)
        self.decoder2 = Join(eighth, quarter)
        self.decoder3 = Join(quarter, half)
        self.head = nn.Conv2d(half, num_classes, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Return class scores (N, K, H, W)."""
        height, width = image.shape[-2:]
        if height % STRIDE or width % STRIDE:
            raise ValueError(
                f"this network takes images whose height and width are multiples of {STRIDE}; "
                f"got {height} × {width}. Resize or crop to {_near(height)} × {_near(width)}."
            )
        half = self.stem(image)
        quarter = self.encoder1(half)
        eighth = self.encoder2(quarter)
        deepest = self.encoder3(eighth)
        found = self.decoder3(self.decoder2(self.decoder1(deepest, eighth), quarter), half)
        return interpolate(self.head(found), scale_factor=2, mode="bilinear", align_corners=False)


class Join(nn.Module):
    """Double the size of what comes from below, set the encoder's map beside it, and mix both.

    Parameters
    ----------
    below, skip : int
        Channels of the two; as many as the skip's come out.
    """

    def __init__(self, below: int, skip: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(below + skip, skip, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(skip)
        self.relu = nn.ReLU()

    def forward(self, below: Tensor, skip: Tensor) -> Tensor:
        """Return (N, skip, 2 H, 2 W) from maps (N, below, H, W) and (N, skip, 2 H, 2 W)."""
        larger = interpolate(below, scale_factor=2, mode="nearest")
        return self.relu(self.norm(self.conv(torch.cat([larger, skip], dim=1))))


def _block(channels: int, width: int, stride: int) -> nn.Sequential:
    """Return two convolutions with batch normalization; the first makes the map smaller by its stride."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for number, (before, step) in enumerate(((channels, stride), (width, 1)), start=1):
        layers[f"conv{number}"] = nn.Conv2d(before, width, 3, stride=step, padding=1, bias=False)
        layers[f"norm{number}"] = nn.BatchNorm2d(width)
        layers[f"relu{number}"] = nn.ReLU()
    return nn.Sequential(layers)


def _near(size: int) -> int:
    return max(STRIDE, STRIDE * round(size / STRIDE))
