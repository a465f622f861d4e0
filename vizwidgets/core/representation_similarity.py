"""How alike two layers, or one layer before and after training, see a set of images: linear CKA.

Two networks number their features as they like, so single features can not be compared. What can be compared
is which images a layer takes for alike: that is what centred kernel alignment does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .features import feature_rows, layer_features
from .images import check_image
from .layers import check_open
from .outlets import checked_layers, layers_to_compare
from .tables import Row, Table

FEW = 2  # images: with one, nothing is alike or different
FLAT = 1e-12  # share of its squared size that a layer varies by, at least; less is rounding


def linear_cka(a: Tensor, b: Tensor) -> float:
    r"""Return the linear centred kernel alignment of two sets of features of the same images.

    With columns centred over the images,

    .. math:: \frac{\lVert B^\top A \rVert^2}{\lVert A^\top A \rVert \; \lVert B^\top B \rVert}
              = \frac{\langle A A^\top, B B^\top \rangle}{\lVert A A^\top \rVert \; \lVert B B^\top \rVert}

    with Frobenius norms.

    The left form compares features, the right one images; they are equal, and the cheaper one is computed.

    Parameters
    ----------
    a, b : Tensor
        (N, p) and (N, q), of the same N images in the same order; maps are read as long rows. Take more
        images than features where you can: with few images, any two layers look alike.

    Returns
    -------
    float
        0 (nothing in common) to 1 (equal up to a rotation and one scale); NaN if a layer says the same of all
        images.

    Raises
    ------
    TypeError, ValueError
        If these are no features of the same two or more images, or one is NaN or infinite.

    References
    ----------
    Kornblith, Norouzi, Lee and Hinton 2019, "Similarity of neural network representations revisited".

    Examples
    --------
    >>> a = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 1.0]])
    >>> round(linear_cka(a, 3 * a.flip(1)), 6)  # other order, other scale
    1.0
    """
    first, second = _centred(a, "a"), _centred(b, "b")
    if len(first) != len(second):
        raise ValueError(f"both need features of the same images; got {len(first)} and {len(second)}.")
    sides = first.shape[1], second.shape[1]
    # multiplications of the left form against those of the right one
    is_long = sum(sides) ** 2 - sides[0] * sides[1] < len(first) * sum(sides)
    if is_long:
        joint, *own = (x.T @ y for x, y in ((second, first), (first, first), (second, second)))
        above = float(joint.square().sum())
    else:
        own = [first @ first.T, second @ second.T]
        above = float((own[0] * own[1]).sum())
    below = float(own[0].norm() * own[1].norm())
    return min(max(above / below, 0.0), 1.0) if below > 0 else float("nan")


def _centred(rows: Any, name: str) -> Tensor:
    """Return features (N, F) in float64 with mean 0 over the images and size 1; a constant layer is 0."""
    values = feature_rows(rows, name)
    if len(values) < FEW:
        raise ValueError(
            f"{name} must be of {FEW} or more images, which are compared with each other; got one."
        )
    values = values / values.abs().max().clamp(min=torch.finfo(values.dtype).tiny)
    centred = values - values.mean(dim=0)
    size = centred.norm()
    if float(size.square()) <= FLAT * float(values.square().sum()):
        return torch.zeros_like(centred)
    return centred / size


@dataclass(frozen=True, repr=False)
class LayerComparison(Table):
    """How alike two networks see the same images, layer by layer; shows itself as a table.

    Attributes
    ----------
    layers : tuple of str
        From the image to the output.
    cka : Tensor
        (L,) float64, each layer with itself in the other network, 0..1; NaN where a layer says the same of
        all images.
    matrix : Tensor or None
        (L, L), each layer before (rows) with each layer after (columns), if it was asked for.
    num_images : int
        How many images were compared.
    """

    layers: tuple[str, ...]
    cka: Tensor
    matrix: Tensor | None
    num_images: int

    def _caption(self) -> str:
        return f"linear CKA of {self.num_images:,} images: 1 is the same up to rotation and scale"

    def _cells(self) -> list[Row]:
        if self.matrix is None:
            return [("layer", "similarity"), *zip(self.layers, map(_cell, self.cka.tolist()), strict=True)]
        rows = zip(self.layers, self.matrix.tolist(), strict=True)
        return [("before \\ after", *self.layers), *((name, *map(_cell, row)) for name, row in rows)]


def _cell(value: float) -> str:
    return "–" if value != value else f"{value:.3f}"


def compare_layers(
    before: nn.Module,
    after: nn.Module,
    images: Tensor,
    layers: Sequence[str] | None = None,
    *,
    matrix: bool = False,
) -> LayerComparison:
    """Compare what two networks make of the same images, layer by layer.

    A feature map is averaged down to at most 4 × 4 places; a layer with weights is read after the
    normalization, activation and pooling that follow it.

    Parameters
    ----------
    before, after : nn.Module
        E.g. before and after fine-tuning. They are used in eval mode and stay as they are.
    images : Tensor
        (N, C, H, W) in [0, 1], two or more; a few hundred say more.
    layers : sequence of str, optional
        Names that both networks have; by default the layers with weights that both have, at most ten.
    matrix : bool
        Whether each layer is compared with each other one, too.

    Raises
    ------
    TypeError, ValueError
        If the images do not fit both networks, a layer is not in both, none is in common, or one is NaN.

    References
    ----------
    Kornblith et al. 2019, "Similarity of neural network representations revisited".

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 2))
    >>> compare_layers(net, net, torch.rand(5, 1, 8, 8))
    linear CKA of 5 images: 1 is the same up to rotation and scale
    layer  similarity
    0           1.000
    3           1.000
    """
    check_open(before)
    check_open(after)
    images = check_image(images)
    names = _common(before, after, images) if layers is None else checked_layers(layers)
    old, new = (
        _features(model, images, names, which) for model, which in ((before, "before"), (after, "after"))
    )
    if matrix:
        both = torch.tensor([[linear_cka(old[a], new[b]) for b in names] for a in names], dtype=torch.float64)
        return LayerComparison(tuple(names), both.diagonal(), both, len(images))
    cka = [linear_cka(old[name], new[name]) for name in names]
    return LayerComparison(tuple(names), torch.tensor(cka, dtype=torch.float64), None, len(images))


def _features(model: nn.Module, images: Tensor, names: Sequence[str], which: str) -> dict[str, Tensor]:
    """Return the features of layers, turned so that none has more numbers than there are images."""
    found = layer_features(model, images, names)
    rows = {name: feature_rows(values, f"layer {name!r} {which}") for name, values in found.items()}
    return {
        name: torch.linalg.qr(values.T).R.T if values.shape[1] > len(values) else values
        for name, values in rows.items()
    }


def _common(before: nn.Module, after: nn.Module, images: Tensor) -> list[str]:
    has = layers_to_compare(after, images)
    names = [name for name in layers_to_compare(before, images) if name in has]
    if not names:
        raise ValueError(
            f"the two networks have no layer of one name in common ({', '.join(has)}); name layers that "
            "both have, or compare features yourself: vw.linear_cka(a, b)."
        )
    return names
