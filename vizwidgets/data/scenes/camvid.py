"""CamVid as the SegNet tutorial lays it out: train and trainannot, val and valannot, test and testannot."""

from __future__ import annotations

from pathlib import Path

from vizwidgets.data.photos import is_picture
from vizwidgets.data.storage import cache_dir

from .classes import BUILDING, CAR, PEDESTRIAN, POLE, ROAD, SIDEWALK, SKY, VEGETATION, VOID

# id in a label image: its name there, and our class
CAMVID_IDS = {
    0: ("Sky", SKY),
    1: ("Building", BUILDING),
    2: ("Pole", POLE),
    3: ("Road", ROAD),
    4: ("Pavement", SIDEWALK),
    5: ("Tree", VEGETATION),
    6: ("SignSymbol", POLE),
    7: ("Fence", VOID),
    8: ("Car", CAR),
    9: ("Pedestrian", PEDESTRIAN),
    10: ("Bicyclist", PEDESTRIAN),
    11: ("Unlabelled", VOID),
}
SPLIT_FOLDERS = {"train": "train", "validation": "val", "test": "test"}
COMPLETE = "camvid.provenance.json"  # lies in the folder when every file has been fetched and checked


def camvid_place() -> Path:
    """Return where ``data_scripts/fetch_camvid.py`` puts CamVid; it need not be there."""
    return cache_dir() / "camvid"


def camvid_folder() -> Path | None:
    """Return the folder of CamVid where it has been fetched as a whole, else None.

    Returns
    -------
    Path or None
        For :func:`street_folder`.
    """
    place = camvid_place()
    return place if (place / COMPLETE).is_file() else None


def camvid_pairs(folder: Path, split: str) -> list[tuple[Path, Path]] | None:
    """Return the pictures of a split with their label images, by name; None if that is not the layout.

    A label image that is named need not exist.
    """
    name = SPLIT_FOLDERS[split]
    pictures, labels = folder / name, folder / f"{name}annot"
    if not (pictures.is_dir() and labels.is_dir()):
        return None
    return [(path, labels / f"{path.stem}.png") for path in sorted(pictures.iterdir()) if is_picture(path)]
