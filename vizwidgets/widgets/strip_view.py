"""Rows of pictures in the browser. A row travels as one strip, its pictures side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

from vizwidgets.draw.pixels import jpeg, png, strip

from .frame_view import FrameView


class StripView(FrameView):
    """Rows of pictures with their words: live as JPEG, at rest in traits, so that a reloaded page shows them.

    Examples
    --------
    >>> view = StripView()
    >>> view._rest([{"title": "conv1"}], [np.zeros((2, 8, 8, 3), np.uint8)])
    >>> view.rows, view.strips[0][:4]
    ([{'title': 'conv1'}], b'\\x89PNG')
    """

    _quality = 90  # of the JPEG, 0 to 100
    _most_exact = math.inf  # pixels of a strip that is a PNG at rest; a larger one is a JPEG there, too

    rows = traitlets.List(traitlets.Dict(), help="Words of each row and its pictures.").tag(sync=True)
    strips = traitlets.List(
        traitlets.Bytes(), help="The pictures of each row side by side; b'' is none."
    ).tag(sync=True)
    revision = traitlets.Int(0, help="Counts the pictures at rest.").tag(sync=True)

    def __init__(self, *arguments: Any, **traits: Any) -> None:
        super().__init__(*arguments, **traits)
        self._kept: dict[int, tuple[np.ndarray, bytes]] = {}  # row: its pictures, and the strip made of them

    def _push(self, words: dict[str, Any], pictures: Sequence[np.ndarray]) -> None:
        """Send a live frame: its words, and the pictures (N, H, W, C) of some rows."""
        message = {"type": "frame", "seq": self._number_frame(), **words}
        self.send(message, buffers=[jpeg(strip(each), self._quality) for each in pictures])

    def _rest(self, rows: Sequence[dict[str, Any]], pictures: Sequence[np.ndarray | None]) -> None:
        """Write what stays: the words of each row and its pictures (N, H, W, C), None if there are none."""
        with self.hold_sync():
            self.strips = [self._strip(index, each) for index, each in enumerate(pictures)]
            self.rows = list(rows)
            self.revision += 1

    def _strip(self, index: int, pictures: np.ndarray | None) -> bytes:
        if pictures is None:
            return b""
        kept = self._kept.get(index)
        if kept is None or kept[0] is not pictures:  # what is finished stays the same array
            joined = strip(pictures)
            is_exact = joined.shape[0] * joined.shape[1] <= self._most_exact
            self._kept[index] = kept = pictures, png(joined) if is_exact else jpeg(joined, self._quality)
        return kept[1]
