"""VGG-16 (Simonyan and Zisserman 2015): five blocks of 3 x 3 convolutions, written like the paper's table."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

# Configuration D of the paper: (number of convolutions, channels) of each block.
BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))


class VGG16Features(nn.Sequential):
    """VGG-16's convolution base: (N, 3, H, W) to (N, 512, H / 32, W / 32).

    The children are called as in the lecture: ``block1_conv1``, ``block1_relu1``, ... ``block5_pool``. A
    convolution's output is the activation before the ReLU.

    Parameters
    ----------
    pool_partial : bool
        Whether pooling keeps a last odd row or column instead of dropping it.

    References
    ----------
    K. Simonyan and A. Zisserman, "Very deep convolutional networks for large-scale image recognition", 2015.
    """

    def __init__(self, *, pool_partial: bool = False) -> None:
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        channels_in = 3
        for block, (convolutions, channels) in enumerate(BLOCKS, 1):
            for number in range(1, convolutions + 1):
                layers[f"block{block}_conv{number}"] = nn.Conv2d(channels_in, channels, 3, padding=1)
                layers[f"block{block}_relu{number}"] = nn.ReLU()
                channels_in = channels
            layers[f"block{block}_pool"] = nn.MaxPool2d(2, ceil_mode=pool_partial)
        super().__init__(layers)
