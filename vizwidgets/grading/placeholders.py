"""Whether an exercise has been begun at all: a stub is no mistake, and is not told off like one."""

from __future__ import annotations

import dis
from types import CodeType, FrameType
from typing import Any

_NOTHING = {"RESUME", "NOP", "COPY_FREE_VARS", "MAKE_CELL"}


def is_unanswered(error: BaseException, frame: FrameType, lines: range) -> bool:
    """Return whether a criterion failed because its answer is still a placeholder.

    Parameters
    ----------
    error : BaseException
        What the criterion ended with.
    frame : FrameType
        Where the criterion stands.
    lines : range
        Its lines, as far as they were run.

    Notes
    -----
    A placeholder is ``raise NotImplementedError``, a name that is bound to ``...``, or a function that
    returns or stores ``...`` or has no body. An index such as ``x[..., 1:]`` is none.
    """
    if isinstance(error, NotImplementedError):
        return True
    if isinstance(error, (TypeError, AttributeError)) and "ellipsis" in str(error):
        return True
    known = {**frame.f_globals, **frame.f_locals}
    return any(is_placeholder(known.get(name)) for name in _names(frame.f_code, lines))


def is_placeholder(value: Any) -> bool:
    """Return whether a value is ``...`` or a function that is still a stub.

    Examples
    --------
    >>> def stub(x):
    ...     return ...
    >>> is_placeholder(stub), is_placeholder(...), is_placeholder(len), is_placeholder(0)
    (True, True, False, False)
    """
    if value is ...:
        return True
    code = getattr(value, "__code__", None)
    return isinstance(code, CodeType) and (_is_empty(code) or _keeps_ellipsis(code))


def _is_empty(code: CodeType) -> bool:
    """Return whether a function does nothing but return None."""
    work = [step for step in dis.get_instructions(code) if step.opname not in _NOTHING]
    return all(step.argval is None and step.opname.startswith(("LOAD_CONST", "RETURN_")) for step in work)


def _keeps_ellipsis(code: CodeType) -> bool:
    """Return whether a function returns ``...`` or gives it a name."""
    steps = list(dis.get_instructions(code))
    if any(step.opname == "RETURN_CONST" and step.argval is ... for step in steps):
        return True
    return any(
        one.opname.startswith("LOAD_CONST")
        and one.argval is ...
        and following.opname.startswith(("RETURN_VALUE", "STORE_FAST", "STORE_DEREF"))
        for one, following in zip(steps, steps[1:], strict=False)
    )


def _names(code: CodeType, lines: range) -> set[str]:
    """Return the names that these lines read, also within a list that they fill."""
    found, line = set(), 0
    starts = dict(dis.findlinestarts(code))
    for step in dis.get_instructions(code):
        line = starts.get(step.offset) or line
        if line not in lines:
            continue
        if step.opname.startswith("LOAD_") and isinstance(step.argval, str):
            found.add(step.argval)
        elif isinstance(step.argval, CodeType):
            found |= _names(step.argval, lines)
    return found
