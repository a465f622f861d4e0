"""The maps in the browser: each image with its maps, a colour bar with numbers, the inspected pixel.

The pictures of an image travel as one strip, side by side, while maps are being made and at rest. Titles,
words and numbers are text of the page, so they are readable at any width and in any theme.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from vizwidgets.draw.color_scale import palette

from .strip_view import StripView

HERE = Path(__file__).parent
SCRIPTS = ("stage.js", "live_repair.js", "saliency_tile.js", "saliency_view.js")  # one module
STYLES = ("live_view.css", "saliency_view.css", "stage.css")
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


class SaliencyView(StripView):
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

    _frames_per_second = 8.0
    _quality = 94
    _most_exact = 100_000  # a photograph as PNG takes 20 ms more
    _esm = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    _css = "\n".join((HERE / name).read_text(encoding="utf-8") for name in STYLES)

    bar = traitlets.List(traitlets.Unicode(), help="Numbers of the bar that all maps share; or none.").tag(
        sync=True
    )
    colors = traitlets.Unicode("", help="The colours of a bar, for a style sheet.").tag(sync=True)
    inspects = traitlets.Bool(True, help="Whether pixels can be pointed at.").tag(sync=True)
    mark = traitlets.List(traitlets.Int(), help="Image, row and column of the inspected pixel.").tag(
        sync=True
    )
    note = traitlets.Unicode("", help="A last line of words.").tag(sync=True)

    def __init__(
        self,
        on_seen: Callable[[], None] | None = None,
        on_place: Callable[[str, Place | None], None] | None = None,
        **arguments: Any,
    ) -> None:
        super().__init__(on_seen, colors=_gradient(), **arguments)
        self._on_place = on_place

    def push(self, rows: Sequence[RowPicture], bar: Sequence[str]) -> None:
        """Send what is seen while maps are being made."""
        words = {"rows": [row.words for row in rows], "bar": list(bar)}
        self._push(words, [row.pictures for row in rows])

    def rest(self, rows: Sequence[RowPicture], bar: Sequence[str], note: str = "") -> None:
        """Write what stays, for this page and for one that is loaded later."""
        with self.hold_sync():
            self.bar, self.note = list(bar), note
            self._rest([row.words for row in rows], [row.pictures for row in rows])

    def answer(self) -> None:
        """Tell the browser that it may ask about another pixel."""
        self.send({"type": "answered"})

    def _answer(self, message: dict[str, Any]) -> None:
        kind, place = message.get("type"), message.get("place")
        if kind in ("hover", "pin", "leave") and self._on_place is not None:
            self._on_place(kind, None if place is None else (int(place[0]), int(place[1]), int(place[2])))


def _gradient() -> str:
    stops = ", ".join("#{:02x}{:02x}{:02x}".format(*color) for color in palette()[::17].tolist())
    return f"linear-gradient(to right, {stops})"
