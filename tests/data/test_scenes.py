"""Drawn streets: the set, its seeds, looks, sizes and splits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from tests.sights import SIGHTS, least_difference
from vizwidgets.data.scenes import (
    SCENE_CLASSES,
    SCENE_COLORS,
    VOID,
    Scenes,
    scene_split,
    scenes,
    street_folder,
)
from vizwidgets.data.scenes.classes import VOID_COLOR
from vizwidgets.data.scenes.splits import SPLITS

SMALL = (48, 64)


@pytest.fixture(scope="module")
def game() -> Scenes:
    return scenes(16, seed=3, size=SMALL)


@pytest.fixture(scope="module")
def camera() -> Scenes:
    return scenes(16, look="camera", seed=3, size=SMALL)


def test_every_class_occurs_and_every_pixel_has_one(game, camera):
    for streets in (game, camera):
        assert streets.absent == () and streets.void_share == 0
        assert streets.labels.dtype == torch.int64 and streets.images.dtype == torch.float32
        assert float(streets.images.min()) >= 0 and float(streets.images.max()) <= 1
        share = dict(zip(streets.class_names, streets.shares.tolist(), strict=True))
        assert sum(share.values()) == pytest.approx(1)
        assert 0.2 < share["road"] < 0.5 and 0.05 < share["sky"] < 0.35
        assert share["pole/sign"] > 0.003 and share["pedestrian"] > 0.001


def test_a_scene_depends_on_the_seed_and_its_number_alone(game):
    few = scenes(3, seed=3, size=SMALL)
    assert torch.equal(few.images, game.images[:3]) and torch.equal(few.labels, game.labels[:3])
    late = scenes(3, look=1, seed=3, size=SMALL)
    assert torch.equal(late.images, scenes(2 + 1, look="camera", seed=3, size=SMALL).images)
    other = scenes(16, seed=4, size=SMALL)
    assert all(not torch.equal(a, b) for a, b in itertools.product(game.labels, other.labels))


def test_the_splits_share_no_street_with_each_other_at_any_look():
    assert len({seed for seed, _ in SPLITS.values()}) == len(SPLITS)
    drawn = [scene_split(name, look, num_images=2, size=SMALL).labels for name in SPLITS for look in (0, 1)]
    for one, other in itertools.combinations(drawn, 2):
        assert all(not torch.equal(a, b) for a, b in itertools.product(one, other))
    first = scene_split("test", num_images=1, size=SMALL)
    assert torch.equal(first.images, scenes(1, seed=SPLITS["test"][0], size=SMALL).images)


def test_the_same_streets_are_shown_at_every_look_with_the_same_labels(game):
    shown = [scenes(4, look=look, layout=0, seed=3, size=SMALL) for look in (0, 0.25, 0.5, 0.75, 1)]
    assert torch.equal(shown[0].images, game.images[:4])
    assert all(torch.equal(each.labels, game.labels[:4]) for each in shown)
    away = [float((each.images - game.images[:4]).abs().mean()) for each in shown]
    assert away[0] == 0 and all(a < b for a, b in itertools.pairwise(away)) and away[-1] > 0.08


@pytest.mark.parametrize("look", [0.0, 0.3, 0.7, 0.995])
def test_the_look_comes_on_gradually(look):
    here, there = (scenes(3, look=each, layout=0.5, seed=1, size=SMALL) for each in (look, look + 0.005))
    assert float((here.images - there.images).abs().mean()) < 0.01


def test_before_the_camera_there_are_other_streets(game, camera):
    assert float((game.labels == camera.labels).float().mean()) < 0.9
    game_layout = scenes(16, look="camera", layout="game", seed=3, size=SMALL)
    assert torch.equal(game_layout.labels, game.labels)


def test_a_street_is_the_same_in_any_size():
    small, large = scenes(4, seed=5, size=(48, 64)), scenes(4, seed=5, size=(144, 192))
    middles = large.labels[:, 1::3, 1::3]  # of three pixels the middle one looks where the small one does
    assert float((middles == small.labels).float().mean()) > 0.97
    averaged = torch.nn.functional.avg_pool2d(large.images, 3)
    assert float((averaged - small.images).abs().mean()) < 0.02


def test_random_numbers_of_the_program_are_left_alone():
    before = torch.get_rng_state(), np.random.get_state()[1].tolist()
    scenes(1, look=1, size=(24, 32))
    assert torch.equal(before[0], torch.get_rng_state())
    assert before[1] == np.random.get_state()[1].tolist()


def test_scenes_can_be_indexed_chosen_and_counted(game):
    image, label = game[-1]
    assert torch.equal(image, game.images[15]) and torch.equal(label, game.labels[15])
    for number in (np.int64(15), torch.tensor(15)):
        assert torch.equal(game[number][0], image)
    few = game.subset([4, 1])
    assert torch.equal(few.images, game.images[[4, 1]]) and few.look == 0 and len(few) == 2
    assert len(game[:5]) == 5 and len(game[torch.arange(16) < 3]) == 3 and len(game.subset([])) == 0
    assert game.pairs[0] is game.images and game.pairs[1] is game.labels
    assert len(list(game)) == 16


def test_shares_leave_out_what_is_void():
    labels = torch.full((1, 2, 4), VOID)
    labels[0, 0] = torch.tensor([0, 3, 3, 3])
    streets = Scenes(torch.zeros(1, 3, 2, 4), labels)
    assert streets.void_share == 0.5
    assert streets.shares.tolist() == [0.25, 0, 0, 0.75, 0, 0, 0, 0]
    assert streets.absent == tuple(name for name in SCENE_CLASSES if name not in ("sky", "road"))
    nothing = streets.subset([])
    assert nothing.void_share == 0 and nothing.absent == SCENE_CLASSES


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_colours_of_the_classes_are_told_apart_also_without_one_kind_of_cone(sight):
    assert least_difference([*SCENE_COLORS, VOID_COLOR], sight) > 25


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (dict(num_images=0), "num_images must be a whole number from 1; got 0"),
        (dict(num_images=2.0), "num_images must be"),
        (dict(look=1.2), r"look must be 0 \('game'\) to 1 \('camera'\).*got 1.2"),
        (dict(look="photo"), "look must be .*got 'photo'"),
        (dict(look=True), "look must be"),
        (dict(look=float("nan")), "look must be"),
        (dict(layout=-1), "layout must be"),
        (dict(seed=-1), "seed must be"),
        (dict(size=96), r"size must be height and width, each in 16..1024 pixels; got 96"),
        (dict(size=(96, 8)), "size must be"),
        (dict(size=(96, 128, 3)), "size must be"),
        (dict(size=(96.0, 128)), "size must be"),
    ],
)
def test_what_can_not_be_drawn_is_answered_in_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        scenes(**{"num_images": 1, "size": (16, 16), **arguments})


def test_a_split_that_there_is_not_is_answered_in_words():
    with pytest.raises(
        ValueError, match="split must be one of pretraining, train, validation, test; got 'val'"
    ):
        scene_split("val")


@pytest.mark.parametrize("indices", [[5], [-7], [0.5], None, "ab", [True, False], [[0]], 1, ["a"]])
def test_scenes_that_there_are_not_are_answered_in_words(game, indices):
    few = game.subset([0, 1, 2])
    with pytest.raises(IndexError, match=r"indices must be a list of whole numbers in 0\.\.2, or of True"):
        few.subset(indices)
    assert torch.equal(few.subset(np.array([2, 0], np.uint8)).images, few.images[[2, 0]])
    assert torch.equal(few.subset([False, True, False]).images, few.images[1:2]) and len(few.subset([])) == 0


@pytest.mark.parametrize("number", [3, -4, 10**30, torch.tensor(3), np.int64(-4), torch.tensor(0.5), True])
def test_a_single_scene_that_there_is_not_is_answered_in_words(game, number):
    few = game.subset([0, 1, 2])
    with pytest.raises(IndexError, match=r"there is no scene .*; there are 0\.\.2\."):
        few[number]
    with pytest.raises(IndexError, match="there are none"):
        few[:0][0]
    for there in (2, -1, np.int64(2), torch.tensor(-1)):
        assert torch.equal(few[there][0], few.images[2]) and torch.equal(few[there][1], few.labels[2])
    assert len(list(few)) == 3, "a loop over scenes ends"


def test_more_scenes_than_the_memory_holds_are_refused_before_one_is_drawn():
    with pytest.raises(ValueError, match=r"num_images must be at most 16,276 of 96 x 128 .*got 1,000,000"):
        scenes(10**9)
    with pytest.raises(ValueError, match=r"at most 190 of 1024 x 1024"):
        scenes(191, size=(1024, 1024))


@pytest.mark.parametrize("split", [["train"], None, 3])
def test_a_split_that_is_no_word_is_answered_in_words(split, tmp_path):
    with pytest.raises(ValueError, match="split must be one of pretraining, train"):
        scene_split(split)
    with pytest.raises(ValueError, match="split must be one of train, validation, test"):
        street_folder(tmp_path, split=split)
