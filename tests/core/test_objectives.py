"""Objectives as values: arithmetic, source, JSON, and what they refuse."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import torch

import vizwidgets as vw
from tests.core.nets import DictNet, FunctionalNet, small_net
from vizwidgets.core.network import Probe
from vizwidgets.core.objectives import Objective

OBJECTIVES = [
    vw.channel("block5_conv3", 330),
    vw.channel("block5_conv3", [1, 2]),
    vw.unit("3", (10, 5, 5)),
    vw.unit("3", (10,)),
    vw.unit("3", [(1, 2, 3), (4, 5, 6)]),
    vw.class_score("water ouzel"),
    vw.class_score([20, "goat"]),
    0.8 * vw.channel("a", 3) + 0.2 * vw.channel("b", 4) - vw.total_variation(weight=0.05),
    -vw.channel("a", 3) - 2 * vw.unit("b", (1,)) - vw.p_norm(p=2, weight=0.2, center=0.25),
    vw.channel("it's", 3) - vw.total_variation(beta=1.5) - vw.p_norm(math.inf),
    vw.channel("a", 3) / 3 - vw.total_variation(weight=1 / 3, beta=4 / 3),
    1e-9 * vw.channel("a", 3) + 123456789.0 * vw.channel("a", 4) - vw.p_norm(7.123456789, 1e-12),
    vw.channel("a", 3) - vw.total_variation(weight=0),
    vw.channel("a", 3) - 2 * (vw.p_norm(weight=0.1) + vw.total_variation(weight=0.2)),
]


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
def test_the_source_of_an_objective_evaluates_to_the_same_objective(objective: Objective) -> None:
    assert eval(repr(objective), {"vw": vw}) == objective


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
def test_an_objective_survives_json(objective: Objective) -> None:
    assert Objective.from_dict(json.loads(json.dumps(objective.to_dict()))) == objective


def test_different_objectives_are_unequal_and_have_different_sources() -> None:
    assert len(set(OBJECTIVES)) == len(OBJECTIVES)
    assert len({repr(objective) for objective in OBJECTIVES}) == len(OBJECTIVES)


def test_arithmetic_leaves_its_operands_as_they_were() -> None:
    one, other = vw.channel("a", 1), vw.total_variation(0.5)
    before = (one.terms, other.terms)
    _ = 3 * one - other / 2 + -one
    assert (one.terms, other.terms) == before


def test_the_built_in_sum_adds_objectives() -> None:
    parts = [vw.channel("a", number) for number in range(3)]
    assert sum(parts) == parts[0] + parts[1] + parts[2]


@pytest.mark.parametrize("other", ["a", None, 1])
def test_only_objectives_can_be_added(other: Any) -> None:
    with pytest.raises(TypeError):
        vw.channel("a", 1) + other
    with pytest.raises(TypeError):
        vw.channel("a", 1) - other


def test_numbers_of_torch_and_numpy_are_numbers() -> None:
    three, numpy_three = torch.tensor([0, 0, 9, 8]).argmin() + 3, torch.tensor(3).numpy()[()]
    for number in (three, numpy_three):
        assert vw.channel("a", number) == vw.channel("a", 3)
        assert vw.unit("a", number) == vw.unit("a", 3)
        assert vw.unit("a", (number, number, number)) == vw.unit("a", (3, 3, 3))
        assert vw.class_score(number) == vw.class_score(3)
        assert vw.class_score([number, "goat"]) == vw.class_score([3, "goat"])
        json.dumps(vw.class_score([number]).to_dict())


def test_the_number_of_images_is_the_length_of_the_list() -> None:
    assert vw.channel("a", [5, 6, 7]).size == 3
    assert (vw.channel("a", 5) + vw.class_score([1, 2])).size == 2
    assert vw.channel("a", 5).size == vw.total_variation().size == 1


@pytest.mark.parametrize(
    ("objective", "words"),
    [
        (vw.channel("block1_conv1", 6), r"channel must be in 0\.\.5 for layer 'block1_conv1'; got 6"),
        (vw.channel("0", -1), r"channel must be in 0\.\.5 .*got -1"),
        (vw.channel("0", [0, 9]), r"channel must be in 0\.\.5 .*got 9"),
        (vw.channel("block1_conv2", 0), "did you mean 'block1_conv1'"),
        (vw.unit("0", (9, 0, 0)), r"channel must be in 0\.\.5"),
        (vw.unit("0", (0, 16, 0)), r"row must be in 0\.\.15 .*got 16"),
        (vw.unit("0", (0, 0, 20)), r"column must be in 0\.\.19 .*got 20"),
        (vw.unit("0", (0, -1, 0)), r"row must be in 0\.\.15 .*got -1"),
        (vw.unit("7", (0, 1, 1)), r"is a vector; write \(channel,\)"),
        (vw.class_score("water ousel"), "no class named 'water ousel'; did you mean 'water ouzel'"),
        (vw.class_score(4), r"class must be in 0\.\.3; got 4"),
        (vw.class_score(-1), r"class must be in 0\.\.3; got -1"),
        (vw.class_score(["cat", "dgo"]), "did you mean 'dog'"),
        (vw.total_variation(), "only regularizers"),
        (Objective(()), "no activation to climb"),
        (
            vw.channel("0", 1) + vw.total_variation(0.5),
            r"rewarded.*objective - vw.total_variation\(weight=0.5",
        ),
        (vw.channel("0", 1) - -1 * vw.p_norm(weight=2), r"rewarded.*objective - vw.p_norm\(p=6, weight=2\)"),
        (vw.channel("0", [0, 1]) + vw.channel("0", [0, 1, 2]), r"different numbers of images: \[2, 3\]"),
    ],
)
def test_an_objective_that_does_not_fit_is_refused_in_words(objective: Objective, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        objective.bind(small_net(width=20))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: vw.channel("a", []), "channel must be a number or a list of numbers"),
        (lambda: vw.channel("a", "b"), "channel must be a whole number; got 'b'"),
        (lambda: vw.channel("a", 1.5), "channel must be a whole number; got 1.5"),
        (lambda: vw.channel("a", None), "channel must be a whole number; got None"),
        (lambda: vw.channel("a", ["b"]), "channel must be a whole number"),
        (lambda: vw.unit("a", []), r"unit must be \(channel, row, column\)"),
        (lambda: vw.unit("a", (1, 2)), r"unit must be \(channel, row, column\)"),
        (lambda: vw.unit("a", [(1, 2, 3), (1, 2)]), r"unit must be \(channel, row, column\)"),
        (lambda: vw.unit("a", "cat"), "unit must be a whole number; got 'cat'"),
        (lambda: vw.unit("a", None), "unit must be a whole number; got None"),
        (lambda: vw.unit("a", (1, 2.5, 3)), "whole number"),
        (lambda: vw.class_score([]), "empty list"),
        (lambda: vw.class_score(1.5), "target must be a whole number"),
        (lambda: vw.class_score(None), "target must be a whole number"),
        (lambda: vw.total_variation(weight=-1), "weight of total_variation must be 0 or more; got -1"),
        (lambda: vw.total_variation(weight=math.nan), "must be 0 or more; got nan"),
        (lambda: vw.total_variation(beta=0), "beta must be above 0"),
        (lambda: vw.p_norm(weight=-0.1), "weight of p_norm must be 0 or more; got -0.1"),
        (lambda: vw.p_norm(weight=math.inf), "must be 0 or more; got inf"),
        (lambda: vw.p_norm(p=0.5), "p must be 1 or more; got 0.5"),
        (lambda: vw.p_norm(center=2), r"center must be in \[0, 1\]; got 2"),
    ],
)
def test_impossible_arguments_are_refused_where_they_are_written(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()


def test_a_model_without_class_names_takes_indices_and_says_so() -> None:
    net = small_net()
    del net.class_names
    assert vw.class_score(3).bind(net) == vw.class_score(3)
    with pytest.raises(ValueError, match="no class names.*give the index"):
        vw.class_score("cat").bind(net)
    with pytest.raises(ValueError, match=r"class must be in 0\.\.3; got 4"):
        vw.maximize(net, vw.class_score(4), num_steps=1)


def test_a_model_without_classes_gives_its_reason() -> None:
    net = small_net()
    net.no_classes = "this is a convolution base; vgg16_torchvision has classes"
    with pytest.raises(ValueError, match="vgg16_torchvision has classes"):
        vw.class_score("cat").bind(net)


def test_a_class_is_found_by_a_synonym() -> None:
    net = small_net()
    net.synonyms = {"Cinclus cinclus": 2}
    assert vw.class_score("cinclus Cinclus").bind(net) == vw.class_score(2)


def test_a_dict_output_is_answered_with_its_keys_and_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"returns a dict with keys 'logits', 'aux'.*wrap\(module, output"):
        vw.maximize(DictNet(), vw.class_score(1), num_steps=1)


def test_a_class_score_of_feature_maps_is_refused() -> None:
    with pytest.raises(ValueError, match=r"needs an output \(N, classes\).*\(1, 4, 12, 12\)"):
        vw.maximize(FunctionalNet(), vw.class_score(1), num_steps=1)


def test_a_unit_outside_of_a_smaller_map_is_refused_and_one_inside_of_a_larger_map_is_not() -> None:
    net = small_net()
    with pytest.raises(ValueError, match="outside of the feature map, 10 long"):
        vw.maximize(net, vw.unit("0", (0, 12, 12)), size=10, num_steps=1)
    centre = vw.unit("0", (2,)).bind(net)
    image = torch.rand(1, 3, 10, 10)
    outputs = Probe(net)(image, ("0",))
    assert float(centre.terms[0][1].value(image, outputs)) == float(outputs["0"][0, 2, 5, 5])
