"""TransferLab without a browser: tasks, strategies and depth, with a source of two layers and tiny images."""

from __future__ import annotations

import io
import json
import math
import threading

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from traitlets import TraitError

from vizwidgets.core.metrics import predictions
from vizwidgets.core.phases import STRATEGIES
from vizwidgets.data.measurement_store import MeasurementStore
from vizwidgets.data.transfer_task import TransferTask
from vizwidgets.models import transfer_trial as trials
from vizwidgets.models.transfer_sources import PHOTOGRAPHS, TRANSFER_SOURCES, Rates, TransferSource
from vizwidgets.models.vision_model import Provenance, VisionModel
from vizwidgets.widgets.transfer import TransferLab

HEAD, SCRATCH = "head, then all", "from scratch"


def tiny_source(classes: int = 2) -> VisionModel:
    names = ("conv1", "relu1", "conv2", "relu2", "flatten", "dense1")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        layers = (nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1), nn.ReLU(),
                  nn.Flatten(), nn.Linear(144, classes))  # fmt: skip
    network = nn.Sequential()
    for name, layer in zip(names, layers, strict=True):
        network.add_module(name, layer)
    known = Provenance("tiny", "random weights that pretend", "a test", "", "0" * 64)
    named = tuple("ab"[:classes])
    aliases = {name: name for name in names}
    shape = (1, 6, 6)
    return VisionModel(network, nn.Identity(), shape, known, aliases=aliases, class_names=named).eval()


def stripes(name: str, seed: int, class_names: tuple[str, ...], pool: int = 40) -> TransferTask:
    def pairs(count: int, seed: int):
        labels = torch.arange(count) % len(class_names)
        images = torch.rand(count, 1, 6, 6, generator=torch.Generator().manual_seed(seed)) / 2
        for label in range(len(class_names)):
            images[labels == label, :, :, 2 * label : 2 * label + 2] += 0.5
        return images, labels

    return TransferTask(name, "bright stripes", pairs(pool, seed), pairs(60, seed + 1), class_names)


TASKS = {
    "stripes": stripes("stripes", 0, ("left", "middle", "right"), 60),
    "same classes": stripes("same classes", 10, ("a", "b")),
    "few": stripes("few", 20, ("left", "right"), 8),
}


@pytest.fixture(autouse=True)
def tiny(monkeypatch, tmp_path):
    """Replace sources and targets by tiny ones."""
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path))
    rates = {"from scratch": Rates(0.02, 0.02)}
    sources = {
        "tiny": TransferSource("tiny", tiny_source, ("stripes", "same classes", "few"), 6, 8, rates),
        "other": TransferSource("other", tiny_source, ("few",), 9, 4),
        "nothing": TransferSource("new", tiny_source, ("stripes",), 6, 8, strategies=(SCRATCH,)),
        "broken": TransferSource("broken", lambda: 1 / 0, ("few",)),
    }
    known = dict(TRANSFER_SOURCES)
    _put(sources)
    monkeypatch.setattr(trials, "transfer_tasks", lambda: tuple(TASKS))
    monkeypatch.setattr(trials, "transfer_task", TASKS.__getitem__)
    yield
    _put(known)  # in the order in which they were


def _put(sources):
    TRANSFER_SOURCES.clear()
    TRANSFER_SOURCES.update(sources)


def lab_of(**chosen) -> TransferLab:
    return TransferLab("tiny", "stripes", **{"num_labels": 5, **chosen})


def settled(lab: TransferLab) -> TransferLab:
    assert lab._errand.wait(20) and lab.run.wait(20)
    return lab


def test_a_run_lands_as_the_point_of_its_trial():
    lab = lab_of(seed=3)
    lab.add()
    lab.run_to_end()
    (point,) = lab.points
    expected = trials.transfer_trial(lab._order()).run()
    assert (point.score, point.label, point.num_labels, point.seed) == (expected.score, HEAD, 5, 3)
    assert point.versions["source weights"] == tiny_source().weights_hash
    right = predictions(lab.queue.trial.training.model, TASKS["stripes"].test[0]) == TASKS["stripes"].test[1]
    assert point.score == pytest.approx(float(right.float().mean()))


