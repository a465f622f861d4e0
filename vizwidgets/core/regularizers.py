"""Regularizers: what keeps the image of an ascent calm. They are objectives too; subtract them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor
from torch.nn.functional import pad

from .last_convolution import Outputs
from .measures import Measure, number_code
from .objectives import Objective

TINY = 1e-12  # keeps the gradient of a root finite where the image is flat


@dataclass(frozen=True)
class TotalVariation(Measure):
    """Mean over pixels of (dx² + dy²)^(beta / 2), dx and dy the differences to the next column and row."""

    beta: float = 2.0
    kind: ClassVar[str] = "total_variation"
    is_regularizer: ClassVar[bool] = True

    def value(self, image: Tensor, outputs: Outputs) -> Tensor:
        dx = pad(image[..., :, 1:] - image[..., :, :-1], (0, 1))
        dy = pad(image[..., 1:, :] - image[..., :-1, :], (0, 0, 0, 1))
        squares = dx.square() + dy.square()
        if self.beta != 2.0:
            squares = (squares + TINY).pow(self.beta / 2)
        return squares.flatten(1).mean(dim=1)

    def code(self, weight: float) -> str:
        beta = "" if self.beta == 2.0 else f", beta={number_code(self.beta)}"
        return f"{_sign(weight)}vw.total_variation(weight={number_code(abs(weight))}{beta})"


@dataclass(frozen=True)
class PNorm(Measure):
    """Mean over all values of |c|^p, the p-th power of the p-norm; c is the contrast, 1 at its largest.

    The power, not its root, because a root pulls on a faint image as hard as on a burnt one.
    """

    p: float = 6.0
    center: float = 0.5
    kind: ClassVar[str] = "p_norm"
    is_regularizer: ClassVar[bool] = True

    def value(self, image: Tensor, outputs: Outputs) -> Tensor:
        contrast = (image - self.center).abs().flatten(1) / max(self.center, 1 - self.center)
        if math.isinf(self.p):
            return contrast.amax(dim=1)
        return contrast.pow(self.p).mean(dim=1)

    def code(self, weight: float) -> str:
        center = "" if self.center == 0.5 else f", center={number_code(self.center)}"
        weight_code = number_code(abs(weight))
        return f"{_sign(weight)}vw.p_norm(p={number_code(self.p)}, weight={weight_code}{center})"


def total_variation(weight: float = 0.05, beta: float = 2.0) -> Objective:
    """Total variation of the image: small for smooth images. Subtract it from an objective.

    Parameters
    ----------
    weight : float
        Strength, 0 or more.
    beta : float
        2: squared differences (rough edges cost most); 1: their absolute size (edges may stay).

    References
    ----------
    Mahendran and Vedaldi 2015; lecture, "Activation Maximization: Practical Considerations".

    Examples
    --------
    >>> total_variation(weight=0.1)
    vw.total_variation(weight=0.1)
    """
    _check_weight("total_variation", weight)
    if not beta > 0:
        raise ValueError(f"beta must be above 0; got {beta}. 2 is the usual choice, 1 keeps edges.")
    return Objective(((float(weight), TotalVariation(float(beta))),))


def p_norm(p: float = 6.0, weight: float = 0.1, center: float = 0.5) -> Objective:
    """Norm of the image: small where no pixel is extreme. Subtract it from an objective.

    It is the mean of |c|^p over all values, c = (x - center) divided by its largest possible size.

    Parameters
    ----------
    p : float
        Order, 1 or more; the larger, the more the most extreme pixels count. ``math.inf``: only they.
    weight : float
        Strength, 0 or more.
    center : float
        The value in [0, 1] from which the distance is measured: 0.5 is gray, 0 black.

    References
    ----------
    keras-vis, ``LPNorm``; lecture, "Activation Maximization: Practical Considerations".

    Examples
    --------
    >>> p_norm(p=6, weight=0.1)
    vw.p_norm(p=6, weight=0.1)
    """
    _check_weight("p_norm", weight)
    if not p >= 1:
        raise ValueError(f"p must be 1 or more; got {p}.")
    if not 0 <= center <= 1:
        raise ValueError(f"center must be in [0, 1]; got {center}.")
    return Objective(((float(weight), PNorm(float(p), float(center))),))


def _sign(weight: float) -> str:
    return "-" if math.copysign(1.0, weight) < 0 else ""  # a weight of minus zero is subtracted too


def _check_weight(name: str, weight: float) -> None:
    if not 0 <= weight < math.inf:
        raise ValueError(
            f"the weight of {name} must be 0 or more; got {weight}. "
            "Its sign is in the formula already: objective - vw." + name + "(weight=...)."
        )
