"""How alike two maps are: by the order of their pixels, and by their structure.

Both measures compare maps that differ in scale, so each leaves the scale out: ranks have none, and for the
structure each map is first divided by its own `BRIGHT` value, as one would show it on a screen.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

WINDOW, SIGMA = 11, 1.5  # of the Gaussian window that Wang et al. compare structures in, in pixels
LUMINANCE, CONTRAST = 0.01**2, 0.03**2  # their K1 and K2, squared: they keep quotients of dark parts calm
FLAT = 1e-5  # of the largest value: what rounding makes of equal pixels
BRIGHT = 0.99  # share of the pixels below the value that is shown as 1: one pixel does not dim all others


def rank_correlation(first: Tensor, second: Tensor) -> Tensor:
    r"""Return Spearman's rank correlation of each pair of maps.

    .. math:: r = \frac{\sum_i (a_i - \bar a)(b_i - \bar b)}
              {\sqrt{\sum_i (a_i - \bar a)^2 \sum_i (b_i - \bar b)^2}}

    with the ranks a and b of the pixels, equal values sharing their mean rank.

    Parameters
    ----------
    first, second : Tensor
        (N, ...), of one shape; what belongs to one of N is one map, whatever its shape.

    Returns
    -------
    Tensor
        (N,) float64 in [-1, 1]; 0 if a map is constant, since it orders nothing.

    Raises
    ------
    ValueError
        If the shapes differ, or a map has no pixel or holds NaN.

    References
    ----------
    Spearman 1904, "The proof and measurement of association between two things".

    Examples
    --------
    >>> rank_correlation(torch.tensor([[1.0, 2.0, 9.0]]), torch.tensor([[0.1, 0.3, 0.2]]))
    tensor([0.5000], dtype=torch.float64)
    """
    _check_pair(first, second)
    return (unit_ranks(first) * unit_ranks(second)).sum(dim=1).clamp(-1, 1)


def unit_ranks(maps: Tensor) -> Tensor:
    """Return the ranks of each map's pixels, centred and of length 1: their products are rank correlations.

    Parameters
    ----------
    maps : Tensor
        (N, ...), what belongs to one of N is one map.

    Returns
    -------
    Tensor
        (N, pixels) float64; 0 everywhere for a constant map.

    Examples
    --------
    >>> unit_ranks(torch.tensor([[5.0, 0.0, 7.0], [2.0, 2.0, 2.0]]))
    tensor([[ 0.0000, -0.7071,  0.7071],
            [ 0.0000,  0.0000,  0.0000]], dtype=torch.float64)
    """
    ranks = torch.stack([_ranks(values) for values in maps.detach().flatten(1)])
    centred = ranks - ranks.mean(dim=1, keepdim=True)
    return centred / centred.norm(dim=1, keepdim=True).clamp(min=0.5)  # two ranks differ by a half at least


def _ranks(values: Tensor) -> Tensor:
    """Return the ranks (pixels,) from 1; equal values share their mean rank."""
    _, places, counts = values.unique(return_inverse=True, return_counts=True)
    last = counts.cumsum(0).double()
    return (last - (counts - 1) / 2)[places]


def structural_similarity(first: Tensor, second: Tensor) -> Tensor:
    r"""Return the structural similarity (SSIM) of each pair of maps.

    In a Gaussian window around each pixel, with means, variances and the covariance of the two maps,

    .. math:: \frac{(2 \mu_a \mu_b + C_1)(2 \sigma_{ab} + C_2)}
              {(\mu_a^2 + \mu_b^2 + C_1)(\sigma_a^2 + \sigma_b^2 + C_2)}

    and its mean over all windows that lie inside the map.

    Parameters
    ----------
    first, second : Tensor
        (N, H, W), at least 0 and of one shape. See `shown` for how their scale is left out.

    Returns
    -------
    Tensor
        (N,) float64 in [-1, 1]; 1 for equal maps.

    Raises
    ------
    ValueError
        If the shapes differ or are not (N, H, W), or a map has no pixel or holds NaN or infinity.

    References
    ----------
    Wang, Bovik, Sheikh and Simoncelli 2004, "Image quality assessment: from error visibility to structural
    similarity".

    Examples
    --------
    >>> values = torch.arange(400.0).view(1, 20, 20)
    >>> structural_similarity(values, 7 * values)
    tensor([1.], dtype=torch.float64)
    """
    _check_pair(first, second)
    if first.dim() != 3:
        raise ValueError(f"structural similarity compares maps (N, H, W); got {tuple(first.shape)}.")
    if not bool(first.isfinite().all() & second.isfinite().all()):
        raise ValueError("a map holds infinity, so its structure has no scale.")
    a, b = (shown(maps)[:, None].double() for maps in (first, second))
    mean_a, mean_b, square_a, square_b, product = (_windowed(part) for part in (a, b, a * a, b * b, a * b))
    both, squares = mean_a * mean_b, mean_a.square() + mean_b.square()
    luminance = (2 * both + LUMINANCE) / (squares + LUMINANCE)
    structure = (2 * (product - both) + CONTRAST) / (square_a + square_b - squares + CONTRAST)
    return (luminance * structure).mean(dim=(1, 2, 3))


def shown(maps: Tensor) -> Tensor:
    """Return maps (N, H, W), at least 0, in [0, 1]: divided by their 99th percentile, what is above cut off.

    A map that is 0 almost everywhere is divided by its largest value instead; a map of zeros stays as it is.

    Examples
    --------
    >>> shown(torch.tensor([[[0.0, 2.0, 4.0]], [[0.0, 0.0, 0.0]]]))
    tensor([[[0.0000, 0.5000, 1.0000]],
            [[0.0000, 0.0000, 0.0000]]])
    """
    pixels = maps.detach().flatten(1)
    place = max(1, round(BRIGHT * pixels.shape[1]))
    bright, largest = pixels.kthvalue(place, dim=1).values, pixels.amax(dim=1)
    scale = torch.where(bright > 0, bright, largest)[:, None, None]
    return torch.where(scale > 0, maps / scale.clamp(min=torch.finfo(maps.dtype).tiny), 0.0).clamp(0, 1)


def is_flat(maps: Tensor) -> Tensor:
    """Whether the pixels of each map (..., H, W), at least 0, are all equal, so that they have no order.

    Examples
    --------
    >>> is_flat(torch.tensor([[[0.0, 0.0]], [[2.0, 2.0]], [[2.0, 2.1]]]))
    tensor([ True,  True, False])
    """
    low, high = maps.flatten(-2).aminmax(dim=-1)
    return high - low <= FLAT * high


def _windowed(values: Tensor) -> Tensor:
    """Return the mean of (N, 1, H, W) in each window that lies inside; a small map has a smaller window."""
    for dim in (2, 3):
        size = min(WINDOW, values.shape[dim] - 1 + values.shape[dim] % 2)  # odd, and not over the edge
        places = torch.arange(size, device=values.device).double() - size // 2
        weights = torch.exp(-places.square() / (2 * SIGMA**2))
        shape = (1, 1, -1, 1) if dim == 2 else (1, 1, 1, -1)
        values = functional.conv2d(values, (weights / weights.sum()).view(shape))
    return values


def _check_pair(first: Tensor, second: Tensor) -> None:
    if first.shape != second.shape or not first.numel():
        raise ValueError(
            f"two maps are compared pixel by pixel, so both need one shape, and pixels; "
            f"got {tuple(first.shape)} and {tuple(second.shape)}."
        )
    if bool(first.isnan().any() | second.isnan().any()):
        raise ValueError("a map holds NaN, so nothing can be said about how alike the two are.")