def test_the_source_and_its_weights_are_named():
    lab = lab_of()
    assert "random weights that pretend" in lab.controls.weights.value
    assert "60 test images, up to 20 labels per class" in lab.controls.task.value


def test_all_strategies_are_those_that_make_sense():
    lab = lab_of()
    named = [order.strategy for order in lab.orders("all strategies")]
    assert named == [name for name in STRATEGIES if name != "pretrained only"]
    lab.target = "same classes"
    assert [order.strategy for order in settled(lab).orders("all strategies")] == list(STRATEGIES)
    lab.add("all strategies")
    lab.run_to_end()
    assert [entry.state for entry in lab.queue.entries] == ["done"] * len(STRATEGIES)


def test_a_strategy_keeps_its_place_when_the_target_changes():
    lab = lab_of()
    before = lab.controls.knobs["strategy"].options
    lab.target = "same classes"
    looking = lab.controls.knobs["strategy"].options
    after = settled(lab).controls.knobs["strategy"].options
    assert before == looking == tuple(name for name in STRATEGIES if name != "pretrained only")
    assert after == (*before, "pretrained only")


def test_all_numbers_of_labels_end_where_there_are_no_more_images():
    assert [order.num_labels for order in lab_of().orders("all numbers of labels")] == [2, 10]
    few = TransferLab("tiny", "few")
    assert few.num_labels == 4 and few.usual_counts == (2,)
    assert [value for _, value in few.controls.knobs["num_labels"].options] == [1, 2, 4]


def test_a_seed_below_zero_is_refused_in_words():
    lab = lab_of(seed=7)
    lab.controls.knobs["seed"].value = -5
    assert lab.seed == lab.controls.knobs["seed"].value == 7
    assert "seed must be a whole number in 0..4294967295; got -5" in lab.bar.status.value
    lab.seed = 2**32 - 1
    assert lab.controls.knobs["seed"].value == lab.seed == 2**32 - 1


def test_what_is_no_store_is_refused():
    with pytest.raises(TypeError, match="store must be a MeasurementStore.* got int"):
        lab_of(store=3)


def test_rates_and_steps_are_those_of_the_strategy_until_they_are_changed():
    lab = lab_of()
    assert (lab.head_lr, lab.backbone_lr, lab.num_steps) == (3e-3, 1e-3, 6)
    lab.strategy = SCRATCH
    assert lab.head_lr == 0.02 and lab._order().variant == ""
    lab.num_steps = 12
    lab.strategy = HEAD
    assert (lab.num_steps, lab.head_lr) == (6, 3e-3)
    lab.head_lr = 0.01
    variants = {order.strategy: order.variant for order in lab.orders("all strategies")}
    assert set(variants.values()) == {"head lr 0.01"}
    assert lab._reference().label == SCRATCH


def test_gains_compare_runs_of_equally_many_steps():
    lab = lab_of(num_steps=4)
    lab.add()
    lab.strategy, lab.num_steps = SCRATCH, 4
    lab.add()
    lab.strategy, lab.num_steps = HEAD, 4
    lab.run_to_end()
    (gain,) = lab.gains()
    assert (gain.label, gain.over) == ("head, then all, num steps 4", "from scratch, num steps 4")
    scores = {point.strategy: point.score for point in lab.points}
    assert gain.mean == pytest.approx(scores[HEAD] - scores[SCRATCH])


def test_a_small_new_network_stands_in_where_the_source_has_none_from_scratch():
    new = TransferLab("nothing", "stripes", num_labels=5)
    new.add("3 seeds")
    new.run_to_end()
    lab = lab_of(store=new.store)
    assert lab.points.labels == ("from scratch, a small new network",)
    lab.add("3 seeds")
    lab.run_to_end()
    (gain,) = lab.gains()
    assert gain.over == "from scratch, a small new network" and gain.num_seeds == 3
    scores = {(p.source, p.seed): p.score for p in lab.points}
    assert gain.each[1] == pytest.approx(scores["tiny", 1] - scores["nothing", 1])
    assert "over “from scratch, a small new network”" in lab.board.gains.value
    lab.strategy = SCRATCH
    lab.add("3 seeds")
    lab.run_to_end()
    lab.strategy = HEAD
    assert lab.gains()[0].over == SCRATCH


