"""A folder of the student's own photographs, in the same form as the drawn ones."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import torch
from torch import Tensor

from vizwidgets.data.photos import (
    MASK_ENDING,
    SUFFIXES,
    as_image,
    existing_folder,
    is_hidden,
    is_picture,
    read_picture,
)

from .animals import KINDS
from .pictures import Pictures
from .seeds import check_size

MOST_NAMED = 5  # damaged files in a warning


def photo_folder(
    path: str | os.PathLike[str],
    size: int = 64,
    masks: bool | None = None,
    *,
    skip_damaged: bool = False,
) -> Pictures:
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
    skip_damaged : bool
        Leave out files that can not be read, with a warning that counts and names them.

    Returns
    -------
    Pictures
        Classes in the order of the alphabet, but sheep before goat. ``masks`` is None if there are none;
        ``backgrounds`` is None.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    TypeError, ValueError
        If it holds no pictures, or whole ones of one class only, or a file is damaged or lacks a mask of its
        own.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from PIL import Image
    >>> with TemporaryDirectory() as farm:
    ...     for name in ("sheep", "goat"):
    ...         (Path(farm) / name).mkdir()
    ...         Image.new("RGB", (80, 60)).save(Path(farm) / name / "one.png")
    ...     pictures = photo_folder(farm)
    >>> pictures.images.shape, pictures.class_names
    (torch.Size([2, 3, 64, 64]), ('sheep', 'goat'))
    """
    check_size(size)
    if masks is not None and not isinstance(masks, bool):
        raise ValueError(f"masks must be True, False or None (if there are any); got {masks!r}.")
    classes = _classes(existing_folder(path))
    images, classes, left_out = _read(classes, size, skip_damaged)
    if left_out:
        warnings.warn(left_out, stacklevel=2)
    files = [file for group in classes.values() for file in group]
    counts = torch.tensor([len(group) for group in classes.values()])
    return Pictures(
        images=torch.cat(images),
        labels=torch.repeat_interleave(torch.arange(len(classes)), counts),
        masks=_masks(files, size, masks),
        backgrounds=None,
        class_names=tuple(classes),
        background_names=(),
        left_out=left_out,
    )


def _classes(folder: Path) -> dict[str, list[Path]]:
    """Return the pictures of each class, sorted."""
    groups = {entry.name: _pictures(entry) for entry in _folders(folder)}
    found = {name: groups[name] for name in sorted(groups, key=_rank) if groups[name]}
    wish, here = "put the pictures into one folder per class, e.g. sheep/ and goat/", folder.resolve().name
    if not found:
        loose = f"; {len(_pictures(folder))} lie loose in it" if _pictures(folder) else ""
        raise ValueError(f"{here} has no folder with pictures ({', '.join(SUFFIXES)}){loose}: {wish}.")
    if len(found) == 1:
        raise ValueError(f"{here} holds pictures of one class only, {next(iter(found))!r}: {wish}.")
    return found


def _read(
    classes: dict[str, list[Path]], size: int, skip_damaged: bool
) -> tuple[list[Tensor], dict[str, list[Path]], str]:
    """Return the images, class by class, the files that they are from, and which were left out, in words."""
    images: list[Tensor] = []
    whole: dict[str, list[Path]] = {name: [] for name in classes}
    damaged: list[str] = []
    for name, group in classes.items():
        for file in group:
            try:
                images.append(as_image(read_picture(file), size))
            except ValueError as error:
                if not skip_damaged:
                    raise
                damaged.append(f"{name}/{error}")
            else:
                whole[name].append(file)
    if empty := [name for name, group in whole.items() if not group]:
        raise ValueError(f"no picture of class {empty[0]!r} can be read: {damaged[0]}")
    return images, whole, _left_out(damaged, len(images) + len(damaged)) if damaged else ""


def _left_out(damaged: list[str], number: int) -> str:
    more = f" … and {len(damaged) - MOST_NAMED} more" if len(damaged) > MOST_NAMED else ""
    named = " ".join(damaged[:MOST_NAMED])
    return f"{len(damaged)} of {number} pictures were left out: {named}{more}"


def _rank(name: str) -> tuple[int, str]:
    return KINDS.index(name.lower()) if name.lower() in KINDS else len(KINDS), name.lower()


def _folders(folder: Path) -> list[Path]:
    return [entry for entry in folder.iterdir() if entry.is_dir() and not is_hidden(entry)]


def _pictures(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if is_picture(entry))


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
    _check_own(files, beside)
    return torch.cat([_mask(file, mask, size) for file, mask in zip(files, beside, strict=True)])


def _check_own(files: list[Path], masks: list[Path]) -> None:
    """Refuse two pictures with one mask: it can only be right for one of them."""
    owners: dict[Path, Path] = {}
    for file, mask in zip(files, masks, strict=True):
        first = owners.setdefault(mask, file)
        if first != file:
            raise ValueError(
                f"{_short(first)} and {file.name} would share the mask {mask.name}: give one of them another "
                "name and a mask of its own, or read none with masks=False."
            )


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
