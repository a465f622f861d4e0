"""A folder of the student's own photographs, in the same form as the drawn ones."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from torch import Tensor

from vizwidgets.data.photos import SUFFIXES, as_image, read_picture

from .animals import KINDS
from .pictures import Pictures
from .seeds import check_size

MASK_ENDING = ".mask.png"


def photo_folder(path: str | os.PathLike[str], size: int = 64, masks: bool | None = None) -> Pictures:
    """Read a folder of photographs; each of its folders is a class.

    Parameters
    ----------
    path : str or path
        Holds e.g. ``sheep/`` and ``goat/`` with PNG or JPEG files. Beside ``dolly.jpg`` may lie
        ``dolly.mask.png``: of the same size, white where the animal is, black elsewhere.
    size : int
        The shorter side is made this long and the central square cut out.
    masks : bool, optional
        True: every picture must have a mask. False: none is read. By default, they are read if there are any.

    Returns
    -------
    Pictures
        Classes in the order of the alphabet, but sheep before goat. ``masks`` is None if there are none;
        ``backgrounds`` is None.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ValueError
        If it holds no pictures, or of one class only, or a file is damaged or lacks its mask.
    """
    check_size(size)
    classes = _classes(Path(path).expanduser())
    files = [file for group in classes.values() for file in group]
    images = torch.cat([as_image(read_picture(file), size) for file in files])
    counts = torch.tensor([len(group) for group in classes.values()])
    return Pictures(
        images=images,
        labels=torch.repeat_interleave(torch.arange(len(classes)), counts),
        masks=_masks(files, size, masks),
        backgrounds=None,
        class_names=tuple(classes),
        background_names=(),
    )


def _classes(folder: Path) -> dict[str, list[Path]]:
    """Return the pictures of each class, sorted."""
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {str(folder)!r}; looked in {Path.cwd()}.")
    groups = {entry.name: _pictures(entry) for entry in folder.iterdir() if entry.is_dir()}
    found = {name: groups[name] for name in sorted(groups, key=_rank) if groups[name]}
    wish = "put the pictures into one folder per class, e.g. sheep/ and goat/"
    if not found:
        loose = f"; {len(_pictures(folder))} lie loose in it" if _pictures(folder) else ""
        raise ValueError(f"{folder.name} has no folder with pictures ({', '.join(SUFFIXES)}){loose}: {wish}.")
    if len(found) == 1:
        raise ValueError(f"{folder.name} holds pictures of one class only, {next(iter(found))!r}: {wish}.")
    return found


def _rank(name: str) -> tuple[int, str]:
    return KINDS.index(name.lower()) if name.lower() in KINDS else len(KINDS), name.lower()


def _pictures(folder: Path) -> list[Path]:
    names = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    is_wanted = [
        name.lower().endswith(SUFFIXES) and not name.lower().endswith(MASK_ENDING) and name[0] != "."
        for name in names
    ]
    return [folder / name for name, wanted in zip(names, is_wanted, strict=True) if wanted]


def _masks(files: list[Path], size: int, wanted: bool | None) -> Tensor | None:
    beside = [file.with_name(file.stem + MASK_ENDING) for file in files]
    lacking = [file for file, mask in zip(files, beside, strict=True) if not mask.is_file()]
    if wanted is False or (wanted is None and len(lacking) == len(files)):
        return None
    if lacking:
        raise ValueError(
            f"{len(lacking)} of {len(files)} pictures have no mask, e.g. {_short(lacking[0])}: put "
            f"{lacking[0].stem}{MASK_ENDING} beside it, or read none with masks=False."
        )
    return torch.cat([_mask(file, mask, size) for file, mask in zip(files, beside, strict=True)])


def _mask(file: Path, mask: Path, size: int) -> Tensor:
    picture, drawn = read_picture(file), read_picture(mask)
    if picture.size != drawn.size:
        raise ValueError(
            f"{_short(mask)} must be as large as its picture, {picture.width} x {picture.height} pixels; "
            f"got {drawn.width} x {drawn.height}."
        )
    return as_image(drawn, size)[:, 0]


def _short(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
