"""The best images: against sorting all activations of all images, one by one."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import vizwidgets as vw
from tests.core.nets import seeded, small_net
from vizwidgets.core.examples import Example, ExampleSearch

NUM = 23


def pictures(num: int = NUM, colors: int = 3, side: int = 16) -> Tensor:
    return torch.rand(num, colors, side, side, generator=torch.Generator().manual_seed(3))


def search(model: nn.Module, wanted: Any, images: Tensor, k: int = 5, batch: int = 4, **options: Any) -> Any:
    found = ExampleSearch(model, wanted, k, **options)
    for start in range(0, len(images), batch):
        found.add(images[start : start + batch])
    return found


def maps_of(model: Any, layer: int, images: Tensor) -> Tensor:
    """The layer's output, computed by running the modules in turn."""
    with torch.no_grad():
        return torch.stack([model[: layer + 1](image[None])[0] for image in images])


def ranked(values: list[float], k: int) -> list[int]:
    """Indices of the k largest: a full sort, the lower index first among equals."""
    return sorted(range(len(values)), key=lambda index: (-values[index], index))[:k]


@pytest.mark.parametrize("batch", [1, 4, 7, NUM, 100])
@pytest.mark.parametrize("by", ["mean", "max"])
def test_all_channels_of_a_layer_agree_with_a_full_sort(batch: int, by: str) -> None:
    model, images = small_net(), pictures()
    maps = maps_of(model, 3, images)
    found = search(model, "block2_conv1", images, batch=batch, by=by)
    assert found.count == maps.shape[1]
    for channel in range(found.count):
        flat = maps[:, channel].flatten(1)
        values = (flat.mean(dim=1) if by == "mean" else flat.max(dim=1).values).tolist()
        examples = found.found(channel, images.__getitem__)
        assert [example.index for example in examples] == ranked(values, 5)
        for example in examples:
            assert example.activation == pytest.approx(values[example.index], rel=1e-4, abs=1e-5)
            one = maps[example.index, channel]
            assert example.location is not None
            assert one[example.location] == one.max()
            assert torch.equal(example.image, images[example.index])


@pytest.mark.parametrize(
    "objective",
    [
        vw.channel("block2_conv1", 3),
        -vw.channel("block2_conv1", 3),
        vw.unit("3", (5, 2, 4)),
        vw.unit("3", (5,)),
        vw.unit("7", (2,)),
        vw.class_score("water ouzel"),
        0.5 * vw.class_score(1) - 2 * vw.channel("0", 2) - vw.total_variation(weight=3),
    ],
    ids=repr,
)
def test_one_objective_agrees_with_a_full_sort_of_its_activations(objective: Any) -> None:
    model, images = small_net(), pictures()
    values = [vw.activation(model, objective, image).item() for image in images]
    examples = search(model, objective, images).found(0, images.__getitem__)
    assert [example.index for example in examples] == ranked(values, 5)
    for example in examples:
        assert example.activation == pytest.approx(values[example.index], rel=1e-4, abs=1e-5)


def test_a_channel_alone_and_within_its_layer_gives_the_same() -> None:
    model, images = small_net(), pictures()
    whole = search(model, "3", images).found(6, images.__getitem__)
    alone = search(model, vw.channel("3", 6), images).found(0, images.__getitem__)
    assert [(e.index, e.location) for e in whole] == [(e.index, e.location) for e in alone]
    assert all(torch.equal(one.crop, other.crop) for one, other in zip(whole, alone, strict=True))


def test_equal_activations_stand_in_the_order_of_the_data_set() -> None:
    model, one = small_net(), pictures(2)
    images = one[[0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1]]
    better = int(vw.activation(model, vw.channel("3", 0), one).argmax())
    expected = [index for index, kind in enumerate([0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1]) if kind == better]
    for batch in (1, 3, 11):
        examples = search(model, vw.channel("3", 0), images, k=5, batch=batch).found(0, images.__getitem__)
        assert [example.index for example in examples] == expected[:5]


def test_of_equal_places_in_a_map_the_first_is_shown() -> None:
    model: Any = seeded(nn.Sequential(nn.Conv2d(1, 2, 3, padding=1)))
    model.input_shape = (1, 6, 6)
    (example,) = search(model, vw.channel("0", 0), torch.zeros(1, 1, 6, 6)).found(
        0, torch.zeros(1, 1, 6, 6).__getitem__
    )
    assert example.location == (0, 0)


def test_a_channel_that_is_wanted_dark_is_shown_where_it_is_darkest() -> None:
    model, images = small_net(), pictures()
    maps = maps_of(model, 3, images)
    for example in search(model, -vw.channel("3", 1), images).found(0, images.__getitem__):
        assert example.location is not None
        assert maps[example.index, 1][example.location] == maps[example.index, 1].min()


