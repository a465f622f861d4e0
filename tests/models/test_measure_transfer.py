"""The script that fills the grid of lesson 06: it goes on where it stopped, and nothing is lost."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from vizwidgets.data.artifacts import ArtifactError
from vizwidgets.data.measurement_store import MeasurementStore, read_measurements

ROOT = Path(__file__).parents[2]


@pytest.fixture
def script(monkeypatch) -> Any:
    """The script with a small grid, in which measuring takes no time."""
    spec = importlib.util.spec_from_file_location(
        "measure_transfer", ROOT / "data_scripts" / "measure_transfer.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    orders = [order for order in module.grid() if order.target == "small digits" and order.num_labels == 2]
    module.measured = []

    def measured(order: Any) -> Any:
        module.measured.append(order)
        return order.measured(
            0.5 + 0.01 * order.seed + 0.1 * (order.strategy == "head, then all"), flip_rate=0.25
        )

    monkeypatch.setattr(module, "grid", lambda: iter(orders))
    monkeypatch.setattr(module, "_measured", measured)
    return module


def test_the_grid_is_the_same_for_every_seed_and_number_of_labels_but_for_one_slow_point(script):
    spec = importlib.util.spec_from_file_location("whole", ROOT / "data_scripts" / "measure_transfer.py")
    whole = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(whole)
    orders = list(whole.grid())
    assert len({order.key for order in orders}) == len(orders)
    cells = {(each.source, each.target, each.label) for each in orders}
    slow = ("ImageNet", "sheep and goats", "from scratch")
    for count in whole.LABELS:
        for seed in whole.SEEDS:
            here = {
                (each.source, each.target, each.label)
                for each in orders
                if (each.num_labels, each.seed) == (count, seed)
            }
            assert here == (cells if count == whole.LABELS[-1] else cells - {slow})


def test_what_is_there_is_not_measured_again_and_the_table_is_printed(script, tmp_path, capsys):
    out = tmp_path / "points.json"
    assert script.main(["--out", str(out)]) == 0
    number = len(script.measured)
    said = capsys.readouterr().out
    assert "MNIST digits -> small digits" in said and "flip_rate" in said
    assert "head, then all, k = 2: +10.0 ± 0.0 points (4 seeds" in said
    assert script.main(["--out", str(out)]) == 0 and len(script.measured) == number
    assert script.main(["--out", str(out), "--again"]) == 0 and len(script.measured) == 2 * number
    points, made = read_measurements(out, "precomputed")
    assert len(points) == number and made["script"] == "data_scripts/measure_transfer.py"
    assert made["seeds"] == [0, 1, 2, 3] and "torch" in made["versions"]


def test_an_interrupted_run_keeps_its_points_and_goes_on(script, tmp_path, monkeypatch, capsys):
    out, whole = tmp_path / "points.json", script._measured

    def tired(order: Any) -> Any:
        if len(script.measured) == 3:
            raise KeyboardInterrupt
        return whole(order)

    monkeypatch.setattr(script, "_measured", tired)
    assert script.main(["--out", str(out)]) == 130
    assert "3 points are kept" in capsys.readouterr().err
    assert len(read_measurements(out, "precomputed")[0]) == 3
    monkeypatch.setattr(script, "_measured", whole)
    assert script.main(["--out", str(out)]) == 0
    assert len(script.measured) == len({order.key for order in script.measured})


def test_without_the_digits_it_says_what_is_missing(script, tmp_path, monkeypatch, capsys):
    def missing(order: Any) -> Any:
        raise ArtifactError("mnist_5k.safetensors is not at hand")

    monkeypatch.setattr(script, "_measured", missing)
    assert script.main(["--out", str(tmp_path / "points.json")]) == 1
    assert "mnist_5k.safetensors is not at hand" in capsys.readouterr().err


def test_rates_are_compared_with_draws_that_the_grid_does_not_make(script, monkeypatch, capsys):
    path = ROOT / "data_scripts" / "choose_transfer_rates.py"
    spec = importlib.util.spec_from_file_location("choose_transfer_rates", path)
    choose = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(choose)
    asked = []
    monkeypatch.setattr(choose, "_score", lambda order: asked.append(order) or 0.25)
    assert choose.main() == 0
    assert not {order.seed for order in asked} & set(script.SEEDS)
    assert len({order.key for order in asked}) == len(asked)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) * len(choose.SEEDS) == len(asked) and all(line.endswith("0.250") for line in lines)


def test_the_points_that_are_shipped_are_those_that_the_script_measures(monkeypatch, tmp_path):
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path))
    spec = importlib.util.spec_from_file_location("whole", ROOT / "data_scripts" / "measure_transfer.py")
    whole = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(whole)
    store = MeasurementStore("transfer")
    assert store.trouble == "" and store.made["script"] == "data_scripts/measure_transfer.py"
    assert {point.key for point in store.precomputed} == {order.key for order in whole.grid()}
    assert all(len(point.versions["source weights"]) == 16 for point in store.precomputed)
