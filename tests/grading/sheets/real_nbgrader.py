"""nbgrader itself, in a temporary course: the oracle of what is built and of what is scored."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ASSIGNMENTS = Path(__file__).parents[3] / "notebooks" / "assignments"


def nbgrader(root: Path, *words: str, timeout: float = 170) -> subprocess.CompletedProcess[str]:
    """Run a command of nbgrader in a course folder, as a user without settings of their own."""
    home = root / "home"
    scripts = str(Path(sys.executable).parent)  # nbgrader calls alembic by its name
    env = {
        **os.environ,
        "PATH": scripts + os.pathsep + os.environ.get("PATH", ""),
        "JUPYTER_CONFIG_DIR": str(home),
        "IPYTHONDIR": str(home),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "nbgrader", *words]
    return subprocess.run(
        command, cwd=root, env=env, capture_output=True, text=True, timeout=timeout, check=False
    )


def with_settings(root: Path) -> Path:
    """Give a course folder the settings that ours has."""
    shutil.copy(ASSIGNMENTS / "nbgrader_config.py", root)
    return root


def submit(root: Path, student: str, name: str, notebook: NotebookNode) -> None:
    """Lay what a student hands in where nbgrader looks for it."""
    place = root / "submitted" / student / name
    place.mkdir(parents=True)
    nbformat.write(notebook, place / f"{name}.ipynb")


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)
