"""A view that is sent frames only as fast as the browser draws them, so that messages never pile up.

The browser acknowledges frames; few may be under way at a time. A frame that would come too soon is not sent
at all: the next one shows more.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

import anywidget


class FrameView(anywidget.AnyWidget):
    """What is live in the browser; subclasses say how fast, and what a frame holds.

    Parameters
    ----------
    on_seen : callable, optional
        Called at each sign of life from a browser.

    Attributes
    ----------
    num_views : int
        In how many places browsers show it.
    is_expected : bool
        Whether it is shown, though the browser cannot say so before the running cell ends.

    Examples
    --------
    >>> view = FrameView()
    >>> view.is_expected, view.is_ready
    (False, False)
    """

    _frames_per_second = 8.0
    _window = 2  # frames that may be under way
    _ack_timeout = 1.0  # seconds without an acknowledgement after which one is not waited for any longer

    def __init__(self, on_seen: Callable[[], None] | None = None, **traits: Any) -> None:
        super().__init__(**traits)
        self.num_views = 0
        self.is_expected = False
        self._on_seen = on_seen
        self._sent = self._acknowledged = 0
        self._sent_at = float("-inf")
        self.on_msg(self._receive)

    @property
    def is_watched(self) -> bool:
        """Whether a browser shows it, or will as soon as the running cell ends."""
        return self.num_views > 0 or self.is_expected

    @property
    def is_ready(self) -> bool:
        """Whether a frame sent now would be drawn soon: a browser looks, keeps up, and it is time."""
        since = self._seconds_since_frame()
        keeps_up = self._sent - self._acknowledged < self._window or since > self._ack_timeout
        return self.is_watched and keeps_up and since > 1 / self._frames_per_second

    def _seconds_since_frame(self) -> float:
        return monotonic() - self._sent_at

    def _number_frame(self) -> int:
        """Return the number of the frame that is sent now; the browser acknowledges it by that."""
        self._sent += 1
        self._sent_at = monotonic()
        return self._sent

    def _receive(self, _: Any, message: dict[str, Any], __: Any) -> None:
        if message.get("type") == "ack":
            self._acknowledged = max(self._acknowledged, message["seq"])
        elif message.get("type") == "view":
            self.num_views = max(0, self.num_views + message["delta"])
            self.is_expected = False
        else:
            self._answer(message)
        if self._on_seen is not None:
            self._on_seen()

    def _answer(self, message: dict[str, Any]) -> None:
        """Take in what else the browser says."""
