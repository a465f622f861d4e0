"""Drawn sheep and goats: exact shares and masks, the same from the same seed, and no cue in the colour."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vizwidgets.core.training import train
from vizwidgets.data.sheep_goats import (
    BACKGROUNDS,
    KINDS,
    compose,
    draw_animal,
    draw_background,
    sheep_goats,
)

GRASS, ROCK = BACKGROUNDS.index("grass"), BACKGROUNDS.index("rock")


@pytest.fixture(scope="module")
def herd():
    return sheep_goats(20, share=0.8, seed=3, size=32)


def shares(data) -> list[float]:
    """Count by hand, for each class, the share on the background that one expects."""
    found = []
    for label, wanted in ((0, GRASS), (1, ROCK)):
        places = [int(b) for b, y in zip(data.backgrounds, data.labels, strict=True) if y == label]
        found.append(sum(place == wanted for place in places) / len(places))
    return found


def test_shapes_types_and_ranges_are_those_that_training_takes(herd):
    assert herd.images.shape == (20, 3, 32, 32) and herd.images.dtype == torch.float32
    assert herd.masks.shape == (20, 32, 32)
    for values in (herd.images, herd.masks, herd.layers, herd.shadows, herd.scenery):
        assert 0 <= values.min() and values.max() <= 1 and torch.isfinite(values).all()
    assert herd.class_names == KINDS == ("sheep", "goat")
    assert herd.labels.bincount().tolist() == [10, 10]


@pytest.mark.parametrize("share", [1.0, 0.9, 0.5, 0.1, 0.0])
def test_the_share_of_expected_backgrounds_is_exact_in_both_classes(share):
    assert shares(sheep_goats(20, share=share, seed=5, size=8)) == [share, share]


def test_a_smaller_share_only_moves_further_animals_to_the_opposite_background(herd):
    less = herd.with_share(0.4)
    assert shares(less) == [0.4, 0.4]
    was_opposite, is_opposite = (data.backgrounds != data.labels for data in (herd, less))
    assert bool((is_opposite | ~was_opposite).all())
    assert torch.equal(less.images, sheep_goats(20, share=0.4, seed=3, size=32).images)


def test_the_same_seed_gives_the_same_pictures_to_the_bit_and_another_seed_none_of_them(herd):
    again = sheep_goats(20, share=0.8, seed=3, size=32)
    assert torch.equal(again.images, herd.images) and torch.equal(again.masks, herd.masks)
    other = sheep_goats(20, share=0.8, seed=4, size=32)
    for parts in (("layers", "layers"), ("scenery", "scenery")):
        ours, theirs = (getattr(data, name) for data, name in zip((herd, other), parts, strict=True))
        assert min(float((one - theirs).abs().amax(dim=(1, 2, 3)).min()) for one in ours) > 0


def test_random_numbers_of_the_program_are_left_alone():
    before = torch.get_rng_state(), np.random.get_state()[1].tolist()
    sheep_goats(2, size=16)
    assert torch.equal(before[0], torch.get_rng_state()) and before[1] == np.random.get_state()[1].tolist()


def test_a_picture_is_its_animal_over_its_background_pixel_by_pixel(herd):
    for index in (0, 7):
        seed = (3, index)
        animal = draw_animal(KINDS[index % 2], seed, 32)
        ground = draw_background(BACKGROUNDS[herd.backgrounds[index]], seed, 32)
        for row, column in np.random.default_rng(0).integers(0, 32, (40, 2)).tolist():
            *color, alpha = animal.layer[:, row, column].tolist()
            light = (1 - alpha) * (1 - float(animal.shadow[row, column]))
            for channel in range(3):
                expected = min(color[channel] + light * float(ground[channel, row, column]), 1.0)
                assert float(herd.images[index, channel, row, column]) == pytest.approx(expected, abs=1e-5)
        image, mask = compose(animal, ground)
        assert torch.equal(image, herd.images[index]) and torch.equal(mask, herd.masks[index])


def test_the_mask_is_exact_a_pixel_that_is_all_animal_does_not_depend_on_the_background(herd):
    seen = [compose(draw_animal("goat", 9), torch.full((3, 64, 64), value)) for value in (0.0, 1.0)]
    (dark, mask), (light, _) = seen
    differs = (dark - light).abs().amax(dim=0) > 1e-6
    assert bool((mask[differs] < 1).all()) and bool((mask[~differs] > 0.999).all())
    assert 0.03 < float(mask.mean()) < 0.4


def test_swapping_changes_the_background_only_and_swapping_twice_nothing(herd):
    swapped = herd.swapped()
    assert shares(swapped) == pytest.approx([0.2, 0.2])
    is_animal = (herd.masks == 1)[:, None].expand_as(herd.images)
    assert torch.equal(swapped.images[is_animal], herd.images[is_animal])
    changed = (swapped.images - herd.images).abs().amax(dim=1)[herd.masks == 0]
    assert float((changed > 0.02).float().mean()) > 0.9
    assert torch.equal(swapped.swapped().images, herd.images)
    snowy = sheep_goats(4, backgrounds="snow", size=16).swapped()
    assert {BACKGROUNDS[b] for b in snowy.backgrounds} == {"sand"}


def test_bare_backgrounds_are_the_same_landscapes_without_anybody(herd):
    bare = herd.bare()
    assert not bare.masks.any()
    free = (herd.masks == 0) & (herd.shadows < 1e-4)
    pixels = free[:, None].expand_as(herd.images)
    assert torch.allclose(bare.images[pixels], herd.images[pixels], atol=1e-4)
    assert torch.equal(bare.swapped().images, herd.swapped().bare().images)


def test_random_backgrounds_are_some_of_those_asked_for_and_tell_nothing_about_the_class():
    data = sheep_goats(200, seed=1, size=8, backgrounds=("snow", "sand"))
    assert {BACKGROUNDS[b] for b in data.backgrounds} == {"snow", "sand"}
    snow = (data.backgrounds == BACKGROUNDS.index("snow")).float()
    assert all(0.35 < float(snow[data.labels == label].mean()) < 0.65 for label in (0, 1))


@pytest.mark.parametrize(
    ("backgrounds", "words"),
    [
        ([0, 1, 2], r"20 whole numbers, one for each picture \(0 grass, .*got shape \(3,\)"),
        (2, r"got shape \(\)"),
        (torch.zeros(20), "got torch.float32"),
        (torch.zeros(20, dtype=torch.bool), "got torch.bool"),
        ([0] * 19 + [4], "got 4"),
        ([-1] + [0] * 19, "got -1"),
        (["snow"] * 20, "got .'snow'"),
        (None, "got None"),
    ],
)
def test_backgrounds_that_do_not_exist_are_answered_in_words(herd, backgrounds, words):
    with pytest.raises(ValueError, match=words):
        herd.on(backgrounds)


def test_backgrounds_may_be_a_list_and_are_a_copy(herd):
    wanted = herd.swapped().backgrounds
    for backgrounds in (wanted.tolist(), wanted.numpy(), wanted.to(torch.uint8)):
        moved = herd.on(backgrounds)
        assert torch.equal(moved.images, herd.swapped().images)
        assert moved.backgrounds.dtype == torch.int64
    moved = herd.on(wanted)
    wanted[0] = 3
    assert int(moved.backgrounds[0]) == ROCK


def test_nothing_can_be_chosen_too(herd):
    for nothing in ([], torch.zeros(20, dtype=torch.bool), slice(0, 0)):
        empty = herd[nothing]
        assert len(empty) == 0 and empty.images.shape == (0, 3, 32, 32) == empty.swapped().images.shape


def test_it_can_be_indexed_and_unpacked_and_trained_on(herd):
    few = herd[[4, 1]]
    assert torch.equal(few.images, herd.images[[4, 1]]) and few.numbers.tolist() == [4, 1]
    assert torch.equal(few.swapped().images, herd.swapped().images[[4, 1]])
    assert len(herd[herd.labels == 1]) == 10 and len(herd[:3]) == 3
    image, label = herd[-1]
    assert torch.equal(image, herd.images[19]) and int(label) == 1
    for number in (np.int64(19), torch.tensor(19)):
        assert torch.equal(herd[number][0], image)
    assert len(list(herd)) == 20
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * 32 * 32, 2))
    by_pairs, by_data = (
        list(train(model, data, epochs=1, batch_size=5, lr=1e-9)) for data in (herd.pairs, herd)
    )
    assert by_pairs[0].loss == pytest.approx(by_data[0].loss, rel=1e-4)


def nearest_centroid(train_x, train_y, test_x, test_y) -> float:
    centres = torch.stack([train_x[train_y == label].mean(dim=0) for label in (0, 1)])
    return float((torch.cdist(test_x, centres).argmin(dim=1) == test_y).float().mean())


def logistic(train_x, train_y, test_x, test_y) -> float:
    mean, std = train_x.mean(dim=0), train_x.std(dim=0)
    weights = torch.zeros(train_x.shape[1] + 1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100)

    def logits(x):
        return ((x - mean) / std) @ weights[1:] + weights[0]

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits(train_x), train_y.float())
        loss.backward()
        return loss

    optimizer.step(closure)
    return float(((logits(test_x) > 0).long() == test_y).float().mean())


def test_the_mean_colour_of_the_animal_alone_hardly_tells_its_class():
    data = sheep_goats(1000, seed=0, size=16)
    area = data.masks.sum(dim=(1, 2))
    colors = data.layers[:, :3].sum(dim=(2, 3)) / area[:, None]
    halves = colors[:500], data.labels[:500], colors[500:], data.labels[500:]
    assert nearest_centroid(*halves) < 0.65
    assert logistic(*halves) < 0.65


def test_an_animal_is_the_same_in_any_size():
    small, large = (draw_animal("sheep", (2, 5), size).layer for size in (32, 96))
    shrunk = torch.nn.functional.avg_pool2d(large, 3)
    assert float((shrunk - small).abs().mean()) < 0.01
    meadow = [draw_background("grass", 4, size).mean(dim=(1, 2)) for size in (64, 192)]
    assert torch.allclose(*meadow, atol=0.05)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (dict(num_images=3), "even number"),
        (dict(num_images=0), "even number"),
        (dict(num_images=True), "even number"),
        (dict(share=1.2), "share must be in 0..1"),
        (dict(share=float("nan")), "share must be in 0..1"),
        (dict(seed=-1), "seed must be"),
        (dict(seed=1.5), "seed must be"),
        (dict(size=0), "size must be"),
        (dict(size=100_000), "size must be"),
        (dict(backgrounds=("snow", "moon")), "one of grass, rock, snow, sand; got 'moon'"),
        (dict(backgrounds=()), "got none"),
        (dict(backgrounds="snow", share=0.5), "exclude each other"),
    ],
)
def test_what_can_not_be_drawn_is_answered_in_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        sheep_goats(**{"num_images": 2, "size": 8, **arguments})


def test_unknown_kinds_and_backgrounds_of_another_size_are_answered_in_words():
    with pytest.raises(ValueError, match="animal must be one of sheep, goat; got 'cow'"):
        draw_animal("cow")
    with pytest.raises(ValueError, match="background must be one of"):
        draw_background("lava")
    with pytest.raises(ValueError, match="background must be"):
        compose(draw_animal("goat", size=16), draw_background("rock", size=32))
