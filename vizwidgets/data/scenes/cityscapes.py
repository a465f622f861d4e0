"""Folders laid out as Cityscapes: leftImg8bit/train/city/NAME_leftImg8bit.png and gtFine/…_labelIds.png."""

from __future__ import annotations

from pathlib import Path

from vizwidgets.data.photos import is_picture

from .camvid import SPLIT_FOLDERS
from .classes import BUILDING, CAR, PEDESTRIAN, POLE, ROAD, SIDEWALK, SKY, VEGETATION, VOID

# id in a label image: its name there, and our class; grouped as SegNet groups CamVid's 32 classes
CITYSCAPES_IDS = {
    0: ("unlabeled", VOID),
    1: ("ego vehicle", VOID),
    2: ("rectification border", VOID),
    3: ("out of roi", VOID),
    4: ("static", VOID),
    5: ("dynamic", VOID),
    6: ("ground", VOID),
    7: ("road", ROAD),
    8: ("sidewalk", SIDEWALK),
    9: ("parking", VOID),
    10: ("rail track", VOID),
    11: ("building", BUILDING),
    12: ("wall", BUILDING),
    13: ("fence", VOID),
    14: ("guard rail", VOID),
    15: ("bridge", BUILDING),
    16: ("tunnel", BUILDING),
    17: ("pole", POLE),
    18: ("polegroup", POLE),
    19: ("traffic light", POLE),
    20: ("traffic sign", POLE),
    21: ("vegetation", VEGETATION),
    22: ("terrain", VEGETATION),
    23: ("sky", SKY),
    24: ("person", PEDESTRIAN),
    25: ("rider", PEDESTRIAN),
    26: ("car", CAR),
    27: ("truck", CAR),
    28: ("bus", CAR),
    29: ("caravan", CAR),
    30: ("trailer", CAR),
    31: ("train", CAR),
    32: ("motorcycle", PEDESTRIAN),
    33: ("bicycle", PEDESTRIAN),
}
PICTURES, LABELS = "leftImg8bit", "gtFine"


def cityscapes_pairs(folder: Path, split: str) -> list[tuple[Path, Path]] | None:
    """Return the pictures of a split with their label images, by city and name; None for another layout.

    A label image that is named need not exist.
    """
    name = SPLIT_FOLDERS[split]
    pictures, labels = folder / PICTURES / name, folder / LABELS / name
    if not (pictures.is_dir() and labels.is_dir()):
        return None
    return [
        (path, labels / path.parent.name / f"{path.stem.removesuffix(f'_{PICTURES}')}_{LABELS}_labelIds.png")
        for path in sorted(pictures.glob(f"*/*_{PICTURES}.*"))
        if is_picture(path)
    ]
