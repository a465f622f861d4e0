"""EfficientNet-Lite0 (Tan and Le 2019, the Lite variant): ReLU6 and no squeeze-and-excitation."""

from __future__ import annotations

from collections import OrderedDict

import torch.nn.functional as F
from torch import Tensor, nn

# Each stage: (expansion of the channels, kernel, stride of its first block, channels, number of blocks).
STAGES = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)
STEM_CHANNELS = 32
HEAD_CHANNELS = 1280


class SamePad(nn.Module):
    """Pad with zeros as TensorFlow's "same" does: as many outputs as steps of `stride` fit into the image.

    For an even size and stride 2 that is one row more below than above, which no ``padding=`` of torch gives.
    """

    def __init__(self, kernel: int, stride: int) -> None:
        super().__init__()
        self.kernel = kernel
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """Return x with zeros around it."""
        above, below = self._split(x.shape[-2])
        left, right = self._split(x.shape[-1])
        return F.pad(x, (left, right, above, below))

    def _split(self, size: int) -> tuple[int, int]:
        outputs = -(-size // self.stride)
        total = max((outputs - 1) * self.stride + self.kernel - size, 0)
        return total // 2, total - total // 2

    def extra_repr(self) -> str:
        """Show the settings when the network is printed."""
        return f"kernel={self.kernel}, stride={self.stride}"


Layers = OrderedDict[str, nn.Module]


def _add_convolution(
    layers: Layers,
    name: str,
    channels: tuple[int, int],
    kernel: int = 1,
    stride: int = 1,
    *,
    depthwise: bool = False,
) -> None:
    """Append padding, convolution and batch normalization; the last two keep the checkpoint's epsilon."""
    padding = kernel // 2
    if stride > 1:
        layers[f"{name}_pad"], padding = SamePad(kernel, stride), 0
    groups = channels[0] if depthwise else 1
    layers[f"{name}_conv"] = nn.Conv2d(*channels, kernel, stride, padding, groups=groups, bias=False)
    layers[f"{name}_bn"] = nn.BatchNorm2d(channels[1], eps=1e-3, momentum=0.01)


class InvertedBottleneck(nn.Sequential):
    """Widen (1 x 1), filter each channel alone (depthwise), narrow (1 x 1); add the input where it fits."""

    def __init__(self, channels_in: int, channels: int, expansion: int, kernel: int, stride: int) -> None:
        layers: Layers = OrderedDict()
        wide = channels_in * expansion
        if expansion > 1:
            _add_convolution(layers, "expand", (channels_in, wide))
            layers["expand_relu"] = nn.ReLU6()
        _add_convolution(layers, "depthwise", (wide, wide), kernel, stride, depthwise=True)
        layers["depthwise_relu"] = nn.ReLU6()
        _add_convolution(layers, "project", (wide, channels))
        super().__init__(layers)
        self.has_shortcut = stride == 1 and channels_in == channels

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output, with the input added where the shapes agree."""
        narrow = super().forward(x)
        return x + narrow if self.has_shortcut else narrow


class EfficientNetLite0(nn.Sequential):
    """From (N, 3, H, W) in [-1, 1] to logits (N, num_classes).

    The blocks are called ``block1a``, ``block2a``, ``block2b``, ... by stage and place in it.

    References
    ----------
    M. Tan and Q. V. Le, "EfficientNet: rethinking model scaling for convolutional neural networks", 2019.
    """

    def __init__(self, num_classes: int = 1000) -> None:
        layers: Layers = OrderedDict()
        _add_convolution(layers, "stem", (3, STEM_CHANNELS), 3, 2)
        layers["stem_relu"] = nn.ReLU6()
        channels_in = STEM_CHANNELS
        for stage, (expansion, kernel, stride, channels, blocks) in enumerate(STAGES, 1):
            for place in range(blocks):
                block = InvertedBottleneck(channels_in, channels, expansion, kernel, 1 if place else stride)
                layers[f"block{stage}{'abcd'[place]}"] = block
                channels_in = channels
        _add_convolution(layers, "head", (channels_in, HEAD_CHANNELS))
        layers["head_relu"] = nn.ReLU6()
        layers["pool"] = nn.AdaptiveAvgPool2d(1)
        layers["flatten"] = nn.Flatten()
        layers["dropout"] = nn.Dropout(0.2)
        layers["classifier"] = nn.Linear(HEAD_CHANNELS, num_classes)
        super().__init__(layers)
