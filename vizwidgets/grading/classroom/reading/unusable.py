"""What was handed in and is no use: the reason lies in ``submitted/``, so that nobody is lost on the way."""

from __future__ import annotations

from pathlib import Path

from vizwidgets.grading.whole_file import write_whole

FILE = "not_usable.txt"  # in submitted/<student>/<sheet>/, one reason a line
_MOST_SIGNS = 2_000


def write_reasons(folder: Path, reasons: list[str]) -> None:
    """Keep why nothing of a submission can be graded, where its notebook would lie.

    Parameters
    ----------
    folder : Path
        ``submitted/<student>/<sheet>``; it is made.
    reasons : list of str
        What to tell a person, each on one line.
    """
    lines = (" ".join(reason.split()) for reason in reasons)
    text = "".join(f"{line}\n" for line in lines)[:_MOST_SIGNS]
    write_whole(folder / FILE, text.encode(errors="replace").decode())


def forget_reasons(folder: Path) -> None:
    """Take the reasons away, for something usable has come."""
    (folder / FILE).unlink(missing_ok=True)


def reasons_in(folder: Path) -> list[str]:
    """Return why nothing in a folder can be graded; empty if a notebook lies there, whatever came after it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     write_reasons(Path(name), ["a1.pdf: a PDF"])
    ...     before = reasons_in(Path(name))
    ...     _ = Path(name, "a1.ipynb").write_text("{}")
    ...     before, reasons_in(Path(name))
    (['a1.pdf: a PDF'], [])
    """
    path = folder / FILE
    if path.is_symlink() or not path.is_file() or any(folder.glob("*.ipynb")):
        return []
    return path.read_text(encoding="utf-8", errors="replace")[:_MOST_SIGNS].splitlines()
