"""Grad-CAM: which channels of the last feature map speak for the score, and where they are active."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from .layers import Layer, known_layers
from .saliency_methods import Method, Piece
from .scores import Score, gradient_of, no_autocast

PASSING_ON = ("Pool", "Dropout", "Identity", "Upsample")


@dataclass(frozen=True)
class GradCam(Method):
    r"""The channels A of a feature map, each weighted by its mean gradient (Selvaraju et al. 2017).

    .. math:: \sum_k w_k A_k, \quad w_k = \frac{1}{h w} \sum_{i,j} \frac{\partial h}{\partial A_{k,i,j}}

    The attribution is signed and enlarged to the image (bilinear); a map shows its positive part, as in the
    paper. It is as coarse as the feature map.

    Parameters
    ----------
    layer : str, optional
        Name or alias of the layer, whose output is taken as it is (after a ReLU that is a layer of its own);
        by default the last feature map before pooling.
    """

    shows_positive: ClassVar[bool] = True

    layer: str | None = None

    def bind(self, model: nn.Module, images: Tensor) -> GradCam:
        """Look for the layer in the model itself, where it is remembered, not in each private copy."""
        return self if self.layer is not None else replace(self, layer=last_feature_map(model, images).name)

    def explain(self, score: Score, images: Tensor, at_once: int) -> Iterator[Piece]:
        assert self.layer is not None, "bind chooses a layer"
        small = _weighted(score, images, self.layer, score.probe.module(self.layer))
        yield 1, 1, interpolate(small, images.shape[2:], mode="bilinear", align_corners=False)


def _weighted(score: Score, images: Tensor, name: str, module: nn.Module) -> Tensor:
    """Return the weighted sum of the channels, (N, 1, h, w)."""
    leaves: list[Tensor] = []

    def begin_here(_: nn.Module, __: Any, output: Any) -> Tensor:
        if leaves or not isinstance(output, Tensor) or output.dim() != 4:
            what = "is used more than once" if leaves else "gives no feature map (N, C, H, W)"
            raise ValueError(f"Grad-CAM cannot use layer {name!r}: it {what}. Choose another: layer=...")
        leaves.append(output.detach().clone().requires_grad_())
        return leaves[0] * 1.0  # what follows may work in place

    hook = module.register_forward_hook(begin_here)
    try:
        with torch.inference_mode(False), torch.enable_grad(), no_autocast(images):
            scores = score(images.detach().clone())
            if not leaves:
                raise ValueError(f"the score does not come by layer {name!r}; choose an earlier: layer=...")
            gradient = gradient_of(scores, leaves[0], f"output of layer {name!r}")
    finally:
        hook.remove()
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    return (weights * leaves[0].detach()).sum(dim=1, keepdim=True)


def last_feature_map(network: nn.Module, images: Tensor) -> Layer:
    """Return the last layer whose output is a feature map that has looked around, pooling left out.

    Raises
    ------
    ValueError
        If there is none.
    """
    for layer in reversed(known_layers(network, tuple(images.shape[1:]))):
        is_map = len(layer.shape) == 3 and layer.shape[1] * layer.shape[2] > 1
        looks_around = layer.receptive_field is None or layer.receptive_field > 1
        if is_map and looks_around and not any(kind in layer.kind for kind in PASSING_ON):
            return layer
    raise ValueError(
        "Grad-CAM needs a feature map (N, C, H, W) of a convolution, and this network has none; "
        'method="gradient" needs no convolution.'
    )
