"""The segmenters that a lab has at hand: the pretrained one, those that were given, those that it trained."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from vizwidgets.core.trial import Trial

PRETRAINED = "pretrained"
MOST_TRAINED = 3  # that are kept, to be compared


class StreetNetworks:
    """Networks by name.

    Parameters
    ----------
    pretrained : nn.Module
        The segmenter that has learned from rendered scenes.
    others : mapping of str to nn.Module, optional
        Further ones.

    Examples
    --------
    >>> networks = StreetNetworks(nn.Identity(), {"without colours": nn.Identity()})
    >>> list(networks.named())
    ['pretrained', 'without colours']
    """

    def __init__(self, pretrained: nn.Module, others: Mapping[str, nn.Module] | None = None) -> None:
        self.pretrained, self._others = pretrained, dict(others or {})
        self._trained: dict[str, nn.Module] = {}

    def named(self) -> dict[str, nn.Module]:
        """Return all of them, those that were trained last at the end."""
        return {PRETRAINED: self.pretrained, **self._others, **self._trained}

    def keep(self, trial: Trial) -> str:
        """Keep the network of a finished trial in place of the oldest one, and return its name."""
        name = f"{trial.order.strategy}, {trial.order.num_labels} images"
        self._trained.pop(name, None)
        kept = list(self._trained.items())[-(MOST_TRAINED - 1) :]
        self._trained = {**dict(kept), name: trial.training.model}
        return name
