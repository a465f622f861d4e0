"""The scripts of lesson 07: what they write, that they go on where they were, and how they end."""

from __future__ import annotations

import importlib.util
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

import vizwidgets as vw
from vizwidgets.data.measurement_store import read_measurements
from vizwidgets.data.scenes import scene_split
from vizwidgets.models import street_targets
from vizwidgets.models.small import new_model
from vizwidgets.models.street_pretraining import StreetPretraining
from vizwidgets.models.street_trial import StreetOrder


def load_script(name: str) -> Any:
    path = Path(__file__).parents[2] / "data_scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_pretraining_learns_from_game_scenes_and_says_how():
    recipe = StreetPretraining(num_images=4, num_steps=2, batch_size=2, color=0.0, seed=3)
    training = recipe.training()
    assert torch.equal(training.images, scene_split("pretraining", num_images=4).images)
    assert training.model.weights_hash == new_model("segmenter", 3).weights_hash
    assert len(list(training)) == 2 and training.model.weights_hash != new_model("segmenter", 3).weights_hash
    assert (
        training.task.class_weights is not None and json.loads(json.dumps(recipe.facts())) == recipe.facts()
    )


@pytest.fixture
def trainer(monkeypatch):
    """The script that trains, tested with three streets."""
    script = load_script("train_segmenter")
    monkeypatch.setattr(script, "scene_split", partial(scene_split, num_images=3))
    return script


def test_trained_weights_come_with_their_description_and_load_again(trainer, tmp_path, capsys):
    out = tmp_path / "mine"
    assert trainer.main(["--images", "20", "--steps", "2", "--seed", "4", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert str(out) in said and "camera" in said and "mean IoU" in said
    facts = json.loads((out / "segmenter.json").read_text())
    model = vw.load_weights(vw.new_model("segmenter"), out / "segmenter.safetensors")
    assert model.weights_hash == facts["sha256"][:16]
    assert facts["seed"] == 4 and facts["recipe"]["num_steps"] == 2 and facts["versions"]["torch"]
    scores = vw.segmentation_scores(model, scene_split("test", "camera", num_images=3))
    assert facts["scores"]["camera"]["mean_iou"] == pytest.approx(scores.mean_iou, abs=1e-4)


def test_training_that_can_not_be_or_is_interrupted_leaves_nothing(trainer, tmp_path, capsys, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    assert trainer.main(["--out", str(tmp_path / "file" / "mine")]) == 1
    assert trainer.main(["--images", "2", "--out", str(tmp_path)]) == 1  # fewer than a batch
    assert trainer.main(["--color", "7", "--out", str(tmp_path)]) == 1

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(trainer, "train", interrupt)
    assert trainer.main(["--out", str(tmp_path)]) == 130
    assert capsys.readouterr().err.count("nothing was written") == 4 and names(tmp_path) == ["file"]


@pytest.fixture
def measurer(monkeypatch):
    """The script that measures, with grids of a few points that take a moment each."""
    script = load_script("measure_streets")
    monkeypatch.setattr(street_targets, "POOL", 4)
    small = {"LABELS": (1, 2), "MIDDLE": 2, "SEEDS": (0,), "LOOKS": (0.0, 1.0), "NUM_TEST": 2}
    for name, value in small.items():
        monkeypatch.setattr(script, name, value)
    monkeypatch.setattr(script, "StreetOrder", partial(StreetOrder, num_steps=1))
    tiny = StreetPretraining(num_images=4, num_steps=1, batch_size=2)
    monkeypatch.setattr(script, "PRETRAININGS", {"colours changed": tiny})
    return script


def test_the_grids_are_measured_once_and_printed(measurer, tmp_path, capsys, monkeypatch):
    assert measurer.main(["--out", str(tmp_path)]) == 0
    assert names(tmp_path) == ["street_gap.json", "street_weights.json", "streets.json"]
    points, made = read_measurements(tmp_path / "streets.json", "precomputed")
    assert len(points) == 2 * (1 + 3) and {point.num_labels for point in points} == {1, 2}
    assert (
        made["script"].endswith("measure_streets.py") and made["versions"]["torch"] and made["seeds"] == [0]
    )
    gap, _ = read_measurements(tmp_path / "street_gap.json", "precomputed")
    assert [point.target for point in gap] == ["look 0", "look 1"]
    assert all(0 <= point.details["pixel accuracy"] <= 1 for point in (*points, *gap))
    said = capsys.readouterr().out
    assert "head, then all" in said and "IoU pedestrian" in said and "look 1" in said
    monkeypatch.setattr(measurer, "street_trial", None)  # to measure again would raise a TypeError
    monkeypatch.setattr(measurer, "_pretrained", None)
    assert measurer.main(["--out", str(tmp_path)]) == 0


def test_interrupted_it_keeps_its_points_and_goes_on(measurer, tmp_path, capsys, monkeypatch):
    whole, orders = measurer.street_trial, []

    def interrupted(order: StreetOrder, **more: Any) -> Any:
        orders.append(order)
        if len(orders) == 4:
            raise KeyboardInterrupt
        return whole(order, **more)

    monkeypatch.setattr(measurer, "street_trial", interrupted)
    assert measurer.main(["--out", str(tmp_path), "--only", "streets"]) == 130
    assert "every finished point is kept" in capsys.readouterr().err
    assert len(read_measurements(tmp_path / "streets.json", "precomputed")[0]) == 3
    assert measurer.main(["--out", str(tmp_path), "--only", "streets"]) == 0
    assert len(orders) == 9 and len({order.key for order in orders}) == 8  # only the interrupted one twice


def test_points_of_other_source_weights_are_measured_anew(measurer, tmp_path, monkeypatch):
    assert measurer.main(["--out", str(tmp_path), "--only", "streets"]) == 0
    monkeypatch.setattr(measurer, "read_facts", lambda name: {"sha256": 64 * "0"})
    monkeypatch.setattr(measurer, "street_trial", None)
    with pytest.raises(TypeError):
        measurer.main(["--out", str(tmp_path), "--only", "streets"])
