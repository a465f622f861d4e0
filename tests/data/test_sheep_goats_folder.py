"""A folder of pictures, the student's or drawn ones: classes, masks, and errors that name the file."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from vizwidgets.data.sheep_goats import photo_folder, sheep_goats


def load_script():
    path = Path(__file__).parents[2] / "data_scripts" / "make_sheep_goats.py"
    spec = importlib.util.spec_from_file_location("make_sheep_goats", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def save(path: Path, value: int, size: tuple[int, int] = (40, 30)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (value, value, value)).save(path)
    return path


@pytest.fixture
def farm(tmp_path):
    save(tmp_path / "goat" / "heidi.jpg", 200)
    save(tmp_path / "sheep" / "dolly.png", 50)
    save(tmp_path / "sheep" / "shaun.PNG", 100)
    (tmp_path / "sheep" / "notes.txt").write_text("wool")
    return tmp_path


def test_what_the_script_draws_comes_back_with_its_masks(tmp_path, capsys):
    script, out = load_script(), tmp_path / "herd"
    assert (
        script.main(["--number", "6", "--share", "0", "--seed", "2", "--size", "24", "--out", str(out)]) == 0
    )
    said = capsys.readouterr().out
    assert "MIT" in said and str(out) in said
    drawn, read = sheep_goats(6, share=0.0, seed=2, size=24), photo_folder(out, size=24)
    order = [0, 2, 4, 1, 3, 5]  # in the folder, all sheep come before the goats
    assert read.class_names == drawn.class_names and torch.equal(read.labels, drawn.labels[order])
    assert torch.allclose(read.images, drawn.images[order], atol=0.6 / 255)
    assert torch.allclose(read.masks, drawn.masks[order], atol=0.6 / 255)
    assert [path.name for path in tmp_path.iterdir()] == ["herd"]  # nothing temporary stays behind


def test_the_script_does_not_overwrite_and_says_what_is_wrong(tmp_path, capsys):
    script = load_script()
    (tmp_path / "mine.txt").write_text("keep me")
    assert script.main(["--number", "2", "--out", str(tmp_path)]) == 1
    assert "there already" in capsys.readouterr().err
    assert script.main(["--number", "3", "--out", str(tmp_path / "new")]) == 1
    assert "even number" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_folders_are_classes_sheep_before_goat_and_others_by_the_alphabet(farm):
    data = photo_folder(farm, size=16)
    assert data.class_names == ("sheep", "goat") and data.labels.tolist() == [0, 0, 1]
    assert data.images.mean(dim=(1, 2, 3)).tolist() == pytest.approx(
        [50 / 255, 100 / 255, 200 / 255], abs=0.01
    )
    assert data.masks is None and data.backgrounds is None
    save(farm / "cow" / "elsa.png", 0)
    assert photo_folder(farm, size=16).class_names == ("sheep", "goat", "cow")
    assert len(data[[0, 2]]) == 2 and data[[0, 2]].masks is None


def test_a_mask_is_cut_out_as_its_picture_is(farm):
    pixels = np.zeros((30, 40), np.uint8)
    pixels[:, :20] = 255  # the left half; the square of 30 pixels is cut out of the middle
    for name in ("goat/heidi", "sheep/dolly", "sheep/shaun"):
        Image.fromarray(pixels).save(farm / f"{name}.mask.png")
    data = photo_folder(farm, size=30)
    assert data.masks.shape == (3, 30, 30) and len(data) == 3
    assert data.masks[0, 4].tolist() == [1.0] * 15 + [0.0] * 15
    assert photo_folder(farm, masks=False).masks is None


def test_missing_masks_are_named_where_others_are_there_or_where_they_are_wanted(farm):
    with pytest.raises(ValueError, match="3 of 3 pictures have no mask, e.g. sheep/dolly.png"):
        photo_folder(farm, masks=True)
    save(farm / "sheep" / "dolly.mask.png", 255)
    with pytest.raises(ValueError, match=r"2 of 3 pictures have no mask.*shaun.mask.png.*masks=False"):
        photo_folder(farm)


def test_a_mask_of_another_size_is_refused(farm):
    for name in ("goat/heidi", "sheep/dolly", "sheep/shaun"):
        save(farm / f"{name}.mask.png", 255, (20, 20))
    with pytest.raises(ValueError, match="dolly.mask.png must be as large as its picture, 40 x 30"):
        photo_folder(farm)


def test_no_folder_no_pictures_one_class_and_loose_pictures_are_answered_in_words(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder .*nowhere"):
        photo_folder(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="one folder per class"):
        photo_folder(tmp_path)
    save(tmp_path / "loose.png", 0)
    with pytest.raises(ValueError, match="1 lie loose in it"):
        photo_folder(tmp_path)
    save(tmp_path / "sheep" / "dolly.png", 0)
    (tmp_path / "goat").mkdir()
    with pytest.raises(ValueError, match="one class only, 'sheep'"):
        photo_folder(tmp_path)


def test_a_damaged_picture_is_named(farm):
    (farm / "goat" / "peter.jpg").write_bytes((farm / "goat" / "heidi.jpg").read_bytes()[:200])
    with pytest.raises(ValueError, match="peter.jpg is a damaged picture"):
        photo_folder(farm)
