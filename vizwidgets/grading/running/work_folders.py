"""The folders in which sheets run, and those that a grader left that was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path


def work_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a new folder; its name says which process it belongs to."""
    return tempfile.TemporaryDirectory(prefix=f"sheet-{os.getpid()}-", ignore_cleanup_errors=True)


def remove_left_folders() -> None:
    """Remove the folders of our own whose process is gone: it had no time to do so."""
    for path in Path(tempfile.gettempdir()).glob("sheet-*-*"):
        number = path.name.split("-")[1]
        with contextlib.suppress(OSError):
            if number.isdecimal() and not _is_alive(int(number)) and path.stat().st_uid == os.getuid():
                shutil.rmtree(path, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True
