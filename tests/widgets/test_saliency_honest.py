"""What SaliencyExplorer says of itself is true: of weights that have changed, of maps, of the strip."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import torch
from torch import nn

import vizwidgets as vw
from tests.core.nets import seeded, small_net
from vizwidgets.core.record import weights_hash
from vizwidgets.core.weights import weight_versions
from vizwidgets.widgets.saliency import SaliencyExplorer

IMAGES = torch.rand(3, 3, 16, 16, generator=torch.Generator().manual_seed(5))
CHANGED = "the weights have changed since"


def finished(model: Any = None, images: torch.Tensor = IMAGES, **settings: Any) -> SaliencyExplorer:
    made = SaliencyExplorer(model or small_net(), images, **settings)
    made.run_to_end()
    return made


def learn(model: nn.Module, factor: float = 3.0) -> None:
    with torch.no_grad():
        model[7].weight.mul_(factor)


def read(widget: SaliencyExplorer, *place: int) -> None:
    widget.view._receive(None, {"type": "pin", "place": list(place)}, [])
    assert widget.inspector.wait(20)


def again(widget: SaliencyExplorer) -> None:
    widget.run.reset()
    assert widget.run.wait(20)
    widget.run.start()
    assert widget.run.wait(20) and widget.inspector.wait(20)


# -- weights that have changed --------------------------------------------------------------------------


def test_after_a_reset_the_pixel_has_the_derivative_of_the_new_weights():
    model = small_net()
    widget = finished(model, target="goat", methods=["gradcam"])  # the gradient is not among the maps
    read(widget, 0, 5, 9)
    before = widget.inspector.nudge.derivative
    learn(model)
    again(widget)
    assert torch.allclose(widget.inspector.nudge.derivative, 3 * before, rtol=1e-4)


def test_between_reset_and_start_no_derivative_of_a_forgotten_prediction_is_shown():
    widget = finished()
    read(widget, 0, 5, 9)
    widget.run.reset()
    assert widget.run.wait(20) and widget.inspector.wait(20)
    assert widget.inspector.nudge is None and "press Start" in widget.inspector.reading.value


def test_the_record_names_the_weights_that_the_maps_were_made_with():
    model = small_net()
    before = weights_hash(model)
    widget = finished(model, methods=["gradient", "guided", "smoothgrad"], num_samples=2)
    learn(model)
    assert widget.record()["weights_hash"] == before != weights_hash(model)
    again(widget)
    assert widget.record()["weights_hash"] == weights_hash(model)


def test_wide_convolutions_that_run_in_another_form_have_the_same_hash():
    model = seeded(nn.Sequential(nn.Conv2d(3, 64, 3), nn.BatchNorm2d(64), nn.ReLU(), nn.Conv2d(64, 64, 3)))
    model.input_shape = (3, 32, 32)
    widget = finished(
        model, torch.rand(1, 3, 32, 32), target=vw.channel("3", 1), methods=["smoothgrad"], num_samples=2
    )
    assert widget.record()["weights_hash"] == weights_hash(model)


def test_it_says_that_the_weights_have_changed_when_it_is_asked_something_and_until_reset():
    model = small_net()
    widget = finished(model, methods=["gradient", "guided", "gradcam", "occlusion"], window=8)
    widget.randomization.run_to_end("gradient")
    assert CHANGED not in widget.bar.status.value  # its own work does not count
    learn(model)
    read(widget, 0, 2, 2)
    assert CHANGED in widget.bar.status.value and is_old(widget)
    again(widget)
    assert CHANGED not in widget.bar.status.value
    learn(model)
    widget.randomization.start_button.click()
    assert CHANGED in widget.bar.status.value
    assert widget.randomization.run.wait(20) and not is_old(widget)  # the strip is of the new ones
    again(widget)
    learn(model)
    widget.strength = 0.3
    assert widget.run.wait(20) and CHANGED in widget.bar.status.value


def test_weights_that_are_written_to_or_replaced_have_another_version_and_looking_changes_none():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    seen = {weight_versions(model)}
    model.eval()(IMAGES)
    assert weight_versions(model) in seen
    model.train()(IMAGES)  # moves the running means
    seen.add(weight_versions(model))
    model.load_state_dict(model.state_dict())
    seen.add(weight_versions(model))
    model[0].weight = nn.Parameter(torch.zeros_like(model[0].weight))
    seen.add(weight_versions(model))
    with torch.inference_mode():
        seen.add(weight_versions(nn.Linear(2, 2)))  # which keeps no count
    assert len(seen) == 5


# -- the strip ------------------------------------------------------------------------------------------


def is_old(widget: SaliencyExplorer) -> bool:
    panel = widget.randomization
    is_pale, is_said = "vw-stale" in panel.view._dom_classes, "of an earlier" in panel.status.value
    assert is_pale == is_said == panel.is_old
    return is_pale


@pytest.mark.parametrize("change", ["class", "image", "reduce", "weights"])
def test_a_strip_that_ran_while_something_changed_is_of_an_earlier_one_in_the_end(change):
    model = small_net()
    widget = finished(model, target="cat")
    panel, gate = widget.randomization, threading.Event()
    real = panel._stepper.step
    panel._stepper.step = lambda: (real(), gate.wait(10))
    panel.method.value = "gradient"
    panel.start_button.click()
    while not panel._asked:
        gate.wait(0.01)
    if change == "class":
        widget.class_name = "dog"
    elif change == "image":
        widget.images.shown = [1]
    elif change == "reduce":
        widget.reduce = "l2"
    else:
        learn(model)
    gate.set()
    assert panel.run.wait(20) and panel.run.state == "done" and is_old(widget)
    panel.run_to_end()
    assert not is_old(widget)


def test_a_strip_of_old_weights_is_marked_after_a_reset_and_one_of_these_weights_is_not():
    model = small_net()
    widget = finished(model)
    widget.randomization.run_to_end("gradient")
    again(widget)
    assert not is_old(widget)
    learn(model)
    again(widget)
    assert is_old(widget)


def test_a_strip_is_the_present_one_again_when_its_class_comes_back_and_methods_beside_it_do_not_matter():
    widget = finished(target="cat")
    widget.randomization.run_to_end("gradient")
    widget.methods = ["guided"]
    assert widget.run.wait(20) and not is_old(widget)
    widget.class_name = "goat"
    assert is_old(widget)
    widget.class_name = "cat"
    assert widget.run.wait(20) and not is_old(widget)


# -- maps -----------------------------------------------------------------------------------------------


def test_the_status_line_counts_the_maps_that_are_there():
    widget = finished(target="goat", methods=["gradient", "guided"], shown=[0, 1])
    assert "4 maps of goat" in widget.bar.status.value
    widget.run.reset()
    assert widget.run.wait(20)
    assert "<b>idle</b> · 0 of 4 maps of goat" in widget.bar.status.value
    widget.methods = ["gradient"]
    widget.images.shown = [0]
    assert widget.run.wait(20) and "<b>done</b> · map of goat" in widget.bar.status.value
    widget.run.reset()
    assert widget.run.wait(20) and "no map yet of goat" in widget.bar.status.value


def test_a_map_that_is_half_done_when_the_run_is_stopped_does_not_count():
    widget = finished(target="goat")
    widget.view.num_views, widget._stepper._seconds = 1, 10.0
    begun, gate = threading.Event(), threading.Event()
    real = widget._stepper.step

    def slow() -> None:
        real()
        if widget._stepper.current is not None:
            begun.set()
            gate.wait(10)

    widget._stepper.step = slow
    widget.methods = ["gradient", "smoothgrad"]
    assert begun.wait(10)
    widget.run.stop()
    gate.set()
    assert widget.run.wait(20)
    assert "1 of 2 maps of goat · SmoothGrad of image 0: 1 of 16 samples" in widget.bar.status.value


def test_a_refused_map_is_not_counted_and_named():
    model = nn.Sequential(nn.Flatten(), seeded(nn.Linear(3 * 16 * 16, 3)))
    model.input_shape = (3, 16, 16)
    widget = finished(model, methods=["gradient", "gradcam"], target=1)
    assert "1 of 2 maps of class 1 · Grad-CAM failed" in widget.bar.status.value


def test_a_class_that_is_called_by_a_digit_is_not_read_as_a_number_of_maps():
    model = small_net()
    model.class_names = ("7", "2", "1", "8")
    widget = finished(model, target="2", methods=["gradient", "guided"])
    assert "2 maps of “2”" in widget.bar.status.value
    assert all("%  “" in label for label, _ in widget.target_controls.likely.options)
    assert widget.code().count("model, image, '2'") == 2 or widget.code().count("model, image, 1") == 2


def test_grad_cam_without_positive_evidence_does_not_say_that_no_pixel_matters():
    model = small_net()
    with torch.no_grad():
        model[7].weight[3] = -model[7].weight[3].abs()  # every channel speaks against the class
    widget = finished(model, target="goat", methods=["gradient", "gradcam"])
    gradient, gradcam = (tile["note"] for tile in widget.view.rows[0]["tiles"][1:])
    assert gradient == "" and widget.explanation(widget.images.subjects[0], "gradcam").attribution.any()
    assert gradcam == "nothing positive: no place of this layer speaks for the score"


def test_the_same_pixels_under_another_name_have_that_name():
    twins = IMAGES[:1].repeat(2, 1, 1, 1)
    widget = finished(images=twins, titles=["first", "second"])
    widget.images.shown = [1]
    assert widget.run.wait(20)
    image, tile = widget.view.rows[0]["tiles"]
    assert image["title"] == "second" and "second" in tile["alt"] and "first" not in image["alt"]
