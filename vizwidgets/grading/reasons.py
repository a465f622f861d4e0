"""Why a criterion failed, in words for a student: what went wrong, and where in her own lines."""

from __future__ import annotations

import builtins
import os
import sysconfig
import traceback
from pathlib import Path
from types import FrameType

from .closeness import refusal

_LIBRARIES = (
    *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
    str(Path(__file__).parent.parent),
)
_FUNCTIONS = {name for name, value in vars(builtins).items() if callable(value) and not name.startswith("_")}
_LONGEST = 200


def reason_of(error: BaseException, frame: FrameType) -> str:
    """Say what went wrong.

    Parameters
    ----------
    error : BaseException
        What a criterion ended with, with its traceback.
    frame : FrameType
        Where the criterion stands.

    Returns
    -------
    str
        One line. The place that is named is the last one of the student's own, not one inside of PyTorch.
    """
    words = " ".join(str(error).split())[:_LONGEST]
    place = _own_place(error, frame)
    if isinstance(error, NameError) and place is None and error.name:
        return f"`{error.name}` is not there: run the cell with your answer first"
    if isinstance(error, (AttributeError, TypeError)) and place is None and "NoneType" in words:
        return "got None: is a `return` missing?"
    if isinstance(error, TypeError) and "not callable" in words and (taken := _taken_builtins(frame)):
        return f"TypeError: {words}; a variable called {taken} hides Python's own: give yours another name"
    if not words and isinstance(error, AssertionError):
        last = traceback.extract_tb(error.__traceback__)[-1]
        words = refusal.get() or f"line {last.lineno} does not hold"
    where = f" (in {place.name}, line {place.lineno})" if place and not isinstance(error, SystemExit) else ""
    return f"{type(error).__name__}: {words}{where}" if words else f"{type(error).__name__}{where}"


def _taken_builtins(frame: FrameType) -> str:
    """Return which of Python's own functions the notebook uses as names of variables."""
    names = (name for name in frame.f_globals if name in _FUNCTIONS and not callable(frame.f_globals[name]))
    return ", ".join(f"`{name}`" for name in sorted(names))


def _own_place(error: BaseException, frame: FrameType) -> traceback.FrameSummary | None:
    """Return the last place in the student's own code; None if it was not there that the error came up."""
    here = frame.f_code
    is_cell = not os.path.isfile(here.co_filename)  # then all that stands in it is the check's, helpers too
    own = [
        place
        for place in traceback.extract_tb(error.__traceback__)
        if not place.filename.startswith(_LIBRARIES)
        and not (place.filename == here.co_filename and (is_cell or place.name == here.co_name))
    ]
    return own[-1] if own else None
