"""Target tasks: few labels drawn by a seed, nothing of the test among them, and folders of one's own."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_digits

from vizwidgets.data import transfer_tasks as tasks
from vizwidgets.data.artifacts import is_present
from vizwidgets.data.small_digits import small_digits
from vizwidgets.data.textures import textures
from vizwidgets.data.transfer_task import TransferTask
from vizwidgets.data.transfer_tasks import folder_task, transfer_task, transfer_tasks

NEED_MNIST = ("MNIST digits", "digits 0-4", "digits 5-9")


def numbered(counts: tuple[int, ...] = (6, 4, 9)) -> TransferTask:
    """A task whose images tell their own number."""
    labels = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    labels = labels[torch.randperm(len(labels), generator=torch.Generator().manual_seed(3))]
    images = (torch.arange(len(labels)) / 100).view(-1, 1, 1, 1)
    return TransferTask("numbers", "", (images, labels), (images[:0], labels[:0]), tuple("abc"))


def numbers_of(pairs: tuple[torch.Tensor, torch.Tensor]) -> set[int]:
    return {round(100 * value) for value in pairs[0].flatten().tolist()}


def test_as_many_of_each_class_are_drawn_with_their_own_labels():
    task = numbered()
    images, labels = task.draw(3, seed=5)
    assert labels.tolist() == [0] * 3 + [1] * 3 + [2] * 3
    assert len(numbers_of((images, labels))) == 9
    assert task.pool[1][(100 * images).round().long().flatten()].tolist() == labels.tolist()


def test_more_labels_of_a_seed_contain_the_fewer_and_other_seeds_draw_others():
    task = numbered()
    drawn = [numbers_of(task.draw(number, seed=1)) for number in (1, 2, 4)]
    assert drawn[0] < drawn[1] < drawn[2]
    assert drawn[1] == numbers_of(task.draw(2, seed=1))
    assert len({frozenset(numbers_of(task.draw(2, seed=seed))) for seed in range(8)}) > 4


def test_each_class_is_drawn_from_the_same_backgrounds_in_turn():
    labels = torch.arange(2).repeat(40)
    backgrounds = torch.randint(4, (80,), generator=torch.Generator().manual_seed(1))
    images = (torch.arange(80) / 100).view(-1, 1, 1, 1)
    task = TransferTask("places", "", (images, labels), (images, labels), ("a", "b"), backgrounds=backgrounds)
    first = set()
    for seed in range(6):
        few, many = (task.draw(number, seed) for number in (2, 8))
        for drawn, counts in ((few, [1, 1]), (many, [2, 2, 2, 2])):
            places = backgrounds[(100 * drawn[0]).round().long().flatten()].chunk(2)
            assert places[0].unique(return_counts=True)[1].tolist() == counts
            assert sorted(places[0].tolist()) == sorted(places[1].tolist())
        assert numbers_of(few) < numbers_of(many)
        first.add(frozenset(places[0][:2].tolist()))
    assert len(first) > 1  # which backgrounds come first is drawn, too


def test_the_rest_is_what_was_not_drawn():
    task = numbered()
    drawn, rest = numbers_of(task.draw(3, seed=2)), numbers_of(task.rest(3, seed=2))
    assert not drawn & rest and drawn | rest == set(range(19))


@pytest.mark.parametrize("number", [0, -1, 5, 2.0, True, None])
def test_no_labels_and_more_than_there_are_are_answered_in_words(number):
    with pytest.raises(ValueError, match=r"must be in 1\.\.4 for 'numbers'; got"):
        numbered().draw(number, seed=0)


@pytest.fixture
def few(monkeypatch):
    """Tasks with fewer drawn animals, made anew."""
    monkeypatch.setattr(tasks, "NUM_POOL", 100)
    monkeypatch.setattr(tasks, "NUM_TEST", 20)
    transfer_task.cache_clear()
    yield
    transfer_task.cache_clear()


@pytest.mark.parametrize("name", transfer_tasks())
def test_a_task_has_images_in_0_to_1_of_all_classes_and_none_in_pool_and_test(name, few):
    if name in NEED_MNIST and not is_present("mnist_5k"):
        pytest.skip("the digits are not in the cache: python data_scripts/fetch_weights.py mnist_5k")
    task = transfer_task(name)
    assert task is transfer_task(name)
    for images, labels in (task.pool, task.test):
        assert images.dtype == torch.float32 and 0 <= images.min() and images.max() <= 1
        assert labels.unique().tolist() == list(range(len(task.class_names)))
        assert tuple(images.shape[1:]) == task.input_shape
    assert task.max_labels >= 50
    pool = {image.numpy().tobytes() for image in task.pool[0]}
    assert not any(image.numpy().tobytes() in pool for image in task.test[0])


def test_a_conflict_set_has_the_same_animals_in_the_same_order_elsewhere(few):
    task = transfer_task("sheep and goats (repaired)")
    assert task.expected is not None and torch.equal(task.expected[1], task.test[1])
    change = (task.expected[0] - task.test[0]).abs()
    assert (change.mean(dim=(1, 2, 3)) > 0.05).all()  # another background …
    assert (change < 1e-6).all(dim=1).float().mean() > 0.03  # … and an animal that is the same


def test_small_digits_are_those_of_scikit_learn_enlarged_on_a_black_margin():
    images, labels = (
        torch.cat(parts) for parts in zip(small_digits("train"), small_digits("test"), strict=True)
    )
    found = load_digits()
    assert labels.tolist() == found.target.tolist()
    inside = images[:, 0, 4:24, 4:24]
    assert images.sum() == pytest.approx(float(inside.sum()))
    resized = [
        Image.fromarray((image / 16).astype(np.float32)).resize((20, 20), Image.Resampling.BILINEAR)
        for image in found.images[::200]
    ]
    assert np.allclose(inside[::200], np.stack([np.asarray(each) for each in resized]), atol=1e-5)


def test_pieces_of_a_texture_lie_in_their_own_half_of_the_photograph():
    from skimage import data

    for split, half in (("train", slice(0, 256)), ("test", slice(256, 512))):
        images, labels = textures(split)
        pieces = (images[:, 0] * 255).round().numpy().astype(np.uint8)
        for label, name in enumerate(("brick", "grass", "gravel")):
            windows = np.lib.stride_tricks.sliding_window_view(getattr(data, name)()[:, half], (28, 28))
            known = {window.tobytes() for row in windows for window in row}
            assert all(piece.tobytes() in known for piece in pieces[labels == label])


def test_an_unknown_task_or_split_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match="no task 'texture'. Did you mean 'textures'.*folder_task"):
        transfer_task("texture")
    for read in (small_digits, textures):
        with pytest.raises(ValueError, match="'train' or 'test'; got 'valid'"):
            read("valid")


def save(path: Path, value: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 30), (value, value, value)).save(path)


@pytest.fixture
def zoo(tmp_path):
    for number in range(6):
        save(tmp_path / "cat" / f"{number}.png", 10 * number)
        save(tmp_path / "dog" / f"{number}.png", 100 + 10 * number)
    return tmp_path


def test_a_third_of_each_class_of_a_folder_is_for_testing(zoo):
    task = folder_task(zoo, size=16)
    assert task.class_names == ("cat", "dog") and task.input_shape == (3, 16, 16)
    assert task.test[1].bincount().tolist() == [2, 2] and task.max_labels == 4
    values = [
        sorted(set((255 * part[0].mean(dim=(1, 2, 3))).round().int().tolist()))
        for part in (task.pool, task.test)
    ]
    assert sorted(values[0] + values[1]) == [*range(0, 60, 10), *range(100, 160, 10)]
    assert torch.equal(task.test[0], folder_task(zoo, size=16).test[0])
    brightness = task.test[0].mean(dim=(1, 2, 3)) > 0.3
    assert brightness.long().tolist() == task.test[1].tolist()


def test_damaged_files_are_left_out_counted_and_named(zoo):
    (zoo / "cat" / "half.jpg").write_bytes((zoo / "cat" / "0.png").read_bytes()[:60])
    (zoo / "dog" / "text.png").write_text("no picture")
    with pytest.warns(UserWarning, match=r"2 of 14 pictures were left out: cat/half.jpg .* dog/text.png"):
        task = folder_task(zoo, size=16)
    assert len(task.pool[1]) + len(task.test[1]) == 12
    assert "12 photographs" in task.words and "2 of 14 pictures were left out: cat/half.jpg" in task.words
    for number in range(8):
        (zoo / "dog" / f"bad{number}.png").write_text("no picture")
    with pytest.warns(UserWarning, match="… and 5 more"):
        folder_task(zoo, size=16)


def test_a_class_without_a_whole_picture_or_with_one_only_is_refused(zoo):
    (zoo / "eel").mkdir()
    (zoo / "eel" / "bad.png").write_text("no picture")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ValueError, match="no picture of class 'eel' can be read: eel/bad.png"):
            folder_task(zoo)
        save(zoo / "eel" / "good.png", 0)
        with pytest.raises(ValueError, match="class 'eel' has one whole picture only"):
            folder_task(zoo)


def test_a_folder_with_one_class_is_refused(tmp_path):
    save(tmp_path / "cat" / "0.png", 0)
    with pytest.raises(ValueError, match="one class only, 'cat'"):
        folder_task(tmp_path)


def test_a_nearest_mean_learns_something_from_ten_labels_of_each_texture():
    task = transfer_task("textures")
    images, labels = task.draw(10, seed=0)

    def spread(some):
        return torch.stack([some.mean(dim=(1, 2, 3)), some.std(dim=(1, 2, 3))], dim=1)

    centres = torch.stack([spread(images[labels == label]).mean(dim=0) for label in range(3)])
    right = (torch.cdist(spread(task.test[0]), centres).argmin(dim=1) == task.test[1]).float().mean()
    assert right > 0.45  # guessing is a third