def test_what_a_strategy_does_not_use_is_disabled_and_left_out_of_its_order():
    lab = lab_of(cut="conv2", frozen="conv1")
    assert (lab._order().cut, lab._order().frozen) == ("conv2", "conv1")
    lab.strategy = SCRATCH
    order, knobs = lab._order(), lab.controls.knobs
    assert (order.cut, order.frozen, order.label) == (None, 0, SCRATCH)
    assert knobs["cut"].disabled and knobs["backbone_lr"].disabled and not knobs["head_lr"].disabled


def test_frozen_layers_stay_and_new_ones_begin_anew():
    lab = lab_of(cut="conv2", frozen="conv1")
    lab.add()
    lab.run_to_end()
    before, after = tiny_source().network, lab.queue.trial.training.model.network
    assert torch.equal(before.conv1.weight, after.conv1.weight)
    assert (before.conv2.weight - after.conv2.weight).abs().max() > 0.1
    assert [p.label for p in lab.points] == ["head, then all, cut conv2, frozen conv1"]


def test_more_frozen_than_kept_is_refused_in_words():
    lab = lab_of(frozen="conv2")
    lab.cut = "conv2"
    assert "conv2 can not stay frozen" in lab.controls.depth.value
    with pytest.raises(ValueError, match="conv2 and all after it begin anew"):
        lab.add()
    lab.panel.add.click()
    assert "can not stay frozen" in lab.bar.status.value and len(lab.queue.entries) == 0
    lab.frozen = "conv1"
    assert "frozen" not in lab.controls.depth.value and len(lab.add().new) == 1


def test_another_source_takes_a_fitting_target_and_forgets_the_depth():
    lab = lab_of(cut="conv2", strategy="feature extractor")
    lab.source = "other"
    assert (lab.target, lab.cut, lab.num_steps) == ("few", "", 9)
    settled(lab)
    assert lab.facts.source == "other" and lab.num_labels == 4
    lab.source = "nothing"
    assert settled(lab).strategy == SCRATCH and list(lab.controls.knobs["strategy"].options) == [SCRATCH]


def test_controls_and_traits_follow_each_other():
    lab = lab_of()
    knobs = lab.controls.knobs
    knobs["cut"].value = "conv2"
    knobs["num_labels"].value = 20
    assert (lab.cut, lab.num_labels) == ("conv2", 20)
    lab.num_labels, lab.frozen = 7, "conv1"
    assert knobs["num_labels"].value == 7 and knobs["frozen"].value == "conv1"
    lab.cut = "dense1"  # the head begins anew in any case
    assert lab.cut == knobs["cut"].value == "" and lab._order().cut is None
    knobs["target"].value = "same classes"
    assert settled(lab).target == "same classes" and lab.chart().chance == 0.5


def test_a_refused_choice_goes_back_in_words():
    lab = lab_of()
    assert "pretrained only" not in lab.controls.knobs["strategy"].options
    lab.controls._on_knob("strategy", {"new": "pretrained only", "owner": lab.controls.knobs["strategy"]})
    assert "others: left, middle, right" in lab.bar.status.value
    assert lab.strategy == HEAD == lab.controls.knobs["strategy"].value


def test_a_source_that_can_not_be_had_is_said():
    lab = lab_of()
    lab.source = "broken"
    assert lab._errand.wait(20)
    assert "ZeroDivisionError" in lab.bar.status.value and lab.layers == ()
    assert "looking" not in lab.controls.weights.value and "ZeroDivisionError" in lab.controls.task.value
    lab.source = "tiny"
    assert settled(lab).layers == ("conv1", "conv2", "dense1")


