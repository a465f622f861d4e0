"""Trials of transfer: an order becomes a training, and the point that comes out says what it was."""

from __future__ import annotations

from collections import OrderedDict

import pytest
import torch
from PIL import Image
from torch import nn

import vizwidgets as vw
from vizwidgets.core.measurement import Measurements
from vizwidgets.data import transfer_tasks
from vizwidgets.data.transfer_task import TransferTask
from vizwidgets.models import transfer_sources, transfer_trial
from vizwidgets.models.transfer_sources import Rates, TransferSource, check_fit
from vizwidgets.models.transfer_trial import TRANSFER_SOURCES, TRANSFER_TARGETS, TransferOrder, target_task


def tiny_network() -> vw.models.VisionModel:
    torch.manual_seed(0)
    layers = OrderedDict(conv=nn.Conv2d(1, 4, 3), relu=nn.ReLU(), flatten=nn.Flatten())
    layers["dense1"], layers["dense2"] = nn.Linear(64, 8), nn.Linear(8, 3)
    return vw.wrap(nn.Sequential(layers), (1, 6, 6), class_names=("a", "b", "c"))


def tiny_pairs(number: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Images with one bright row; which row is the class."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(number) % 3
    images = torch.rand(number, 1, 6, 6, generator=generator) * 0.3
    images[torch.arange(number), 0, labels] += 0.6
    return images, labels


@pytest.fixture
def tiny(monkeypatch):
    """A source and a target that take no time; the test is a conflict set."""
    test, expected = tiny_pairs(30, 1), tiny_pairs(30, 2)
    task = TransferTask("rows", "bright rows", tiny_pairs(30, 0), test, ("a", "b", "c"), expected)
    rates = {"head, then all": Rates(0.02, 0.01)}
    source = TransferSource("a tiny network", tiny_network, ("rows",), num_steps=12, rates=rates)
    monkeypatch.setitem(TRANSFER_SOURCES, "tiny", source)
    monkeypatch.setitem(transfer_tasks._TASKS, "rows", lambda name: task)
    transfer_tasks.transfer_task.cache_clear()
    yield task
    transfer_tasks.transfer_task.cache_clear()


def test_a_trial_gives_the_point_that_its_network_earns(tiny):
    order = TransferOrder("tiny", "rows", 4, "head, then all", seed=3)
    trial = transfer_trial.transfer_trial(order)
    steps = []
    point = trial.run(steps.append)
    assert len(steps) == 12 and trial.training.num_taken == 12
    model = trial.training.model
    right = model(tiny.test[0]).argmax(dim=1)
    assert point.score == pytest.approx((right == tiny.test[1]).float().mean().item())
    assert point.score > 0.6  # guessing is a third
    there = model(tiny.expected[0]).argmax(dim=1)
    assert point.details["flip_rate"] == pytest.approx((there != right).float().mean().item())
    assert point.details["expected"] == pytest.approx((there == tiny.expected[1]).float().mean().item())
    assert 0 <= point.details["training_accuracy"] <= 1
    assert point.versions["source weights"] == tiny_network().weights_hash
    assert point.key == order.key


def test_the_images_are_those_of_the_seed_and_the_number_of_labels(tiny):
    trial = transfer_trial.transfer_trial(TransferOrder("tiny", "rows", 2, "from scratch", seed=5))
    assert torch.equal(trial.training.images, tiny.draw(2, 5)[0])
    assert torch.equal(trial.training.labels, tiny.draw(2, 5)[1])


def test_the_same_order_gives_the_same_score_and_the_source_stays_as_it_is(tiny):
    order = TransferOrder("tiny", "rows", 3, "fine-tune all", seed=1)
    first, again = (transfer_trial.transfer_trial(order, watch=watch).run() for watch in (True, False))
    assert first.score == again.score and first.details["flip_rate"] == again.details["flip_rate"]


def test_what_is_usual_for_source_and_strategy_is_filled_in_and_not_called_a_variant(tiny):
    usual = TransferOrder("tiny", "rows", 2, "head, then all")
    assert (usual.num_steps, usual.head_lr, usual.backbone_lr) == (12, 0.02, 0.01)
    assert usual.variant == "" and usual.words == "head, then all · 2 labels per class · seed 0"
    said = TransferOrder("tiny", "rows", 2, "head, then all", num_steps=12, head_lr=0.02)
    assert said.key == usual.key
    other = TransferOrder("tiny", "rows", 2, "head, then all", cut="dense1", num_steps=5)
    assert other.variant == "cut dense1, num steps 5" and other.key != usual.key


def test_a_cut_reaches_the_training(tiny):
    for cut, kept in ((None, 2), ("dense1", 1), ("conv", 0)):
        trial = transfer_trial.transfer_trial(TransferOrder("tiny", "rows", 2, "head, then all", cut=cut))
        assert trial.training.plan.num_kept == kept


def test_pretrained_only_takes_no_step_and_asks_the_classes_of_the_source(tiny):
    trial = transfer_trial.transfer_trial(TransferOrder("tiny", "rows", 1, "pretrained only"))
    point = trial.run()
    answers = tiny_network()(tiny.test[0]).argmax(dim=1)
    assert point.score == pytest.approx((answers == tiny.test[1]).float().mean().item())
    assert trial.training.num_taken == 0


def test_pretrained_only_is_refused_where_the_classes_are_others(tiny, monkeypatch):
    other = TransferTask("rows", "", tiny.pool, tiny.test, ("x", "y", "z"))
    monkeypatch.setitem(transfer_tasks._TASKS, "rows", lambda name: other)
    transfer_tasks.transfer_task.cache_clear()
    with pytest.raises(ValueError, match="has others: x, y, z"):
        transfer_trial.transfer_trial(TransferOrder("tiny", "rows", 1, "pretrained only"))


@pytest.mark.parametrize("strategy", ["from scratch", "pretrained only"])
def test_an_order_without_labels_or_with_a_seed_that_is_none_is_refused_when_it_is_made(tiny, strategy):
    for count in (0, -1, 1.5, "2"):
        with pytest.raises(ValueError, match=f"num_labels must be a whole number .* got {count!r}"):
            TransferOrder("tiny", "rows", count, strategy)
    for seed in (-1, "x", None):
        with pytest.raises(ValueError, match=f"seed must be a whole number in .* got {seed!r}"):
            TransferOrder("tiny", "rows", 2, strategy, seed)


def test_too_many_labels_and_too_many_frozen_layers_are_refused_in_words(tiny):
    with pytest.raises(ValueError, match=r"num_labels.* must be in 1\.\.10 for 'rows'; got 11"):
        transfer_trial.transfer_trial(TransferOrder("tiny", "rows", 11, "from scratch"))
    with pytest.raises(ValueError, match=r"frozen must be .* in 0\.\.3"):
        transfer_trial.transfer_trial(TransferOrder("tiny", "rows", 2, "fine-tune all", frozen=9))


@pytest.mark.parametrize(
    ("source", "target", "strategy", "words"),
    [
        ("MNIST", "small digits", "from scratch", "no source 'MNIST'. Did you mean 'MNIST digits'"),
        ("MNIST digits", "digits 5-9", "from scratch", "For this target there are: digits 0-4"),
        ("MNIST digits", "sheep and goats", "from scratch", "For this target there are: ImageNet, nothing"),
        ("MNIST digits", "small digits", "head then all", "Did you mean 'head, then all'"),
        ("nothing", "sheep and goats", "feature extractor", "only strategy is 'from scratch'"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_does(source, target, strategy, words):
    with pytest.raises(ValueError, match=words):
        check_fit(source, target, strategy)


def test_no_source_has_seen_images_of_its_targets():
    assert "digits 5-9" not in TRANSFER_SOURCES["MNIST digits"].targets
    assert not any("MNIST digits" in source.targets for source in TRANSFER_SOURCES.values())
    assert "sheep and goats (repaired)" in TRANSFER_TARGETS


def test_the_network_that_has_learned_nothing_averages_96_pixels_to_64():
    model = transfer_sources.source_model("nothing")
    images = torch.rand(2, 3, 96, 96)
    small = torch.nn.functional.adaptive_avg_pool2d(images, 64)
    assert torch.equal(model(images), vw.new_model("animals_cnn")(small))


def test_a_folder_of_photographs_is_a_target_and_is_read_again_when_it_changes(tmp_path):
    for name, value in (("cat", 20), ("dog", 200)):
        (tmp_path / name).mkdir()
        for number in range(3):
            Image.new("RGB", (40, 30), (value, value, value)).save(tmp_path / name / f"{number}.png")
    task = target_task(str(tmp_path))
    assert task.class_names == ("cat", "dog") and target_task(str(tmp_path)) is task
    Image.new("RGB", (40, 30)).save(tmp_path / "cat" / "3.png")
    changed = target_task(str(tmp_path))
    assert changed is not task and changed.fingerprint != task.fingerprint
    (tmp_path / "cat" / "3.png").unlink()
    assert target_task(str(tmp_path)).fingerprint == task.fingerprint
    assert TransferOrder("ImageNet", str(tmp_path), 1, "feature extractor").target == str(tmp_path)
    order = TransferOrder("ImageNet", str(tmp_path), 1, "feature extractor", photographs=task.fingerprint)
    assert order.variant == "" and order.settings["photographs"] == task.fingerprint
    assert "photographs" not in TransferOrder("ImageNet", str(tmp_path), 1, "feature extractor").settings
    with pytest.raises(ValueError, match="give the path of their folder"):
        target_task("your photographs")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        target_task(str(tmp_path / "nowhere"))


def test_points_of_one_seed_are_paired(tiny):
    points = Measurements(
        transfer_trial.transfer_trial(TransferOrder("tiny", "rows", 2, strategy, seed), watch=False).run()
        for strategy in ("from scratch", "head, then all")
        for seed in (0, 1)
    )
    (gain,) = points.gains("head, then all")
    scores = {(point.strategy, point.seed): point.score for point in points}
    wanted = [scores["head, then all", seed] - scores["from scratch", seed] for seed in (0, 1)]
    assert list(gain.each.values()) == pytest.approx(wanted)
