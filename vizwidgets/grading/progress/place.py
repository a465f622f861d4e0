"""Where the progress of a student lies, and whether a student is there at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from platformdirs import user_data_dir

VARIABLE = "VIZWIDGETS_PROGRESS"  # not VIZWIDGETS_HOME: a class may share the folder of the weights
OFF = "off"
NAME = "progress.json"


def progress_file() -> Path | None:
    """Return the file that keeps the progress of whoever is logged in; nothing is made here.

    Returns
    -------
    Path, or None
        In the user's own data folder, or in the folder that the environment variable
        ``VIZWIDGETS_PROGRESS`` names; None if the variable says ``off``.
    """
    said = os.environ.get(VARIABLE, "").strip()
    if said.lower() == OFF:
        return None
    if not said:
        return Path(user_data_dir("vizwidgets", appauthor=False)) / NAME
    return Path(said).expanduser().absolute() / NAME


def can_be_written(path: Path) -> bool:
    """Return whether a file could be put there, in folders that may have to be made; nothing is made here.

    Examples
    --------
    >>> can_be_written(Path(__file__) / "below a file" / "progress.json")
    False
    """
    there = next((folder for folder in path.parents if folder.exists()), None)
    if there is None or not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return False
    files = (path, path.with_name(f"{path.name}.lock"))  # of another user, where one has worked as root
    return all(os.access(file, os.R_OK | os.W_OK) for file in files if file.exists())


def notebook_name() -> str:
    """Return the name of the notebook that this kernel belongs to, without its suffix; "" if nobody tells."""
    shell = _shell()
    code_editor = getattr(shell, "user_ns", {}).get("__vsc_ipynb_file__", "")
    return Path(os.environ.get("JPY_SESSION_NAME", "") or str(code_editor)).stem


class Presence:
    """Whether a person sits at this kernel: once seen, never doubted.

    A front end says which cell it runs. Who runs notebooks without one (graders, nbclient, nbval, the site)
    does not, and must neither see nor change what a person has kept.

    Examples
    --------
    >>> Presence().is_seen()
    False
    """

    def __init__(self) -> None:
        self._was_seen = False

    def is_seen(self) -> bool:
        """Whether the cell that runs now, or one before it, was run from a front end."""
        if not self._was_seen:
            kernel: Any = getattr(_shell(), "kernel", None)
            parent = (kernel.get_parent() or {}) if kernel is not None else {}
            self._was_seen = bool(parent.get("metadata", {}).get("cellId"))
        return self._was_seen

    def see(self) -> None:
        """Take note that somebody has pressed a button."""
        self._was_seen = True


PRESENCE = Presence()  # at this kernel


def _shell() -> Any:
    ipython = sys.modules.get("IPython")  # never imported for this: outside a notebook it is not there
    return ipython.get_ipython() if ipython is not None else None
