"""The live picture with its curves: a canvas in the browser, fed without ever piling up messages.

While a run is live each frame is one message, raw RGB and thinned-out curves: cheaper than any compressed
picture on the same machine. The browser acknowledges every fourth frame, and at most six may be under way.
At rest the same is written to synced traits (a PNG, the curves), so that a reloaded page shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from vizwidgets.draw.curves import decimate, named
from vizwidgets.draw.pixels import png

from .frame_view import FrameView

ACK_EVERY = 4  # an acknowledgement costs the browser more than a frame does
HERE = Path(__file__).parent
FOLLOW = ("../draw/chart.js", "stage.js", "live_repair.js", "live_follow.js")  # what every live view has
SCRIPTS = (*FOLLOW, "live_view.js")  # one module: it cannot import
STYLES = ("live_view.css", "stage.css")


class LiveView(FrameView):
    """A picture and the curves of a run, live and at rest.

    `push` sends a frame if the browser keeps up; `rest` writes the picture that stays.

    Examples
    --------
    >>> view = LiveView()
    >>> view.rest(np.zeros((8, 8, 3), np.uint8), ["h"], np.ones((1, 5)), [("h", [0])], 4, alt="black")
    >>> view.step, view.alt
    (4, 'black')
    """

    _frames_per_second = 15.0
    _window = 6
    _ack_timeout = 0.25  # a busy kernel delivers acknowledgements late, and the picture must not freeze
    _esm = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    _css = "\n".join((HERE / name).read_text(encoding="utf-8") for name in STYLES)

    snapshot = traitlets.Bytes(b"", help="The picture at rest, a PNG file.").tag(sync=True)
    series = traitlets.Bytes(b"", help="The curves at rest, float32, one series after the other.").tag(
        sync=True
    )
    names = traitlets.List(traitlets.Unicode(), help="What each curve is called.").tag(sync=True)
    panels = traitlets.List(traitlets.Dict(), help="Title and curves of each panel.").tag(sync=True)
    step = traitlets.Int(0, help="The step that is shown.").tag(sync=True)
    last = traitlets.Int(0, help="The last step of the curves.").tag(sync=True)
    alt = traitlets.Unicode("", help="What the picture shows, in words.").tag(sync=True)
    plot_alt = traitlets.Unicode("", help="What the curves show, in words.").tag(sync=True)
    revision = traitlets.Int(0, help="Counts the pictures at rest.").tag(sync=True)

    def push(
        self,
        picture: np.ndarray,
        names: Sequence[str],
        values: np.ndarray,
        panels: Sequence[tuple[str, Sequence[int]]],
        step: int,
    ) -> None:
        """Send a live frame: picture (H, W, 3) bytes, curves (series, steps), the step that is shown."""
        is_slow = self._seconds_since_frame() > 1.0  # each sign of life counts then
        number = self._number_frame()
        message = {
            "type": "frame",
            "seq": number,
            "ack": number % ACK_EVERY == 0 or is_slow,
            "step": step,
            "last": max(values.shape[1] - 1, 0),
            "height": picture.shape[0],
            "width": picture.shape[1],
            "names": named(names),
            "panels": _as_data(panels),
        }
        self.send(message, buffers=[picture.tobytes(), decimate(values).tobytes()])

    def rest(
        self,
        picture: np.ndarray,
        names: Sequence[str],
        values: np.ndarray,
        panels: Sequence[tuple[str, Sequence[int]]],
        step: int,
        *,
        alt: str,
        plot_alt: str = "",
    ) -> None:
        """Write the picture that stays, for this page and for one that is loaded later."""
        with self.hold_sync():
            self.snapshot = png(picture)
            self.series = decimate(values).tobytes()
            self.names, self.panels = named(names), _as_data(panels)
            self.step, self.last = step, max(values.shape[1] - 1, 0)
            self.alt, self.plot_alt = alt, plot_alt
            self.revision += 1


def _as_data(panels: Sequence[tuple[str, Sequence[int]]]) -> list[dict[str, Any]]:
    return [{"title": title, "series": list(members)} for title, members in panels]
