"""Trials of streets: what is drawn, what is trained for how long, and the point that comes out."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from PIL import Image

import vizwidgets as vw
from vizwidgets.core.segmentation_scores import segmentation_scores
from vizwidgets.data.scenes import SCENE_CLASSES, scene_split
from vizwidgets.models import street_targets
from vizwidgets.models.small import new_model
from vizwidgets.models.street_targets import CAMERA, street_target
from vizwidgets.models.street_trial import GAME, STREET_STRATEGIES, StreetOrder, street_steps, street_trial


@pytest.fixture(autouse=True)
def few_streets(monkeypatch):
    """Draw from a handful of streets: to draw a hundred takes seconds."""
    monkeypatch.setattr(street_targets, "POOL", 6)


def order(strategy: str = "head, then all", num_labels: int = 2, seed: int = 0, **settings) -> StreetOrder:
    settings = {"num_steps": 3, "num_test": 3, **settings}
    return StreetOrder(GAME, CAMERA, num_labels, strategy, seed, **settings)


def test_the_labelled_images_are_drawn_by_the_seed_and_more_contain_the_fewer():
    target = street_target(CAMERA)
    few, many, others = target.draw(2, 5), target.draw(5, 5), target.draw(5, 6)
    assert torch.equal(few[0], many[0][:2]) and torch.equal(few[1], many[1][:2])
    assert not torch.equal(many[0], others[0])
    pool = scene_split("train", "camera", num_images=6)
    whole = target.draw(6, 5)
    for image, label in zip(*whole, strict=True):  # every one is a street of the pool, with its own labels
        places = [place for place in range(6) if torch.equal(image, pool.images[place])]
        assert len(places) == 1 and torch.equal(label, pool.labels[places[0]])
    assert len({image.numpy().tobytes() for image in whole[0]}) == 6
    test = target.test(3)[0]
    assert not any(torch.equal(image, other) for image in test for other in pool.images)


def test_the_look_of_the_target_is_a_setting():
    game, camera = (street_target(CAMERA, look).test(2) for look in (0.0, 1.0))
    assert torch.equal(game[0], scene_split("test", "game", num_images=2).images)
    assert not torch.equal(game[0], camera[0])
    assert order(look=0.5).label == "head, then all, look 0.5, num steps 3, num test 3"


@pytest.mark.parametrize("strategy", STREET_STRATEGIES)
def test_a_trial_comes_to_a_point_and_leaves_its_source_alone(strategy):
    source = new_model("segmenter", 3)
    before = source.weights_hash
    trial = street_trial(order(strategy), model=source)
    point = trial.run()
    assert point.key == trial.order.key and source.weights_hash == before
    scores = segmentation_scores(trial.training.model, street_target(CAMERA).test(3))
    assert point.score == scores.mean_iou and point.details["pixel accuracy"] == scores.pixel_accuracy
    assert [point.details[f"IoU {name}"] for name in SCENE_CLASSES] == pytest.approx(
        scores.iou.tolist(), nan_ok=True
    )
    assert len(trial.training.steps) == (0 if strategy == "pretrained only" else 3)
    assert point.versions.get("source weights") == (None if strategy == "from scratch" else before)


def test_what_is_frozen_stays_and_what_begins_anew_does_not():
    source = new_model("segmenter", 3)
    encoders = {}
    for strategy in STREET_STRATEGIES:
        trial = street_trial(order(strategy), model=source)
        trial.run()
        encoders[strategy] = trial.training.model.network.stem.state_dict()
    old = source.network.stem.state_dict()
    is_same = {
        name: all(torch.equal(state[key], old[key]) for key in old) for name, state in encoders.items()
    }
    assert is_same == {
        "from scratch": False,
        "pretrained only": True,
        "feature extractor": True,
        "head, then all": False,
    }


def test_strategies_with_the_same_labels_take_the_same_steps_and_more_labels_more():
    for count in (1, 4, 64):
        steps = {
            StreetOrder(GAME, CAMERA, count, name).num_steps
            for name in STREET_STRATEGIES
            if name != "pretrained only"
        }
        assert steps == {street_steps(count)}
    assert street_steps(4) == 250 and street_steps(64) == 600
    assert [street_steps(k) for k in range(4, 65)] == sorted(street_steps(k) for k in range(4, 65))


def test_rare_classes_count_more_unless_the_order_says_otherwise():
    assert street_trial(order(), model=new_model("segmenter")).training.task.class_weights is not None
    plain = order(is_weighted=False)
    assert street_trial(plain, model=new_model("segmenter")).training.task.class_weights is None
    assert "classes alike in the loss" in plain.label and plain.key != order().key


def test_one_labelled_image_is_enough_and_a_batch_is_always_whole():
    training = street_trial(order("from scratch", 1), model=new_model("segmenter")).training
    assert len(training.images) == 8 and torch.equal(training.images[0], training.images[7])
    assert math.isfinite(training.step().loss)


def test_without_labels_only_the_pretrained_network_can_be_asked():
    assert street_trial(order("pretrained only", 0), model=new_model("segmenter")).run().score >= 0
    with pytest.raises(
        ValueError, match="num_labels must be a whole number from 1; got 0.*'pretrained only'"
    ):
        order("from scratch", 0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((GAME, CAMERA, 4, "fine tune"), "strategy must be one of from scratch, pretrained only"),
        (("games", CAMERA, 4, "from scratch"), "source must be one of rendered scenes"),
        ((GAME, CAMERA, -1, "pretrained only"), "num_labels must be a whole number from 0; got -1"),
        ((GAME, CAMERA, 2.5, "from scratch"), "num_labels must be a whole number from 1; got 2.5"),
        ((GAME, CAMERA, 4, "from scratch", -1), "seed must be"),
    ],
)
def test_orders_that_can_not_be_are_answered_in_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        StreetOrder(*arguments)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"num_steps": 0}, "num_steps must be a whole number from 1; got 0"),
        ({"num_steps": 2.5}, "num_steps must be a whole number from 1; got 2.5"),
        ({"head_lr": 0}, "head_lr must be a number above 0; got 0"),
        ({"backbone_lr": 0.0}, "backbone_lr must be a number above 0; got 0.0"),
        ({"head_lr": "fast"}, "head_lr must be a number above 0; got 'fast'"),
        ({"color": 3}, "color must be a number from 0 to 1; got 3"),
        ({"look": 5}, "look must be a number from 0 to 1; got 5"),
        ({"look": math.nan}, "look must be a number from 0 to 1; got nan"),
        ({"look": "camera"}, "look must be a number from 0 to 1; got 'camera'"),
    ],
)
def test_settings_that_would_be_trained_otherwise_than_they_say_are_refused(settings, words):
    with pytest.raises(ValueError, match=words):
        order("from scratch", **settings)


def test_more_labels_than_there_are_are_refused():
    with pytest.raises(ValueError, match=r"num_labels must be in 1\.\.6, as 'camera look' has 6"):
        street_trial(order(num_labels=7), model=new_model("segmenter"))


@pytest.fixture
def town(tmp_path):
    """A folder of photographs in CamVid's layout, with ids of its own and void."""
    random = np.random.default_rng(0)
    for split, count in (("train", 5), ("test", 4)):
        for folder in (split, f"{split}annot"):
            (tmp_path / folder).mkdir()
        for number in range(count):
            photograph = random.integers(0, 256, (96, 128, 3), np.uint8)
            ids = np.where(random.random((96, 128)) < 0.1, 11, random.integers(0, 10, (96, 128)))
            Image.fromarray(photograph).save(tmp_path / split / f"{number}.png")
            Image.fromarray(ids.astype(np.uint8)).save(tmp_path / f"{split}annot" / f"{number}.png")
    return tmp_path


