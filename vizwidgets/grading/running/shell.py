"""The IPython shell in which a sheet is run: as in a notebook, but nobody is there to ask or to look."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from ..checks import take_scores
from .outcomes import LONGEST_WORDS
from .own_builtins import own_builtins

_ALLOCATOR = ("can't allocate memory", "not enough memory")  # how PyTorch says MemoryError
_AS_IT_IS = contextlib.nullcontext()
CUT = "\n… cut here: more was printed than is kept.\n"


class QuietDisplayHook(DisplayHook):
    """Keeps the last expression of a cell as a notebook would show it, and prints nothing."""

    source = ""  # of the cell that runs
    shown = ""

    def quiet(self) -> bool:
        """Whether the cell ends with a semicolon: then a notebook shows nothing."""
        return bool(self.semicolon_at_end_of_expression(self.source))

    def start_displayhook(self) -> None:
        """Begin."""

    def write_output_prompt(self) -> None:
        """Write no prompt."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        """Keep the text."""
        self.shown = str(format_dict.get("text/plain", ""))

    def finish_displayhook(self) -> None:
        """End."""


class SheetShell(InteractiveShell):
    """A shell without history, without colours, that keeps tracebacks to itself."""

    displayhook_class = Type(QuietDisplayHook)

    def showtraceback(self, *args: Any, **options: Any) -> None:
        """Show nothing: the error is told with the outcome."""

    def showsyntaxerror(self, *args: Any, **options: Any) -> None:
        """Show nothing."""


class KeptText(io.StringIO):
    """Text of which only the beginning is kept.

    Examples
    --------
    >>> out = KeptText(4)
    >>> out.write("too long"), out.getvalue()[:4], out.is_cut
    (8, 'too ', True)
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._left = most
        self.is_cut = False

    def write(self, text: str) -> int:
        """Keep what there is still room for."""
        if not self.is_cut:
            super().write(text[: self._left])
            self._left -= len(text)
            if self._left < 0:
                self.is_cut = True
                super().write(CUT)
        return len(text)


def sheet_shell() -> SheetShell:
    """Return the shell of this process; ``get_ipython()`` gives it to the cells."""
    config = Config()
    config.HistoryManager.enabled = False  # it would keep a file and a thread
    config.InteractiveShell.colors = "nocolor"
    return SheetShell.instance(config=config)


def run_cell(shell: SheetShell, source: str, output_chars: int, is_check: bool = False) -> dict[str, Any]:
    """Run one cell; return its outcome as plain values, see `CellOutcome`.

    In a check Python's builtins are Python's, also where the student has given their names to something else.
    """
    out, err = KeptText(output_chars), KeptText(output_chars)
    hook: Any = shell.displayhook
    hook.source, hook.shown = source, ""
    take_scores()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        own_builtins(shell) if is_check else _AS_IT_IS,
    ):
        result = shell.run_cell(source, store_history=False)
    error = result.error_before_exec or result.error_in_exec
    return {
        "value": _plain_number(result.result),
        "text": hook.shown[:LONGEST_WORDS],
        "stdout": out.getvalue(),
        "stderr": err.getvalue(),
        "error": "" if error is None else _in_words(error),
        "scores": [asdict(score) for score in take_scores()],
        "ending": next(_endings(error, out.is_cut or err.is_cut), ""),
    }


def _plain_number(value: Any) -> float | None:
    """Return a plain float or int as a float; a truth value, a tensor, numpy's numbers are none."""
    if type(value) is float:
        return value
    if type(value) is int:
        return float(value) if abs(value) < 2**53 else float("inf")
    return None


def _in_words(error: BaseException) -> str:
    try:
        text = str(error)
        if isinstance(error, SyntaxError) and error.lineno:  # else it names a file that nobody knows
            text = f"{error.msg} (line {error.lineno})"
        words = " ".join(text.split())
    except Exception:  # the student's own class may not even have words
        words = ""
    kind = type(error).__name__
    return f"{kind}: {words}"[:LONGEST_WORDS] if words else kind


def _endings(error: BaseException | None, is_cut: bool) -> Iterator[str]:
    if isinstance(error, MemoryError) or (error and any(words in _in_words(error) for words in _ALLOCATOR)):
        yield "memory"
    if is_cut:
        yield "output"
