"""The wall in the browser: rows of pictures that are buttons, one of them large beneath, and the progress.

A row travels as one strip, its pictures side by side: live as JPEG, at rest as PNG in a synced trait, so that
a reloaded page shows the wall.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import anywidget
import numpy as np
import traitlets
from PIL import Image

from vizwidgets.draw.pixels import png, strip

HERE = Path(__file__).parent
FRAMES_PER_SECOND = 5
WINDOW = 2  # frames that may be under way
ACK_TIMEOUT = 1.0  # seconds without an acknowledgement after which one is not waited for any longer


class WallView(anywidget.AnyWidget):
    """Rows of pictures, live and at rest.

    Parameters
    ----------
    on_seen : callable, optional
        Called at each sign of life from a browser.
    on_open : callable, optional
        Called with (row, index) when the student asks for an explorer of that picture.

    Examples
    --------
    >>> view = WallView()
    >>> view.rest([{"title": "conv1", "tiles": []}], [np.zeros((2, 8, 8, 3), np.uint8)])
    >>> len(view.strips), view.strips[0][:4]
    (1, b'\\x89PNG')
    """

    _esm = HERE / "wall_view.js"
    _css = "\n".join((HERE / name).read_text(encoding="utf-8") for name in ("live_view.css", "wall_view.css"))

    rows = traitlets.List(traitlets.Dict(), help="Title, subtitle and pictures of each row, in words.").tag(
        sync=True
    )
    strips = traitlets.List(
        traitlets.Bytes(), help="The pictures of each row side by side, PNG; b'' is none."
    ).tag(sync=True)
    selected = traitlets.List(
        traitlets.Int(), [], maxlen=2, help="Row and place of the picture that is shown large."
    ).tag(sync=True)
    progress = traitlets.Float(0.0, min=0, max=1, help="Share of the work that is done.").tag(sync=True)
    status = traitlets.Unicode("", help="Where the wall stands, in words.").tag(sync=True)
    trouble = traitlets.Unicode("", help="What went wrong, in words.").tag(sync=True)
    revision = traitlets.Int(0, help="Counts the pictures at rest.").tag(sync=True)

    def __init__(
        self,
        on_seen: Callable[[], None] | None = None,
        on_open: Callable[[int, int], None] | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(**traits)
        self.num_views = 0
        self._on_seen, self._on_open = on_seen, on_open
        self._sent = self._acknowledged = 0
        self._sent_at = float("-inf")
        self._kept: dict[int, tuple[Any, bytes]] = {}  # row: its pictures, and the strip made of them
        self.on_msg(self._receive)

    @property
    def is_ready(self) -> bool:
        """Whether a frame sent now would be drawn soon: a browser looks, keeps up, and it is time."""
        since = monotonic() - self._sent_at
        keeps_up = self._sent - self._acknowledged < WINDOW or since > ACK_TIMEOUT
        return self.num_views > 0 and keeps_up and since > 1 / FRAMES_PER_SECOND

    def push(self, row: int, pictures: np.ndarray, step: int) -> None:
        """Send the pictures (N, H, W, C) of a row in the making."""
        self._sent += 1
        self._sent_at = monotonic()
        message = {"type": "frame", "seq": self._sent, "row": row, "count": len(pictures), "step": step}
        self.send(message, buffers=[_jpeg(strip(pictures))])

    def rest(self, rows: Sequence[dict[str, Any]], pictures: Sequence[np.ndarray | None]) -> None:
        """Write what stays: the words of each row and its pictures (N, H, W, C), None if there are none."""
        with self.hold_sync():
            self.strips = [self._strip(index, each) for index, each in enumerate(pictures)]
            self.rows = list(rows)
            self.revision += 1

    def _strip(self, index: int, pictures: np.ndarray | None) -> bytes:
        if pictures is None:
            return b""
        kept = self._kept.get(index)
        if kept is None or kept[0] is not pictures:  # a finished row stays the same array
            self._kept[index] = kept = (pictures, png(strip(pictures)))
        return kept[1]

    def _receive(self, _: Any, message: dict[str, Any], __: Any) -> None:
        kind = message.get("type")
        if kind == "ack":
            self._acknowledged = max(self._acknowledged, message["seq"])
        elif kind == "view":
            self.num_views = max(0, self.num_views + message["delta"])
        elif kind == "open" and self._on_open is not None:
            self._on_open(int(message["row"]), int(message["index"]))
            self.send({"type": "opened"})
        if self._on_seen is not None:
            self._on_seen()


def _jpeg(picture: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=88, subsampling=0)
    return buffer.getvalue()
