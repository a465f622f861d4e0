"""Files that are written wholly or not at all: whoever is interrupted finds the old one."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, text: str) -> bool:
    """Write a text as UTF-8, by way of a file beside it; return whether anything changed.

    Parameters
    ----------
    path : Path
        Its folders are made. Line ends are written as they stand in the text.
    text : str
        What the file holds afterwards.
    """
    data = text.encode("utf-8")
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return True