def test_points_of_another_task_are_not_on_the_chart():
    lab = lab_of()
    lab.add()
    lab.run_to_end()
    lab.target = "few"
    assert len(settled(lab).points) == 0 and "No points yet" in lab.board.chart.value
    lab.target = "stripes"
    assert len(settled(lab).points) == 1


def test_the_controls_may_be_pulled_while_the_queue_runs():
    lab = lab_of(num_steps=60)
    lab.add("3 seeds")
    lab.run.start()
    pulling = threading.Thread(target=lambda: [setattr(lab, "seed", seed) for seed in range(30)])
    pulling.start()
    lab.source = "other"
    lab.source, lab.target = "tiny", "stripes"
    pulling.join()
    assert lab._errand.wait(20) and lab.run.wait(60) and lab.run.state == "done", lab.run.error
    assert [entry.state for entry in lab.queue.entries] == ["done"] * 3


def test_a_control_that_is_pulled_while_the_source_changes_sees_no_half_changed_task():
    lab = lab_of()
    with lab._changing:  # the other thread has changed the source, and waits to fit the target to it
        lab._is_adapting = True
        lab.source = "other"
        lab._is_adapting = False
        lab.seed = 3
        lab.source, lab.target = "tiny", "stripes"
    assert settled(lab)._order().seed == 3


def photo_source() -> VisionModel:
    network = nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(48, 2))
    known = Provenance("photos", "random weights", "", "", "1" * 64)
    return VisionModel(network, nn.Identity(), (3, 96, 96), known, class_names=("day", "night")).eval()


@pytest.fixture
def photographs(monkeypatch, tmp_path):
    """A folder of photographs of two classes, and a source that takes them."""
    known = TransferSource("photos", photo_source, ("few", PHOTOGRAPHS), 4, 4)
    monkeypatch.setitem(TRANSFER_SOURCES, "photos", known)
    for name, color in (("bright", "white"), ("dark", "black")):
        (tmp_path / "mine" / name).mkdir(parents=True)
        for number in range(6):
            Image.new("RGB", (120, 100), color).save(tmp_path / "mine" / name / f"{number}.png")
    return tmp_path / "mine"


def repaint(photographs, color):
    for path in (photographs / "dark").iterdir():
        Image.new("RGB", (120, 100), color).save(path)


def test_points_of_photographs_that_have_changed_since_are_not_shown_and_not_taken_for_known(photographs):
    lab = TransferLab("photos", str(photographs), num_labels=2)
    lab.add()
    lab.run_to_end()
    (first,) = lab.points
    assert lab.add().known == (first,) and lab.record()["order"]["photographs"]
    repaint(photographs, "navy")
    added = lab.add()
    assert (len(added.new), added.known) == (1, ()) and not lab.points
    lab.run_to_end()
    (second,) = lab.points
    assert second.key != first.key and second.label == first.label
    assert list(lab.store.yours) == [first, second], "the old point is kept, for the old photographs"
    repaint(photographs, "black")
    assert lab.add().known == (first,) and list(lab.points) == [first]
    assert "photographs=" not in lab.code()


def test_an_order_that_waits_while_the_photographs_change_says_so(photographs):
    lab = TransferLab("photos", str(photographs), num_labels=2)
    lab.add()
    repaint(photographs, "navy")
    lab.run_to_end()
    (entry,) = lab.queue.entries
    assert entry.state == "failed" and "have changed since" in entry.words and not lab.store.yours


def test_a_folder_that_is_gone_is_said_when_a_run_is_added(photographs):
    lab = TransferLab("photos", str(photographs), num_labels=2)
    photographs.rename(photographs.with_name("moved"))
    lab.panel.add.click()
    assert "there is no folder" in lab.bar.status.value and not len(lab.queue.entries)


def test_a_folder_of_photographs_is_a_target_and_a_wrong_path_is_said(photographs, tmp_path):
    lab = lab_of()
    assert lab.controls.folder.layout.display == "none"
    lab = TransferLab("photos", str(photographs), num_labels=2)
    assert lab.controls.folder.layout.display == "" and lab.facts.task.class_names == ("bright", "dark")
    lab.add()
    lab.run_to_end()
    assert [entry.state for entry in lab.queue.entries] == ["done"]
    lab.controls.folder.value = str(tmp_path / "nowhere")
    assert lab._errand.wait(20) and "nowhere" in lab.bar.status.value
    lab.controls.folder.value = PHOTOGRAPHS
    assert "write the path" in lab.bar.status.value


