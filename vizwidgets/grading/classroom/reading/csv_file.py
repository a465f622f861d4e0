"""CSV files as people and spreadsheets leave them, read and written without losing anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vizwidgets.grading.whole_file import write_whole

BOM = "\ufeff"  # without it Excel takes UTF-8 for the computer's own old encoding
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class CsvFile:
    """The rows of a CSV file, with what is needed to write it as it was.

    Parameters
    ----------
    rows : tuple of tuple of str
        The first one holds the names of the columns.
    delimiter, line_end : str
        Between fields, and after rows.
    has_bom : bool
        Whether the file begins with the mark by which Excel knows UTF-8.

    Examples
    --------
    >>> table = CsvFile((("student", "name"), ("ann", 'Ann "A", Mary')))
    >>> table.text()
    '\\ufeffstudent,name\\r\\nann,"Ann ""A"", Mary"\\r\\n'
    """

    rows: tuple[tuple[str, ...], ...]
    delimiter: str = ","
    line_end: str = "\r\n"
    has_bom: bool = True

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self.rows[0] if self.rows else ()

    def records(self) -> list[dict[str, str]]:
        """Return the rows below the header by the names of their columns; missing fields are empty."""
        names = [name.strip().lower() for name in self.header]
        return [
            dict(zip(names, [*row, *[""] * (len(names) - len(row))], strict=False))
            for row in self.rows[1:]
            if any(field.strip() for field in row)
        ]

    def with_rows(self, rows: Iterable[Sequence[str]]) -> CsvFile:
        """Return the same kind of file with other rows."""
        return replace(self, rows=tuple(tuple(row) for row in rows))

    def text(self) -> str:
        """Return the text of the file."""
        buffer = io.StringIO(newline="")
        csv.writer(buffer, delimiter=self.delimiter, lineterminator=self.line_end).writerows(self.rows)
        return (BOM if self.has_bom else "") + buffer.getvalue()

    def write(self, path: Path) -> bool:
        """Write the file; return whether anything changed."""
        return write_whole(path, self.text())


def read_csv(path: Path) -> CsvFile:
    """Read a CSV file: comma, semicolon or tab; UTF-8 or, as Excel saves it, Windows-1252.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If it is no CSV file; the message says in which line.
    """
    text, has_bom = _decoded(path)
    line_end = "\r\n" if "\r\n" in text else "\n"
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=lambda each: len(next(csv.reader([first], delimiter=each), [])))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = tuple(tuple(row) for row in reader)
    except csv.Error as reason:
        raise ValueError(f"{path.name}, line {reader.line_num}, is no CSV: {reason}.") from reason
    return CsvFile(rows, delimiter, line_end, has_bom)


def _decoded(path: Path) -> tuple[str, bool]:
    """Return the text of a file, and whether it had a mark of its encoding."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no file {path.name} in {path.parent}.") from None
    if b"\0" in data:
        raise ValueError(f"{path.name} is no plain text; save it as 'CSV UTF-8 (comma delimited)'.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    return text.removeprefix(BOM), text.startswith(BOM)


def formulas(texts: Iterable[str]) -> list[str]:
    """Return the texts that a spreadsheet would take for formulas.

    Examples
    --------
    >>> formulas(["Ann", "=1+1", "@home"])
    ['=1+1', '@home']
    """
    return [text for text in texts if text.startswith(FORMULA_STARTS)]
