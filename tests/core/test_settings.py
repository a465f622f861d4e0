"""Settings: presets, and values that are refused in words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

import vizwidgets as vw
from tests.core.nets import small_net
from vizwidgets.core.settings import settings_from


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"num_steps": 0}, "num_steps must be a whole number of 1 or more; got 0"),
        ({"num_steps": -5}, "num_steps .* got -5"),
        ({"num_steps": 2.5}, "num_steps .* got 2.5"),
        ({"num_steps": True}, "num_steps .* got True"),
        ({"num_images": 0}, "num_images must be a whole number of 1 or more"),
        ({"size": 0}, "size must be a whole number"),
        ({"size": (64, -1)}, "size must be a whole number .* got -1"),
        ({"size": "large"}, "size must be a whole number"),
        ({"size": (64, 64, 3)}, "size must be one number or height and width"),
        ({"size": ()}, "size must be one number or height and width"),
        ({"size": 30_000}, "30000 × 30000 pixels"),
        ({"size": (100, 300_000)}, "100 × 300000 pixels"),
        ({"parameterization": "forier"}, "parameterization must be one of .*did you mean 'fourier'"),
        ({"optimizer": "Adam"}, "optimizer must be one of .*did you mean 'adam'"),
        ({"precision": "float16"}, "precision must be one of"),
        ({"lr": 0}, "lr must be above 0; got 0"),
        ({"lr": -0.1}, "lr must be above 0"),
        ({"lr": math.nan}, "lr must be above 0"),
        ({"lr": math.inf}, "lr must be above 0"),
        ({"lr": "fast"}, "lr must be above 0"),
        ({"jitter": -1}, "jitter and rotate must be 0 or more"),
        ({"rotate": -1}, "jitter and rotate must be 0 or more"),
        ({"scale": 1}, r"scale must be in \[0, 1\)"),
        ({"blur_sigma": -1}, "blur_sigma, blur_every and spread must be 0 or more"),
        ({"blur_sigma": math.nan}, "blur_sigma, blur_every and spread must be 0 or more"),
        ({"blur_every": -1}, "must be 0 or more"),
        ({"spread": -0.1}, "must be 0 or more"),
        ({"rescue_steps": -1}, "rescue_steps must be a whole number of 0 or more"),
        ({"seed": 1.5}, "seed must be a whole number"),
        ({"seed": True}, "seed must be a whole number .* got True"),
        ({"seed": -1}, "seed must be a whole number in 0..4294967295; got -1"),
        ({"seed": 2**32}, "got 4294967296"),
        ({"seed": "a"}, "seed must be a whole number"),
        ({"preset": "keras"}, "preset must be one of .*did you mean 'keras-vis'"),
    ],
)
def test_an_impossible_setting_is_refused_in_words(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        vw.maximize(small_net(), vw.channel("3", 1), **changes)


def test_a_misspelt_setting_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(TypeError, match="no setting named 'num_step'; did you mean 'num_steps'"):
        vw.maximize(small_net(), vw.channel("3", 1), num_step=3)


@pytest.mark.parametrize("wrong", ["block5_conv3", None, 3, torch.ones(3)])
def test_what_is_not_an_objective_is_refused_in_words(wrong: Any) -> None:
    with pytest.raises(TypeError, match="objective must be an Objective such as vw.channel"):
        vw.maximize(small_net(), wrong, num_steps=1)


def test_a_preset_can_be_changed_and_is_not_changed_by_it() -> None:
    before = vw.preset("keras-vis")
    changed = settings_from(preset="keras-vis", jitter=4, seed=7)
    assert (changed.jitter, changed.seed, changed.optimizer) == (4, 7, "rmsprop")
    assert vw.preset("keras-vis") == before and before.jitter == 16
    assert changed.changed(jitter=16, seed=0) == before


def test_the_recipe_of_keras_vis_lets_pixels_leave_the_range_and_the_others_do_not() -> None:
    bright = torch.full((3, 16, 16), 0.97)
    ranges = {}
    for name in ("lucid", "keras-vis", "lecture"):
        image = vw.maximize(small_net(), vw.channel("3", 1), start=bright, preset=name, num_steps=30).image
        ranges[name] = (float(image.min()), float(image.max()))
    assert ranges["keras-vis"][1] > 1.02
    for name in ("lucid", "lecture"):
        assert 0 <= ranges[name][0] < ranges[name][1] <= 1, name


def test_the_differences_from_the_default_rebuild_the_settings() -> None:
    settings = vw.AscentSettings(num_steps=9, size=(20, 30), optimizer="gradient", lr=0.2)
    assert settings.differences() == {"num_steps": 9, "size": (20, 30), "optimizer": "gradient", "lr": 0.2}
    assert vw.AscentSettings(**settings.differences()) == settings
    assert vw.AscentSettings().differences() == {}


def test_whole_numbers_may_come_from_numpy_or_torch_and_are_kept_as_pythons() -> None:
    settings = settings_from(seed=np.int64(2**32 - 1), num_steps=torch.tensor(3))
    assert (settings.seed, settings.num_steps) == (2**32 - 1, 3)
    assert type(settings.seed) is type(settings.num_steps) is int
