"""How the strategies of lesson 07 are trained: learning rates, changes of colour, and steps."""

from __future__ import annotations

import math
from dataclasses import dataclass

FEWEST, MOST = (4, 250), (64, 600)  # labelled images, and updates with so many


@dataclass(frozen=True)
class Recipe:
    """How a strategy is trained.

    Attributes
    ----------
    head_lr, backbone_lr : float
        Largest learning rates of new and of kept layers, the latter with 4 labelled images.
    color : float
        Strength of the changes of colour.
    growth : float
        The rate of kept layers is multiplied by (labelled images / 4) to this power: few labels are a reason
        to leave what was learned nearly as it is, many a reason to learn it anew.
    """

    head_lr: float
    backbone_lr: float
    color: float
    growth: float = 0.0

    def settings(self, num_labels: int) -> dict[str, float]:
        """Return the settings for so many labelled images."""
        times = (max(num_labels, FEWEST[0]) / FEWEST[0]) ** self.growth
        backbone_lr = float(f"{self.backbone_lr * times:.2g}")
        return {"head_lr": self.head_lr, "backbone_lr": backbone_lr, "color": self.color}


# Chosen for each strategy by itself on "validation" streets, see data_scripts/choose_street_rates.py.
RECIPES = {
    "from scratch": Recipe(8e-3, 8e-3, 0.2),
    "pretrained only": Recipe(0.0, 0.0, 0.0),
    "feature extractor": Recipe(4e-3, 4e-3, 0.2),
    "head, then all": Recipe(1e-2, 5e-4, 0.2, growth=0.5),
}


def street_steps(num_labels: int) -> int:
    """Return how many updates are fair with so many labelled images: 250 with 4, growing to 600 with 64.

    With a fixed, small number, training from scratch would simply not be finished where there are many.

    Examples
    --------
    >>> [street_steps(k) for k in (1, 4, 8, 16, 32, 64)]
    [250, 250, 310, 390, 480, 600]
    """
    power = math.log(MOST[1] / FEWEST[1]) / math.log(MOST[0] / FEWEST[0])
    return 10 * round(FEWEST[1] / 10 * (max(num_labels, FEWEST[0]) / FEWEST[0]) ** power)
