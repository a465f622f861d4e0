"""SegmentationLab without a browser: real segmenter and drawn streets, small ones, a few steps."""

from __future__ import annotations

import io
import json
from functools import cache
from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from PIL import Image
from traitlets import TraitError

from vizwidgets.core.segmentation_scores import predict_labels
from vizwidgets.data.measurement_store import MeasurementStore
from vizwidgets.data.scenes import SCENE_CLASSES, scenes
from vizwidgets.draw.gap_chart import gap_key, gap_svg
from vizwidgets.models import street_trial
from vizwidgets.models.small import new_model
from vizwidgets.models.street_targets import StreetTarget
from vizwidgets.widgets import (
    segmentation,
    segmentation_gap,
    segmentation_networks,
    segmentation_traits,
    segmentation_watch,
    segmentation_words,
)
from vizwidgets.widgets.segmentation import SegmentationLab
from vizwidgets.widgets.segmentation_gap import DomainGap
from vizwidgets.widgets.segmentation_traits import COUNTS

SIZE, CAMERA = (32, 48), "camera look"


@cache
def read(split: str, count: int):
    return scenes(count, look=1.0, seed={"train": 1, "test": 2}[split], size=SIZE).pairs


def small_target(name: str, look: float = 1.0) -> StreetTarget:
    if name not in (CAMERA, "my streets"):
        raise FileNotFoundError(f"there is no folder {name!r}.")
    return StreetTarget(name, "a few streets", read, *((64, None) if name == CAMERA else (6, 2)))


@cache
def network():
    return new_model("segmenter")


@pytest.fixture(autouse=True)
def small_streets(monkeypatch):
    for module in (street_trial, segmentation_watch, segmentation_words, segmentation_traits):
        monkeypatch.setattr(module, "street_target", small_target)
    for module in (street_trial, segmentation):
        monkeypatch.setattr(module, "load_model", lambda name: network())
    monkeypatch.setattr(segmentation_gap, "NUM_SCENES", 2)
    monkeypatch.setattr(segmentation_gap, "scenes", lambda count, **how: scenes(count, size=SIZE, **how))


@pytest.fixture
def lab_of(tmp_path, monkeypatch):
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path))
    made = []

    def make(**chosen) -> SegmentationLab:
        store = MeasurementStore("streets", tmp_path / "none.json")
        usual = {"num_labels": 4, "num_steps": 3, "num_test": 5, "num_shown": 3, "store": store}
        made.append(SegmentationLab(**{**usual, **chosen}))
        return made[-1]

    yield make
    for lab in made:
        lab.close()


def counted_iou(said: torch.Tensor, labels: torch.Tensor) -> dict[int, float]:
    """Return the IoU of each class that is there, pixel by pixel with sets."""
    known = [
        (s, t) for s, t in zip(said.flatten().tolist(), labels.flatten().tolist(), strict=True) if t != 255
    ]
    found = {}
    for number in range(len(SCENE_CLASSES)):
        both = sum(s == t == number for s, t in known)
        either = sum(number in (s, t) for s, t in known)
        if either:
            found[number] = both / either
    return found


def test_a_run_lands_as_a_point_whose_score_is_the_mean_iou_of_its_network(lab_of):
    lab = lab_of()
    lab.add()
    lab.run_to_end()
    assert lab.run.state == "done"
    (point,) = lab.queue.landed
    images, labels = read("test", 5)
    said = predict_labels(lab.model, images)
    assert point.score == pytest.approx(np.mean([*counted_iou(said, labels).values()]))
    assert [each.score for each in MeasurementStore("streets").yours] == [point.score]
    assert len(lab.points) == 1 and "4" in str(lab.table())


def test_at_rest_the_pictures_show_what_the_network_of_the_moment_says(lab_of):
    lab = lab_of()
    images, labels = read("test", 3)
    assert torch.equal(lab.watch.answers.predicted, predict_labels(network(), images))
    assert lab.watch.view.rows[0]["tiles"][2]["title"] == "prediction, pretrained only"
    before = lab.watch.view.strips[0]
    lab.add()
    lab.run_to_end()
    said = predict_labels(lab.model, images)
    assert lab.model is not network() and torch.equal(lab.watch.answers.predicted, said)
    assert lab.watch.view.strips[0] != before
    row = lab.watch.view.rows[0]
    assert row["tiles"][2]["title"] == "prediction, after 3 steps"
    wanted = counted_iou(said, labels)
    for number, entry in enumerate(row["classes"][1:]):
        assert (
            entry["share"] == pytest.approx(wanted.get(number))
            if number in wanted
            else entry["share"] is None
        )
    assert row["classes"][0]["share"] == pytest.approx(np.mean([*wanted.values()]))


