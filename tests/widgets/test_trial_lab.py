"""The queue, its run, its store and its chart, driven with trainings of a few steps."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import nn

from vizwidgets.core.measurement import Measurement, Measurements
from vizwidgets.core.metrics import accuracy
from vizwidgets.core.paired_gain import RULE
from vizwidgets.core.train_settings import TrainSettings
from vizwidgets.core.training import Training
from vizwidgets.core.trial import Order, Trial
from vizwidgets.data import storage
from vizwidgets.data.measurement_store import MeasurementStore, write_measurements
from vizwidgets.widgets.trial_lab import TrialLab
from vizwidgets.widgets.trial_panel import list_html

SCRATCH, HEAD = "from scratch", "head, then all"


@dataclass(frozen=True)
class TinyOrder(Order):
    lr: float = 0.05
    num_steps: int = 4


def stripes(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Images that are brighter at the left, or at the right."""
    labels = torch.arange(count) % 2
    images = torch.rand(count, 1, 4, 4, generator=torch.Generator().manual_seed(seed)) / 2
    images[labels == 0, :, :, :2] += 0.5
    images[labels == 1, :, :, 2:] += 0.5
    return images, labels


def tiny_trial(order: TinyOrder) -> Trial:
    if order.strategy == "impossible":
        raise ValueError("this target has other classes")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(order.seed)
        model = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
    test = stripes(40, 100)
    data = stripes(2 * order.num_labels, order.seed)
    if order.lr > 1:  # with labels that nothing can tell apart large steps lead far away
        data = data[0], data[1].roll(1) * (torch.arange(len(data[1])) < 3)
    settings = TrainSettings(lr=order.lr, num_steps=order.num_steps, batch_size=2 * order.num_labels)
    training = Training(model, data, settings, test)
    return Trial(order, training, lambda: order.measured(accuracy(model, test)), "tiny")


class TinyLab(TrialLab):
    counted, lab_name = "images per class", "tiny"

    def __init__(self, store: MeasurementStore, **chosen) -> None:
        self.chosen = {"strategy": HEAD, "num_labels": 2, "seed": 0, **chosen}
        super().__init__(store, (SCRATCH, HEAD))
        self._assemble("Tiny", "", [self.panel], [self.board])

    usual_counts = (2, 4, 8)
    chance = 0.5

    def _order(self, **changes) -> TinyOrder:
        return TinyOrder("noise", "stripes", **{**self.chosen, **changes})

    def _make_trial(self, order: TinyOrder) -> Trial:
        return tiny_trial(order)

    def _draw_trial(self, trial: Trial | None) -> np.ndarray:
        return np.full((8, 8, 3), 0 if trial is None else 200, np.uint8)

    @property
    def points(self) -> Measurements:
        return self.store.all.where(source="noise", target="stripes")

    def _title(self) -> str:
        return "noise → stripes"

    def _words(self) -> str:
        return "tiny lab"

    def code(self) -> str:
        return "lab = ..."


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path / "home"))


@pytest.fixture
def store(tmp_path) -> MeasurementStore:
    """A store with precomputed points of one strategy."""
    path = tmp_path / "shipped.json"
    orders = [TinyOrder("noise", "stripes", count, SCRATCH, seed) for count in (2, 8) for seed in (0, 1, 2)]
    points = [order.measured(0.6 + 0.01 * order.num_labels + 0.02 * order.seed) for order in orders]
    write_measurements(path, points, {"script": "measure_tiny.py", "versions": {"torch": "2.13.0"}})
    return MeasurementStore("tiny", path)


def test_the_queue_is_worked_off_and_its_points_are_those_of_a_loop(store):
    lab = TinyLab(store)
    added = lab.add("3 seeds")
    assert [order.seed for order in added.new] == [0, 1, 2] and lab.run.state == "idle"
    lab.run_to_end()
    assert lab.run.state == "done" and [entry.state for entry in lab.queue.entries] == ["done"] * 3
    for seed, point in enumerate(lab.queue.landed):
        trial = tiny_trial(lab._order(seed=seed))
        for _ in trial.training:
            pass
        assert point.score == trial.finish().score and point.details["seconds"] >= 0
    assert len(MeasurementStore("tiny").yours) == 3


