"""The maps in the browser: each image with its maps, a colour bar with numbers, the inspected pixel.

The pictures of an image travel as one strip, side by side, while maps are being made and at rest. Titles,
words and numbers are text of the page, so they are readable at any width and in any theme.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import anywidget
import numpy as np
import traitlets
from PIL import Image

from vizwidgets.draw.color_scale import palette
from vizwidgets.draw.pixels import png, strip

HERE = Path(__file__).parent
SCRIPTS = ("live_repair.js", "saliency_tile.js", "saliency_view.js")  # one module: it cannot import
STYLES = ("live_view.css", "saliency_view.css")
FRAMES_PER_SECOND = 8
WINDOW = 2  # frames that may be under way
ACK_TIMEOUT = 1.0  # seconds without an acknowledgement after which one is not waited for any longer
MOST_EXACT = 100_000  # pixels of a strip that travels without loss; a photograph as PNG takes 20 ms more
PATIENCE = 120.0  # seconds without a browser after which a run pauses: maps come to an end by themselves
Place = tuple[int, int, int]  # number of the image, row, column


@dataclass(frozen=True, eq=False)
class RowPicture:
    """What is seen of one image: its words, those of its maps, and all pictures.

    Attributes
    ----------
    words : dict
        JSON-able; ``words["tiles"]`` describes the image and each map.
    pictures : array
        (1 + maps, H, W, 3) bytes.
    """

    words: dict[str, Any]
    pictures: np.ndarray = field(repr=False)


class SaliencyView(anywidget.AnyWidget):
    """Images with their maps, live and at rest; it tells which pixel the student points at.

    Parameters
    ----------
    on_seen : callable, optional
        Called at each sign of life from a browser.
    on_place : callable, optional
        Called with "hover", "pin" or "leave" and a place (image, row, column); None with "leave".

    Examples
    --------
    >>> view = SaliencyView()
    >>> view.rest([RowPicture({"tiles": []}, np.zeros((2, 8, 8, 3), np.uint8))], [])
    >>> view.rows, view.strips[0][:4]
    ([{'tiles': []}], b'\\x89PNG')
    """

    _esm = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    _css = "\n".join((HERE / name).read_text(encoding="utf-8") for name in STYLES)

    rows = traitlets.List(traitlets.Dict(), help="Words of each image and its maps.").tag(sync=True)
    strips = traitlets.List(traitlets.Bytes(), help="Pictures of each row side by side.").tag(sync=True)
    bar = traitlets.List(traitlets.Unicode(), help="Numbers of the bar that all maps share; or none.").tag(
        sync=True
    )
    colors = traitlets.Unicode("", help="The colours of a bar, for a style sheet.").tag(sync=True)
    inspects = traitlets.Bool(True, help="Whether pixels can be pointed at.").tag(sync=True)
    mark = traitlets.List(traitlets.Int(), help="Image, row and column of the inspected pixel.").tag(
        sync=True
    )
    note = traitlets.Unicode("", help="A last line of words.").tag(sync=True)
    revision = traitlets.Int(0, help="Counts the pictures at rest.").tag(sync=True)

    def __init__(
        self,
        on_seen: Callable[[], None] | None = None,
        on_place: Callable[[str, Place | None], None] | None = None,
        **arguments: Any,
    ) -> None:
        super().__init__(colors=_gradient(), **arguments)
        self.num_views = 0
        self.is_expected = False  # shown, but the browser cannot say so before the running cell ends
        self._on_seen, self._on_place = on_seen, on_place
        self._sent = self._acknowledged = 0
        self._sent_at = float("-inf")
        self._kept: dict[int, tuple[np.ndarray, bytes]] = {}
        self.on_msg(self._receive)

    @property
    def is_watched(self) -> bool:
        """Whether a browser shows the maps, or will as soon as the running cell ends."""
        return self.num_views > 0 or self.is_expected

    @property
    def is_ready(self) -> bool:
        """Whether a frame sent now would be drawn soon: a browser looks, keeps up, and it is time."""
        since = monotonic() - self._sent_at
        keeps_up = self._sent - self._acknowledged < WINDOW or since > ACK_TIMEOUT
        return self.is_watched and keeps_up and since > 1 / FRAMES_PER_SECOND

    def push(self, rows: Sequence[RowPicture], bar: Sequence[str]) -> None:
        """Send what is seen while maps are being made."""
        self._sent += 1
        self._sent_at = monotonic()
        message = {"type": "frame", "seq": self._sent, "rows": [row.words for row in rows], "bar": list(bar)}
        self.send(message, buffers=[_jpeg(strip(row.pictures)) for row in rows])

    def rest(self, rows: Sequence[RowPicture], bar: Sequence[str], note: str = "") -> None:
        """Write what stays, for this page and for one that is loaded later."""
        with self.hold_sync():
            self.strips = [self._strip(index, row.pictures) for index, row in enumerate(rows)]
            self.rows, self.bar, self.note = [row.words for row in rows], list(bar), note
            self.revision += 1

    def answer(self) -> None:
        """Tell the browser that it may ask about another pixel."""
        self.send({"type": "answered"})

    def _strip(self, index: int, pictures: np.ndarray) -> bytes:
        kept = self._kept.get(index)
        if kept is None or kept[0] is not pictures:
            joined = strip(pictures)
            is_short = joined.shape[0] * joined.shape[1] <= MOST_EXACT
            self._kept[index] = kept = pictures, png(joined) if is_short else _jpeg(joined)
        return kept[1]

    def _receive(self, _: Any, message: dict[str, Any], __: Any) -> None:
        kind = message.get("type")
        if kind == "ack":
            self._acknowledged = max(self._acknowledged, message["seq"])
        elif kind == "view":
            self.num_views = max(0, self.num_views + message["delta"])
            self.is_expected = False
        elif kind in ("hover", "pin", "leave") and self._on_place is not None:
            place = message.get("place")
            self._on_place(kind, None if place is None else (int(place[0]), int(place[1]), int(place[2])))
        if self._on_seen is not None:
            self._on_seen()


def _gradient() -> str:
    stops = ", ".join("#{:02x}{:02x}{:02x}".format(*color) for color in palette()[::17].tolist())
    return f"linear-gradient(to right, {stops})"


def _jpeg(picture: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=94, subsampling=0)
    return buffer.getvalue()