def test_only_the_crop_moves_the_unit() -> None:
    """Noise outside of the crop changes nothing; noise inside does."""
    model, images = small_net(), pictures(side=16)
    (example,) = search(model, vw.channel("3", 4), images, k=1).found(0, images.__getitem__)
    assert example.location is not None
    places = [
        (top, left)
        for top in range(16)
        for left in range(16)
        if torch.equal(
            images[example.index, :, top : top + example.crop.shape[1], left : left + example.crop.shape[2]],
            example.crop,
        )
    ]
    ((top, left),) = places
    inside = torch.zeros(1, 16, 16, dtype=torch.bool)
    inside[:, top : top + example.crop.shape[1], left : left + example.crop.shape[2]] = True
    unit, noise = vw.unit("3", (4, *example.location)), torch.rand(3, 16, 16)
    before = vw.activation(model, unit, example.image)
    assert vw.activation(model, unit, torch.where(inside, example.image, noise)) == pytest.approx(
        before, rel=1e-5
    )
    assert vw.activation(model, unit, torch.where(inside, noise, example.image)) != pytest.approx(
        before, rel=1e-2
    )


def test_the_crop_of_a_unit_at_the_border_is_cut() -> None:
    images = pictures()
    for unit, size in [((0, 0, 0), (2, 2)), ((0, 0, 7), (2, 3)), ((0, 15, 15), (2, 2)), ((0, 5, 5), (3, 3))]:
        (example,) = search(small_net(), vw.unit("0", unit), images, k=1).found(0, images.__getitem__)
        assert example.location == unit[1:]
        assert example.crop.shape == (3, *size)


def test_a_class_and_a_vector_have_no_place_and_the_whole_image() -> None:
    images = pictures()
    for wanted in (vw.class_score("goat"), "7", vw.unit("7", (1,))):
        (example,) = search(small_net(), wanted, images, k=1).found(0, images.__getitem__)
        assert example.location is None
        assert torch.equal(example.crop, example.image)


def test_a_class_score_is_the_column_of_the_networks_output() -> None:
    model, images = small_net(), pictures()
    with torch.no_grad():
        scores = model(images)[:, 3].tolist()
    assert [
        e.index for e in search(model, vw.class_score("goat"), images).found(0, images.__getitem__)
    ] == ranked(scores, 5)


def test_it_may_be_read_before_the_end_and_gives_all_of_a_small_data_set() -> None:
    model, images = small_net(), pictures()
    found = search(model, vw.channel("0", 0), images[:3], k=9)
    assert len(found.found(0, images.__getitem__)) == 3
    found.add(images[3:])
    assert len(found.found(0, images.__getitem__)) == 9


def test_memory_does_not_grow_with_the_data_set() -> None:
    found = search(small_net(), "3", pictures(60), k=2)
    kept = [value for value in vars(found).values() if isinstance(value, Tensor)]
    assert found.num_seen == 60
    assert kept and all(len(value) == 2 for value in kept)


@pytest.mark.parametrize("is_failing", [False, True])
def test_the_model_comes_back_as_it_was(is_failing: bool) -> None:
    model = small_net().train()
    model[0].weight.grad = torch.ones_like(model[0].weight)
    before = copy.deepcopy(model.state_dict())
    if is_failing:
        with pytest.raises(ValueError, match="not a number"):
            broken = copy.deepcopy(model)
            torch.nn.init.constant_(broken[3].bias, torch.nan)
            search(broken, "3", pictures())
        with pytest.raises(ValueError, match="this model takes 3 channels"):
            search(model, "3", pictures(colors=1))
    else:
        search(model, "3", pictures()).found(0, pictures().__getitem__)
    assert model.training and all(p.requires_grad for p in model.parameters())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert torch.equal(model[0].weight.grad, torch.ones_like(model[0].weight))
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


@pytest.mark.parametrize(
    ("wanted", "options", "words"),
    [
        ("conv9", {}, "no layer named 'conv9'"),
        (vw.unit("3", (8, 0, 0)), {}, "channel must be in 0..7"),
        (vw.unit("3", (0, 6, 0)), {}, "row must be in 0..5 for layer 'block2_conv1'; got 6"),
        (vw.class_score("horse"), {}, "no class named 'horse'"),
        (vw.channel("3", [1, 2]), {}, "one unit, channel or class is wanted; got 2"),
        (-vw.total_variation(weight=1), {}, "no activation to climb"),
        ("3", {"k": 0}, "k must be a whole number of 1 or more; got 0"),
        ("3", {"k": 2.0}, "k must be a whole number"),
        ("3", {"by": "median"}, "by must be 'mean' or 'max'; got 'median'"),
        (vw.channel("3", 1), {"by": "max"}, "give the layer's name"),
    ],
)
def test_what_the_model_does_not_have_is_refused_in_words(wanted: Any, options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ExampleSearch(small_net(), wanted, **options)


def test_what_is_no_objective_is_refused_in_words() -> None:
    with pytest.raises(TypeError, match="top examples are found for an objective such as .*; got int"):
        ExampleSearch(small_net(), 3)  # type: ignore[arg-type]


def test_images_of_a_size_that_the_network_can_not_take_are_refused_in_words() -> None:
    model: Any = seeded(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(72, 3)))
    model.input_shape = (1, 8, 8)
    with pytest.raises(ValueError, match="made for images of 8 × 8 pixels and can not take 9 × 9"):
        search(model, vw.class_score(0), pictures(colors=1, side=9))
    assert search(model, "0", pictures(colors=1, side=9)).num_seen == NUM  # a convolution takes any size


def test_an_example_can_not_be_changed() -> None:
    example = Example(torch.zeros(1, 2, 2), 0, 1.0, None, torch.zeros(1, 2, 2))
    with pytest.raises(AttributeError):
        example.index = 3  # type: ignore[misc]
