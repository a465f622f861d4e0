"""The prototypes in the browser: a row of captioned pictures that wraps, and the curves beneath."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from .live_view import FOLLOW, LiveView

HERE = Path(__file__).parent
SCRIPTS = (*FOLLOW, "prototype_view.js")  # one module: it cannot import
STYLES = ("live_view.css", "prototype_view.css", "stage.css")


class PrototypeView(LiveView):
    """Pictures with their captions, live and at rest; the pictures travel as one strip, side by side.

    Examples
    --------
    >>> view = PrototypeView()
    >>> view.caption([{"title": "7"}])
    >>> view.rest(np.zeros((8, 8, 3), np.uint8), ["h"], np.ones((1, 5)), [("h", [0])], 4, alt="black")
    >>> view.captions
    [{'title': '7'}]
    """

    _esm = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    _css = "\n".join((HERE / name).read_text(encoding="utf-8") for name in STYLES)

    captions = traitlets.List(traitlets.Dict(), help="What stands under each picture.").tag(sync=True)

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._captions: list[dict[str, Any]] = []

    def caption(self, captions: Sequence[dict[str, Any]]) -> None:
        """Say what stands under the pictures that are pushed or rest next."""
        self._captions = list(captions)

    def push(self, picture: np.ndarray, *arguments: Any) -> None:
        """Send captions and a live frame; see `LiveView.push`."""
        self.send({"type": "captions", "captions": self._captions})
        super().push(picture, *arguments)

    def rest(self, picture: np.ndarray, *arguments: Any, **words: Any) -> None:
        """Write what stays; see `LiveView.rest`."""
        with self.hold_sync():
            self.captions = self._captions
            super().rest(picture, *arguments, **words)