def test_a_folder_of_photographs_takes_the_place_of_the_target(town):
    wanted = StreetOrder(GAME, str(town), 3, "head, then all", num_steps=2, num_test=100)
    trial = street_trial(wanted, model=new_model("segmenter"))
    assert trial.training.test[0].shape == (4, 3, 96, 128) and 255 in trial.training.test[1]
    assert 0 <= trial.run().score < 0.5
    (town / "train" / "4.png").unlink()
    (town / "trainannot" / "4.png").unlink()
    with pytest.raises(ValueError, match=r"in 1\.\.4"):  # it is read again when it has changed
        street_target(str(town)).draw(5, 0)


@pytest.mark.filterwarnings("ignore:1 of")
def test_photographs_that_can_not_be_read_stand_in_the_words_of_the_target(town):
    assert street_target(str(town)).words == "photographs of streets"
    for split, name in (("train", "3.png"), ("testannot", "0.png")):
        (town / split / name).write_bytes(b"nothing")
    target = street_target(str(town))
    assert "1 of 5 scenes are damaged and left out: train/3.png" in target.words
    assert "1 of 4 scenes are damaged and left out: testannot/0.png" in target.words
    assert (target.size, target.num_tested(100), target.num_tested(2)) == (4, 3, 2)
    assert len(target.test(100)[0]) == 3


def test_photographs_that_are_not_there_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path))
    assert street_targets.street_targets() == (CAMERA,)
    with pytest.raises(ValueError, match="CamVid is not at hand; data_scripts/fetch_camvid.py"):
        street_target("CamVid")
    with pytest.raises(FileNotFoundError):
        street_target(str(tmp_path / "town"))


def test_the_network_of_the_package_is_the_source():
    trial = street_trial(order("pretrained only"))
    assert trial.provenance == str(vw.load_model("segmenter").provenance)
    assert "rendered street scenes" in trial.provenance
