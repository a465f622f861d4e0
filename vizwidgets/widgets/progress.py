"""What a student has predicted and solved, to look at, to take along and to delete."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from html import escape
from pathlib import Path

from vizwidgets.core.tables import Row, text_table
from vizwidgets.grading.progress.book import NO_PROGRESS, Book
from vizwidgets.grading.progress.keeper import KEEPER
from vizwidgets.grading.progress.place import progress_file
from vizwidgets.grading.whole_file import write_whole

COLUMNS = (
    "kind", "lesson", "question", "answer", "outcome", "exercise", "points", "reached", "tries", "at",
)  # fmt: skip
LEFT = "text-align: left"


class Progress:
    """All that is noted of a student. It lies in one file of this computer, and is sent nowhere.

    Made by `progress`.

    Parameters
    ----------
    book : Book
        What is noted.
    path : Path, optional
        The file; None where nothing is to be kept.
    trouble : str
        What is wrong with it, in words.
    """

    def __init__(self, book: Book, path: Path | None, trouble: str = "") -> None:
        self.book, self.path, self.trouble = book, path, trouble

    def export(self, path: str | Path) -> Path:
        """Write everything to a file of your own.

        Parameters
        ----------
        path : str or Path
            Ends with .json, or with .csv for a spreadsheet. A file of that name is replaced.

        Returns
        -------
        Path
            Where it lies.

        Raises
        ------
        ValueError
            If it ends otherwise.
        OSError
            If it cannot be written there.

        Examples
        --------
        >>> Progress(Book(), None).export("mine.xlsx")
        Traceback (most recent call last):
        ValueError: export writes .json or .csv; got 'mine.xlsx'. Try progress().export("progress.csv").
        """
        target = Path(path).expanduser()
        if target.suffix.lower() not in (".json", ".csv"):
            raise ValueError(
                f'export writes .json or .csv; got {target.name!r}. Try progress().export("progress.csv").'
            )
        text = self.book.text() if target.suffix.lower() == ".json" else _as_csv(self.book)
        try:
            write_whole(target, text)
        except OSError as error:
            words = f"{target} cannot be written: {error.strerror}. Name a file in a folder of yours."
            raise OSError(words) from error
        return target

    def add(self, path: str | Path) -> str:
        """Take in what was exported on another computer, or on Binder before it forgot you.

        Parameters
        ----------
        path : str or Path
            What `export` has written as .json. Of two predictions the later one is kept, of two results the
            better one; taken in twice it changes nothing.

        Returns
        -------
        str
            What was taken in.

        Raises
        ------
        ValueError
            If it is something else, or nothing is to be kept here.
        OSError
            If it cannot be read, or kept.
        """
        if self.path is None:
            raise ValueError("nothing is kept here: the environment variable VIZWIDGETS_PROGRESS says off.")
        try:
            other = Book.read(Path(path).expanduser().read_text(encoding="utf-8"))
        except OSError as error:
            raise OSError(f"{path} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            said = NO_PROGRESS if isinstance(error, UnicodeDecodeError) else error
            wanted = 'add takes a file that progress().export("mine.json") has written.'
            raise ValueError(f"{path}: {said} {wanted}") from error
        if not KEEPER.take_in(other, self.path):
            raise OSError(KEEPER.trouble)
        self.book, self.trouble = KEEPER.read(self.path), KEEPER.trouble
        return f"Taken in: {_count(other)}."

    def delete(self, *, confirm: bool = False) -> str:
        """Delete everything that is noted.

        Parameters
        ----------
        confirm : bool
            True: do it. Without it you are told what would be deleted.

        Returns
        -------
        str
            What was deleted.

        Raises
        ------
        OSError
            If the folder does not allow it.
        """
        there = f"{_count(self.book)} in {self.path or 'this kernel'}"
        if not confirm:
            return f"Nothing is deleted yet. delete(confirm=True) deletes {there}, for good."
        was_kept = self.path is not None and self.path.exists()
        for file in filter(Path.exists, _files(self.path)):
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                words = f"{file} cannot be deleted: {error.strerror}. Whoever may write there can do it."
                raise OSError(words) from error
        KEEPER.forget()
        self.book, self.trouble = Book(), ""
        return f"Deleted: {there}." if was_kept else "Forgotten: no file was kept."

    def __repr__(self) -> str:
        tables = [f"{title}\n{text_table(cells)}" for title, cells in _tables(self.book)]
        return "\n\n".join([*tables, self._where()])

    def _repr_html_(self) -> str:
        tables = "".join(f"<h4>{title}</h4>{_words_table(cells)}" for title, cells in _tables(self.book))
        return f"{tables}<p>{escape(self._where())}</p>"

    def _where(self) -> str:
        if trouble := self.trouble or KEEPER.refusal():
            return trouble
        if self.path is None:
            return "Nothing is kept: the environment variable VIZWIDGETS_PROGRESS says off."
        if not self.path.exists():
            return (
                "Nothing is kept so far. What you predict and solve in JupyterLab or Notebook 7 goes to "
                f"{self.path} on this computer, and is sent nowhere."
            )
        damaged = ", ".join(file.name for file in _damaged(self.path))
        beside = f" Beside it lies what was damaged, for you to mend or delete: {damaged}." if damaged else ""
        return f"Kept in {self.path} on this computer, sent nowhere: {_count(self.book)}.{beside}"


def progress() -> Progress:
    """Show what you have predicted and solved so far.

    ``progress().export("mine.json")`` takes it along, ``progress().add("mine.json")`` takes it in elsewhere,
    ``progress().delete(confirm=True)`` deletes it.

    Returns
    -------
    Progress
        It lies in one file of this computer, for you alone; ``progress().path`` says where.
    """
    path = progress_file()
    known = KEEPER.read(path) if path is not None and KEEPER.path is None else KEEPER.book()
    return Progress(known, path, KEEPER.trouble)


def _tables(book: Book) -> list[tuple[str, list[Row]]]:
    """Return the title, heads and rows of what there is."""
    predictions: list[Row] = [
        (one.lesson, one.question, one.answer, one.outcome or "–", one.at) for one in book.predictions()
    ]
    results: list[Row] = [
        (one.lesson, one.exercise, f"{one.reached:g} of {one.points:g}", str(one.tries), one.at)
        for one in book.results()
    ]
    heads = {
        "Predictions": (("lesson", "about", "you predicted", "what came", "when"), predictions),
        "Exercises": (("lesson", "exercise", "points", "tries", "when"), results),
    }
    return [(title, [head, *sorted(rows, key=tuple)]) for title, (head, rows) in heads.items() if rows]


def _words_table(cells: list[Row]) -> str:
    """Return a table of words, all to the left; a narrow page scrolls it."""
    marks = ["th", *["td"] * (len(cells) - 1)]
    rows = "".join(
        f"<tr>{''.join(f'<{mark} style={LEFT!r}>{escape(cell)}</{mark}>' for cell in row)}</tr>"
        for mark, row in zip(marks, cells, strict=True)
    )
    return f"<div style='overflow-x: auto'><table>{rows}</table></div>"


def _as_csv(book: Book) -> str:
    lines = io.StringIO()
    writer = csv.DictWriter(lines, COLUMNS, restval="")
    writer.writeheader()
    for entry in book.entries:
        writer.writerow({"kind": entry.kind, **asdict(entry)})
    return lines.getvalue()


def _files(path: Path | None) -> list[Path]:
    """Return all files that hold, or held, what is noted: damaged ones too."""
    if path is None:
        return []
    return [path, path.with_name(f"{path.name}.lock"), *_damaged(path)]


def _damaged(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.stem}.damaged-*{path.suffix}"))


def _count(book: Book) -> str:
    numbers = (len(book.predictions()), len(book.results()), len(book.visits()))
    counted = zip(("prediction", "exercise", "visited lesson"), numbers, strict=True)
    return ", ".join(f"{number} {name}{'' if number == 1 else 's'}" for name, number in counted)
