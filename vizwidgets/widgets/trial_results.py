"""What a lab with a queue hands out: chart, gains, table, picture and record of the points that came out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from matplotlib.figure import Figure

from vizwidgets.core.measurement import Measurements
from vizwidgets.core.measurement_table import MeasurementTable
from vizwidgets.core.paired_gain import Gain
from vizwidgets.core.trial import WHICH, Order
from vizwidgets.data.measurement_store import MeasurementStore
from vizwidgets.draw.learning_chart import LearningChart, Live, learning_chart
from vizwidgets.draw.learning_figure import lab_figure
from vizwidgets.draw.pixels import Bytes

from .explorer import Explorer
from .trial_queue import TrialQueue


class TrialResults(Explorer):
    """The half of a `TrialLab` that looks at points; subclasses say which ones, and what the controls ask."""

    counted: ClassVar[str] = "labels per class"  # what the number of labels counts
    score_words: ClassVar[str] = "accuracy"
    over: ClassVar[str] = "from scratch"  # what gains are compared with
    lab_name: ClassVar[str] = "trials"  # of the CSV file and the record

    store: MeasurementStore
    queue: TrialQueue
    known: tuple[str, ...]  # the strategies, in the order of their colours
    _sheet: Bytes  # the picture that was drawn last

    # -- what a subclass answers ----------------------------------------------------------------------

    def _order(self, **changes: Any) -> Order:
        """Return the order that the controls describe, with other values where `changes` has some."""
        raise NotImplementedError

    def _reference(self) -> Order:
        """Return the order that gains are compared with."""
        return self._order(strategy=self.over)

    @property
    def points(self) -> Measurements:
        """The points that the chart shows: of one source and one target."""
        raise NotImplementedError

    @property
    def usual_counts(self) -> Sequence[int]:
        """Numbers of labels from few to many, those of "all numbers of labels"."""
        raise NotImplementedError

    @property
    def chance(self) -> float | None:
        """What guessing reaches."""
        return None

    def _title(self) -> str:
        """Return what stands above the chart."""
        raise NotImplementedError

    # -- what has come out ----------------------------------------------------------------------------

    def table(self) -> MeasurementTable:
        """Return the points of the chart as a table that shows itself."""
        return self.points.table()

    def to_csv(self) -> str:
        """Return the points of the chart as a CSV file."""
        return self.points.to_csv()

    def gains(self) -> tuple[Gain, ...]:
        """Return by how much the strategy of the moment is better than training from scratch."""
        label, over = self._compared()
        points = self._comparable()
        is_measured = {label, over} <= set(points.labels)
        return points.gains(label, over) if is_measured and label != over else ()

    def _comparable(self) -> Measurements:
        """Return the points among which gains are looked for."""
        return self.points

    def _compared(self) -> tuple[str, str]:
        """Return the label whose gain is said, and that which it is compared with: settings must be alike."""
        order = self._order()
        if order.label in self.points.labels or order.strategy not in self.points.labels:
            return order.label, self._reference().label
        return order.strategy, self.over

    def chart(self) -> LearningChart:
        """Return the chart of the moment."""
        return learning_chart(
            self.points,
            self.known,
            counts=self.usual_counts,
            counted=self.counted,
            score=self.score_words,
            chance=self.chance,
            live=self._live(),
        )

    def _live(self) -> Live | None:
        """Return where the network of the moment stands, if it belongs on the chart."""
        entry, score, shown = self.queue.entry, self.queue.live_score, self._order()
        if entry is None or score is None or not entry.order.num_labels:
            return None
        order = entry.order
        is_shown = (order.source, order.target) == (shown.source, shown.target)
        return (order.label, order.num_labels, score) if is_shown else None

    def figure(self) -> Figure:
        """Return the static picture: the training of the moment, and the chart of all points."""
        self.run.wait_for_orders()
        gains = "; ".join(f"{gain.num_labels} {self.counted}: {gain}" for gain in self.gains())
        caption = f"{self._title()}. " + (f"Gain over {self.over}, {gains}" if gains else "")
        is_training = self.run.state == "running"  # on another thread: its network is not asked now
        picture = self._sheet if is_training else self._picture()
        return lab_figure(self.chart(), picture, self._curves(), self._now(), caption)

    def record(self) -> dict[str, Any]:
        """Return the order of the moment, what came out, and the points of the chart as JSON-able data."""
        return {
            "format": f"vizwidgets {self.lab_name} 1",
            "order": _data(self._order()),
            "queue": [
                {"order": _data(entry.order), "state": entry.state, "words": entry.words}
                for entry in self.queue.entries
            ],
            "landed": [point.data() for point in self.queue.landed],
            "measurements": self.points.data(),
            "precomputed": dict(self.store.made),
        }

    def _now(self) -> str:
        """Say what trains, or trained last."""
        if self.queue.trial is None:
            return "nothing trained yet"
        order, training = self.queue.trial.order, self.queue.trial.training
        return f"{order.words}, step {training.num_taken} of {training.num_steps}"


def _data(order: Order) -> dict[str, Any]:
    """Return an order as JSON-able data, its target too: a queue may hold orders of several."""
    return {**{name: getattr(order, name) for name in WHICH}, **order.settings}