def test_a_class_is_picked_and_images_are_browsed_without_asking_the_network_again(lab_of, monkeypatch):
    lab = lab_of()
    asked = Mock(side_effect=AssertionError("asked again"))
    monkeypatch.setattr(segmentation_watch.Streets, "ask", asked)
    before = lab.watch.view.strips[0]
    lab.pick("car")
    picked = lab.watch.view.strips[0]
    row = lab.watch.view.rows[0]
    assert picked != before and row["picked"] == SCENE_CLASSES.index("car")
    assert row["tiles"][3]["words"].startswith(("car: ", "no car here"))
    lab.watch.view._receive(None, {"type": "browse", "delta": -1}, [])
    assert lab.watch.number == 2 and lab.watch.view.rows[0]["place"] == "test image 3 of 3"
    lab.show_image(0)
    lab.watch.view._receive(None, {"type": "pick", "number": -1}, [])
    assert lab.watch.view.strips[0] == before
    with pytest.raises(ValueError, match="there is no class 'bus'"):
        lab.pick("bus")
    with pytest.raises(ValueError, match=r"image must be in 0\.\.2; got 3"):
        lab.show_image(3)


def test_while_it_trains_the_network_is_asked_only_when_somebody_looks_and_seldom(lab_of, monkeypatch):
    lab, now = lab_of(num_steps=20), SimpleNamespace(time=100.0)
    monkeypatch.setattr(segmentation_watch, "monotonic", lambda: now.time)
    frames = []
    monkeypatch.setattr(lab.watch.view, "push", lambda shown: frames.append(shown.words["tiles"][2]["title"]))
    lab.add()
    lab.watch.ask()
    for second in (0.1, 0.2, 0.3, 0.7, 0.1, 0.1):
        now.time += second
        lab.watch.follow()
    assert frames == []  # nobody looks
    monkeypatch.setattr(type(lab.watch.view), "is_ready", True)
    monkeypatch.setattr(lab, "_is_running", lambda: True)
    lab.watch._is_running = lambda: True
    for _ in range(12):
        now.time += 0.2
        lab.watch.follow()
    assert len(frames) == 4  # at 0, 0.6, 1.2 and 1.8 seconds


