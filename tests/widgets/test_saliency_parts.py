"""The parts of SaliencyExplorer: the stepper's order, the view's messages, the randomization strip."""

from __future__ import annotations

import io
import threading
import time
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import vizwidgets as vw
from tests.core.nets import small_net
from vizwidgets.core.likeness import Similarity
from vizwidgets.core.saliency import SaliencyMap
from vizwidgets.core.sanity import summarize
from vizwidgets.core.sanity_report import RandomizationStep
from vizwidgets.widgets.saliency import SaliencyExplorer
from vizwidgets.widgets.saliency_order import Order, Subject
from vizwidgets.widgets.saliency_stepper import SaliencyStepper
from vizwidgets.widgets.saliency_strip import strip_rows
from vizwidgets.widgets.saliency_view import RowPicture, SaliencyView

IMAGES = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(3))
FIRST, SECOND = (Subject(IMAGES[number][None], f"image {number}") for number in (0, 1))


def order(*methods: str, target: Any = 1, subjects: tuple[Subject, ...] = (FIRST,), **options: Any) -> Order:
    return Order(subjects, target, methods, options)


def drained(stepper: SaliencyStepper) -> list[Any]:
    """Step to the end; return what was at work after each step."""
    seen = []
    while True:
        try:
            stepper.step()
        except StopIteration:
            return seen
        seen.append(None if stepper.current is None else stepper.current[1])


# -- the stepper ----------------------------------------------------------------------------------------


def test_quick_methods_come_first_and_slow_ones_clear_up_piece_by_piece():
    slow = {"smoothgrad": {"num_samples": 5}}
    stepper = SaliencyStepper(small_net(), order("smoothgrad", "gradient", "guided", **slow))
    stepper.is_watched = True
    stepper._seconds = 10.0  # such a slow network is asked one image at a time
    stepper.step()
    assert stepper.explanation(FIRST, "gradient") and not stepper.explanation(FIRST, "smoothgrad")
    stepper._seconds = 10.0
    stepper.step()
    parts = []
    while not stepper.has_all:
        stepper.step()
        parts.append(stepper.explanation(FIRST, "smoothgrad").done)
    assert parts == [1, 2, 3, 4, 5] and stepper.num_taken == 7
    whole = vw.saliency_map(small_net(), IMAGES[:1], 1, "smoothgrad", num_samples=5)
    assert torch.allclose(stepper.explanation(FIRST, "smoothgrad").attribution, whole.attribution, rtol=1e-4)


def test_half_a_map_is_forgotten_when_another_order_comes_and_whole_ones_are_kept():
    stepper = SaliencyStepper(small_net(), order("gradient", "smoothgrad", smoothgrad={"num_samples": 9}))
    stepper.is_watched, stepper._seconds = True, 10.0
    stepper.step()
    stepper._seconds = 10.0
    stepper.step()
    assert stepper.explanation(FIRST, "smoothgrad").done < 9
    whole = stepper.explanation(FIRST, "gradient")
    stepper.ask(order("gradient", "smoothgrad", smoothgrad={"num_samples": 9}))
    stepper.reset()
    assert stepper.explanation(FIRST, "smoothgrad") is None
    assert stepper.explanation(FIRST, "gradient") is whole and stepper.num_taken == 0


def test_each_image_is_explained_for_the_class_that_is_predicted_of_it():
    stepper = SaliencyStepper(small_net(), order("gradient", target=None, subjects=(FIRST, SECOND)))
    assert stepper.target_of(FIRST) is None
    drained(stepper)
    scores = small_net()(IMAGES)
    for number, subject in enumerate((FIRST, SECOND)):
        assert torch.allclose(stepper.scores(subject), scores[number], rtol=1e-4)
        assert stepper.target_of(subject) == int(scores[number].argmax())


def test_two_images_with_the_same_pixels_are_one_and_others_are_not():
    assert Subject(IMAGES[:1].clone(), "copy").sha256 == FIRST.sha256 != SECOND.sha256
    assert Subject(IMAGES[:1].permute(0, 1, 3, 2)).sha256 != FIRST.sha256


def test_an_error_that_nobody_foresaw_ends_the_run_with_its_words():
    widget = SaliencyExplorer(small_net(), IMAGES)
    widget.run_to_end()
    widget._stepper.explainer.explain = lambda *_, **__: (_ for _ in ()).throw(
        RuntimeError("out of <memory>")
    )
    widget.class_name = "dog"
    assert widget.run.wait(20) and widget.run.state == "failed"
    assert "out of &lt;memory&gt;" in widget.bar.status.value
    widget.run.reset()
    widget.run.start()
    assert widget.run.wait(20) and widget.run.state == "done" and widget.maps["gradient"].any()


# -- the view -------------------------------------------------------------------------------------------


def picture(side: int, count: int = 2) -> RowPicture:
    pixels = np.random.default_rng(0).integers(0, 255, (count, side, side, 3), np.uint8)
    return RowPicture({"tiles": [{"title": str(k)} for k in range(count)]}, pixels)


