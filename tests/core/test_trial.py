"""Orders and trials: what is the same order, and a small training from order to point."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
from torch import nn

from vizwidgets.core.measurement import Measurement
from vizwidgets.core.metrics import accuracy
from vizwidgets.core.train_settings import TrainSettings
from vizwidgets.core.training import Training
from vizwidgets.core.trial import Order, Trial


@dataclass(frozen=True)
class CutOrder(Order):
    cut: str | None = None
    lr: float = 1e-3
    size: tuple[int, int] = (4, 4)


def order(**settings) -> CutOrder:
    return CutOrder("digits", "small digits", 10, "head, then all", **settings)


def test_an_order_says_what_is_unusual_about_it():
    assert order().words == "head, then all · 10 labels per class · seed 0"
    assert order(cut="dense1", lr=0.01).label == "head, then all, cut dense1, lr 0.01"
    assert order().settings == {"cut": None, "lr": 0.001, "size": [4, 4]}


def test_the_point_of_an_order_has_its_key_also_after_a_file():
    for each in (order(), order(cut="dense1"), order(seed=1)):
        measured = each.measured(0.5)
        assert measured.key == each.key == Measurement.from_data(measured.data()).key
        assert measured.label == each.label
    assert len({order().key, order(cut="dense1").key, order(seed=1).key, order(lr=0.01).key}) == 4


def test_a_trial_trains_and_tests():
    images = torch.rand(20, 1, 4, 4) / 2
    labels = torch.arange(20) % 2
    images[labels == 1] += 0.5
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
    training = Training(model, (images, labels), TrainSettings(epochs=20, lr=0.05, batch_size=10))
    seen = []
    trial = Trial(order(), training, lambda: order().measured(accuracy(model, (images, labels)), tested=20))
    point = trial.run(seen.append)
    assert [step.step for step in seen] == list(range(1, 41))
    assert point.score == 1.0 and point.details["tested"] == 20 and point.details["seconds"] > 0


def test_a_trial_that_diverges_raises():
    data = torch.rand(20, 1, 4, 4), torch.arange(20) % 2
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
    training = Training(model, data, TrainSettings(lr=1e6, batch_size=10))
    with pytest.raises(FloatingPointError, match="diverged"):
        Trial(order(), training, lambda: order().measured(1.0)).run()
