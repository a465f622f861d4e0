"""Street photographs from folders: both layouts, sizes, and errors that name the file."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from vizwidgets.data.scenes import SCENE_CLASSES, VOID, camvid_folder, street_folder
from vizwidgets.data.scenes.camvid import COMPLETE

# The order of the SegNet tutorial's ids, and what becomes of each.
CAMVID = {
    "Sky": "sky",
    "Building": "building",
    "Pole": "pole/sign",
    "Road": "road",
    "Pavement": "sidewalk",
    "Tree": "vegetation",
    "SignSymbol": "pole/sign",
    "Fence": None,
    "Car": "car",
    "Pedestrian": "pedestrian",
    "Bicyclist": "pedestrian",
    "Unlabelled": None,
}
# Some of cityscapesScripts' ids.
CITYSCAPES = {
    0: None,
    7: "road",
    8: "sidewalk",
    11: "building",
    13: None,
    17: "pole/sign",
    19: "pole/sign",
    20: "pole/sign",
    21: "vegetation",
    23: "sky",
    24: "pedestrian",
    26: "car",
    28: "car",
    33: "pedestrian",
}


def number(name: str | None) -> int:
    return VOID if name is None else SCENE_CLASSES.index(name)


def save(path: Path, pixels: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path


def add(town: Path, name: str, ids: np.ndarray, photograph: np.ndarray | None = None, split="train") -> None:
    gray = np.repeat(8 * ids[..., None], 3, axis=2) if photograph is None else photograph
    save(town / split / f"{name}.png", gray)
    save(town / f"{split}annot" / f"{name}.png", ids)


@pytest.fixture
def town(tmp_path) -> Path:
    """Three scenes: the upper half sky, the lower half road."""
    ids = np.zeros((48, 64))
    ids[24:] = 3
    for name in ("a", "b", "c"):
        add(tmp_path, name, ids)
    return tmp_path


def test_camvids_twelve_ids_become_the_eight_classes(tmp_path):
    ids = np.repeat(np.arange(12), 16)[None].repeat(144, axis=0)  # a column of 16 pixels for each
    add(tmp_path, "one", ids)
    streets = street_folder(tmp_path, "train", size=(144, 192))
    assert streets.labels[0, 70, 8::16].tolist() == [number(ours) for ours in CAMVID.values()]
    assert streets.class_names == SCENE_CLASSES and streets.look is None and streets.seed is None
    assert streets.absent == () and streets.void_share == pytest.approx(2 / 12)


def test_cityscapes_ids_become_the_eight_classes_and_cities_come_by_name(tmp_path):
    ids = np.repeat(np.array(list(CITYSCAPES)), 16)[None].repeat(168, axis=0)
    for city, shade in (("ulm", 200), ("aachen", 100)):
        stem = f"{city}_000000_000019"
        photograph = np.full((168, 224, 3), shade)
        save(tmp_path / "leftImg8bit" / "val" / city / f"{stem}_leftImg8bit.png", photograph)
        save(tmp_path / "gtFine" / "val" / city / f"{stem}_gtFine_labelIds.png", ids)
        save(tmp_path / "gtFine" / "val" / city / f"{stem}_gtFine_color.png", photograph)
    streets = street_folder(tmp_path, "validation", size=(168, 224))
    assert streets.images[:, 0, 0, 0].tolist() == pytest.approx([100 / 255, 200 / 255])
    assert streets.labels[1, 9, 8::16].tolist() == [number(ours) for ours in CITYSCAPES.values()]


def test_splits_are_the_folders_of_their_names(town):
    add(town, "v", np.full((48, 64), 8), split="val")
    assert len(street_folder(town, size=(48, 64))) == 3
    for split in ("validation", "val"):
        assert street_folder(town, split, size=(48, 64)).labels.unique().tolist() == [number("car")]
    with pytest.raises(ValueError, match="no test part that can be read"):
        street_folder(town, "test")


def test_a_label_image_is_cut_as_its_photograph_is_and_gets_no_new_ids(tmp_path):
    ids = np.zeros((90, 200))
    ids[:, 100:] = 3  # the border runs through the middle, 40 columns are cut off at both ends
    ids[:60, 36:44] = 9  # half of this is cut off
    add(tmp_path, "wide", ids)
    streets = street_folder(tmp_path, size=(60, 80))
    assert set(streets.labels.unique().tolist()) == {number("sky"), number("road"), number("pedestrian")}
    label, gray = streets.labels[0], (255 * streets.images[0, 0]).round() / 8
    expected = torch.full((60, 80), float("nan"))
    for ours, theirs in (("sky", 0), ("road", 3), ("pedestrian", 9)):
        expected[label == number(ours)] = theirs
    assert float(((gray - expected).abs() < 0.3).float().mean()) > 0.95  # but at borders, which are mixed
    assert label[50, 39] == number("sky") and label[50, 40] == number("road")
    assert (label[:39, :2] == number("pedestrian")).all() and not (label[:, 4:] == number("pedestrian")).any()


def test_a_photograph_is_averaged_when_it_shrinks(tmp_path):
    checks = 255 * (np.indices((192, 256)).sum(axis=0) % 2)[..., None].repeat(3, axis=2)
    add(tmp_path, "checks", np.zeros((192, 256)), checks)
    assert float((street_folder(tmp_path, size=(48, 64)).images - 0.5).abs().max()) < 0.02


def test_ids_in_a_palette_count_and_not_its_colours(tmp_path, town):
    picture = Image.open(town / "trainannot" / "b.png")
    picture.putpalette(bytes(range(256)) * 3)
    picture.save(town / "trainannot" / "b.png")
    streets = street_folder(town, size=(48, 64))
    assert torch.equal(streets.labels[0], streets.labels[1])


def test_so_many_images_are_chosen_evenly(tmp_path):
    for value in range(10):
        add(tmp_path, f"{value}", np.full((32, 32), value))
    few = street_folder(tmp_path, size=(32, 32), num_images=3)
    assert (few.images[:, 0, 0, 0] * 255 / 8).round().tolist() == [0, 3, 6]
    for wrong in (0, 11, 2.5):
        with pytest.raises(ValueError, match=r"num_images must be in 1..10"):
            street_folder(tmp_path, num_images=wrong)


def test_a_label_image_of_another_size_is_refused(town):
    save(town / "trainannot" / "b.png", np.zeros((24, 32)))
    with pytest.raises(
        ValueError, match="trainannot/b.png must be as large as .* 64 x 48 pixels; got 32 x 24"
    ):
        street_folder(town)


def test_unknown_ids_are_named_with_their_file(town):
    ids = np.zeros((48, 64))
    ids[3, 5], ids[0, 0] = 12, 77
    save(town / "trainannot" / "c.png", ids)
    words = r"trainannot/c.png has unknown ids 12, 77; known are 0 \(Sky\) to 11 \(Unlabelled\)"
    with pytest.raises(ValueError, match=words):
        street_folder(town)


def test_255_is_void_in_any_layout(town):
    save(town / "trainannot" / "c.png", np.full((48, 64), 255))
    assert street_folder(town, size=(48, 64)).void_share == pytest.approx(1 / 3)


def test_label_images_in_colours_are_refused(town):
    save(town / "trainannot" / "a.png", np.zeros((48, 64, 3)))
    with pytest.raises(ValueError, match=r"trainannot/a.png must hold one id per pixel.*got RGB"):
        street_folder(town)


def test_missing_label_images_are_counted_and_the_first_is_named(town):
    (town / "trainannot" / "b.png").unlink()
    (town / "trainannot" / "c.png").unlink()
    with pytest.raises(ValueError, match="2 of 3 photographs have no label image, e.g. trainannot/b.png"):
        street_folder(town)


def test_damaged_files_are_named_counted_and_left_out(town):
    whole = (town / "train" / "a.png").read_bytes()
    (town / "train" / "a.png").write_bytes(whole[:60])
    with pytest.warns(UserWarning, match=r"1 of 3 scenes .* left out: train/a.png is a damaged") as caught:
        streets = street_folder(town, size=(48, 64))
    assert len(streets) == 2
    assert __file__ in [each.filename for each in caught]  # the warning points at who read the folder
    (town / "trainannot" / "c.png").write_bytes(b"no picture")
    with pytest.warns(UserWarning, match="2 of 3 .*trainannot/c.png is no whole PNG file"):
        assert len(street_folder(town, size=(48, 64))) == 1


def test_a_folder_where_everything_is_damaged_is_refused(town):
    for name in ("a", "b", "c"):
        (town / "train" / f"{name}.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="all 3 scenes are damaged: train/a.png"):
        street_folder(town)


def test_absent_classes_are_allowed_and_named(town):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        streets = street_folder(town, size=(48, 64))
    assert streets.absent == tuple(name for name in SCENE_CLASSES if name not in ("sky", "road"))


def test_no_folder_an_empty_one_and_another_layout_are_answered_in_words(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder .*nowhere"):
        street_folder(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="must hold train/ and trainannot/.*leftImg8bit.*it holds nothing"):
        street_folder(tmp_path)
    (tmp_path / "pictures").mkdir()
    with pytest.raises(ValueError, match="it holds pictures"):
        street_folder(tmp_path)
    for name in ("train", "trainannot"):
        (tmp_path / name).mkdir()
    with pytest.raises(ValueError, match="the train part of .* holds no pictures"):
        street_folder(tmp_path)
    with pytest.raises(ValueError, match="split must be one of train, validation, test; got 'dev'"):
        street_folder(tmp_path, "dev")


def test_camvid_is_known_only_when_it_is_whole(cache):
    assert camvid_folder() is None
    (cache / "camvid" / "train").mkdir(parents=True)
    assert camvid_folder() is None
    (cache / "camvid" / COMPLETE).write_text("{}")
    assert camvid_folder() == cache / "camvid"


@pytest.mark.skipif(
    camvid_folder() is None, reason="CamVid is not there: python data_scripts/fetch_camvid.py"
)
@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_camvid_itself_is_read_and_has_every_class(split):
    streets = street_folder(camvid_folder(), split, num_images=24)
    assert streets.absent == () and 0 < streets.void_share < 0.1
    share = dict(zip(streets.class_names, streets.shares.tolist(), strict=True))
    assert share["road"] > 0.2 and share["building"] > 0.2 and share["pedestrian"] < 0.05
