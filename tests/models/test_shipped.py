"""Shipped weights: those of their description, small, and refused where they do not fit."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

import vizwidgets as vw
from vizwidgets.data.scenes import SCENE_CLASSES, scene_split
from vizwidgets.data.storage import ArtifactError
from vizwidgets.models import shipped
from vizwidgets.models.shipped import SHIPPED, load_shipped, read_facts
from vizwidgets.models.vision_model import state_dict_sha256


def test_the_segmenter_of_the_package_is_the_one_that_is_described():
    model, facts = vw.load_model("segmenter"), read_facts("segmenter")
    assert model.class_names == SCENE_CLASSES and not model.training
    assert state_dict_sha256(model.network.state_dict()) == facts["sha256"] == model.provenance.sha256
    assert SHIPPED["segmenter"].path.stat().st_size < 1e6
    assert {"seed", "recipe", "scores", "versions", "script"} <= facts.keys()
    words = str(model.provenance)
    assert "trained on 700 rendered street scenes" in words and "seed" in words and "MIT" in words


def test_its_scores_are_about_those_of_its_description_and_the_camera_is_harder():
    facts = read_facts("segmenter")["scores"]
    found = {
        look: vw.segmentation_scores(vw.load_model("segmenter"), scene_split("test", look, num_images=20))
        for look in ("game", "camera")
    }
    for look, scores in found.items():  # of 20 of the 160 streets
        assert scores.pixel_accuracy == pytest.approx(facts[look]["pixel_accuracy"], abs=0.05)
    assert facts["game"]["mean_iou"] > facts["camera"]["mean_iou"] + 0.05


@pytest.fixture
def package(monkeypatch, tmp_path):
    """A copy of the folder with the weights."""
    folder = tmp_path / "weights"
    shutil.copytree(shipped.FOLDER, folder)
    monkeypatch.setattr(shipped, "FOLDER", folder)
    return folder


def test_weights_of_another_network_are_refused_with_keys_and_shapes(package):
    weights = load_file(package / "segmenter.safetensors")
    weights["head.weight"] = torch.zeros(12, 16, 1, 1)
    del weights["stem.conv1.weight"]
    save_file(weights, package / "segmenter.safetensors")
    words = r"it lacks stem.conv1.weight; head.weight has shape \(12, 16, 1, 1\), wanted \(8, 16, 1, 1\)"
    with pytest.raises(ValueError, match=words):
        vw.load_model("segmenter")


def test_damaged_missing_or_exchanged_files_are_named_with_the_remedy(package):
    path, facts = package / "segmenter.safetensors", package / "segmenter.json"
    whole = path.read_bytes()
    weights = load_file(path)
    weights["head.bias"] = weights["head.bias"] + 1
    save_file(weights, path)
    with pytest.raises(ArtifactError, match="not those of their description.*train_segmenter.py --ship"):
        load_shipped("segmenter")
    path.write_bytes(whole[:-10])
    with pytest.raises(ArtifactError, match="can not be read"):
        load_shipped("segmenter")
    path.write_bytes(whole)
    facts.write_text(json.dumps({"seed": 0}))
    with pytest.raises(ArtifactError, match="not those of their description"):
        load_shipped("segmenter")
    path.unlink()
    with pytest.raises(ArtifactError, match="can not be read"):
        load_shipped("segmenter")
    status = {entry.name: entry.status for entry in vw.list_models()}
    assert status["segmenter"] == "missing: run data_scripts/train_segmenter.py --ship"
