"""One way to make saliency maps, for many networks: method, reduction and options, checked once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from .explainer import Explainer, Explanation
from .saliency import REDUCTIONS, SaliencyMap, magnitudes


@dataclass(frozen=True)
class Way:
    """How the maps of several networks are made, so that they can be compared.

    It makes what `saliency_map` does, but it is silent about a map of zeros: where weights are random, that
    is a finding.

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
