"""Prototypes: which classes, with which objective, and what a network says of the pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import vizwidgets as vw
from tests.core.nets import linear_net, seeded, small_net
from vizwidgets.core.prototypes import (
    RECIPES,
    PrototypeRecipe,
    Witness,
    best_images,
    count_classes,
    prototype_classes,
    rescaled,
)


def nameless_net(classes: int) -> Any:
    net: Any = seeded(nn.Sequential(nn.Flatten(), nn.Linear(64, classes)))
    net.input_shape = (1, 8, 8)
    return net.eval()


def test_without_a_choice_every_class_gets_a_prototype() -> None:
    assert prototype_classes(small_net()) == (0, 1, 2, 3)
    assert prototype_classes(nameless_net(7)) == tuple(range(7))
    assert count_classes(nameless_net(30)) == 30


def test_classes_are_chosen_by_name_or_number() -> None:
    assert prototype_classes(small_net(), ["goat", 1]) == (3, 1)
    assert prototype_classes(small_net(), "dog") == (1,)
    for one in (2, np.int64(2), torch.tensor(2), torch.tensor([2]), range(2, 3)):
        assert prototype_classes(small_net(), one) == (2,)


@pytest.mark.parametrize(
    ("net", "classes", "words"),
    [
        (nameless_net(1000), None, "1 to 20 classes .* got 1000.*classes="),
        (small_net(), [], "got 0"),
        (small_net(), [0, "cat"], "each class is wanted once"),
        (small_net(), ["goatt"], "did you mean 'goat'"),
        (small_net(), [1.7], "a whole number; got 1.7"),
        (small_net(), 1.7, "a whole number; got 1.7"),
        (small_net(), [True], "got True"),
        (small_net(), [None], "got None"),
        (nameless_net(3), [-1], "class must be 0 or more; got -1"),
        (linear_net(), None, r"needs an output \(N, classes\)"),
    ],
)
def test_what_does_not_fit_on_a_wall_is_refused_in_words(net: Any, classes: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        prototype_classes(net, classes)


def test_the_witness_says_what_the_model_itself_says() -> None:
    net, images = small_net(), torch.rand(3, 3, 16, 16, generator=torch.Generator().manual_seed(2))
    answers = Witness(net).ask(images, [3, 0, 1])
    with torch.no_grad():
        scores = net(images)
    for index, target in enumerate([3, 0, 1]):
        shares = [float(value) for value in scores[index].double().exp() / scores[index].double().exp().sum()]
        assert float(answers.score[index]) == pytest.approx(float(scores[index, target]), abs=1e-5)
        assert float(answers.probability[index]) == pytest.approx(shares[target], abs=1e-5)
        assert int(answers.said[index]) == shares.index(max(shares))
        assert float(answers.sureness[index]) == pytest.approx(max(shares), abs=1e-5)


def test_the_witness_leaves_the_model_as_it_was() -> None:
    net = small_net().train()
    before = {name: values.clone() for name, values in net.state_dict().items()}
    Witness(net).ask(torch.rand(1, 3, 16, 16), [0])
    assert net.training
    assert all(torch.equal(values, before[name]) for name, values in net.state_dict().items())


def test_the_best_image_of_a_class_is_the_one_a_loop_finds() -> None:
    net, images = small_net(), torch.rand(300, 3, 16, 16, generator=torch.Generator().manual_seed(3))
    found, scores = best_images(net, images, [2, 0])
    for place, target in enumerate([2, 0]):
        with torch.no_grad():
            each = [float(net(image[None])[0, target]) for image in images]
        assert torch.equal(found[place], images[each.index(max(each))])
        assert float(scores[place]) == pytest.approx(max(each), abs=1e-5)


def test_what_are_no_images_is_refused_in_words() -> None:
    for images, words in (
        (torch.rand(2, 1, 16, 16), "3 channels"),
        (torch.full((1, 3, 16, 16), 9.0), "0, 1"),
    ):
        with pytest.raises(ValueError, match=words):
            best_images(small_net(), images, [0])
    with pytest.raises(ValueError, match=r"does not take these images, \(1, 9, 9\).* \(1, 8, 8\)"):
        best_images(nameless_net(3), torch.rand(2, 1, 9, 9), [0])


def test_rescaling_stretches_each_image_by_itself() -> None:
    images = torch.stack([torch.linspace(-3, 5, 64), torch.linspace(0.4, 0.5, 64)]).reshape(2, 1, 8, 8)
    wanted = torch.linspace(0, 1, 64).reshape(1, 8, 8)
    for image in rescaled(images):
        assert torch.allclose(image, wanted, atol=1e-5)
    assert torch.equal(rescaled(torch.full((1, 1, 2, 2), 7.0)), torch.zeros(1, 1, 2, 2))


def test_a_recipe_writes_the_objective_of_the_lecture() -> None:
    recipe = PrototypeRecipe(tv_weight=2.0, p_norm_weight=0.5, p=1.0, center=0.0)
    wanted = vw.class_score([1, 7]) - vw.total_variation(2.0) - vw.p_norm(p=1, weight=0.5, center=0)
    assert recipe.objective([1, 7]) == wanted
    assert PrototypeRecipe().objective([4], is_probability=True) == vw.class_probability(4)


def test_only_the_naive_recipe_has_no_regularizer_and_may_leave_the_range() -> None:
    bare = [name for name, recipe in RECIPES.items() if not recipe.objective([0, 1]).regularizers]
    free = [
        name for name, recipe in RECIPES.items() if recipe.settings.parameterization == "unbounded pixels"
    ]
    assert bare == free == ["naive"]
