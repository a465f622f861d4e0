"""The record of a run is kept whole, and gives the same run again."""

from __future__ import annotations

import json

import pytest
import torch

import vizwidgets as vw
from vizwidgets.grading import keep_record


@pytest.fixture
def net():
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU())
    return vw.wrap(module, input_shape=(1, 12, 12))


def test_what_is_kept_of_an_explorer_gives_the_same_run_again(net, tmp_path):
    explorer = vw.AscentExplorer(net, "0", 2, num_steps=4)
    explorer.run_to_end()
    path = keep_record(explorer, "channel 2", tmp_path / "records")
    assert path.name == "channel 2.json"
    again = vw.replay(json.loads(path.read_text()), net)
    assert again.record["curves"] == explorer.record()["curves"]
    assert len(again.steps) == 5


def test_a_run_that_has_not_begun_is_no_evidence(net, tmp_path):
    with pytest.raises(ValueError, match="press Start"):
        keep_record(vw.AscentExplorer(net, "0", 2, num_steps=4), "channel 2", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_second_one_of_that_name_replaces_the_first(tmp_path):
    keep_record({"seed": 1}, "a", tmp_path)
    keep_record({"seed": 2}, "a.json", tmp_path)
    assert [json.loads(path.read_text()) for path in tmp_path.iterdir()] == [{"seed": 2}]


def test_what_cannot_be_written_leaves_the_old_file(tmp_path):
    keep_record({"seed": 1}, "a", tmp_path)
    with pytest.raises(TypeError, match="Tensor"):
        keep_record({"seed": torch.zeros(3)}, "a", tmp_path)
    assert [json.loads(path.read_text()) for path in tmp_path.iterdir()] == [{"seed": 1}]


@pytest.mark.parametrize("name", ["", "../a", "a/b", ".hidden", 3])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="letters"):
        keep_record({}, name, tmp_path)


@pytest.mark.parametrize("what", [None, "record", [1]])
def test_what_is_neither_explorer_nor_record_is_refused(tmp_path, what):
    with pytest.raises(TypeError, match="explorer.record"):
        keep_record(what, "a", tmp_path)
