"""Points on disk: kept at once, read back whole, and never lost to a damaged file or a full disk."""

from __future__ import annotations

import errno
import json
import math

import pytest

from vizwidgets.core.trial import Order
from vizwidgets.data import storage
from vizwidgets.data.measurement_store import MeasurementStore, write_measurements


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def shipped(tmp_path):
    path = tmp_path / "shipped.json"
    made = {"script": "data_scripts/measure.py", "versions": {"torch": "2.13.0"}, "date": "2026-11-23"}
    write_measurements(path, [order().measured(0.8, seconds=3.0), order(seed=1).measured(0.9)], made)
    return path


def order(seed=0, num_labels=10) -> Order:
    return Order("digits", "small digits", num_labels, "from scratch", seed)


def test_a_point_is_on_disk_as_soon_as_it_is_added(shipped):
    store = MeasurementStore("transfer", shipped)
    assert store.add(order(num_labels=2).measured(0.5, iou=math.nan)) == ""
    again = MeasurementStore("transfer", shipped)
    (point,) = again.yours
    assert (point.num_labels, point.score, point.origin) == (2, 0.5, "yours")
    assert math.isnan(point.details["iou"])
    assert [path.name for path in store.path.parent.iterdir()] == ["transfer.json"]


@pytest.mark.parametrize("name", ["", " ", "..", "../elsewhere", "a\\\\b", None, 3])
def test_a_name_that_is_no_file_name_is_refused(name):
    with pytest.raises(ValueError, match="name must be that of an experiment"):
        MeasurementStore(name)


def test_what_is_no_measurement_is_not_kept(shipped):
    store = MeasurementStore("transfer", shipped)
    with pytest.raises(TypeError, match="point must be a Measurement.* got float"):
        store.add(0.9)
    assert len(store.all) == 2 and not store.path.exists()


def test_what_is_no_order_is_not_looked_for(shipped):
    with pytest.raises(TypeError, match="order must be an order or a point.* got int"):
        MeasurementStore("transfer", shipped).find(3)


def test_precomputed_points_say_how_they_were_made(shipped):
    store = MeasurementStore("transfer", shipped)
    assert {point.origin for point in store.precomputed} == {"precomputed"}
    assert store.made_with == "data_scripts/measure.py, torch 2.13.0, 2026-11-23"


def test_an_order_is_found_and_yours_counts_more_than_the_precomputed_one(shipped):
    store = MeasurementStore("transfer", shipped)
    assert store.find(order()).score == 0.8 and store.find(order(seed=7)) is None
    store.add(order().measured(0.7))
    assert store.find(order()).score == 0.7
    assert [(point.score, point.origin) for point in store.all] == [(0.7, "yours"), (0.9, "precomputed")]


def test_two_notebooks_add_to_one_file(shipped):
    first, second = MeasurementStore("transfer", shipped), MeasurementStore("transfer", shipped)
    first.add(order(seed=5).measured(0.5))
    second.add(order(seed=6).measured(0.6))
    assert {point.seed for point in MeasurementStore("transfer", shipped).yours} == {5, 6}


def test_a_shipped_file_that_is_not_there_is_no_trouble(tmp_path):
    store = MeasurementStore("nobody measured this", tmp_path / "nothing.json")
    assert (len(store.all), store.trouble, store.made_with) == (0, "", "")


@pytest.mark.parametrize("contents", ["{", "[]", '{"format": "other"}', "null", '{"format": "vizwidgets '
    'measurements 1", "measurements": [{"source": 1}]}'])  # fmt: skip
def test_a_damaged_file_is_set_aside_and_said(home, contents):
    path = home / "measured" / "transfer.json"
    path.parent.mkdir(parents=True)
    path.write_text(contents)
    store = MeasurementStore("transfer")
    assert "damaged" in store.trouble and path.with_suffix(".damaged.json").read_text() == contents
    assert store.add(order().measured(0.5)) == ""
    assert len(json.loads(path.read_text())["measurements"]) == 1


def test_a_full_disk_is_said_and_the_point_stays_known(monkeypatch, shipped):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    store = MeasurementStore("transfer", shipped)
    monkeypatch.setattr(storage.os, "fsync", full)
    words = store.add(order(seed=9).measured(0.5))
    assert "not kept for next time: No space left on device" in words
    assert store.find(order(seed=9)).score == 0.5
    monkeypatch.setattr(storage.os, "fsync", lambda _: None)
    assert not store.path.exists()
    store.add(order(seed=8).measured(0.4))  # there is room again: what was not kept is kept, too
    assert [point.seed for point in MeasurementStore("transfer", shipped).yours] == [9, 8]