def test_the_picture_shows_the_answers_of_the_network_of_the_moment():
    lab = lab_of()
    before = lab._picture()
    lab.add()
    lab.run_to_end()
    after = lab._picture()
    assert before.shape == after.shape and not np.array_equal(before, after)
    lab.target = "same classes"
    assert np.array_equal(settled(lab)._picture(), TransferLab("tiny", "same classes")._picture())


def test_the_status_says_which_phase_trains():
    lab = lab_of()
    lab.add()
    for _ in range(3):
        lab.run.step()
    assert lab.run.wait(20) and "step 1 of 6: new layers alone" in lab.bar.status.value


def test_the_code_measures_the_same_point():
    lab = lab_of(cut="conv2", head_lr=0.01, num_steps=5)
    lab.add()
    lab.run_to_end()
    scope: dict = {}
    exec(lab.code(), scope)
    assert scope["order"] == lab._order() and scope["point"].score == lab.points[0].score


def test_record_and_picture_stay_without_a_browser():
    lab = lab_of()
    lab.add()
    lab.run_to_end()
    record = json.loads(json.dumps(lab.record(), allow_nan=False))
    assert record["format"] == "vizwidgets transfer 1" and record["order"]["target"] == "stripes"
    assert lab._repr_mimebundle_()["text/plain"] == "TransferLab(reuse of tiny for stripes)"
    assert len(lab._repr_mimebundle_()["image/png"]) > 20_000


def test_a_store_of_ones_own_is_used(tmp_path):
    store = MeasurementStore("mine")
    lab = lab_of(store=store)
    lab.add()
    lab.run_to_end()
    assert len(store.yours) == 1 and store.path.name == "mine.json"


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"source": "nowhere"}, ValueError, "there is no source 'nowhere'"),
        ({"target": "textures"}, ValueError, "does not fit source 'tiny'"),
        ({"strategy": "magic"}, ValueError, "there is no strategy"),
        ({"strategy": "pretrained only"}, ValueError, "its own classes"),
        ({"num_labels": 21}, ValueError, r"num_labels must be in 1\.\.20"),
        ({"cut": "conv9"}, ValueError, "conv1, conv2, dense1"),
        ({"frozen": "relu1"}, ValueError, "frozen must be a layer with weights"),
        ({"num_steps": 0}, ValueError, "num_steps"),
        ({"head_lr": 0.0}, ValueError, "learning rate"),
        ({"head_lr": math.nan}, ValueError, "learning rate"),
        ({"seed": -1}, ValueError, "seed must be a whole number"),
        ({"seed": "x"}, TraitError, "seed"),
        ({"colour": 3}, TypeError, "no colour"),
    ],
)
def test_wrong_settings_are_refused_in_words(settings, error, words):
    with pytest.raises(error, match=words):
        TransferLab(**{"source": "tiny", "target": "stripes", **settings})


def test_the_film_shows_the_answers_of_each_step_beside_the_points():
    lab = lab_of(num_steps=3)
    lab.recorder.share = 1e6  # of a busy machine, too, each step is noted
    lab.add()
    lab.run_to_end()
    film = lab.film()
    assert film.steps == (0, 1, 2, 3) and film.title == "reuse of tiny for stripes"
    pictures = [np.asarray(Image.open(io.BytesIO(file))).astype(int) for file in film.pictures]
    sheet = lab._picture().astype(int)
    top = (pictures[-1].shape[0] - sheet.shape[0]) // 2
    shown = [picture[top : top + sheet.shape[0], : sheet.shape[1]] for picture in pictures]
    assert np.abs(shown[-1] - sheet).mean() < 8 < np.abs(shown[0] - sheet).max()
    np.testing.assert_allclose(film.values[0, 1:], lab.queue.curves.values[0, 1:])
