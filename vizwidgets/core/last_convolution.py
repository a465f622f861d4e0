"""The last convolution of an objective, of which only the filters that are asked for are computed.

A channel of VGG-16's block1_conv2 needs one of its 64 filters: the other 63 would be computed, and run
backwards, for nothing. That is most of such a step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard

import torch
from torch import Tensor, nn

from .winograd import WinogradConvolution


@dataclass(frozen=True)
class LastConvolution:
    """A convolution whose input is known and whose output is computed map by map.

    Parameters
    ----------
    input : Tensor
        (N, C, H, W).
    module : nn.Conv2d
        See `is_separable`.
    """

    input: Tensor
    module: nn.Conv2d

    def maps(self, channels: tuple[int, ...]) -> Tensor:
        """Return for each image the map of its own channel, (N, H', W'); one channel serves all images."""
        if len(set(channels)) == 1:
            return self._filter(self.input, channels[0])
        return torch.cat([self._filter(x, c) for x, c in zip(self.input.split(1), channels, strict=True)])

    def whole(self) -> Tensor:
        """Return the maps of all channels, (N, C', H', W')."""
        return self._apply(self.input, slice(None))

    def _filter(self, values: Tensor, channel: int) -> Tensor:
        return self._apply(values, slice(channel, channel + 1))[:, 0]

    def _apply(self, values: Tensor, filters: slice) -> Tensor:
        weight, bias = self.module.weight[filters], self.module.bias
        return self.module._conv_forward(
            values.to(weight.dtype), weight, None if bias is None else bias[filters]
        )


Outputs = Mapping[str, Tensor | LastConvolution]


def is_separable(module: nn.Module) -> TypeGuard[nn.Conv2d]:
    """Whether a module is a plain convolution, each filter of which can be computed alone."""
    if type(module) not in (nn.Conv2d, WinogradConvolution) or module._forward_hooks:
        return False
    return bool(module.groups == 1) and "forward" not in vars(module)


def maps_of(output: Tensor | LastConvolution, channels: tuple[int, ...]) -> Tensor:
    """Pick from each image its own channel: (N, ...) from (N, C, ...); one channel serves all images."""
    if isinstance(output, LastConvolution):
        return output.maps(channels).float()
    if len(set(channels)) == 1:
        return output[:, channels[0]].float()
    return torch.stack([one[c] for one, c in zip(output, channels, strict=True)]).float()


def whole_of(output: Tensor | LastConvolution) -> Tensor:
    """Return the output for all channels."""
    return (output.whole() if isinstance(output, LastConvolution) else output).float()
