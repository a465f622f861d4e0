"""The live view of a lab, with the styles of its queue and its chart."""

from __future__ import annotations

from pathlib import Path

from .live_view import LiveView

HERE = Path(__file__).parent
STYLES = ("live_view.css", "trial.css", "stage.css")  # of every lab with a queue


class TrialView(LiveView):
    """A `LiveView` that brings the styles of the queue, the chart and the table along."""

    _css = "\n".join((HERE / name).read_text(encoding="utf-8") for name in STYLES)
