"""Compare learning rates and colour changes for the strategies of lesson 07, with streets of no test.

    python data_scripts/choose_street_rates.py

For each strategy, 4, 16 and 64 labelled streets are drawn with a seed of their own, and the network is judged
by the "validation" streets. What was chosen stands in ``vizwidgets/models/street_recipes.py``: kept layers
want the smaller steps the fewer labels there are. Takes some twenty minutes on one quiet thread.
"""

from __future__ import annotations

import sys
from typing import Any

from vizwidgets.core.segmentation_scores import segmentation_scores
from vizwidgets.data.scenes import scene_split
from vizwidgets.models.street_targets import CAMERA
from vizwidgets.models.street_trial import GAME, StreetOrder, street_trial

LABELS, SEED = (4, 16, 64), 100  # the grid of the lesson has the seeds 0 to 2
TRIED: dict[str, tuple[dict[str, Any], ...]] = {
    "from scratch": (
        {"head_lr": 0.002},
        {"head_lr": 0.004},
        {"head_lr": 0.004, "color": 0.5},
        {"head_lr": 0.008},
        {"head_lr": 0.016},
    ),
    "feature extractor": ({"head_lr": 0.004}, {"head_lr": 0.01}),
    "head, then all": (
        {"head_lr": 0.004, "backbone_lr": 0.0003},
        {"head_lr": 0.004, "backbone_lr": 0.001},
        {"head_lr": 0.004, "backbone_lr": 0.001, "color": 0.5},
        {"head_lr": 0.004, "backbone_lr": 0.003, "color": 0.5},
        {"head_lr": 0.01, "backbone_lr": 0.0005},
        {"head_lr": 0.01, "backbone_lr": 0.001, "color": 0.5},
        {"head_lr": 0.01, "backbone_lr": 0.002},
    ),
}


def main() -> int:
    """Print the mean IoU for each strategy, its settings and numbers of labels; 0, or 130 after Ctrl-C."""
    judges = scene_split("validation", "camera")
    try:
        for strategy, tried in TRIED.items():
            for options in tried:
                orders = [
                    StreetOrder(GAME, CAMERA, count, strategy, SEED, **{"color": 0.2, **options})
                    for count in LABELS
                ]
                scores = "  ".join(f"{_score(order, judges):.3f}" for order in orders)
                words = ", ".join(f"{name} {value}" for name, value in options.items())
                print(f"{strategy:20}{words:48}{scores}", flush=True)
    except KeyboardInterrupt:
        return 130
    return 0


def _score(order: StreetOrder, judges: Any) -> float:
    training = street_trial(order, watch=False).training
    for _ in training:
        pass
    return segmentation_scores(training.model, judges).mean_iou


if __name__ == "__main__":
    sys.exit(main())
