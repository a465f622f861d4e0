"""top_examples takes a data set in any form, and says what is wrong with one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import ConcatDataset, Dataset, TensorDataset

import vizwidgets as vw
from tests.core.nets import small_net
from vizwidgets.data.photos import list_pictures

IMAGES = torch.rand(11, 3, 16, 16, generator=torch.Generator().manual_seed(5))
LABELS = torch.arange(11)


class Bare(Dataset[Tensor]):
    """Items are images, without labels."""

    def __len__(self) -> int:
        return len(IMAGES)

    def __getitem__(self, index: int) -> Tensor:
        return IMAGES[index]


def indices(dataset: Any, wanted: Any = None, **options: Any) -> list[int]:
    wanted = wanted or vw.channel("3", 2)
    return [e.index for e in vw.top_examples(small_net(), wanted, dataset, k=4, progress=False, **options)]


@pytest.mark.parametrize(
    "dataset",
    [
        IMAGES,
        IMAGES.double(),
        IMAGES.numpy(),
        (IMAGES, LABELS),
        [IMAGES, LABELS],
        TensorDataset(IMAGES, LABELS),
        ConcatDataset([TensorDataset(IMAGES[:4], LABELS[:4]), TensorDataset(IMAGES[4:], LABELS[4:])]),
        Bare(),
        list(IMAGES),
        [(image, 0, "more") for image in IMAGES],
    ],
    ids=lambda dataset: type(dataset).__name__,
)
def test_every_form_of_the_same_images_gives_the_same_examples(dataset: Any) -> None:
    values = vw.activation(small_net(), vw.channel("3", 2), IMAGES)
    assert indices(dataset) == values.argsort(descending=True)[:4].tolist()
    assert indices(dataset, batch_size=3) == indices(dataset)


def test_a_layer_is_indexed_by_its_channel() -> None:
    examples = vw.top_examples(small_net(), "block2_conv1", IMAGES, k=4, progress=False)
    assert len(examples) == 8
    for channel, found in enumerate(examples):
        assert [e.index for e in found] == indices(IMAGES, vw.channel("3", channel))
    assert repr(examples) == "LayerExamples(8 channels of 'block2_conv1', 11 images)"
    for wrong in (8, -1, 1.0):
        with pytest.raises(IndexError, match="channel must be in 0..7 for layer 'block2_conv1'"):
            examples[wrong]


def test_each_image_is_read_once_in_the_pass() -> None:
    seen: list[int] = []

    class Counted(Bare):
        def __getitem__(self, index: int) -> Tensor:
            seen.append(index)
            return super().__getitem__(index)

    examples = vw.top_examples(small_net(), "3", Counted(), k=2, batch_size=4, progress=False)
    assert seen == list(range(11))
    assert len(examples[0]) == 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Squares that grow brighter, one of them in a folder of its own, and a text."""
    (tmp_path / "more").mkdir()
    for number, name in enumerate(["a.png", "b.JPG", "more/c.bmp"]):
        Image.new("RGB", (20 + number, 30), (80 * number, 10, 10)).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def test_the_pictures_of_a_folder_are_cut_to_the_size_of_the_model(folder: Path) -> None:
    assert [path.name for path in list_pictures(folder)] == ["a.png", "b.JPG", "c.bmp"]
    stacked = torch.cat([vw.photo(path, size=16) for path in list_pictures(folder)])
    assert indices(folder) == indices(stacked) and indices(str(folder)) == indices(stacked)


def test_a_model_for_gray_images_sees_a_folder_in_gray(folder: Path) -> None:
    model = small_net(colors=1, height=12, width=20)
    bright = vw.channel("0", 0) if model[0].weight[0].sum().item() > 0 else -vw.channel("0", 0)
    (example, *_) = vw.top_examples(model, bright, folder, progress=False)
    assert example.image.shape == (1, 12, 20)
    assert example.image.mean() == pytest.approx((0.299 * 160 + 0.587 * 10 + 0.114 * 10) / 255, abs=0.01)


def test_a_photograph_can_be_cut_to_a_rectangle() -> None:
    image = vw.photo("cat", size=(20, 50))
    wide = vw.photo("cat")
    assert image.shape == (1, 3, 20, 50)
    assert float(image.mean()) == pytest.approx(float(wide.mean()), abs=0.1)
    with pytest.raises(
        ValueError, match="size must be a whole number of pixels above 0, or height and width"
    ):
        vw.photo("cat", size=(20, 0))


@pytest.mark.parametrize(
    ("dataset", "kind", "words"),
    [
        (IMAGES[:0], ValueError, "the data set is empty"),
        ([], ValueError, "the data set is empty"),
        (IMAGES[0], ValueError, r"images must be \(N, C, H, W\); got shape \(3, 16, 16\)"),
        (IMAGES[:, :1], ValueError, "this model takes 3 channels"),
        (IMAGES * 255, ValueError, "divide by 255"),
        ((IMAGES * 255).byte(), TypeError, "image / 255"),
        (iter(IMAGES), TypeError, "that gives an image by its number; got .*iterator"),
        (3, TypeError, "got int"),
        (
            [IMAGES[0], IMAGES[1, :, :8], IMAGES[2]],
            ValueError,
            r"image 1 has shape \(3, 8, 16\), image 0 has",
        ),
        ([(Image.new("RGB", (16, 16)), 0)], TypeError, "transform=ToTensor"),
        ([(IMAGES[:2], 0)], ValueError, r"item 0 of the data set must be an image \(C, H, W\)"),
        ("no/such/folder", FileNotFoundError, "there is no folder 'no/such/folder'"),
    ],
    ids=range(12),
)
def test_a_data_set_that_does_not_fit_is_refused_in_words(dataset: Any, kind: Any, words: str) -> None:
    with pytest.raises(kind, match=words):
        vw.top_examples(small_net(), vw.channel("3", 2), dataset, progress=False)


def test_a_folder_without_or_with_damaged_pictures_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no pictures"):
        vw.top_examples(small_net(), "3", tmp_path, progress=False)
    (tmp_path / "broken.png").write_bytes(b"\x89PNG")
    with pytest.raises(ValueError, match=r"broken.png is not a picture"):
        vw.top_examples(small_net(), "3", tmp_path, progress=False)


@pytest.mark.parametrize("batch_size", [0, -1, 2.5, True])
def test_an_impossible_batch_size_is_refused_in_words(batch_size: Any) -> None:
    with pytest.raises(ValueError, match="batch_size must be a whole number of 1 or more"):
        vw.top_examples(small_net(), "3", IMAGES, batch_size=batch_size, progress=False)


def test_the_bar_shows_only_when_it_is_wanted_and_the_pass_is_slow(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    vw.top_examples(small_net(), "3", IMAGES, progress=True)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("vizwidgets.data.examples.SECONDS_BEFORE_BAR", 0)
    vw.top_examples(small_net(), "3", IMAGES, progress=False)
    assert capsys.readouterr().err == ""
    vw.top_examples(small_net(), "3", IMAGES, progress=True)
    assert "/11 [" in capsys.readouterr().err


def test_crops_of_different_sizes_are_shown_side_by_side() -> None:
    crops = [torch.ones(3, 3, 3), torch.zeros(3, 2, 3), torch.ones(3, 3, 2)]
    sheet = np.asarray(vw.show(crops, ["a", "b", "c"]))
    assert sheet.shape[1] == 3 * 3 + 2 * 6
    assert (sheet[:2, 9:12] == 0).all() and (sheet[2, 9:12] == 255).all()
