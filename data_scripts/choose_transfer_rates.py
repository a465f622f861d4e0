"""Compare learning rates for the strategies of lesson 06, with images that are in no test.

    python data_scripts/choose_transfer_rates.py

For each strategy, ten labelled images per class are drawn twice with seeds of their own, and the network is
judged by other images of the same pool. The rates that were chosen stand in
``vizwidgets/models/transfer_sources.py``. Takes some ten minutes on one quiet thread.
"""

from __future__ import annotations

import sys
from typing import Any

from vizwidgets.core.metrics import accuracy
from vizwidgets.models.transfer_trial import TransferOrder, target_task, transfer_trial

NUM_LABELS, SEEDS = 10, (100, 101)  # the grid of the lesson has the seeds 0 to 3
NUM_JUDGES = 600
TASKS = (("MNIST digits", "small digits"), ("digits 0-4", "digits 5-9"), ("MNIST digits", "textures"))
ALONE = (1e-3, 3e-3, 1e-2)
BELOW = (3e-4, 1e-3, 3e-3)


def main() -> int:
    """Print the mean accuracy for each target, strategy and rate; return 0, or 130 after Ctrl-C."""
    try:
        for source, target in TASKS:
            for strategy in ("from scratch", "feature extractor"):
                for lr in ALONE:
                    _report(source, target, strategy, {"head_lr": lr})
            for cut in (None, "dense1"):
                for lr in BELOW:
                    _report(source, target, "head, then all", {"backbone_lr": lr, "cut": cut})
    except KeyboardInterrupt:
        return 130
    return 0


def _report(source: str, target: str, strategy: str, options: dict[str, Any]) -> None:
    scores = [_score(TransferOrder(source, target, NUM_LABELS, strategy, seed, **options)) for seed in SEEDS]
    words = ", ".join(f"{name} {value}" for name, value in options.items() if value is not None)
    print(f"{source:14}{target:14}{strategy:20}{words:34}{sum(scores) / len(scores):.3f}", flush=True)


def _score(order: TransferOrder) -> float:
    training = transfer_trial(order, watch=False).training
    for _ in training:
        pass
    images, labels = target_task(order.target).rest(order.num_labels, order.seed)
    step = max(1, len(labels) // NUM_JUDGES)
    return accuracy(training.model, (images[::step], labels[::step]))


if __name__ == "__main__":
    sys.exit(main())