def test_more_can_be_added_after_the_end_and_while_it_runs(store):
    lab = TinyLab(store)
    lab.run_to_end()
    assert lab.run.state == "done" and "the queue is empty" in lab.bar.status.value
    lab.panel.add.click()
    assert lab.run.wait(20) and len(lab.queue.landed) == 1
    lab.panel.batch.value = "all numbers of labels"
    lab.panel.add.click()
    lab.add("3 seeds")
    lab.run_to_end()
    assert lab.run.wait(20) and lab.run.state == "done"
    assert {(p.num_labels, p.seed) for p in lab.queue.landed} == {(2, 0), (4, 0), (8, 0), (2, 1), (2, 2)}


def test_a_known_point_is_not_run_again_unless_asked(store):
    lab = TinyLab(store, strategy=SCRATCH)
    added = lab.add("3 seeds")
    assert (added.new, len(added.known)) == ((), 3) and {p.origin for p in added.known} == {"precomputed"}
    assert added.words == "3 measured already: Recompute runs them again"
    lab.panel.add.click()
    assert "measured already" in lab.bar.status.value and lab.run.state == "idle"
    lab.panel.again.click()
    assert lab.run.wait(20) and [point.origin for point in lab.queue.landed] == ["yours"]
    (entry,) = lab.queue.entries
    assert "precomputed before: 62.0%" in entry.words
    assert lab.store.find(lab._order()).origin == "yours"


def test_every_point_of_the_chart_can_be_measured_again(store):
    lab = TinyLab(store)
    assert lab.add("the whole chart").words == "6 measured already: Recompute runs them again"
    lab.panel.batch.value = "the whole chart"
    lab.panel.again.click()
    assert lab.run.wait(60) and lab.run.state == "done"
    assert {point.key for point in lab.queue.landed} == {point.key for point in store.precomputed}
    assert {point.origin for point in lab.points} == {"yours"} and not lab.chart().has_precomputed


def test_an_order_is_not_queued_twice(store):
    lab = TinyLab(store)
    lab.add(lab._order())
    assert lab.add("3 seeds").words == "2 added · 1 in the queue already"
    assert lab.queue.entries.num_waiting == 3
    lab.clear()
    assert lab.queue.entries.num_waiting == 0 and lab.panel.clear.disabled


def test_a_diverged_and_an_impossible_run_are_said_and_skipped(store):
    lab = TinyLab(store)
    wild = TinyOrder("noise", "stripes", 4, HEAD, lr=1e4, num_steps=40)
    impossible = TinyOrder("noise", "stripes", 4, "impossible")
    lab.add([wild, impossible, lab._order()])
    lab.run_to_end()
    assert [entry.state for entry in lab.queue.entries] == ["diverged", "failed", "done"]
    first, second, _ = lab.queue.entries
    assert "Try a smaller learning rate" in first.words and "other classes" in second.words
    assert [point.label for point in lab.queue.landed] == [HEAD]
    assert lab.run.state == "done" and lab.panel.list.value.count("✗") == 2
    assert "this target has other classes" in lab.panel.list.value


def test_skip_leaves_a_training_without_a_point_and_the_queue_goes_on(store):
    lab = TinyLab(store)
    lab.add("3 seeds")
    for _ in range(3):
        lab.run.step()
    assert lab.run.wait(20) and lab.queue.entry.state == "training" and lab.queue.num_taken == 1
    lab.panel.skip.click()
    assert lab.run.wait(20) and lab.queue.entry is None
    assert "skipped" in lab.panel.list.value
    lab.run_to_end()
    assert [point.seed for point in lab.queue.landed] == [1, 2]


def test_skip_is_said_while_a_long_step_still_runs(store, monkeypatch):
    lab = TinyLab(store)
    lab.add("3 seeds")
    begun, may_end = threading.Event(), threading.Event()
    make = lab._make_trial

    def slow(order):
        begun.set()
        assert may_end.wait(20)
        return make(order)

    monkeypatch.setattr(lab.queue, "_make", slow)
    lab.run.start()
    assert begun.wait(20)
    lab.panel.skip.click()
    assert "is left as soon as this step is over" in lab.panel.list.value and lab.panel.skip.disabled
    may_end.set()
    assert lab.run.wait(60) and [entry.state for entry in lab.queue.entries] == ["skipped", "done", "done"]


