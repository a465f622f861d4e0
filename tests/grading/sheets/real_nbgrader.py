"""nbgrader itself, in a temporary course: the oracle of what is built and of what is scored."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry

ASSIGNMENTS = Path(__file__).parents[3] / "notebooks" / "assignments"
ADDRESSES = 48 * 2**30  # bytes; nbgrader knows no limit of memory itself


def nbgrader(root: Path, *words: str, seed: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of nbgrader in a course folder, as a user without settings of their own."""
    home = root / "home"
    scripts = str(Path(sys.executable).parent)  # nbgrader calls alembic by its name
    env = {
        **os.environ,
        "PATH": scripts + os.pathsep + os.environ.get("PATH", ""),
        "JUPYTER_CONFIG_DIR": str(home),
        "IPYTHONDIR": str(home),
        "OMP_NUM_THREADS": "1",
        "VIZ_GRADE_SEED": "" if seed is None else str(seed),
    }
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=root,
        env=env,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        preexec_fn=_limited if sys.platform == "linux" else None,
    )


def with_settings(root: Path, *lines: str) -> Path:
    """Give a course folder the settings that ours has, and further ones."""
    shutil.copy(ASSIGNMENTS / "nbgrader_config.py", root)
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write("\n".join([*lines, ""]))
    return root


def submit(root: Path, student: str, name: str, notebook: NotebookNode) -> None:
    """Lay what a student hands in where nbgrader looks for it."""
    place = root / "submitted" / student / name
    place.mkdir(parents=True)
    nbformat.write(notebook, place / f"{name}.ipynb")


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def scores_of(root: Path, name: str, students: list[str]) -> dict[str, dict[str, float | None]]:
    """What nbgrader's gradebook says: student: cell: points, None where a person has to read."""
    found: dict[str, dict[str, float | None]] = {}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        for student in students:
            with contextlib.suppress(MissingEntry):
                grades = book.find_submission_notebook(name, name, student).grades
                found[student] = {
                    grade.name: None if grade.needs_manual_grade else grade.auto_score for grade in grades
                }
    return found


def filled(release: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """A release with other sources in some cells."""
    notebook = nbformat.from_dict(release)
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    return notebook


def _limited() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
