"""Saliency: which pixels a class score, or any unit, reacts to."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from .explainer import METHODS, Explainer, Explanation
from .objectives import Objective


@dataclass(frozen=True, eq=False)
class SaliencyMap:
    """How strongly the score of each image reacts to each of its pixels, in raw values.

    Attributes
    ----------
    values : Tensor
        (N, H, W), at least 0: the attribution without its sign, the channels reduced to one number. Grad-CAM
        shows the positive part instead.
    attribution : Tensor
        (N, C, H, W), signed; (N, 1, H, W) for Grad-CAM and occlusion, which do not tell colours apart.
    target : Tensor or Objective
        (N,), the class whose score is explained; or the objective.
    method : str
        How it was found.
    """

    values: Tensor
    attribution: Tensor
    target: Tensor | Objective
    method: str


def saliency_map(
    model: nn.Module,
    image: Tensor,
    target: Any = None,
    method: str = "gradient",
    reduce: str = "max",
    **options: Any,
) -> SaliencyMap:
    r"""Find the pixels that the score of a class, or any unit, depends on most.

    The lecture's map for the score h(x) of a class, with row r, column s and colour channel t:

    .. math:: M_{r,s} = \max_t \left| \frac{\partial h}{\partial x_{r,s,t}} \right|

    Parameters
    ----------
    model : nn.Module
        Returns class scores (N, K). It is used in eval mode and stays as it is.
    image : Tensor
        (C, H, W) or (N, C, H, W) in [0, 1].
    target : int, str, sequence of them or Objective, optional
        The class by index or name, one for all images or one for each; by default the predicted one. An
        objective, ``vw.unit("block3_conv3", (10, 5, 5))``, explains any node of the network.
    method : str
        "gradient"; "guided" (only positive gradients for positive activations); "smoothgrad" (options
        ``num_samples=16, noise=0.15, seed=0``); "integrated" (``num_steps=50, baseline=0.0``); "gradcam"
        (``layer=None``); "occlusion" (``window=None, stride=None, baseline=0.5``). Each option is explained
        where its method is: `SmoothGrad`, `Integrated`, `GradCam`, `Occlusion`.
    reduce : str
        How the channels become one number: "max", "mean" or "l2" of the absolute values.
    **options
        Of the method.

    Returns
    -------
    SaliencyMap

    Raises
    ------
    TypeError, ValueError
        If model, image or target do not fit each other, the score does not depend on the image, there is no
        such method, reduction or option, or the method does not suit the model (guided backpropagation
        without ReLUs, Grad-CAM without a feature map).

    Warns
    -----
    UserWarning
        If a map is 0 everywhere.

    References
    ----------
    Simonyan, Vedaldi and Zisserman 2014, "Deep inside convolutional networks"; lecture, "Saliency as
    Magnitude of Gradient". The other methods name theirs.

    Examples
    --------
    >>> import torch
    >>> model = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
    >>> weights = model[1].weight[1].detach().view(3, 2, 2)
    >>> found = saliency_map(model, torch.rand(1, 3, 2, 2), target=1)
    >>> torch.equal(found.attribution[0], weights), torch.equal(found.values[0], weights.abs().amax(dim=0))
    (True, True)
    """
    way = Way(method, reduce, options)
    found = way.end(way.begin(model, image, target))
    if not bool(found.values.isfinite().all()):
        raise ValueError(
            "the map holds NaN or infinity: the network itself gives such scores or slopes for these images. "
            "Look at its weights; a training that diverged leaves NaN."
        )
    empty = [str(number) for number, shown in enumerate(found.values) if not bool(shown.any())]
    if empty:
        which = "the map" if len(found.values) == 1 else f"the map of image {', '.join(empty)}"
        warnings.warn(f"{which} is 0 everywhere: {ZERO_BECAUSE}", stacklevel=2)
    return found


@dataclass(frozen=True)
class Way:
    """How maps are made, checked once: of one network, or of several whose maps are compared.

    It is silent about a map of zeros: where weights are random, that is a finding.

    Parameters
    ----------
    method : str
        See `saliency_map`.
    reduce : str
        See `saliency_map`.
    options : mapping
        Of the method.

    Raises
    ------
    ValueError
        If there is no such reduction; the method is checked when it begins.

    Examples
    --------
    >>> import torch
    >>> way = Way("gradient", "max", {})
    >>> work = way.begin(nn.Sequential(nn.Flatten(), nn.Linear(12, 2)), torch.rand(1, 3, 2, 2))
    >>> way.end(work).values.shape
    torch.Size([1, 2, 2])
    """

    method: str
    reduce: str
    options: Mapping[str, Any]

    def __post_init__(self) -> None:
        if not isinstance(self.reduce, str) or self.reduce not in REDUCTIONS:
            raise ValueError(f"reduce must be one of {', '.join(REDUCTIONS)}; got {self.reduce!r}.")

    def begin(self, network: nn.Module, images: Tensor, target: Any = None) -> Iterator[Explanation]:
        """Check everything and return the work that is to be done, piece by piece."""
        return Explainer(network, is_brief=True).explain(images, target, self.method, **self.options)

    def end(self, work: Iterator[Explanation]) -> SaliencyMap:
        """Do the work and return the map."""
        *_, whole = work
        values = magnitudes(whole.attribution, self.method, self.reduce)
        return SaliencyMap(values, whole.attribution, whole.target, self.method)


def magnitudes(attribution: Tensor, method: str, reduce: str = "max") -> Tensor:
    """Return the values (N, H, W) that a map shows of an attribution (N, C, H, W)."""
    shown = attribution.clamp(min=0) if METHODS[method].shows_positive else attribution.abs()
    return REDUCTIONS[reduce](shown)


REDUCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "max": lambda attribution: attribution.amax(dim=1),
    "mean": lambda attribution: attribution.mean(dim=1),
    "l2": lambda attribution: attribution.double().norm(dim=1).to(attribution.dtype),
}
ZERO_BECAUSE = (
    "no pixel moves this score, as where every ReLU on the way is off. Ask for a class or unit that is "
    'active, or try method="smoothgrad" or "occlusion", which leave this point.'
)