def test_what_was_skipped_before_a_pause_is_skipped_and_does_not_wait_for_a_step(store, monkeypatch):
    lab = TinyLab(store)
    lab.add("3 seeds")
    begun, may_end = threading.Event(), threading.Event()
    step = Training.step

    def slow(training):
        begun.set()
        assert may_end.wait(20)
        return step(training)

    monkeypatch.setattr(Training, "step", slow)
    lab.run.start()
    assert begun.wait(20)
    lab.panel.skip.click()
    lab.run.pause()
    may_end.set()
    assert lab.run.wait(20) and lab.run.state == "paused"
    assert "as soon as this step is over" not in lab.panel.list.value
    assert [entry.state for entry in lab.queue.entries] == ["skipped", "waiting", "waiting"]
    lab.run_to_end()
    assert [point.seed for point in lab.queue.landed] == [1, 2]


def test_lines_of_the_queue_name_the_target_where_there_is_more_than_one(store):
    lab = TinyLab(store)
    lab.add("this run")
    words = lab._order().words
    assert f"<span>{words}<small>" in lab.panel.list.value  # all alike: nothing to tell apart
    lab.add(TinyOrder("noise", "/b/good <1>", 2, HEAD))
    assert f"<span>good &lt;1&gt; · {words}<small>" in lab.panel.list.value
    assert f"<span>stripes · {words}<small>" in lab.panel.list.value
    lab.clear()
    lab.add(TinyOrder("noise", "/b/good", 2, HEAD))
    assert f"<span>good · {words}<small>" in lab.panel.list.value  # alone, but not the one of the controls
    lab.add(TinyOrder("noise", "/a/good", 2, HEAD))
    assert all(f"<span>/{town}/good · {words}<small>" in lab.panel.list.value for town in "ab")
    lab.add(TinyOrder("spots", "stripes", 2, HEAD))
    assert f"<span>spots → stripes · {words}<small>" in lab.panel.list.value


