"""What has come out of a lab: the chart of all points, the gain in words, the table, and the CSV file."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

import ipywidgets

from vizwidgets.core.measurement import Measurements
from vizwidgets.core.paired_gain import MIN_SEEDS, RULE, Gain
from vizwidgets.draw.learning_chart import LearningChart
from vizwidgets.draw.learning_svg import LearningSvg, key_of

LARGE, SMALL = (680, 330), (360, 280)  # of the chart: where there is room, and where there is little


class Board(ipywidgets.VBox):
    """Chart, gains, table and export; `show` writes all of them anew.

    Parameters
    ----------
    file_name : str
        Of the CSV file.
    """

    def __init__(self, file_name: str) -> None:
        self._file_name = file_name
        self.chart, self.gains, self.link = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()
        self.table = ipywidgets.HTML(layout={"display": "none"})
        self.toggle = ipywidgets.ToggleButton(
            description="Table",
            icon="table",
            tooltip="Mean, standard deviation and number of seeds of every point of the chart",
            layout={"width": "auto"},
        )
        self.toggle.observe(self._on_toggle, "value")
        row = ipywidgets.HBox([self.toggle, self.link])
        row.add_class("vw-readings")
        super().__init__([self.chart, self.gains, row, self.table])
        self.add_class("vw-board")

    def draw(self, chart: LearningChart, title: str, made_with: str) -> None:
        """Draw the chart, with its legend."""
        large, small = _as(LearningSvg(chart, *LARGE), "large"), _as(LearningSvg(chart, *SMALL), "small")
        heading = f'<span class="vw-label">{escape(title)}</span>'
        self.chart.value = heading + large + small + legend_html(chart, made_with)

    def tell(self, points: Measurements, gains: Sequence[Gain], label: str, over: str, counted: str) -> None:
        """Write the gains, the table and the file of these points."""
        self.gains.value = gains_html(gains, label, over, counted)
        self.table.value = f'<div class="vw-scroll">{points.table()._repr_html_()}</div>' if points else ""
        self.link.value = csv_link(points, self._file_name) if points else ""

    def _on_toggle(self, change: dict[str, bool]) -> None:
        self.table.layout.display = "" if change["new"] else "none"


def _as(picture: LearningSvg, name: str) -> str:
    return str(picture).replace('class="vw-chart"', f'class="vw-chart vw-{name}"', 1)


def legend_html(chart: LearningChart, made_with: str) -> str:
    """Return the names of the lines, and what the markers mean."""
    keys = [f"<span>{key_of(arm)}{escape(arm.label)}</span>" for arm in chart.arms]
    if not keys:
        return "<i>No points yet: add a run to the queue.</i>"
    words = "small: one seed each · large, line and band: mean ± standard deviation over the seeds"
    if chart.has_precomputed:
        words += f" · hollow: precomputed ({made_with or 'versions not noted'}) · filled: measured here"
    note = f'<span class="vw-subtitle">{escape(words)}</span>'
    return f'<div class="vw-legend">{"".join(keys)}</div>{note}'


def gains_html(gains: Sequence[Gain], label: str, over: str, counted: str) -> str:
    """Return by how much one strategy is better than another, one line for each number of labels.

    Examples
    --------
    >>> gain = Gain("head, then all", "from scratch", 2, {0: 0.08})
    >>> "+8.0 points (1 seed)" in gains_html([gain], gain.label, gain.over, "labels per class")
    True
    """
    if not gains:
        words = f"Measure {label} and {over} with the same seed to see what is gained."
        return "" if label == over else f"<i>{escape(words)}</i>"
    lines = [_gain_html(gain, counted) for gain in gains]
    title = f"Gain of “{label}” over “{over}”, seed by seed"
    rule = f'<span class="vw-subtitle">{escape(RULE)}</span>'
    note = rule if any(gain.num_seeds >= MIN_SEEDS for gain in gains) else ""
    return f'<span class="vw-label">{escape(title)}</span><ul class="vw-gains">{"".join(lines)}</ul>{note}'


def _gain_html(gain: Gain, counted: str) -> str:
    said, finding = str(gain).rsplit(", ", 1)
    strong = ' class="vw-beyond"' if gain.is_beyond_spread else ""
    return (
        f"<li><span>{gain.num_labels} {escape(counted)}</span><span{strong}>{escape(said)}, "
        f"{escape(finding)}</span></li>"
    )


def csv_link(points: Measurements, file_name: str) -> str:
    """Return a link that saves the points as a file; it holds them itself, no server is asked."""
    data = base64.b64encode(points.to_csv().encode()).decode()
    words = f"Save {len(points)} points as CSV"
    name = escape(f"{file_name}.csv")
    return f'<a download="{name}" href="data:text/csv;charset=utf-8;base64,{data}">{words}</a>'
