"""Regularizers: what keeps the image of an ascent calm. They are objectives too; subtract them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor
from torch.nn.functional import pad

from .last_convolution import Outputs
from .measures import Measure, number_code
from .objectives import Objective
from .own_function import ImageFunction, name_of
from .own_regularizer import OwnRegularizer

TAKEN = ("activation", "objective", "h")  # curves that are no regularizer's
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


def regularizer(function: ImageFunction, weight: float = 0.1, name: str | None = None) -> Objective:
    """A regularizer of your own: any differentiable function of the images. Subtract it from an objective.

    Parameters
    ----------
    function : callable
        Gets images (N, C, H, W) in [0, 1] and returns (N,) numbers, one for each image, computed with torch:
        the ascent goes down their gradient. It is called in each step with a copy of the images.
    weight : float
        Strength, 0 or more. It means about the same as that of `total_variation` where the function is a mean
        over pixels; of a sum over pixels take as much less as there are pixels.
    name : str, optional
        Under which the term stands in curves, verdicts and records; by default the function's own name.

    Returns
    -------
    Objective

    Raises
    ------
    TypeError, ValueError
        If it is no function, or the weight or the name can not be. What the function returns is checked
        when an ascent calls it; then `FunctionError`, a ValueError, says what was wanted and what came.

    References
    ----------
    Lecture, "Activation Maximization: Practical Considerations".

    Examples
    --------
    >>> def brightness(images):
    ...     return images.flatten(1).mean(dim=1)
    >>> regularizer(brightness, weight=0.2)
    vw.regularizer(brightness, weight=0.2)
    """
    check_function("function", function)
    name = name_of(function) if name is None else name
    if not isinstance(name, str) or not name.strip() or name in TAKEN:
        raise ValueError(
            f"name must be a word other than {', '.join(TAKEN)}, which stand for other curves; got {name!r}. "
            "vw.regularizer(function, name='my_regularizer')"
        )
    _check_weight("regularizer", weight)
    return Objective(((float(weight), OwnRegularizer(function, name)),))


def check_function(argument: str, function: Any) -> None:
    """Refuse what can not be called with images."""
    if not callable(function) or isinstance(function, type):
        raise TypeError(
            f"{argument} must be a function that takes images (N, C, H, W) and returns (N,) numbers; "
            f"got {function!r}."
        )


def _sign(weight: float) -> str:
    return "-" if math.copysign(1.0, weight) < 0 else ""  # a weight of minus zero is subtracted too


def _check_weight(name: str, weight: float) -> None:
    if not 0 <= weight < math.inf:
        raise ValueError(
            f"the weight of {name} must be 0 or more; got {weight}. "
            "Its sign is in the formula already: objective - vw." + name + "(weight=...)."
        )