def test_a_short_strip_travels_without_loss_and_a_long_one_as_jpeg():
    view = SaliencyView()
    small, large = picture(64), picture(300, 7)
    view.rest([small, large], [])
    assert [strip[:2] for strip in view.strips] == [b"\x89P", b"\xff\xd8"]
    shown = np.asarray(Image.open(io.BytesIO(view.strips[0])))
    assert np.array_equal(shown, np.concatenate(list(small.pictures), axis=1))


def test_frames_wait_for_the_browser_and_nobody_is_sent_any_without_one():
    view, sent = SaliencyView(), []
    view.send = lambda message, buffers=None: sent.append((message["type"], len(buffers or ())))
    assert not view.is_ready
    view._receive(None, {"type": "view", "delta": 1}, [])
    assert view.is_ready
    view.push([picture(8)], [])
    assert sent == [("frame", 1)] and not view.is_ready  # too soon for another one
    view._sent_at -= 0.5
    assert view.is_ready
    view.push([picture(8)], [])
    view._sent_at -= 0.5
    assert not view.is_ready  # two are under way
    view._receive(None, {"type": "ack", "seq": 1}, [])
    assert view.is_ready
    view._receive(None, {"type": "view", "delta": -1}, [])
    assert not view.is_ready


def test_slow_maps_are_pushed_to_a_browser_while_they_clear_up():
    widget = SaliencyExplorer(small_net(), IMAGES)
    assert widget.run.wait(20)
    frames: list[Any] = []
    widget.view.num_views = 1
    widget.view.push = lambda rows, bar: frames.append(rows[0].words["tiles"][2]["words"])
    widget._stepper._seconds = 10.0
    real = widget._stepper.step
    widget._stepper.step = lambda: (time.sleep(0.03), real())
    widget.methods = ["gradient", "smoothgrad"]
    assert widget.run.wait(60) and widget.run.state == "done"
    counts = [int(words.split()[0]) for words in frames if " of " in words]
    assert len(counts) >= 2 and counts == sorted(counts) and counts[-1] < 16
    assert widget.view.rows[0]["tiles"][2]["words"] == "16 samples"


# -- the randomization strip ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["cascading", "independent"])
def test_the_strip_shows_the_maps_and_numbers_of_the_test(kind):
    widget = SaliencyExplorer(small_net(), IMAGES, target="goat")
    widget.run_to_end()
    test = widget.randomization.run_to_end("gradient", kind)
    wanted = vw.randomization_test(small_net(), IMAGES[:1], "gradient", "goat", kind=kind)
    assert test.layers == wanted.layers and torch.allclose(test.maps, wanted.maps)
    tiles = widget.randomization.view.rows[0]["tiles"]
    assert [tile["title"] for tile in tiles] == ["as trained", *wanted.layers]
    for tile, rank, structure in zip(
        tiles[1:], wanted.rank_correlation, wanted.structural_similarity, strict=True
    ):
        assert [text for _, _, text in tile["meters"]] == [f"{float(rank):.2f}", f"{float(structure):.2f}"]
    assert wanted.outcome in widget.randomization.verdict.value


@pytest.mark.parametrize(
    ("value", "method", "note"),
    [
        (0.0, "gradient", "0 everywhere"),
        (0.0, "gradcam", "nothing positive"),
        (2.0, "gradcam", "flat: all pixels equal"),
    ],
)
def test_a_flat_map_has_a_note_and_no_numbers_as_in_the_report(value, method, note):
    flat = torch.full((1, 16, 16), value)
    alike = torch.zeros(1)
    ramp = torch.arange(256.0).view(1, 16, 16)
    steps = [
        RandomizationStep(
            done, 2, layer, SaliencyMap(values, values[:, None], 0, method), Similarity(alike, alike, alike)
        )
        for done, (layer, values) in enumerate([("as trained", ramp), ("top", ramp), ("low", flat)])
    ]
    assert summarize(steps, IMAGES[0]).is_flat.flatten().tolist() == [False, False, True]
    (row,) = strip_rows(steps, IMAGES[:1])
    assert [tile["note"] for tile in row.words["tiles"]] == ["", "", note]
    assert [len(tile["meters"]) for tile in row.words["tiles"]] == [0, 2, 0]
    assert len(np.unique(row.pictures[2])) == 1 < len(np.unique(row.pictures[1]))


def test_randomize_begins_the_strip_stop_ends_it_and_another_class_makes_it_pale():
    widget = SaliencyExplorer(small_net(), IMAGES)
    widget.run_to_end()
    panel = widget.randomization
    assert panel.view.layout.display == "none" and panel.stop_button.disabled
    gate = threading.Event()
    real = panel._stepper.step
    panel._stepper.step = lambda: (gate.wait(10), real())
    panel.start_button.click()
    assert panel.run.state == "running" and panel.start_button.disabled
    panel.stop_button.click()
    gate.set()
    assert panel.run.wait(20) and panel.run.state == "stopped"
    panel.start_button.click()
    assert panel.run.wait(20) and panel.run.state == "done"
    assert "2 of 2 layers" in panel.status.value or "3 of 3 layers" in panel.status.value
    assert panel.view.layout.display == "" and "vw-stale" not in panel.view._dom_classes
    widget.class_name = "dog"
    assert "vw-stale" in panel.view._dom_classes
    panel.start_button.click()
    assert panel.run.wait(20) and "dog" in panel.status.value
    assert "vw-stale" not in panel.view._dom_classes


