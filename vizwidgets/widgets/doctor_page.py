"""The page's own part of `doctor`: it says itself that it draws, hears the kernel, and shows live updates."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from .front_end import note_threads

HERE = Path(__file__).parent
QUIET_SECONDS = 1.5  # what a thread sends sooner may pass for a part of the answer, and prove nothing
SILENT = """<p><b>! The page has not answered.</b> Where this sentence stays, no widget is drawn: the file is
only looked at, the kernel is gone, or the server lacks ipywidgets or anywidget (see the table).<br>→ Run the
cell once more; else restart the kernel; else reload the page.</p>"""


class PageCheck(anywidget.AnyWidget):
    """Three lines that turn from "waiting" to "fine" by what really happens in the page.

    The page says hello when it has drawn the lines; the kernel answers at once and has a thread send a second
    answer a while later. What does not come within seconds is named, with a remedy. No call waits for it.

    Attributes
    ----------
    page : dict
        What the page told of itself: name and version of the front end.
    threads_arrive : bool or None
        Whether the thread's answer came; None: not known (yet).

    Examples
    --------
    >>> PageCheck().threads_arrive is None
    True
    """

    _esm = (HERE / "doctor_page.js").read_text(encoding="utf-8")
    _css = (HERE / "doctor_page.css").read_text(encoding="utf-8")

    page = traitlets.Dict(help="What the page told of itself.")
    threads_arrive = traitlets.Bool(None, allow_none=True, help="Whether a thread's answer came.")

    def __init__(self) -> None:
        super().__init__()
        self.on_msg(self._receive)

    def _receive(self, _: Any, message: dict[str, Any], __: Any) -> None:
        if message.get("type") == "hello":
            self.page = dict(message.get("page", {}))
            self.send({"type": "answer"})
            later = threading.Timer(QUIET_SECONDS, self._send_from_thread)
            later.daemon = True
            later.start()
        elif message.get("type") == "threads":
            self.threads_arrive = bool(message.get("arrive"))
            note_threads(self.threads_arrive)

    def _send_from_thread(self) -> None:
        with suppress(LookupError):  # of ipykernel 7.0: the page waits in vain, and says so
            self.send({"type": "thread"})

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict, dict]:
        data, about = super()._repr_mimebundle_(**options) or ({}, {})
        words = {"text/plain": "PageCheck(the page has not answered)", "text/html": SILENT}  # nbval compares
        return {**data, **words}, about
