"""Records that were handed in are replayed, and nothing that they ask for does harm."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from nbformat import v4, write
from torch import nn

from vizwidgets.core.ascent_run import AscentRun
from vizwidgets.core.objectives import Objective, channel
from vizwidgets.core.record import weights_hash
from vizwidgets.core.regularizers import regularizer, total_variation
from vizwidgets.core.replay import replay_run
from vizwidgets.core.settings import AscentSettings
from vizwidgets.grading.classroom.scoring import replaying
from vizwidgets.grading.classroom.scoring.curve_agreement import agreement
from vizwidgets.grading.classroom.scoring.record_plan import RecordLimits, read_plan
from vizwidgets.grading.classroom.scoring.records import replay_records
from vizwidgets.grading.classroom.scoring.replaying import compare, replay_file
from vizwidgets.grading.running.limits import Limits
from vizwidgets.grading.running.outcomes import CellOutcome
from vizwidgets.grading.running.runner import Runner

OWN = "def brightness(images):\n    return images.flatten(1).mean(dim=1)"


def small_net(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Conv2d(4, 3, 3))
    net.input_shape = (1, 12, 12)
    return net.eval()


def brightness(images):
    return images.flatten(1).mean(dim=1)


def record_of(
    net: nn.Module, objective: Objective | None = None, num_steps: int = 12, **settings: Any
) -> dict:
    """Return the record of a run with a change on the way, as it comes out of its file."""
    objective = objective or channel("2", 1) - total_variation(0.1)
    run = AscentRun(net, objective, AscentSettings(num_steps=num_steps, precision="float32", **settings))
    for _ in range(num_steps // 2):
        run.step()
    run.update(lr=0.01)
    for _ in range(num_steps - num_steps // 2):
        run.step()
    return json.loads(json.dumps(run.record()))


def changed(record: dict, **values) -> dict:
    return {**deepcopy(record), **values}


def put(folder: Path, name: str, record: object) -> Path:
    path = folder / "records" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(record if isinstance(record, str) else json.dumps(record), encoding="utf-8")
    return path


def listed(**entries: str):
    """Return a list of models, as vw.list_models gives it."""
    return lambda: [
        SimpleNamespace(name=name, weights=words, is_present=True) for name, words in entries.items()
    ]


@pytest.mark.parametrize("parameterization", ["fourier", "pixels", "unbounded pixels"])
@pytest.mark.parametrize("num_images", [1, 3])
def test_an_honest_record_gives_the_same_curve_as_the_librarys_own_replay(parameterization, num_images):
    net = small_net()
    record = record_of(net, parameterization=parameterization, num_images=num_images)
    assert record["changes"]
    replayed = replay_run(record, net)
    assert [step.activation.tolist() for step in replayed.steps] == record["curves"]["h"]
    found = compare(record, net, seconds=60)
    assert found.is_same
    assert "12 steps: the same curve again (difference 0.0%)" in found.words


@pytest.mark.parametrize(
    "forge",
    [
        lambda h: [[value * 1.1 + 0.05 for value in point] for point in h],
        lambda h: h[:1] + [[value + 1.0 for value in point] for point in h[1:]],
        lambda h: h[::-1],
        lambda h: [[0.0 for _ in point] for point in h],
    ],
)
def test_forged_curves_are_noticed(forge):
    net = small_net()
    record = record_of(net)
    record["curves"]["h"] = forge(record["curves"]["h"])
    found = compare(record, net, seconds=60)
    assert not found.is_same
    assert "another curve than the record says" in found.words


def test_other_settings_than_those_of_the_curve_are_noticed():
    net = small_net()
    record = record_of(net)
    for name, value in (("seed", 3), ("lr", 0.5), ("parameterization", "pixels")):
        assert not compare(
            changed(record, settings={**record["settings"], name: value}), net, seconds=60
        ).is_same


def test_another_processors_rounding_is_no_forgery():
    net, other = small_net(), small_net()
    with torch.no_grad():
        for weights in other.parameters():
            weights.mul_(1 + 2e-6 * torch.randn(weights.shape))
    record = record_of(other, num_steps=60)
    record["weights_hash"] = weights_hash(net)
    assert compare(record, net, seconds=60).is_same


def test_the_network_comes_back_as_it_was():
    net = small_net()
    record = record_of(net)
    record["curves"]["h"] = record["curves"]["h"][::-1]  # so that the nudged copies are made too
    before = {name: values.clone() for name, values in net.state_dict().items()}
    compare(record, net, seconds=60)
    assert all(torch.equal(values, before[name]) for name, values in net.state_dict().items())
    assert all(weights.grad is None and weights.requires_grad for weights in net.parameters())


def test_other_weights_are_said_with_the_reason():
    record = record_of(small_net(0))
    found = compare(record, small_net(1), seconds=60)
    assert not found.is_same
    assert "other weights" in found.words


def test_weights_that_each_computer_trains_for_itself_need_agree_only_roughly():
    net, other = small_net(), small_net()
    with torch.no_grad():
        for weights in other.parameters():
            weights.mul_(1 + 0.01 * torch.randn(weights.shape, generator=torch.Generator().manual_seed(1)))
    record = record_of(other)
    assert not compare(record, net, seconds=60).is_same
    found = compare(record, net, seconds=60, is_own_training=True)
    assert found.is_same
    assert "trained for itself" in found.words
    record["curves"]["h"] = [[1.5 * value for value in point] for point in record["curves"]["h"]]
    assert not compare(record, net, seconds=60, is_own_training=True).is_same


def test_a_slow_replay_is_compared_as_far_as_it_came(monkeypatch):
    clock = iter(range(1000))
    monkeypatch.setattr(replaying, "monotonic", lambda: next(clock))
    net = small_net()
    found = compare(record_of(net), net, seconds=15)  # a third of it for the replay itself
    assert found.is_same and "the first 5 of 12 steps" in found.words
    assert "too slow" in compare(record_of(net), net, seconds=1).words


def test_a_function_of_the_students_own_is_used():
    net = small_net()
    record = record_of(net, channel("2", 1) - regularizer(brightness, 20.0))
    assert compare(record, net, {"brightness": brightness}, seconds=60).is_same
    other = {"brightness": lambda images: -images.flatten(1).mean(dim=1)}
    assert not compare(record, net, other, seconds=60).is_same


def test_curves_that_are_nearly_equal_need_no_second_look():
    def refuse():
        raise AssertionError("nobody asked")

    curve = [[float(k)] for k in range(20)]
    assert agreement([[point[0] + 0.1] for point in curve], curve, refuse)[0]
    rough = [[[point[0] * 1.2] for point in curve]]
    assert agreement([[point[0] * 1.3] for point in curve], curve, lambda: rough)[0]
    assert not agreement([[point[0] * 1.9] for point in curve], curve, lambda: rough)[0]


def test_absent_weights_and_unknown_networks_are_said(tmp_path):
    net = small_net()
    record = record_of(net)
    path = str(put(tmp_path, "a.json", changed(record, model="tiny")))
    absent = [SimpleNamespace(name="tiny", weights="", is_present=False)]
    assert "not on the computer" in replay_file(path, lambda _: net, lambda: absent, seconds=9)
    assert "only those of vw.list_models()" in replay_file(path, lambda _: net, lambda: [], seconds=9)
    said = json.loads(replay_file(path, lambda _: net, listed(tiny="published"), seconds=60))
    assert said["is_same"] is True


def test_whatever_breaks_is_told_and_not_raised(tmp_path):
    net = small_net()
    record = record_of(net)
    odd = [
        changed(record, objective=[{"kind": "nonsense", "weight": 1}]),
        changed(record, settings={**record["settings"], "unknown": 1}),
        changed(record, start={"shape": [1, 1, 12, 12], "values": "!!!"}),
        changed(record, changes=[[0, {"lr": "fast"}]]),
        changed(record, changes=[[0, {"objective": 7}]]),
        changed(record, precision="float1"),
    ]
    for number, each in enumerate(odd):
        path = put(tmp_path, f"{number}.json", changed(each, model="tiny"))
        said = json.loads(replay_file(str(path), lambda _: net, listed(tiny=""), seconds=60))
        assert said["is_same"] is False and "can not be replayed" in said["words"]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"format": NaN}', "no JSON"),
        ("[]", "this is 'list'"),
        ('{"format": "vizwidgets training 1"}', "this is 'vizwidgets training 1'"),
        ('{"format": "vizwidgets ascent 1"}', "incomplete"),
        ({"num_taken": 10**9}, "asks for 1000000000 steps"),
        ({"num_taken": -1}, "steps"),
        ({"num_taken": True}, "steps"),
        ({"num_taken": "12"}, "steps"),
        ({"num_taken": 13}, "13 steps and has a curve of 12"),
        ({"changes": [[0, {}]] * 3000}, "3000 changes"),
        ({"objective": [{}] * 33}, "33 terms"),
        ({"settings": {"size": [4000, 4000], "num_images": 1}}, "16000000 pixels"),
        ({"settings": {"size": None, "num_images": 10**6}}, "pixels"),
        ({"settings": {"size": [5], "num_images": 1}}, "incomplete"),
        ({"settings": {"size": "x", "num_images": 1}}, "incomplete"),
        ({"start": {"shape": [1, 1, 9000, 9000], "values": ""}}, "81000000 pixels"),
        ({"start": {"shape": [], "values": ""}}, "incomplete"),
        ({"curves": {}}, "incomplete"),
        ({"curves": {"h": []}}, "incomplete"),
        ({"curves": {"h": [["x"]] * 13}}, "no list of numbers"),
        ({"curves": {"h": [[10**400]] * 13}}, "incomplete"),
        ({"curves": {"h": [[1.0], [1.0, 2.0]] * 6 + [[1.0]]}}, "no list of numbers"),
        ({"model": ["vgg16"]}, "names"),
        ({"functions": {"a": 1}}, "names"),
        ({"functions": [1]}, "incomplete"),
    ],
)
def test_what_asks_for_too_much_or_is_no_record_is_refused_before_it_runs(tmp_path, broken, words):
    record = record_of(small_net())
    path = put(tmp_path, "a.json", broken if isinstance(broken, str) else changed(record, **broken))

    class Nobody:
        def run(self, *_, **__):
            raise AssertionError("it was run")

    [found] = replay_records(Nobody(), tmp_path)
    assert (found.file, found.is_replayed) == ("a.json", False)
    assert words in found.words
    with pytest.raises(ValueError, match=r"\w"):
        read_plan(path, RecordLimits())


def test_large_files_many_files_and_links_are_not_opened(tmp_path):
    put(tmp_path, "large.json", " " * 5_000_000)
    (tmp_path / "secret.json").write_text("{}")
    (tmp_path / "records" / "link.json").symlink_to(tmp_path / "secret.json")
    (tmp_path / "records" / "picture.png").write_bytes(b"")
    assert [(each.file, "4 MB" in each.words) for each in replay_records(None, tmp_path)] == [
        ("large.json", True)
    ]
    for number in range(30):
        put(tmp_path, f"m{number}.json", "{")
    found = replay_records(None, tmp_path)
    assert len(found) == 21
    assert found[-1].file == "11 further files"
    assert replay_records(None, tmp_path / "nothing") == ()


class Told:
    """A runner that answers what it was told."""

    def __init__(self, **outcome) -> None:
        self.outcome, self.limits = outcome, Limits(cell_seconds=10)
        self.runs: list[list[str]] = []
        self.sources: list[str] = []

    def run(self, cells, *, seed, folder=None):
        self.runs.append([cell["id"] for cell in cells])
        self.sources.append(cells[-1]["source"])
        return [CellOutcome(cell["id"], **self.outcome) for cell in cells]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ({"ending": "time"}, "ran out of time"),
        ({"ending": "memory"}, "ran out of memory"),
        ({"ending": "died"}, "ended the whole process"),
        ({"error": "ImportError: no"}, "ImportError: no"),
        ({"text": "'{}'"}, "could not be replayed"),
        ({"text": "__import__('os')"}, "could not be replayed"),
        ({"text": '\'{"is_same": "yes", "words": "x"}\''}, "x"),
    ],
)
def test_what_becomes_of_a_replay_is_told_in_words(tmp_path, outcome, words):
    put(tmp_path, "a.json", record_of(small_net()))
    [found] = replay_records(Told(**outcome), tmp_path)
    assert found.is_replayed is False
    assert words in found.words


def test_cells_of_the_student_are_run_only_for_records_that_name_their_functions(tmp_path):
    folder = tmp_path / "a1"
    put(folder, "own.json", record_of(small_net(), channel("2", 1) - regularizer(brightness, 0.5)))
    put(folder, "plain.json", record_of(small_net()))
    answer = {"nbgrader": {"grade_id": "q1", "solution": True, "grade": False}}
    graded = {"nbgrader": {"grade_id": "q1_check", "solution": False, "grade": True, "points": 1}}
    cells = [
        v4.new_code_cell("import torch", id="setup"),
        v4.new_code_cell("def q1(): ...", id="q1", metadata=answer),
        v4.new_code_cell("q1()", id="q1_check", metadata=graded),
        v4.new_code_cell("while True: pass", id="mine"),
        v4.new_code_cell(OWN, id="bright"),
    ]
    write(v4.new_notebook(cells=cells), folder / "a1.ipynb")
    runner = Told(error="x")
    replay_records(runner, folder)
    assert all("seconds=6.0" in source for source in runner.sources)  # less than the runner's own limit
    assert runner.runs == [["record_0"], ["setup", "q1", "bright", "record_0"]]


def test_records_are_replayed_by_a_runner(tmp_path):
    """With the network that comes with the package, in a process of its own."""
    import vizwidgets as vw

    folder = tmp_path / "a1"
    net = vw.load_model("segmenter")
    layer = vw.list_layers(net)[0].name
    objective = channel(layer, 2) - regularizer(brightness, 0.5)
    put(folder, "own.json", record_of(net, objective, num_steps=4, size=32))
    honest = record_of(net, channel(layer, 2), num_steps=4, size=32)
    put(folder, "honest 'quoted'.json", honest)
    forged = deepcopy(honest)
    forged["curves"]["h"] = [[value + 1 for value in point] for point in honest["curves"]["h"]]
    put(folder, "forged.json", forged)
    write(v4.new_notebook(cells=[v4.new_code_cell(OWN, id="bright")]), folder / "a1.ipynb")
    with Runner(Limits(cell_seconds=120)) as runner:
        found = {each.file: each for each in replay_records(runner, folder, RecordLimits(seconds=90))}
    assert {name: each.is_replayed for name, each in found.items()} == {
        "own.json": True, "honest 'quoted'.json": True, "forged.json": False,
    }, found  # fmt: skip
    assert "segmenter" in found["own.json"].words
