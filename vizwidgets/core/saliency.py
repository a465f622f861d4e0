"""Saliency: which pixels a class score reacts to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .classes import class_scores, find_class
from .images import check_image
from .labelled import explained
from .layers import check_model
from .private_copy import private_copy

Targets = tuple[int, ...]
BATCH = 32  # images at a time, so that many do not need more memory than a few


@dataclass(frozen=True)
class SaliencyMap:
    """How strongly the class score of each image reacts to each of its pixels.

    Attributes
    ----------
    values : Tensor
        (N, H, W), at least 0: the attribution without its sign, the channels reduced to one number.
    attribution : Tensor
        (N, C, H, W), signed.
    target : Tensor
        (N,), the class whose score is explained.
    method : str
        How it was found.
    """

    values: Tensor
    attribution: Tensor
    target: Tensor
    method: str


def saliency_map(
    model: nn.Module,
    image: Tensor,
    target: int | str | Sequence[int | str] | Tensor | None = None,
    method: str = "gradient",
    reduce: str = "max",
) -> SaliencyMap:
    r"""Find the pixels that the score of a class depends on most.

    The lecture's map for the score h(x) of a class, with row r, column s and colour channel t:

    .. math:: M_{r,s} = \max_t \left| \frac{\partial h}{\partial x_{r,s,t}} \right|

    Parameters
    ----------
    model : nn.Module
        Returns class scores (N, K). It is used in eval mode and stays as it is.
    image : Tensor
        (C, H, W) or (N, C, H, W) in [0, 1].
    target : int, str or sequence of them, optional
        The class by index or name, one for all images or one for each; by default the predicted one.
    method : str
        "gradient".
    reduce : str
        How the channels become one number: "max", "mean" or "l2" of the absolute values.

    Returns
    -------
    SaliencyMap

    Raises
    ------
    TypeError, ValueError
        If model, image or target do not fit each other, the score does not depend on the image, or there is
        no such method or reduction.

    References
    ----------
    Simonyan, Vedaldi and Zisserman 2014, "Deep inside convolutional networks".

    Examples
    --------
    >>> model = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
    >>> weights = model[1].weight[1].detach().view(3, 2, 2)
    >>> found = saliency_map(model, torch.rand(1, 3, 2, 2), target=1)
    >>> torch.equal(found.attribution[0], weights), torch.equal(found.values[0], weights.abs().amax(dim=0))
    (True, True)
    """
    check_model(model)
    attribute, reduced = _known(method, METHODS, "method"), _known(reduce, REDUCTIONS, "reduce")
    images = check_image(image, getattr(model, "input_shape", (None,))[0])
    network = private_copy(model)
    first = next(network.parameters(), images)
    images = images.to(first.device, first.dtype)
    with explained(model, images):
        targets = _targets(model, network, images, target)
        parts = zip(images.split(BATCH), targets.split(BATCH), strict=True)
        attribution = torch.cat([attribute(network, part, tuple(who.tolist())) for part, who in parts]).cpu()
    return SaliencyMap(reduced(attribution), attribution, targets, method)


def _known(name: str, choices: dict[str, Any], word: str) -> Any:
    if not isinstance(name, str) or name not in choices:
        raise ValueError(f"{word} must be one of {', '.join(choices)}; got {name!r}.")
    return choices[name]


def _targets(model: nn.Module, network: nn.Module, images: Tensor, target: Any) -> Tensor:
    """Return one class (N,) for each image."""
    if target is None:
        find_class(model, 0)  # a model without classes says so
        with torch.no_grad():
            scores = torch.cat([network(part) for part in images.split(BATCH)])
        class_scores(scores, (0,))
        return scores.argmax(dim=1).cpu()
    wanted = target.tolist() if hasattr(target, "tolist") else target  # of torch or NumPy
    each = list(wanted) if isinstance(wanted, Sequence) and not isinstance(wanted, str) else [wanted]
    if len(each) not in (1, len(images)):
        raise ValueError(
            f"target must be one class, or one for each of {len(images)} images; got {len(each)}."
        )
    found = torch.tensor([find_class(model, one) for one in each])
    return found.expand(len(images)) if len(each) == 1 else found


def _gradient(network: nn.Module, images: Tensor, targets: Targets) -> Tensor:
    """Return the gradient of each image's score with respect to its pixels."""
    with torch.enable_grad():
        leaf = images.detach().clone().requires_grad_()
        image = leaf * 1.0  # a layer that works in place may not touch a leaf
        scores = class_scores(network(image), targets)
        if not scores.requires_grad:
            raise ValueError(
                "the score has no gradient with respect to the image: it does not depend on it, or the "
                "model's forward pass uses torch.no_grad(), detach() or rounded numbers."
            )
        (gradient,) = torch.autograd.grad(scores.sum(), leaf)
    return gradient


METHODS: dict[str, Callable[[nn.Module, Tensor, Targets], Tensor]] = {"gradient": _gradient}
REDUCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "max": lambda attribution: attribution.abs().amax(dim=1),
    "mean": lambda attribution: attribution.abs().mean(dim=1),
    "l2": lambda attribution: attribution.square().sum(dim=1).sqrt(),
}
