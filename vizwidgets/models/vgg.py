"""VGG-16 (Simonyan and Zisserman 2015): five blocks of 3 x 3 convolutions, written like the paper's table."""

from __future__ import annotations

from collections import OrderedDict

from torch import Tensor, nn

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


class VGG16Torchvision(nn.Module):
    """The complete VGG-16 under torchvision's names, so that its checkpoint loads: (N, num_classes)."""

    def __init__(self, num_classes: int = 1000) -> None:
        super().__init__()
        self.features = nn.Sequential(*VGG16Features().children())
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of normalized images (N, 3, H, W)."""
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def torchvision_aliases() -> dict[str, str]:
    """Return the paper's names of torchvision's numbered layers: ``{"features.0": "block1_conv1", ...}``."""
    aliases, number = {}, 0
    for block, (convolutions, _) in enumerate(BLOCKS, 1):
        for convolution in range(1, convolutions + 1):
            aliases[f"features.{number}"] = f"block{block}_conv{convolution}"
            aliases[f"features.{number + 1}"] = f"block{block}_relu{convolution}"
            number += 2
        aliases[f"features.{number}"] = f"block{block}_pool"
        number += 1
    return aliases | {"classifier.0": "fc1", "classifier.3": "fc2", "classifier.6": "logits"}
