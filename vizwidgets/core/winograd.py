"""3 x 3 convolutions with a quarter of the products (Winograd).

A convolution takes 9 · 16 products for each 4 x 4 tile of the output and each pair of channels. Seen as
polynomials that are evaluated at 6 points along each axis, the same tile takes 36:

    Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A

with g the filter, d the 6 x 6 tile of the input, ⊙ summed over the input channels. The transforms cost
additions, so it pays where there are many channels. In float32 the error is some 1e-6; bfloat16 is too
coarse for it.

References
----------
Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

INNER, OUTER = 4, 6  # side of a tile of the output and of the input
LEAST_CHANNELS = 128  # with fewer the transforms cost what the products save
LEAST_TILES = 49

_INPUT = torch.tensor(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ],
    dtype=torch.float64,
)  # Bᵀ
_FILTER = (
    torch.tensor(
        [[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]], dtype=torch.float64
    )
    / 24
)  # G
_OUTPUT = torch.tensor(
    [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]], dtype=torch.float64
)  # Aᵀ
# both axes at once
_FOR_INPUT, _FOR_FILTER, _FOR_OUTPUT = (torch.kron(one, one).float() for one in (_INPUT, _FILTER, _OUTPUT))


class WinogradConvolution(nn.Conv2d):
    """A convolution that takes Winograd's way where a gradient is wanted and the image is large enough."""

    _ahead: Tensor | None = None
    _back: Tensor | None = None

    def forward(self, input: Tensor) -> Tensor:
        """Return the output (N, C', H, W) of values (N, C, H, W)."""
        count, _, height, width = input.shape
        num_tiles = count * -(-height // INNER) * -(-width // INNER)
        if not input.requires_grad or num_tiles < LEAST_TILES:
            return super().forward(input)
        if self._ahead is None:
            turned = self.weight.flip(2, 3).transpose(0, 1)  # the gradient is a convolution with these
            self._ahead, self._back = transformed(self.weight), transformed(turned)
        output: Tensor = _Convolve.apply(input, self._ahead, self._back)
        return output if self.bias is None else output + self.bias[:, None, None]

    def __getstate__(self) -> dict[str, Any]:
        """Leave the transformed filters out of a copy: they are large, and soon made again."""
        return {name: value for name, value in vars(self).items() if name not in ("_ahead", "_back")}


def hasten(network: nn.Module) -> None:
    """Let the convolutions of a network that suit go Winograd's way, in place; its weights may not change."""
    for module in network.modules():
        if type(module) is nn.Conv2d and _suits(module):
            module.__class__ = WinogradConvolution


def _suits(module: nn.Conv2d) -> bool:
    shape = module.kernel_size, module.stride, module.dilation, module.padding, module.groups
    is_usual = shape == ((3, 3), (1, 1), (1, 1), (1, 1), 1) and module.padding_mode == "zeros"
    weight = module.weight
    is_plain = weight.dtype == torch.float32 and weight.device.type == "cpu" and not weight.requires_grad
    is_bare = not module._forward_hooks and not module._forward_pre_hooks  # one may give it other weights
    return is_usual and is_plain and is_bare and min(weight.shape[:2]) >= LEAST_CHANNELS


def transformed(weight: Tensor) -> Tensor:
    """Return filters (C', C, 3, 3) at the 36 points: (36, C, C')."""
    by_place = weight.permute(2, 3, 1, 0).reshape(9, -1)
    return (_FOR_FILTER @ by_place).view(OUTER**2, weight.shape[1], weight.shape[0])


def convolve(values: Tensor, filters: Tensor) -> Tensor:
    """Convolve (N, C, H, W) with `transformed` filters, zeros around: (N, C', H, W) in channels_last."""
    count, channels, height, width = values.shape
    rows, columns = -(-height // INNER), -(-width // INNER)
    around = (0, 0, 1, columns * INNER - width + 1, 1, rows * INNER - height + 1)
    padded = pad(values.permute(0, 2, 3, 1), around).contiguous()
    image, row, column, _ = padded.stride()
    tiles = padded.as_strided(
        (OUTER, OUTER, count, rows, columns, channels), (row, column, image, row * INNER, column * INNER, 1)
    )
    points = (_FOR_INPUT @ tiles.reshape(OUTER**2, -1)).view(OUTER**2, -1, channels)
    products = torch.bmm(points, filters)
    inner = (_FOR_OUTPUT @ products.flatten(1)).view(INNER, INNER, count, rows, columns, -1)
    whole = inner.permute(2, 3, 0, 4, 1, 5).reshape(count, rows * INNER, columns * INNER, -1)
    return whole[:, :height, :width].permute(0, 3, 1, 2)


class _Convolve(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor, ahead: Tensor, back: Tensor) -> Tensor:
        ctx.save_for_backward(back)
        return convolve(values, ahead)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (back,) = ctx.saved_tensors
        return convolve(gradients[0], back), None, None


def is_linear_step(node: Any) -> bool:
    """Whether a node of autograd's graph is this convolution, and nothing that bends."""
    return getattr(node, "_forward_cls", None) is _Convolve