def test_a_method_that_the_model_does_not_allow_is_answered_in_words():
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 16 * 16, 3))
    model.input_shape = (3, 16, 16)
    widget = SaliencyExplorer(model, IMAGES)
    widget.run_to_end()
    widget.randomization.method.value = "gradcam"
    widget.randomization.start_button.click()
    assert widget.randomization.run.wait(20)
    assert "needs a feature map" in widget.randomization.status.value
    widget.randomization.method.value = "gradient"
    widget.randomization.start_button.click()
    assert widget.randomization.run.wait(20) and widget.randomization.run.state == "done"


def test_closing_the_explorer_ends_both_runs():
    widget = SaliencyExplorer(small_net(), IMAGES)
    widget.run_to_end()
    widget.randomization._stepper.step = lambda: time.sleep(0.01)
    widget.randomization.start_button.click()
    widget.close()
    assert widget.randomization.run.wait(20) and widget.randomization.run.state == "stopped"


def test_the_code_gives_the_strip_too_and_the_figure_shows_it():
    widget = SaliencyExplorer(small_net(), IMAGES, target="goat", num_samples=3, seed=4)
    widget.run_to_end()
    with pytest.raises(RuntimeError, match="press Randomize"):
        widget.randomization.figure()
    assert "randomization_test" not in widget.code()
    shown = widget.randomization.run_to_end("smoothgrad", "independent")
    names: dict[str, Any] = {"images": IMAGES, "mine": widget.model}
    exec(widget.code().replace("model = ...", "model = mine"), names)
    assert names["test"].layers == shown.layers and names["test"].kind == "independent"
    assert torch.allclose(names["test"].maps, shown.maps, rtol=1e-4, atol=1e-7)
    assert widget.randomization.figure().axes


def test_clumsy_hands_on_many_controls_leave_the_maps_of_the_last_order():
    widget = SaliencyExplorer(small_net(), IMAGES, num_steps=5, window=8)
    chance = np.random.default_rng(0)
    methods = ["gradient", "guided", "smoothgrad", "integrated", "gradcam", "occlusion"]

    def act(seed: int) -> None:
        hand = np.random.default_rng(seed)
        for _ in range(25):
            name = str(hand.choice(["class", "methods", "image", "look", "pixel", "run"]))
            if name == "class":
                widget.class_name = str(hand.choice(["", "cat", "dog", "goat"]))
            elif name == "methods":
                widget.methods = [str(each) for each in hand.permutation(methods)[: hand.integers(1, 4)]]
            elif name == "image":
                widget.images.shown = [int(each) for each in hand.permutation(2)[: hand.integers(1, 3)]]
            elif name == "look":
                widget.reduce = str(hand.choice(["max", "mean", "l2"]))
            elif name == "pixel":
                widget.row = int(hand.integers(16))
            else:
                try:
                    getattr(widget.run, str(hand.choice(["pause", "stop", "start", "reset"])))()
                except RuntimeError:
                    pass
            time.sleep(float(hand.random()) * 0.01)

    threads = [threading.Thread(target=act, args=(int(seed),)) for seed in chance.integers(1000, size=3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    widget.images.shown, widget.class_name, widget.reduce = [1, 0], "dog", "mean"
    widget.methods = ["integrated", "gradient"]
    assert widget.run.wait(60) and widget.run.state == "done", widget.run.error
    for method, options in (("integrated", {"num_steps": 5}), ("gradient", {})):
        wanted = vw.saliency_map(small_net(), IMAGES[[1, 0]], "dog", method, "mean", **options).values
        assert torch.allclose(widget.maps[method], wanted, rtol=1e-4, atol=1e-8)
    assert [tile["title"] for tile in widget.view.rows[1]["tiles"]] == [
        "image 0",
        "integrated gradients",
        "gradient",
    ]
    assert widget.inspector.wait(20)


def test_an_order_that_has_just_begun_does_not_flicker_with_empty_maps():
    widget = SaliencyExplorer(small_net(), IMAGES, num_samples=3)
    assert widget.run.wait(20)
    frames: list[Any] = []
    widget.view.num_views = 1
    widget.view.push = lambda rows, bar: frames.append([tile.get("note") for tile in rows[0].words["tiles"]])
    widget._stepper._seconds = 10.0
    for name in ("cat", "dog", "goat"):
        widget.class_name = name
        assert widget.run.wait(20)
    assert all(notes[1] == "" for notes in frames)
    widget.methods = ["gradient", "smoothgrad"]
    assert widget.run.wait(20) and any(frames)
