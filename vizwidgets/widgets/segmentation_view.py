"""Segmentations in the browser: four pictures, and the list of classes with bars that one is picked from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from vizwidgets.draw.pixels import jpeg, strip

from .strip_view import StripView

HERE = Path(__file__).parent
SCRIPTS = ("stage.js", "live_repair.js", "saliency_tile.js", "segmentation_view.js")  # one module
STYLES = ("live_view.css", "saliency_view.css", "segmentation_view.css", "stage.css")


@dataclass(frozen=True, eq=False)
class SegmentationPicture:
    """What is seen at a time.

    Attributes
    ----------
    words : dict
        JSON-able: titles and words of the pictures, the classes with their bars, the legend.
    pictures : array
        (pictures, H, W, 3) bytes.
    labels : bytes
        Truth and prediction, one byte a pixel, one image after the other: the browser reads pixels from it.
    """

    words: dict[str, Any]
    pictures: np.ndarray = field(repr=False)
    labels: bytes = field(repr=False)


class SegmentationView(StripView):
    """Image, truth, prediction and errors, live and at rest; it tells which class the student picks.

    Parameters
    ----------
    on_seen : callable, optional
        Called at each sign of life from a browser.
    on_pick : callable, optional
        Called with the number of the class that is to be brought out, or None.
    on_browse : callable, optional
        Called with 1 or -1: the next image, or the one before.

    Examples
    --------
    >>> view = SegmentationView()
    >>> view.rest(SegmentationPicture({"tiles": []}, np.zeros((4, 8, 8, 3), np.uint8), b""))
    >>> view.rows, view.strips[0][:4]
    ([{'tiles': []}], b'\\x89PNG')
    """

    _frames_per_second = 4.0
    _quality = 92
    _most_exact = 1_000_000
    _esm = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    _css = "\n".join((HERE / name).read_text(encoding="utf-8") for name in STYLES)

    labels = traitlets.Bytes(b"", help="Truth and prediction at rest, one byte a pixel.").tag(sync=True)

    def __init__(
        self,
        on_seen: Callable[[], None] | None = None,
        on_pick: Callable[[int | None], None] | None = None,
        on_browse: Callable[[int], None] | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(on_seen, **traits)
        self._on_pick, self._on_browse = on_pick, on_browse

    def push(self, shown: SegmentationPicture) -> None:
        """Send what is seen while a network trains."""
        message = {"type": "frame", "seq": self._number_frame(), "rows": [shown.words]}
        self.send(message, buffers=[jpeg(strip(shown.pictures), self._quality), shown.labels])

    def rest(self, shown: SegmentationPicture) -> None:
        """Write what stays, for this page and for one that is loaded later."""
        with self.hold_sync():
            self.labels = shown.labels
            self._rest([shown.words], [shown.pictures])

    def _answer(self, message: dict[str, Any]) -> None:
        kind = message.get("type")
        if kind == "pick" and self._on_pick is not None:
            number = int(message["number"])
            self._on_pick(None if number < 0 else number)
        elif kind == "browse" and self._on_browse is not None:
            self._on_browse(1 if message["delta"] > 0 else -1)
