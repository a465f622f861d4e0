"""A picture in the browser that tells where it was clicked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

HERE = Path(__file__).parent
SCRIPTS = ("stage.js", "live_repair.js", "picture_view.js")  # one module: it cannot import
STYLES = ("live_view.css", "stage.css")
STYLE = ".vw-sheet { border-radius: 4px; cursor: crosshair; display: block; max-width: 100%; width: 564px; }"


class PictureView(anywidget.AnyWidget):
    """A picture with a text for those who do not see it.

    Parameters
    ----------
    on_click : callable, optional
        Called with the place of a click, as shares (x, y) of width and height in 0..1.

    Examples
    --------
    >>> view = PictureView()
    >>> view.show(b"\\x89PNG", "a unit")
    >>> view.words, view.revision
    ('a unit', 1)
    """

    _esm = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    _css = "\n".join((HERE / name).read_text(encoding="utf-8") for name in STYLES) + STYLE

    picture = traitlets.Bytes(b"", help="The picture, a PNG file.").tag(sync=True)
    words = traitlets.Unicode("", help="What it shows, in words.").tag(sync=True)
    revision = traitlets.Int(0, help="Counts the pictures.").tag(sync=True)

    def __init__(self, on_click: Callable[[float, float], None] | None = None, **traits: Any) -> None:
        super().__init__(**traits)
        self._on_click = on_click
        self.on_msg(self._receive)

    def show(self, picture: bytes, words: str) -> None:
        """Show another picture."""
        with self.hold_sync():
            self.picture, self.words = picture, words
            self.revision += 1

    def _receive(self, _: Any, message: dict[str, Any], __: Any) -> None:
        if message.get("type") == "click" and self._on_click is not None:
            self._on_click(float(message["x"]), float(message["y"]))
