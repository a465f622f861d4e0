"""Where this Python runs, as far as it can be told from inside, and whether its page shows what threads send.

A live run takes its steps in a thread of its own. Some front ends show nothing that a thread sends; there the
steps are taken while the page asks for them (`Worker`, `Pulse`). The environment variable VIZWIDGETS_START
decides where it is set: "background" or "foreground".
"""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

CHOICES = {"background": True, "foreground": False}
# what is in the command line of the program that started the kernel: (word, name); the first one counts
PROGRAMS = (
    ("nbconvert", "nbconvert"),
    ("pytest", "nbval"),
    ("nbval", "nbval"),
    ("jupyterhub-singleuser", "JupyterHub"),
    ("lab", "JupyterLab"),
    ("notebook", "Jupyter Notebook"),
)
_measured: dict[str, bool] = {}  # what a page has told of updates from a thread, see `note_threads`


@dataclass(frozen=True)
class FrontEnd:
    """What shows the output of this Python.

    Attributes
    ----------
    name : str
        In words: "JupyterLab", "VS Code", "Colab", "a script" …
    has_page : bool
        Whether widgets can be seen there.
    shows_threads : bool
        Whether a page there is believed to show what a thread sends.
    why_not : str
        Why it does not, or the empty string.
    """

    name: str
    has_page: bool = True
    shows_threads: bool = True
    why_not: str = ""


def front_end() -> FrontEnd:
    """Tell the front end by what it leaves in the kernel's environment.

    Returns
    -------
    FrontEnd
        A guess from inside: a server can serve JupyterLab and Notebook 7 at once, and only the page knows
        which one it is.

    Examples
    --------
    >>> front_end().name
    'a script'
    """
    shell, kernel = _shell(), kernel_here()
    if kernel is None:
        return _as_told(FrontEnd("a script" if shell is None else "IPython in a terminal", has_page=False))
    found = _of_kernel(shell, kernel)
    if found.shows_threads and not can_send_from_threads(kernel):
        found = replace(found, shows_threads=False, why_not="this ipykernel cannot send from a thread")
    return _as_told(found)


def kernel_here() -> Any:
    """Return the Jupyter kernel that this code runs in, or None."""
    return getattr(_shell(), "kernel", None)


def note_threads(arrive: bool) -> None:
    """Note what a page has seen: whether updates from a thread arrive there."""
    _measured["threads"] = arrive


@cache
def can_send_from_threads(kernel: Any) -> bool:
    """Return whether a thread can send to the page at all; in ipykernel 7.0 it raises LookupError instead."""
    failures: list[LookupError] = []

    def ask() -> None:
        try:
            kernel.get_parent()
        except LookupError as failure:
            failures.append(failure)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return not failures


def server_command() -> list[str]:
    """Return the command line of the program that started the kernel; empty where it cannot be read."""
    number = os.environ.get("JPY_PARENT_PID", "") or str(os.getppid())
    try:
        return Path(f"/proc/{int(number)}/cmdline").read_text(errors="replace").rstrip("\0").split("\0")
    except (OSError, ValueError):
        return []


def _shell() -> Any:
    ipython = sys.modules.get("IPython")  # never imported for this: outside a notebook it is not there
    return ipython.get_ipython() if ipython is not None else None


def _of_kernel(shell: Any, kernel: Any) -> FrontEnd:
    if "google.colab" in sys.modules:
        return FrontEnd("Colab", shows_threads=False, why_not="Colab does not show what a thread sends")
    if _is_vs_code(shell, kernel):
        return FrontEnd("VS Code")
    words = " ".join(Path(word).name if "/" in word else word for word in server_command())
    name = next((name for word, name in PROGRAMS if word in words), "")
    if name in {"nbconvert", "nbval"} or not (name or "JPY_SESSION_NAME" in os.environ):
        return FrontEnd(name or "a program that executes notebooks", has_page=False)
    place = " on Binder" if "BINDER_LAUNCH_HOST" in os.environ else ""
    return FrontEnd((name or "Jupyter") + place)


def _is_vs_code(shell: Any, kernel: Any) -> bool:
    """Return whether VS Code's own extension started the kernel, not a server in one of its terminals."""
    if "__vsc_ipynb_file__" in getattr(shell, "user_ns", {}):
        return True
    has_server = "JPY_SESSION_NAME" in os.environ
    return not has_server and any(name in os.environ for name in ("VSCODE_PID", "VSCODE_CWD"))


def _as_told(found: FrontEnd) -> FrontEnd:
    """Let what a page has told, and above all VIZWIDGETS_START, overrule the guess."""
    chosen = CHOICES.get(os.environ.get("VIZWIDGETS_START", "").strip().lower())
    if chosen is not None:
        return replace(found, shows_threads=chosen, why_not="" if chosen else "VIZWIDGETS_START asks for it")
    measured = _measured.get("threads")
    if measured is None or measured == found.shows_threads:
        return found
    return replace(found, shows_threads=measured, why_not="" if measured else "the page said so")
