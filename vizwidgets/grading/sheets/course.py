"""The folder of a course: where its sheets lie, and where what students hand in goes."""

from __future__ import annotations

from pathlib import Path


class Course:
    """A folder with ``source/<sheet>/<sheet>.ipynb``, laid out as nbgrader expects it.

    Parameters
    ----------
    root : str or Path
        The folder.

    Raises
    ------
    FileNotFoundError
        If it holds no ``source`` folder.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root).resolve()
        if not (self.root / "source").is_dir():
            raise FileNotFoundError(
                f"a course is a folder with source/<sheet>/<sheet>.ipynb; {root} has no folder 'source'. "
                "Go to notebooks/assignments, or name it with --course."
            )
        self.submitted = self.root / "submitted"
        self.grades = self.root / "grades"
        self.feedback = self.root / "feedback"
        self.reports = self.root / "reports"
        self.exports = self.root / "exports"
        self.texts = self.root / "texts"
        self.students = self.root / "students.csv"

    def sheets(self) -> list[str]:
        """Return the names of the sheets that have a source."""
        return sorted(path.stem for path in (self.root / "source").glob("*/*.ipynb") if _is_sheet(path))

    def find(self, beginning: str) -> str:
        """Return the name of the one sheet that begins so.

        Raises
        ------
        ValueError
            If none or several do.
        """
        names = self.sheets()
        found = [name for name in names if name == beginning] or [n for n in names if n.startswith(beginning)]
        if len(found) != 1:
            raise ValueError(
                f"wanted a sheet, or a beginning that only one has: one of {', '.join(found or names)}; "
                f"got {beginning!r}."
            )
        return found[0]

    def source(self, sheet: str) -> Path:
        """Return where the source of a sheet lies: with solutions and hidden checks."""
        return self._notebook("source", sheet)

    def release(self, sheet: str) -> Path:
        """Return where the version for the class lies."""
        return self._notebook("release", sheet)

    def selfstudy(self, sheet: str) -> Path:
        """Return where the version for those who learn alone lies."""
        return self._notebook("selfstudy", sheet)

    def mutants(self, sheet: str) -> Path:
        """Return where the wrong answers that the checks must notice lie."""
        return self.root / "mutants" / f"{sheet}.py"

    def submission(self, student: str, sheet: str) -> Path:
        """Return where what a student handed in lies."""
        return self.submitted / student / sheet / f"{sheet}.ipynb"

    def submissions(self, sheet: str) -> list[tuple[str, Path]]:
        """Return (student, folder) for everyone who handed in this sheet, in the order of the alphabet."""
        folders = sorted(path for path in self.submitted.glob(f"*/{sheet}") if path.is_dir())
        return [(folder.parent.name, folder) for folder in folders]

    def _notebook(self, kind: str, sheet: str) -> Path:
        return self.root / kind / sheet / f"{sheet}.ipynb"


def _is_sheet(path: Path) -> bool:
    return path.stem == path.parent.name and not path.name.startswith(".")
