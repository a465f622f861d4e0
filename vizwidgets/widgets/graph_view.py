"""The compute graph in the browser: drawn as SVG, with what happens in words and the table of gradients."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

HERE = Path(__file__).parent
SCRIPTS = ("stage.js", "live_repair.js", "graph_view.js")  # one module: it cannot import
STYLES = ("live_view.css", "graph_view.css", "stage.css")


class GraphView(anywidget.AnyWidget):
    """Draws a scene (`graph_scene.scene`) and hands on the keys that are pressed in it.

    Parameters
    ----------
    on_key : callable, optional
        Called with "ArrowRight", "ArrowLeft" or "Home".

    Examples
    --------
    >>> view = GraphView()
    >>> view.show({"boxes": []}, "an empty graph")
    >>> view.alt, view.revision
    ('an empty graph', 1)
    """

    _esm = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    _css = "\n".join((HERE / name).read_text(encoding="utf-8") for name in STYLES)

    scene = traitlets.Dict(help="Boxes, wires and words.").tag(sync=True)
    alt = traitlets.Unicode("", help="What the graph shows, in words.").tag(sync=True)
    revision = traitlets.Int(0, help="Counts the scenes.").tag(sync=True)

    def __init__(self, on_key: Callable[[str], None] | None = None, **traits: Any) -> None:
        super().__init__(**traits)
        self.num_views = 0
        self._on_key = on_key
        self.on_msg(self._receive)

    def show(self, scene: dict[str, Any], alt: str) -> None:
        """Draw a scene; few kilobytes, about once a second while a run is live."""
        with self.hold_sync():
            self.scene, self.alt = scene, alt
            self.revision += 1

    def _receive(self, _: Any, message: dict[str, Any], __: Any) -> None:
        if message.get("type") == "view":
            self.num_views = max(0, self.num_views + message["delta"])
        elif message.get("type") == "key" and self._on_key is not None:
            self._on_key(str(message["key"]))
