"""A folder of street photographs with label images, in the same form as the drawn scenes."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from vizwidgets.core.whole_numbers import whole_number
from vizwidgets.data.photos import as_image, existing_folder, read_picture

from .camvid import CAMVID_IDS, SPLIT_FOLDERS, camvid_pairs
from .cityscapes import CITYSCAPES_IDS, cityscapes_pairs
from .classes import VOID
from .rendering import check_size
from .scene_set import Scenes

Ids = Mapping[int, tuple[str, int]]
LAYOUTS = (
    "train/ and trainannot/ (also val, test), as in CamVid of the SegNet tutorial",
    "leftImg8bit/train/CITY/ and gtFine/train/CITY/ (also val, test), as in Cityscapes",
)
NUM_NAMED = 3  # files that a message names


def street_folder(
    path: str | os.PathLike[str],
    split: str = "train",
    size: tuple[int, int] = (96, 128),
    num_images: int | None = None,
) -> Scenes:
    """Read street photographs and their label images, mapped to the eight classes of the scenes.

    Fences and all that is unlabelled become VOID. Riders and their bicycles count as pedestrians, lorries and
    buses as cars, walls and bridges as buildings.

    Parameters
    ----------
    path : str or path
        A folder in CamVid's layout (``train/``, ``trainannot/``, …; ids 0 to 11) or in that of Cityscapes
        (``leftImg8bit/train/CITY/``, ``gtFine/train/CITY/NAME_gtFine_labelIds.png``; ids 0 to 33).
    split : str
        "train", "validation" (``val/``) or "test".
    size : (int, int)
        Height and width. What is longer is cut at both ends; photographs are averaged when they shrink, of
        label images the nearest pixel is taken.
    num_images : int, optional
        Read only so many, evenly spaced; by default all.

    Returns
    -------
    Scenes
        With ``look`` and ``seed`` None; ``left_out`` names damaged files. Classes that occur nowhere are
        allowed; ``absent`` names them.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ValueError
        If it has another layout or holds nothing, a label image is missing, is of another size than its
        photograph or has unknown ids, or every file is damaged.

    Warns
    -----
    UserWarning
        If some files are damaged: they are named and left out.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as town:
    ...     for part, value in (("train", 90), ("trainannot", 3)):
    ...         (Path(town) / part).mkdir()
    ...         Image.new("L", (64, 48), value).save(Path(town) / part / "1.png")
    ...     streets = street_folder(town, size=(24, 32))
    >>> len(streets), streets.labels.unique().tolist(), streets.class_names[3]
    (1, [3], 'road')
    """
    sides = check_size(size)
    pairs, ids = _pairs(existing_folder(path), _check_split(split))
    pairs = _chosen(pairs, num_images)
    _check_labels(pairs)
    read, damaged = [], []
    for picture, label in pairs:
        try:
            read.append(_read(picture, label, ids, sides))
        except _DamagedError as error:
            damaged.append(str(error))
    left_out = _left_out(damaged, len(pairs)) if damaged else ""
    if left_out:
        warnings.warn(f"{left_out}.", stacklevel=2)
    images, labels = zip(*read, strict=True)
    return Scenes(torch.cat(images), torch.stack(labels), left_out=left_out)


class _DamagedError(ValueError):
    """A file that can not be read."""


def _check_split(split: str) -> str:
    name = {"val": "validation"}.get(split, split) if isinstance(split, str) else ""
    if name not in SPLIT_FOLDERS:
        raise ValueError(f"split must be one of {', '.join(SPLIT_FOLDERS)}; got {split!r}.")
    return name


def _pairs(folder: Path, split: str) -> tuple[list[tuple[Path, Path]], Ids]:
    """Return photographs with their label images, and what the ids in these mean."""
    for layout, ids in ((camvid_pairs, CAMVID_IDS), (cityscapes_pairs, CITYSCAPES_IDS)):
        pairs = layout(folder, split)
        if pairs:
            return pairs, ids
        if pairs is not None:
            raise ValueError(f"the {split} part of {folder.resolve().name!r} holds no pictures.")
    there = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))[:8]
    raise ValueError(
        f"{folder.resolve().name!r} has no {split} part that can be read: it must hold "
        f"{' or '.join(LAYOUTS)}; it holds {', '.join(there) or 'nothing'}."
    )


def _chosen(pairs: list[tuple[Path, Path]], num_images: int | None) -> list[tuple[Path, Path]]:
    if num_images is None:
        return pairs
    count = whole_number(num_images)
    if count is None or not 1 <= count <= len(pairs):
        raise ValueError(f"num_images must be in 1..{len(pairs)}, as many as there are; got {num_images!r}.")
    return [pairs[place * len(pairs) // count] for place in range(count)]


def _check_labels(pairs: list[tuple[Path, Path]]) -> None:
    missing = [label for _, label in pairs if not label.is_file()]
    if missing:
        raise ValueError(
            f"{len(missing)} of {len(pairs)} photographs have no label image, e.g. {_short(missing[0])}: put "
            "them there, or take the photographs away."
        )


def _read(picture: Path, label: Path, ids: Ids, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Return one image (1, 3, H, W) and its label image (H, W)."""
    try:
        photograph = read_picture(picture)
    except ValueError as error:
        words = str(error).rstrip(".").replace(picture.name, _short(picture), 1)
        raise _DamagedError(words) from error
    numbers = _numbers(label)
    if numbers.size != photograph.size:
        raise ValueError(
            f"{_short(label)} must be as large as its photograph, {photograph.width} x {photograph.height} "
            f"pixels; got {numbers.width} x {numbers.height}."
        )
    table = _table(np.unique(np.asarray(numbers)), ids, label)
    shrunk = ImageOps.fit(numbers, size[::-1], Image.Resampling.NEAREST)
    return as_image(photograph, size), torch.from_numpy(table[np.asarray(shrunk)])


def _numbers(label: Path) -> Image.Image:
    """Return a label image: one number for each pixel."""
    try:
        with Image.open(label, formats=("PNG",)) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _DamagedError(f"{_short(label)} is no whole PNG file") from error
    if picture.mode not in ("L", "P"):  # of a palette, the numbers count and not its colours
        raise ValueError(
            f"{_short(label)} must hold one id per pixel, as a gray PNG of 8 bits does; got {picture.mode}."
        )
    return picture


def _table(found: np.ndarray, ids: Ids, label: Path) -> np.ndarray:
    """Return our class for each id (256,), or say which ids of a label image are unknown."""
    unknown = [int(number) for number in found if int(number) not in ids and int(number) != VOID]
    if unknown:
        more = ", …" if len(unknown) > 8 else ""
        raise ValueError(
            f"{_short(label)} has unknown ids {', '.join(map(str, unknown[:8]))}{more}; known are 0 "
            f"({ids[0][0]}) to {max(ids)} ({ids[max(ids)][0]}), and {VOID} for unlabelled."
        )
    table = np.full(256, VOID, np.int64)
    for number, (_, ours) in ids.items():
        table[number] = ours
    return table


def _left_out(damaged: list[str], count: int) -> str:
    """Return which files are damaged, in words, or refuse when all are."""
    named = "; ".join(damaged[:NUM_NAMED]) + ("; …" if len(damaged) > NUM_NAMED else "")
    if len(damaged) == count:
        raise ValueError(f"all {count} scenes are damaged: {named}.")
    return f"{len(damaged)} of {count} scenes are damaged and left out: {named}"


def _short(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
