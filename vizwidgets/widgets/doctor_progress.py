"""Whether what a student predicts and solves can be kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vizwidgets.grading.progress.book import Book, OtherFormat
from vizwidgets.grading.progress.place import VARIABLE, can_be_written, progress_file

from .doctor_report import Finding

ANOTHER = f"name another folder: %env {VARIABLE}=/a/folder/of/yours"
AWAY = "bring the course up to date, or move the file away to begin anew"
BY_ITSELF = "nothing to do: with your next prediction it gets another name, and a new one is begun"


def progress_findings() -> Iterator[Finding]:
    """Tell where the progress lies, and whether it can be read and written; of what is in it, nothing."""
    path = progress_file()
    if path is None:
        yield Finding("Progress", "fine", f"kept nowhere, as {VARIABLE} asks for")
        return
    wrong, remedy = _trouble_with(path)
    if wrong:
        yield Finding("Progress", "look", f"{path} {wrong}", remedy)
    elif path.exists():
        yield Finding("Progress", "fine", f"{path}, on this computer only")
    else:
        yield Finding("Progress", "fine", f"none so far; it will lie in {path}, on this computer only")


def _trouble_with(path: Path) -> tuple[str, str]:
    """Return what is wrong with the file, and what helps; empty words where nothing is."""
    try:
        if path.exists():
            Book.read(path.read_text(encoding="utf-8"))
    except OtherFormat as error:
        return f"cannot be used: {error}", AWAY
    except UnicodeError:
        return "is damaged: it is no text", BY_ITSELF
    except ValueError as error:
        return f"is damaged: {error}", BY_ITSELF
    except OSError as error:
        return f"cannot be read: {error.strerror}", ANOTHER
    if not can_be_written(path):
        return "cannot be written: what you do is remembered until the kernel ends", ANOTHER
    return "", ""
