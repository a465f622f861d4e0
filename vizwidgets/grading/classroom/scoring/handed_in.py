"""What a student handed in, made ready to be graded, or the reason why it can not be."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from vizwidgets.grading.classroom.reading.budget import MB, NOTEBOOK_BYTES, megabytes
from vizwidgets.grading.classroom.reading.unusable import reasons_in
from vizwidgets.grading.running.outcomes import one_line
from vizwidgets.grading.sheets.overwrite import overwrite
from vizwidgets.grading.sheets.sheet import Sheet, mark_of

_SAME_RELEASE = "grade it as it is with --any-release, after a look whether the questions have changed"


@dataclass(frozen=True)
class HandedIn:
    """One submission.

    Parameters
    ----------
    student : str
        Whose.
    folder : Path
        Where it lies.
    digest : str
        SHA-256 of all its files.
    notebook : NotebookNode, optional
        With every cell of the course as the source has it; None if it can not be graded.
    problem : str
        Why it can not.
    flags : tuple of str
        What a person should look at.
    """

    student: str
    folder: Path
    digest: str
    notebook: NotebookNode | None = None
    problem: str = ""
    flags: tuple[str, ...] = ()


def digest_of(folder: Path) -> str:
    """Return the SHA-256 of all files that were handed in, with their names.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     _ = Path(name, "a1.ipynb").write_text("{}")
    ...     before = digest_of(Path(name))
    ...     _ = Path(name, "a1.ipynb").write_text("{ }")
    ...     before == digest_of(Path(name))
    False
    """
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        part = hashlib.sha256(path.relative_to(folder).as_posix().encode(errors="surrogateescape"))
        with path.open("rb") as file:
            while block := file.read(MB):
                part.update(block)
        whole.update(part.digest())
    return whole.hexdigest()


def read_handed_in(student: str, folder: Path, source: Sheet, version: str = "") -> HandedIn:
    """Make a submission ready to be graded; whatever is wrong with it is told, never raised.

    Parameters
    ----------
    student : str
        Whose.
    folder : Path
        ``submitted/<student>/<sheet>``.
    source : Sheet
        With the hidden checks.
    version : str
        Of the release that the class got; empty if any will do.
    """
    digest = ""
    try:
        if reasons := reasons_in(folder):
            raise ValueError("; ".join(reasons))
        digest = digest_of(folder)
        sheet = _read(folder, source.name)
        _check_sheet(sheet, source, version)
        notebook = overwrite(sheet.notebook, source.notebook)
    except Exception as reason:  # a file of others may be broken in any way: it is listed, the class goes on
        words = one_line(str(reason))[:500] or type(reason).__name__
        return HandedIn(student, folder, digest, problem=words)
    there = _names(sheet)
    flags = [f"the answer {name} was deleted" for name in source.answers if name not in there]
    return HandedIn(student, folder, digest, notebook, flags=tuple(flags))


def _read(folder: Path, name: str) -> Sheet:
    path = folder / f"{name}.ipynb"
    if not path.is_file():
        others = sorted(each.name for each in folder.glob("*.ipynb"))
        found = f"but {', '.join(others)}: rename one, or run collect" if others else "nor any other notebook"
        raise FileNotFoundError(f"there is no {path.name}, {found}")
    if path.is_symlink():
        raise ValueError(f"{path.name} is a link: put the file itself in its place")
    if path.stat().st_size > NOTEBOOK_BYTES:
        words = f"a notebook of {megabytes(path.stat().st_size)}, more than {megabytes(NOTEBOOK_BYTES)}"
        raise ValueError(f"{words}: ask for it without outputs, or run collect")
    return Sheet.read(path)


def _check_sheet(sheet: Sheet, source: Sheet, version: str) -> None:
    """Refuse another sheet, another release, and a notebook in which no answer can be found."""
    own = sheet.notebook.metadata.get("vizwidgets", {})
    name, release = str(own.get("sheet", source.name)), str(own.get("version", version))
    if name != source.name:
        raise ValueError(f"it is another sheet: {name}")
    if version and release != version:
        raise ValueError(f"made from another release ({release}, now {version}): {_SAME_RELEASE}")
    if not any(answer in _names(sheet) for answer in source.answers):
        raise ValueError("none of the answers is found by its cell's metadata: run regraft")


def _names(sheet: Sheet) -> set[str]:
    return {str(mark_of(cell).get("grade_id", "")) for cell in sheet.cells}
