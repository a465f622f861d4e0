"""The wall in the browser: rows of pictures that are buttons, one of them large beneath, and the progress.

A row travels as one strip, its pictures side by side: live as JPEG, at rest as PNG in a synced trait, so that
a reloaded page shows the wall.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from .strip_view import StripView

HERE = Path(__file__).parent
SCRIPTS = ("stage.js", "live_repair.js", "wall_view.js")  # one module: it cannot import
STYLES = ("live_view.css", "wall_view.css", "stage.css")


class WallView(StripView):
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

    _frames_per_second = 5.0
    _quality = 88
    _esm = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    _css = "\n".join((HERE / name).read_text(encoding="utf-8") for name in STYLES)

    selected = traitlets.List(
        traitlets.Int(), [], maxlen=2, help="Row and place of the picture that is shown large."
    ).tag(sync=True)
    progress = traitlets.Float(0.0, min=0, max=1, help="Share of the work that is done.").tag(sync=True)
    status = traitlets.Unicode("", help="Where the wall stands, in words.").tag(sync=True)
    trouble = traitlets.Unicode("", help="What went wrong, in words.").tag(sync=True)

    def __init__(
        self,
        on_seen: Callable[[], None] | None = None,
        on_open: Callable[[int, int], None] | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(on_seen, **traits)
        self._on_open = on_open

    def push(self, row: int, pictures: np.ndarray, step: int) -> None:
        """Send the pictures (N, H, W, C) of a row in the making."""
        self._push({"row": row, "count": len(pictures), "step": step}, [pictures])

    def rest(self, rows: Sequence[dict[str, Any]], pictures: Sequence[np.ndarray | None]) -> None:
        """Write what stays: the words of each row and its pictures (N, H, W, C), None if there are none."""
        self._rest(rows, pictures)

    def _answer(self, message: dict[str, Any]) -> None:
        if message.get("type") == "open" and self._on_open is not None:
            self._on_open(int(message["row"]), int(message["index"]))
            self.send({"type": "opened"})