def test_an_interrupted_queue_keeps_its_points_and_goes_on_where_it_was(store, monkeypatch):
    lab = TinyLab(store)
    lab.add("3 seeds")
    whole = TinyLab(store).queue
    whole.add(lab.orders("3 seeds"))
    step, taken = Training.step, []

    def interrupted(training):
        taken.append(training)
        if len(taken) == 6:  # in the middle of the second training
            raise KeyboardInterrupt
        return step(training)

    monkeypatch.setattr(Training, "step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        lab.run_to_end()
    assert lab.run.wait(20) and lab.run.state == "paused" and lab.queue.num_taken == 1
    assert [point.seed for point in MeasurementStore("tiny").yours] == [0]
    lab.run_to_end()
    expected = [tiny_trial(lab._order(seed=seed)).run().score for seed in range(3)]
    assert [point.score for point in lab.queue.landed] == expected


def test_reset_begins_the_training_of_the_moment_anew(store):
    lab = TinyLab(store)
    lab.add("3 seeds")
    for _ in range(4):
        lab.run.step()
    lab.run.reset()
    assert lab.run.wait(20) and lab.run.state == "idle"
    assert lab.queue.entries.num_waiting == 3 and lab.queue.num_taken == 0
    lab.run_to_end()
    assert lab.queue.landed[0].score == tiny_trial(lab._order()).run().score


def test_what_is_added_while_the_last_step_ends_is_not_forgotten(store):
    lab = TinyLab(store)
    lab.add()
    close = lab.queue._close

    def closing(*words):
        close(*words)
        if len(lab.queue.landed) == 1 and not lab.queue.entries.num_waiting:
            late = threading.Thread(target=lambda: lab.queue.add([lab._order(seed=9)]))
            late.start()
            late.join()

    lab.queue._close = closing
    lab.run_to_end()
    assert [point.seed for point in lab.queue.landed] == [0, 9]


def test_a_full_disk_is_said_and_the_queue_goes_on(store, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    lab = TinyLab(store)
    lab.add("3 seeds")
    lab.run_to_end()
    assert len(lab.queue.landed) == 3 and "No space left on device" in lab.bar.status.value


def test_the_chart_shows_precomputed_points_hollow_and_names_their_versions(store):
    lab = TinyLab(store)
    chart = lab.board.chart.value
    assert chart.count("vw-hollow") > 0 and "vw-full" not in chart
    assert "hollow: precomputed (measure_tiny.py, torch 2.13.0)" in chart
    lab.add()
    lab.run_to_end()
    assert "vw-full" in lab.board.chart.value
    assert "seed 0: 62.0% (precomputed with torch" in lab.board.chart.value


def test_a_single_seed_has_no_band_and_three_have_one(store):
    lab = TinyLab(store, strategy=HEAD)
    lab.add("all numbers of labels")
    lab.run_to_end()
    assert lab.chart().arm(HEAD).bands() == [] and len(lab.chart().arm(SCRATCH).bands()[0]) == 2
    large = lab.board.chart.value.split("</svg>")[0]
    assert large.count("vw-band") == 1


def test_gains_are_said_with_their_seeds_and_by_the_rule(store):
    lab = TinyLab(store)
    lab.add()
    lab.run_to_end()
    (gain,) = lab.gains()
    assert gain.each == {0: pytest.approx(lab.queue.landed[0].score - 0.62)}
    assert "(1 seed), more seeds would show the spread" in lab.board.gains.value
    assert RULE not in lab.board.gains.value
    lab.add("3 seeds")
    lab.run_to_end()
    assert "3 seeds: " in lab.board.gains.value and RULE in lab.board.gains.value


def test_table_and_file_hold_every_point(store):
    lab = TinyLab(store)
    lab.add()
    lab.run_to_end()
    assert str(lab.table()).splitlines()[1].split("  ")[0] == SCRATCH
    assert lab.table().rows()[2] == (HEAD, f"{100 * lab.queue.landed[0].score:.1f} (1)", "–")
    rows = list(csv.DictReader(io.StringIO(lab.to_csv())))
    assert len(rows) == 7 and {row["origin"] for row in rows} == {"precomputed", "yours"}
    assert 'download="tiny.csv"' in lab.board.link.value and "Save 7 points" in lab.board.link.value


def test_a_live_network_is_on_the_chart_until_its_point_has_landed(store):
    lab = TinyLab(store)
    order = TinyOrder("noise", "stripes", 4, HEAD, num_steps=16)
    lab.add([order])
    while lab.queue.live_score is None:
        lab.queue.step()
    assert lab.chart().live == (order.label, 4, lab.queue.live_score)
    lab.refresh_board()
    assert "vw-live" in lab.board.chart.value
    assert re.search(r"step \d+ of 16 · .*so far", list_html(lab.queue))
    lab.run_to_end()
    assert lab.chart().live is None and "vw-live" not in lab.board.chart.value


def test_curves_and_picture_are_those_of_the_training_of_the_moment(store):
    lab = TinyLab(store)
    lab.add()
    lab.run_to_end()
    names, values, panels = lab._curves()
    assert names == ("loss", "training_accuracy", "test_accuracy") and values.shape == (3, 5)
    losses = [step.loss for step in lab.queue.trial.training.steps]
    np.testing.assert_allclose(values[0, 1:], losses, rtol=1e-6)
    assert values[2, -1] == pytest.approx(lab.queue.landed[0].score) and panels[1] == ("accuracy", [1, 2])


def test_the_record_says_of_each_line_of_the_queue_what_was_ordered(store):
    lab = TinyLab(store)
    orders = [TinyOrder("noise", target, 2, HEAD, seed=9) for target in ("stripes", "rings")]
    lab.add(orders)
    lab.run_to_end()
    lines = json.loads(json.dumps(lab.record()))["queue"]
    assert [line["order"]["target"] for line in lines] == ["stripes", "rings"]
    assert [TinyOrder(**line["order"]) for line in lines] == orders
    for line, point in zip(lines, lab.queue.landed, strict=True):
        assert line["state"] == "done" and line["words"] == f"{point.score:.1%}"


def test_record_and_picture_stay_without_a_browser(store):
    lab = TinyLab(store)
    lab.add()
    lab.run_to_end()
    record = json.loads(json.dumps(lab.record()))
    assert record["order"]["strategy"] == HEAD and record["order"]["lr"] == 0.05
    assert Measurement.from_data(record["landed"][0]).key == lab._order().key
    bundle = lab._repr_mimebundle_()
    assert bundle["text/plain"] == "TinyLab(tiny lab)" and len(bundle["image/png"]) > 20_000


def test_an_unknown_batch_is_refused(store):
    with pytest.raises(ValueError, match="'3 seeds'"):
        TinyLab(store).add("everything")


def test_a_slow_step_does_not_count_as_a_browser_that_is_gone(store):
    lab = TinyLab(store)
    lab.run._patience.seconds = 0.2
    lab.view._receive(None, {"type": "view", "delta": 1}, None)
    make = lab.queue._make

    def slowly(order):
        threading.Event().wait(0.5)
        return make(order)

    lab.queue._make = slowly
    lab.add([TinyOrder("noise", "stripes", 4, HEAD, num_steps=1)])
    lab.run.start()
    assert lab.run.wait(20) and lab.run.note == "" and lab.run.state == "done"
