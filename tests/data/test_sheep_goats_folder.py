"""A folder of pictures, the student's or drawn ones: classes, masks, and errors that name the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vizwidgets.data.sheep_goats import photo_folder


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


def test_what_a_computer_hides_is_neither_a_picture_nor_a_class(farm):
    for name in ("sheep/._dolly.png", ".hidden/secret.png", "__MACOSX/sheep.jpg"):
        save(farm / name, 0)
    (farm / "goat" / "album.png").mkdir()  # a folder that is called like a picture
    data = photo_folder(farm)
    assert data.class_names == ("sheep", "goat") and data.labels.tolist() == [0, 0, 1]


def test_two_pictures_do_not_share_a_mask(farm):
    save(farm / "sheep" / "dolly.jpg", 60)
    assert len(photo_folder(farm)) == 4  # without masks the names do not matter
    for name in ("goat/heidi", "sheep/dolly", "sheep/shaun"):
        save(farm / f"{name}.mask.png", 255)
    with pytest.raises(ValueError, match=r"dolly.jpg and dolly.png would share the mask dolly.mask.png"):
        photo_folder(farm)
    assert photo_folder(farm, masks=False).masks is None


def test_names_and_choices_that_make_no_sense_are_answered_in_words(farm, monkeypatch):
    with pytest.raises(ValueError, match="a folder needs a name"):
        photo_folder("")
    with pytest.raises(TypeError, match="by its name or path; got NoneType"):
        photo_folder(None)
    with pytest.raises(ValueError, match="masks must be True, False or None.*got 'yes'"):
        photo_folder(farm, masks="yes")
    monkeypatch.chdir(farm / "sheep")
    with pytest.raises(ValueError, match="^sheep has no folder with pictures .*2 lie loose"):
        photo_folder(".")