def test_the_pause_between_two_looks_grows_with_what_a_look_costs(lab_of, monkeypatch):
    lab, now = lab_of(), SimpleNamespace(time=100.0)

    def slow() -> None:
        now.time += 0.5

    monkeypatch.setattr(segmentation_watch, "monotonic", lambda: now.time)
    monkeypatch.setattr(type(lab.watch.view), "is_ready", True)
    shown = Mock()
    monkeypatch.setattr(lab.watch, "ask", slow)
    monkeypatch.setattr(lab.watch, "show", shown)
    for _ in range(30):
        now.time += 0.25
        lab.watch.follow()
    pause = 0.5 * segmentation_watch.PATIENCE
    assert shown.call_count == 1 + int((30 * 0.25 - 0.25) // (pause + 0.25))


def test_orders_follow_the_controls_and_pretrained_only_has_no_seed(lab_of):
    lab = lab_of(num_labels=8, seed=3, vary_colors="unchanged")
    (order,) = lab.orders()
    assert (order.target, order.num_labels, order.strategy, order.seed, order.color) == (
        CAMERA, 8, "head, then all", 3, 0.0,
    )  # fmt: skip
    assert [each.seed for each in lab.orders("3 seeds")] == [3, 4, 5]
    assert tuple(each.num_labels for each in lab.orders("all numbers of labels")) == COUNTS
    by_strategy = {each.strategy: (each.num_labels, each.seed) for each in lab.orders("all strategies")}
    assert by_strategy.pop("pretrained only") == (8, 0)
    assert set(by_strategy.values()) == {(8, 3)} and len(by_strategy) == 3
    lab.controls.knobs["strategy"].value = "pretrained only"
    assert {each.key for each in lab.orders("3 seeds")} == {lab.orders()[0].key} and lab.controls.hints[
        "num_labels"
    ].value == "not needed"
    lab.controls.knobs["num_labels"].value, lab.controls.knobs["strategy"].value = 16, "from scratch"
    assert lab.orders()[0].num_labels == 16 and "Random weights" in lab.controls.hints["strategy"].value


def test_pretrained_only_is_measured_without_a_step(lab_of):
    lab = lab_of(strategy="pretrained only")
    lab.add()
    lab.run_to_end()
    images, labels = read("test", 5)
    said = predict_labels(network(), images)
    assert lab.queue.landed[0].score == pytest.approx(np.mean([*counted_iou(said, labels).values()]))
    assert lab.watch.view.rows[0]["tiles"][2]["title"] == "prediction, pretrained only"
    assert list(lab.gap.choice.options) == ["pretrained"]


def test_a_folder_without_test_images_is_no_target_and_the_queue_can_go_on(lab_of, monkeypatch):
    lab = lab_of()

    def no_test(split: str, count: int):
        if split == "test":
            raise ValueError("'half' has no test part")
        return read(split, count)

    half = StreetTarget("half", "streets", no_test, 8)
    monkeypatch.setattr(segmentation_traits, "street_target", lambda name: half)
    with pytest.raises(ValueError, match="'half' has no test part"):
        lab.target = "half"
    assert lab.target == CAMERA and lab.run.state == "idle"


def test_what_is_not_possible_is_refused_in_words_and_the_control_goes_back(lab_of):
    lab = lab_of()
    with pytest.raises(ValueError, match="there is no folder 'nowhere'"):
        lab.target = "nowhere"
    with pytest.raises(ValueError, match="num_labels must be a whole number from 1; got 0"):
        lab.num_labels = 0
    with pytest.raises(ValueError, match=r"num_labels must be in 1\.\.64, as 'camera look' has .*; got 65"):
        lab.num_labels = 65
    with pytest.raises(TraitError):
        lab.strategy = "by magic"
    with pytest.raises(TraitError):
        lab_of(vary_colors="wildly")
    with pytest.raises(ValueError, match="num_test must be a whole number from 1"):
        lab_of(num_test=0)
    lab.controls.knobs["target"].value = "nowhere"
    assert lab.target == CAMERA == lab.controls.knobs["target"].value
    assert "there is no folder" in lab.bar.status.value


def test_the_page_says_what_is_stand_in_and_what_is_real(lab_of):
    lab = lab_of()
    assert "all streets are drawn" in lab.header.value
    assert (
        "Stand-in" in lab.controls.hints["target"].value and "flatters" in lab.controls.hints["target"].value
    )
    lab.target = "my streets"
    assert (
        "Real photographs" in lab.controls.hints["target"].value
        and "6 labelled images" in lab.controls.hints["target"].value
    )
    assert lab.run.wait(20)
    assert lab.watch.view.rows[0]["tiles"][0]["title"] == "my streets"


def test_the_queue_names_the_target_of_a_run_when_another_is_chosen(lab_of):
    lab = lab_of()
    lab.add()
    lab.run_to_end()
    assert CAMERA not in lab.panel.list.value and CAMERA not in lab._now()
    lab.target = "my streets"
    assert lab.run.wait(20)
    assert f"<span>{CAMERA} · head, then all" in lab.panel.list.value and lab._now().endswith(f" · {CAMERA}")


def test_no_more_labels_are_offered_than_the_target_has(lab_of):
    lab = lab_of(num_labels=32)
    slider = lab.controls.knobs["num_labels"]
    assert [value for _, value in slider.options] == [4, 8, 16, 32, 64]
    lab.target = "my streets"
    assert [value for _, value in slider.options] == [4, 6] and slider.value == lab.num_labels == 6
    assert [order.num_labels for order in lab.orders("all numbers of labels")] == [4, 6]
    with pytest.raises(ValueError, match=r"num_labels must be in 1\.\.6, as 'my streets' has"):
        lab.num_labels = 8
    lab.target = CAMERA
    assert [value for _, value in slider.options] == [4, 6, 8, 16, 32, 64] and lab.num_labels == 6
    slider.value = 8
    assert lab.num_labels == 8
    assert lab_of(target="my streets", num_labels=None).num_labels == 6


def test_the_heading_counts_the_test_images_that_are_there_and_names_a_folder_shortly(lab_of, monkeypatch):
    lab = lab_of()
    assert "Mean IoU on 5 test images: rendered scenes → camera look<" in lab.board.chart.value
    folder = StreetTarget("/home/ada/town", "streets", read, 6, 2)
    for module in (segmentation_watch, segmentation_words, segmentation_traits):
        monkeypatch.setattr(module, "street_target", lambda name, look=1.0: folder)
    lab.target = folder.name
    assert "Mean IoU on 2 test images: rendered scenes → town<" in lab.board.chart.value


def test_curves_begin_with_a_training_and_have_names_in_plain_words(lab_of):
    lab = lab_of(num_steps=8)
    assert lab.view.panels == []
    lab.add()
    for _ in range(2):  # the order is taken, then prepared
        lab.queue.step()
        lab._on_step()
    assert [panel["title"] for panel in lab.view.panels] == ["loss", "score"]
    lab.run_to_end()
    assert lab.view.names == ["loss", "pixels right in training", "pixels right in test", "mean IoU in test"]
    assert [panel["series"] for panel in lab.view.panels] == [[0], [1, 2, 3]]
    last = dict(zip(lab.queue.curves.names, lab.queue.curves.values[:, -1], strict=True))
    assert last["test_mean_iou"] == pytest.approx(lab.queue.landed[0].score)


def test_the_code_measures_the_same_point(lab_of):
    lab = lab_of(num_labels=5, seed=2, vary_colors="strongly")
    lab.add()
    lab.run_to_end()
    names: dict = {}
    exec(lab.code(), names)
    assert names["point"].score == lab.queue.landed[0].score
    assert names["point"].key == lab.queue.landed[0].key


def test_figure_and_record_hold_what_is_on_the_screen(lab_of):
    lab = lab_of()
    lab.add()
    lab.run_to_end()
    lab.pick("road")
    figure = lab.figure()
    assert figure.axes[0].get_title(loc="left").startswith("head, then all")
    assert Image.open(io.BytesIO(figure._repr_png_())).width == 1000
    record = json.loads(json.dumps(lab.record()))
    assert record["landed"][0]["score"] == lab.queue.landed[0].score
    assert record["shown"]["mean_iou"] == pytest.approx(lab.watch.answers.matrix.mean_iou)
    assert set(record["shown"]["iou"]) == set(SCENE_CLASSES)
    words = lab._repr_mimebundle_()["text/plain"]
    assert words.startswith("SegmentationLab(rendered scenes → camera look: head, then all")


# -- the domain gap ---------------------------------------------------------------------------------------


@pytest.fixture
def gap():
    made = DomainGap(
        lambda: {"pretrained": network(), "trained here": network()}, Mock(side_effect=AssertionError)
    )
    yield made
    assert made.wait(30)
    made.close()


def test_the_look_changes_the_picture_and_never_the_truth(gap):
    seen = []
    for look in (0.0, 1.0):
        gap.look = look
        gap.ask()
        assert gap.wait(30)
        strip = np.asarray(Image.open(io.BytesIO(gap.view.strips[0])))
        seen.append((strip[:, : strip.shape[1] // 4], gap.view.labels[: SIZE[0] * SIZE[1]]))
    assert not np.array_equal(seen[0][0], seen[1][0])
    assert seen[0][1] == seen[1][1]


def test_the_curve_is_the_mean_iou_over_the_same_streets(gap):
    gap.measure(0.0, 0.5)
    assert gap.wait(60)
    curve = gap.curves["pretrained"]
    assert set(curve) == {0.0, 0.5}
    for look, found in curve.items():
        streets = [
            scenes(1, look=look, seed=segmentation_gap.SEED + n, size=SIZE, layout=1.0) for n in (0, 1)
        ]
        images, labels = (torch.cat([getattr(each, of) for each in streets]) for of in ("images", "labels"))
        wanted = counted_iou(predict_labels(network(), images), labels)
        assert found == pytest.approx(np.mean([*wanted.values()]))


def test_all_looks_are_measured_and_drawn(gap, monkeypatch):
    monkeypatch.setattr(segmentation_gap, "LOOKS", (0.0, 0.4, 1.0))
    gap.all_looks.click()
    assert gap.wait(60)
    assert sorted(gap.curves["pretrained"]) == [0.0, 0.4, 1.0]
    assert gap.chart.value.count("<circle") == 4  # three points, and one in the legend


def test_slider_and_buttons_are_followed_and_bounds_are_kept(gap):
    gap.slider.value = 0.3
    gap.view._receive(None, {"type": "browse", "delta": -1}, [])
    assert gap.wait(30) and (gap.look, gap.scene) == (0.3, 1)
    row = gap.view.rows[0]
    assert row["place"] == "street 2 of 2" and row["tiles"][0]["title"] == "look 0.3"
    gap.view._receive(None, {"type": "pick", "number": 3}, [])
    assert gap.wait(30) and gap.view.rows[0]["picked"] == 3
    for name, value in (("look", 1.5), ("scene", 2), ("network", "other")):
        with pytest.raises(ValueError, match=f"{name} must be"):
            setattr(gap, name, value)


def test_nothing_is_drawn_before_a_browser_shows_it(gap):
    assert not gap.view.strips
    gap.view._receive(None, {"type": "view", "delta": 1}, [])
    assert gap.wait(30) and len(gap.view.strips) == 1


def test_trained_networks_are_offered_and_what_was_measured_of_old_weights_is_forgotten(lab_of):
    lab = lab_of()
    assert list(lab.gap.choice.options) == ["pretrained"]
    lab.add([lab._order(), lab._order(strategy="from scratch")])
    lab.run_to_end()
    names = ["pretrained", "head, then all, 4 images", "from scratch, 4 images"]
    assert list(lab.gap.choice.options) == names
    lab.gap.network = names[1]
    assert lab.gap.wait(30) and names[1] in lab.gap.curves
    tuned = lab.networks.named()[names[1]]
    lab.add(again=True)
    lab.run_to_end()
    assert names[1] not in lab.gap.curves and lab.gap.network == lab.gap.choice.value == names[1]
    assert lab.networks.named()[names[1]] is lab.model is not tuned


def test_the_picture_of_a_network_that_was_trained_anew_is_drawn_anew(gap):
    gap.ask()
    assert gap.wait(30)
    before, others = gap.view.labels, new_model("segmenter", 7)
    gap._networks = lambda: {"pretrained": others, "trained here": network()}
    gap.renew("pretrained")
    assert gap.wait(30)
    assert gap.view.labels != before


def test_only_the_newest_networks_are_kept(lab_of, monkeypatch):
    monkeypatch.setattr(segmentation_networks, "MOST_TRAINED", 2)
    lab = lab_of(num_steps=1)
    lab.add([lab._order(num_labels=count) for count in (1, 2, 3)])
    lab.run_to_end()
    assert list(lab.networks.named())[1:] == ["head, then all, 2 images", "head, then all, 3 images"]


def test_further_networks_can_be_looked_at_and_the_figure_shows_their_streets(lab_of):
    other = new_model("segmenter", seed=1)
    lab = lab_of(networks={"another": other})
    assert list(lab.gap.choice.options) == ["pretrained", "another"]
    lab.gap.network = "another"
    assert lab.gap.wait(30)
    assert 'class="vw-gap-1"' in lab.gap.chart.value  # the second colour, also while the first has no points
    figure = lab.gap.figure([0.0, 1.0])
    titles = [axis.get_title(loc="left") for axis in figure.axes[:8]]
    assert titles == ["look 0", "truth", "another", "errors", "look 1", "truth", "another", "errors"]
    street = scenes(1, look=1.0, seed=segmentation_gap.SEED, size=SIZE, layout=1.0)
    wanted = counted_iou(predict_labels(other, street.images), street.labels)
    assert figure.axes[6].get_xlabel() == f"mean IoU {np.mean([*wanted.values()]):.2f}"
    assert set(lab.gap.curves["another"]) == {0.0, 1.0}


def test_the_chart_of_looks_names_each_point_and_marks_the_slider():
    curves = {"pretrained": {1.0: 0.25, 0.0: 0.75}, "trained <here>": {0.5: 0.5}}
    drawn = gap_svg(curves, 0.5)
    assert drawn.count("<circle") == 2 and drawn.count("<rect") == 1
    assert "pretrained, look 1: 0.25" in drawn and "trained &lt;here&gt;, look 0.5: 0.50" in drawn
    heights = [float(part.split('"')[0]) for part in drawn.split('cy="')[1:]]
    left = [float(part.split('"')[0]) for part in drawn.split('cx="')[1:]]
    assert left[0] < left[1] and heights[0] < heights[1]  # 0.75 at look 0 stands above 0.25 at look 1
    assert "<b>0.50</b>" in gap_key(curves, 0.5) and "<b>" not in gap_key(curves, 0.2)


def test_the_film_shows_the_test_image_after_each_step_and_the_point_that_lands(lab_of):
    lab = lab_of()
    lab.recorder.share = 1e6  # of a busy machine, too, each step is noted
    lab.add()
    lab.run_to_end()
    film = lab.film()
    assert film.steps == (0, 1, 2, 3) and film.words[-1].endswith("1 point landed")
    sheet = np.asarray(Image.fromarray(lab.watch.sheet()).reduce(2)).astype(int)
    height, width = sheet.shape[:2]
    pictures = [np.asarray(Image.open(io.BytesIO(file))).astype(int) for file in film.pictures]
    assert {picture.shape for picture in pictures} == {pictures[0].shape}
    left = (pictures[-1].shape[1] - width) // 2
    assert np.abs(pictures[-1][:height, left : left + width] - sheet).mean() < 8
    below = [picture[height + 40 : -40, 60:] for picture in pictures]
    assert np.abs(below[0] - below[2]).max() < 60 < np.abs(below[2] - below[3]).max()
    assert set(film.names) >= {"loss", "mean IoU in test"} and film.values.shape[1] == 4
