"""The files that were handed in beside a notebook, copied to where it runs."""

from __future__ import annotations

import shutil
from pathlib import Path


def copy_files(folder: Path, work: Path, most: int) -> None:
    """Copy plain files as far as they fit; a link is left out, for it may point anywhere.

    Parameters
    ----------
    folder, work : Path
        From where, and to where.
    most : int
        How many bytes there is room for.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or _is_behind_link(path, folder):
            continue
        most -= path.stat().st_size
        if most < 0:
            return
        target = work / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _is_behind_link(path: Path, folder: Path) -> bool:
    between = path.relative_to(folder).parents
    return any((folder / each).is_symlink() for each in between if each.parts)
