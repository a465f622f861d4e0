"""The progress bar of a run that goes on when its page says so: for pages that show nothing from a thread."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from .front_end import front_end
from .run import Run

HERE = Path(__file__).parent
# how status lines say how far a run is: "epoch 1 of 3 · step 5 of 90"; what is written first counts
COUNTS = (re.compile(r"step (\d+) of (\d+)"), re.compile(r"(\d+) of (\d+)"))


class Pulse(anywidget.AnyWidget):
    """A progress bar that answers each request for a word from the page, and so keeps the run going.

    Parameters
    ----------
    run : Run
        The run that goes on with each answer.
    describe : callable
        Returns how far it is in words, such as "step 31 of 96"; without such numbers the bar has no end.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> run = SimpleNamespace(state="idle", observe=lambda *_: None)
    >>> pulse = Pulse(run, lambda: "epoch 1 of 3 · step 5 of 90")
    >>> pulse.ask()  # no page shows it
    False
    """

    _esm = (HERE / "pulse.js").read_text(encoding="utf-8")

    value = traitlets.Int(0, help="How much is done.").tag(sync=True)
    most = traitlets.Int(0, help="How much there is to do; 0: nobody knows.").tag(sync=True)
    is_running = traitlets.Bool(False, help="Whether the bar is shown.").tag(sync=True)

    def __init__(self, run: Run, describe: Callable[[], str]) -> None:
        super().__init__()
        self._run, self._describe = run, describe
        self._beat = self._num_views = 0
        self.on_msg(self._receive)
        run.observe(lambda _: self._show(), "state")
        run.asks_page = self.ask

    def ask(self) -> bool:
        """Ask the page for a word; False without one. A page that has yet to draw it will speak up."""
        self._show()
        if self._num_views:
            self._beat += 1
            self.send({"type": "beat", "number": self._beat})
        return self._num_views > 0 or front_end().has_page

    def _show(self) -> None:
        words = self._describe()
        found = next(filter(None, (pattern.search(words) for pattern in COUNTS)), None)
        with self.hold_sync():
            self.is_running = self._run.state == "running" and not front_end().shows_threads
            self.value, self.most = map(int, found.groups()) if found else (0, 0)

    def _receive(self, _: Any, message: dict[str, Any], __: Any) -> None:
        if message.get("type") == "view":
            self._num_views = max(0, self._num_views + message["delta"])
        is_new = message.get("delta", 0) > 0  # a page that was loaded anew knows of no beat
        if is_new or message.get("number") == self._beat:  # of two places that show it, one is enough
            self._run.go_on()


def pulse_of(run: Run, describe: Callable[[], str]) -> list[Pulse]:
    """Return the progress bar that keeps a run going, where one is needed, else nothing."""
    return [] if front_end().shows_threads else [Pulse(run, describe)]
