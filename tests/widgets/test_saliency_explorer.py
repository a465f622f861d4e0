"""SaliencyExplorer without a browser: its maps against autograd and `saliency_map`, and what it refuses."""

from __future__ import annotations

import io
import json
import threading
import time
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import vizwidgets as vw
from tests.core.nets import seeded, small_net
from vizwidgets.core.saliency import magnitudes
from vizwidgets.draw.color_scale import color_scale, laid_over
from vizwidgets.draw.pixels import to_bytes
from vizwidgets.widgets.saliency import SaliencyExplorer

IMAGES = torch.rand(4, 3, 16, 16, generator=torch.Generator().manual_seed(1))
ALL = ["gradient", "guided", "smoothgrad", "integrated", "gradcam", "occlusion"]
QUICK = {"num_samples": 4, "num_steps": 6, "window": 8}


def explorer(model: Any = None, **settings: Any) -> SaliencyExplorer:
    return SaliencyExplorer(model or small_net(), IMAGES, **settings)


def finished(model: Any = None, **settings: Any) -> SaliencyExplorer:
    made = explorer(model, **settings)
    made.run_to_end()
    return made


def by_autograd(image: torch.Tensor, target: int) -> torch.Tensor:
    leaf = image.clone().requires_grad_()
    small_net()(leaf)[0, target].backward()
    return leaf.grad[0].abs().amax(dim=0)


def names_of(widget: SaliencyExplorer) -> dict[str, Any]:
    """Run the code of an explorer, with the model and the images that it cannot know."""
    names: dict[str, Any] = {"images": IMAGES, "mine": widget.model}
    exec(widget.code().replace("model = ...", "model = mine"), names)
    return names


# -- what is computed -----------------------------------------------------------------------------------


def test_it_begins_by_itself_with_the_gradient_of_the_predicted_class():
    widget = explorer()
    assert widget.run.wait(20) and widget.run.state == "done"
    predicted = int(small_net()(IMAGES[:1]).argmax())
    assert torch.allclose(widget.maps["gradient"][0], by_autograd(IMAGES[:1], predicted), rtol=1e-4)


@pytest.mark.parametrize("reduce", ["max", "mean", "l2"])
def test_the_code_gives_the_maps_on_the_screen(reduce):
    widget = finished(methods=ALL, reduce=reduce, target="goat", **QUICK)
    names = names_of(widget)
    for method, shown in widget.maps.items():
        assert torch.allclose(names[method].values, shown, rtol=1e-4, atol=1e-7), method


def test_the_code_of_several_rows_has_a_line_for_each_map():
    widget = finished(methods=["gradient", "occlusion"], shown=[2, 0, 3], stride=2, window=4)
    names = names_of(widget)
    for row in range(3):
        for method in widget.methods:
            found = names[f"{method}{row + 1}"]
            assert torch.allclose(found.values[0], widget.maps[method][row], rtol=1e-4, atol=1e-7)
            assert int(found.target) == int(small_net()(IMAGES[[2, 0, 3][row]][None]).argmax())


def test_another_class_image_or_method_gives_another_map_and_the_old_one_is_kept():
    widget = finished()
    first = widget.maps["gradient"]
    known = widget.explanation(widget.images.subjects[0], "gradient")
    for name, value, back in [("class_name", "goat", ""), ("methods", ["guided"], ["gradient"])]:
        setattr(widget, name, value)
        assert widget.run.wait(20)
        assert not torch.equal(next(iter(widget.maps.values())), first)
        setattr(widget, name, back)
        assert widget.run.wait(20)
        assert widget.explanation(widget.images.subjects[0], "gradient") is known  # not computed twice
    widget.images.source.image_number = 3
    assert widget.run.wait(20)
    predicted = int(small_net()(IMAGES[3:4]).argmax())
    assert torch.allclose(widget.maps["gradient"][0], by_autograd(IMAGES[3:4], predicted), rtol=1e-4)


def test_an_internal_unit_and_a_channel_are_explained_too():
    widget = finished(target=vw.unit("block2_conv1", (5, 2, 3)))
    leaf = IMAGES[:1].clone().requires_grad_()
    small_net()[:4](leaf)[0, 5, 2, 3].backward()
    assert torch.allclose(widget.maps["gradient"][0], leaf.grad[0].abs().amax(0), rtol=1e-4)
    widget.layer, widget.channel = "block1_conv1", 4
    widget.kind = "channel"
    assert widget.run.wait(20)
    leaf = IMAGES[:1].clone().requires_grad_()
    small_net()[:1](leaf)[0, 4].mean().backward()
    assert torch.allclose(widget.maps["gradient"][0], leaf.grad[0].abs().amax(0), rtol=1e-4)
    assert "vw.channel('block1_conv1', 4)" in widget.code()
    assert torch.allclose(names_of(widget)["gradient"].values, widget.maps["gradient"], rtol=1e-4)


def test_a_model_without_classes_explains_a_channel():
    model = seeded(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 5, 3)))
    model.input_shape, model.no_classes = (3, 16, 16), "this model has no classes."
    widget = finished(model)
    assert (widget.kind, widget.layer) == ("channel", "2")
    assert widget.maps["gradient"].any()
    widget.target_controls.kind.value = "class"
    assert "this model has no classes." in widget.bar.status.value
    assert widget.kind == widget.target_controls.kind.value == "channel"


def test_a_method_that_the_model_does_not_allow_is_answered_in_words_and_the_others_are_shown():
    model = nn.Sequential(nn.Flatten(), seeded(nn.Linear(3 * 16 * 16, 3)))
    model.input_shape = (3, 16, 16)
    widget = finished(model, methods=["gradient", "guided", "gradcam"])
    assert widget.run.state == "done" and widget.maps["gradient"].any()
    status = widget.bar.status.value
    assert "guided failed" in status and "Grad-CAM needs a feature map" in status
    note = widget.view.rows[0]["tiles"][3]["note"]
    assert "convolution" in note
    assert "# Grad-CAM is not possible here" in widget.code()
    assert widget.record()["images"][0]["maps"]["gradcam"]["refusal"] == note


def test_a_map_of_zeros_is_said_to_be_one():
    model = small_net()
    with torch.no_grad():
        model[7].weight.zero_()
    widget = finished(model)
    tile = widget.view.rows[0]["tiles"][1]
    assert "0 everywhere" in tile["note"] and not tile["ticks"]
    assert not widget.maps["gradient"].any() and widget.figure().width > 0


def test_the_model_stays_as_it_was():
    model = small_net().train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    widget = finished(model, methods=ALL, **QUICK)
    widget.randomization.run_to_end("guided")
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert model.training and all(p.requires_grad and p.grad is None for p in model.parameters())
    assert not any(module._forward_hooks for module in model.modules())


def test_reset_reads_the_weights_of_the_model_anew():
    model = small_net()
    widget = finished(model, target="dog")
    before = widget.maps["gradient"]
    with torch.no_grad():
        model[7].weight.mul_(3)
    widget.run.reset()
    widget.run.start()
    assert widget.run.wait(20)
    assert torch.allclose(widget.maps["gradient"], 3 * before, rtol=1e-4)


# -- what is shown --------------------------------------------------------------------------------------


def shown_tiles(widget: SaliencyExplorer) -> list[np.ndarray]:
    strip = np.asarray(Image.open(io.BytesIO(widget.view.strips[0])).convert("RGB"))
    return np.split(strip, len(widget.view.rows[0]["tiles"]), axis=1)


def test_the_page_shows_the_image_and_each_map_over_it_with_the_numbers_of_its_scale():
    widget = finished(methods=["gradient", "gradcam"], strength=0.6)
    image, gradient, _ = shown_tiles(widget)
    pixels = to_bytes(IMAGES[0])
    assert np.array_equal(image, pixels)
    scale = color_scale([widget.maps["gradient"][0]])
    assert np.array_equal(gradient, laid_over(pixels, widget.maps["gradient"][0], scale, 0.6))
    assert widget.view.rows[0]["tiles"][1]["ticks"] == [text for _, text in scale.ticks()]


def test_maps_share_a_scale_by_row_or_all_of_them():
    widget = finished(methods=["gradient", "guided"], shown=[0, 1])
    widget.scale = "row"
    assert widget.run.wait(20)
    maps = [torch.stack([widget.maps[method][row] for method in widget.methods]) for row in (0, 1)]
    for row, values in zip(widget.view.rows, maps, strict=True):
        assert row["bar"] == [text for _, text in color_scale(list(values)).ticks()]
    widget.scale = "global"
    assert widget.run.wait(20)
    assert widget.view.bar == [
        text for _, text in color_scale([each for row in maps for each in row]).ticks()
    ]
    assert all(not row["bar"] and not row["tiles"][1]["ticks"] for row in widget.view.rows)


def test_strength_reduce_and_scale_draw_anew_and_compute_nothing():
    widget = finished(methods=["gradient"])
    known = widget.explanation(widget.images.subjects[0], "gradient")
    for name, value in [("strength", 0.2), ("reduce", "l2"), ("scale", "global")]:
        before = widget.view.revision, widget.view.strips[0]
        setattr(widget, name, value)
        assert widget.run.wait(20) and widget.run.state == "done"
        assert widget.view.revision > before[0] and (widget.view.strips[0] != before[1] or name == "scale")
    assert widget.explanation(widget.images.subjects[0], "gradient") is known
    assert torch.equal(widget.maps["gradient"][0], magnitudes(known.attribution, "gradient", "l2")[0])


def test_the_likeliest_classes_stand_there_with_their_probabilities():
    widget = finished()
    shares = small_net()(IMAGES[:1])[0].softmax(0)
    best = shares.argsort(descending=True)
    labels = [label for label, _ in widget.target_controls.likely.options]
    assert len(labels) == 4
    for label, index in zip(labels, best.tolist(), strict=True):
        assert small_net().class_names[index] in label and f"{100 * shares[index]:.0f} %" in label
    widget.target_controls.likely.value = widget.target_controls.likely.options[1][1]
    assert widget.class_name == small_net().class_names[best[1]]
    widget.target_controls.likely.value = ""
    assert widget.class_name == "" and widget.target is None


def test_what_comes_from_outside_is_escaped():
    model = small_net()
    model.class_names = ("<img src=x onerror=alert(1)>",) * 4
    widget = SaliencyExplorer(model, IMAGES, titles=["<script>1", "b", "c", "d"])
    widget.run_to_end()
    widget.row = 3
    assert widget.inspector.wait(20)
    for html in (widget.bar.status.value, widget.inspector.reading.value, widget.randomization.status.value):
        assert "<script" not in html and "<img" not in html
    assert "&lt;script" in widget.inspector.reading.value
    widget.randomization.run_to_end("gradient")
    assert "<script" not in widget.randomization.status.value


def test_the_static_picture_stands_in_the_notebook_file_and_the_words_are_stable():
    widget = finished(target="dog")
    bundle = widget._repr_mimebundle_()
    assert bundle["text/plain"] == "SaliencyExplorer(Sequential: gradient of dog on image 0)"
    assert bundle["image/png"] and widget.snapshot().alt == widget._words()
    assert widget.figure().size == Image.open(io.BytesIO(widget.snapshot().data)).size


def test_the_record_is_json_and_names_what_is_needed():
    widget = finished(methods=["gradient", "smoothgrad"], num_samples=3)
    widget.randomization.run_to_end("gradient")
    record = json.loads(json.dumps(widget.record()))
    largest = record["images"][0]["maps"]["gradient"]
    assert largest["largest"] == pytest.approx(widget.maps["gradient"].max().item())
    row, column = largest["at"]
    assert widget.maps["gradient"][0, row, column] == widget.maps["gradient"].max()
    assert record["options"]["smoothgrad"]["num_samples"] == 3
    assert record["randomization"]["layers"] == list(widget.randomization.test.layers)
    assert record["images"][0]["top"][0]["name"] in small_net().class_names


# -- controls, orders, refusals -------------------------------------------------------------------------


def test_the_newest_order_wins_and_no_handler_waits_for_the_network():
    gate = threading.Event()

    class Slow(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.input_shape, self.is_open = small_net(), (3, 16, 16), True

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            gate.wait(10)
            return self.inner(images)

    gate.set()
    widget = finished(Slow())
    gate.clear()
    begun = time.monotonic()
    for name in ("0", "1", "3"):
        widget.class_name = name
    assert time.monotonic() - begun < 5  # the network is stuck, the page is not
    gate.set()
    assert widget.run.wait(20) and widget.run.state == "done"
    assert torch.allclose(widget.maps["gradient"][0], by_autograd(IMAGES[:1], 3), rtol=1e-4)


def test_buttons_put_methods_side_by_side_and_one_always_stays():
    widget = finished()
    buttons = {button.description: button for button in widget.method_buttons.buttons.values()}
    buttons["Grad-CAM"].value = True
    assert widget.methods == ["gradient", "gradcam"]
    buttons["gradient"].value = False
    assert widget.methods == ["gradcam"]
    buttons["Grad-CAM"].value = False
    assert widget.methods == ["gradcam"] and buttons["Grad-CAM"].value
    assert "one method at least" in widget.bar.status.value
    widget.methods = ["occlusion", "guided"]
    assert [name for name, button in buttons.items() if button.value] == ["guided", "occlusion"]


def test_rows_are_added_and_taken_away_and_the_pick_changes_the_last_one():
    widget = finished()
    widget.images.more.click()
    assert widget.images.shown == [0, 1]
    widget.images.source.pick.value = 3
    assert widget.images.shown == [0, 3] and widget.run.wait(20)
    assert widget.maps["gradient"].shape == (2, 16, 16) and len(widget.view.rows) == 2
    widget.image_number = 1
    widget.images.fewer.click()
    assert widget.images.shown == [0] and widget.image_number == 0 and widget.images.fewer.disabled
    for _ in range(5):
        widget.images.add_row()
    assert len(widget.images.shown) == 4 and widget.images.more.disabled


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"target": "zebra"}, "no class named 'zebra'"),
        ({"target": 7}, r"class must be in 0\.\.3"),
        ({"methods": ["lrp"]}, "methods must be one or more of gradient"),
        ({"methods": []}, "methods must be one or more of gradient"),
        ({"methods": ["gradient", "gradient"]}, "each once"),
        ({"nudge_size": 0.0}, "nudge_size must be in -1..1 and not 0"),
        ({"samples": 3}, "has no setting 'samples'"),
        ({"shown": [0, 99]}, "there are images 0.."),
        ({"shown": []}, "1 to 4 images are shown at a time"),
        ({"target": vw.channel("block1_conv1", [1, 2])}, "one target is explained at a time"),
        ({"gradcam_layer": "nowhere"}, "nowhere"),
    ],
)
def test_a_setting_that_does_not_exist_or_fit_is_refused_in_words(settings, words):
    with pytest.raises((ValueError, TypeError), match=words):
        explorer(**settings)


@pytest.mark.parametrize(
    ("images", "words"),
    [
        ((IMAGES * 255).byte(), "must be floats"),
        (IMAGES.permute(0, 2, 3, 1), r"permute\(2, 0, 1\)"),
        (IMAGES[:, :1], "takes 3 channels"),
        (torch.rand(3, 20, 20), "Resize them first"),
    ],
)
def test_images_that_do_not_fit_the_model_are_refused_in_words(images, words):
    with pytest.raises((ValueError, TypeError), match=words):
        SaliencyExplorer(small_net(), images)


def test_an_image_without_a_batch_axis_is_taken():
    widget = SaliencyExplorer(small_net(), IMAGES[2])
    widget.run_to_end()
    assert torch.equal(widget.images.subjects[0].image, IMAGES[2:3])


def test_a_class_that_is_not_there_is_answered_in_words_and_nothing_changes():
    widget = finished(target="dog")
    before = widget.maps["gradient"]
    widget.target_controls.other.value = "unicorn"
    assert "no class named &#x27;unicorn&#x27;" in widget.bar.status.value
    assert widget.class_name == widget.target_controls.other.value == "dog"
    assert widget.run.wait(20) and torch.equal(widget.maps["gradient"], before)


def test_an_option_that_core_refuses_is_said_and_another_one_heals_it():
    widget = finished(methods=["gradient", "occlusion"], window=99)
    assert "occlusion failed" in widget.bar.status.value and "99" in widget.bar.status.value
    widget.drawer.options["window"].value = 8
    assert widget.run.wait(20)
    assert "failed" not in widget.bar.status.value and widget.maps["occlusion"].any()


def test_gray_images_are_explained_by_a_gray_model():
    widget = SaliencyExplorer(small_net(colors=1), IMAGES[:, :1], methods=["gradient", "guided"])
    widget.run_to_end()
    assert widget.maps["guided"].shape == (1, 16, 16)
    widget.column = 4
    assert widget.inspector.wait(20) and "<th>gray</th>" in widget.inspector.reading.value


def test_layers_of_the_model_can_be_picked_for_grad_cam():
    widget = finished(methods=["gradcam"])
    last = widget.maps["gradcam"]
    widget.drawer.options["gradcam_layer"].value = "block1_conv1"
    assert widget.run.wait(20)
    wanted = vw.saliency_map(small_net(), IMAGES[:1], method="gradcam", layer="block1_conv1").values
    assert torch.allclose(widget.maps["gradcam"], wanted, rtol=1e-4)
    assert not torch.allclose(widget.maps["gradcam"], last)


def test_stop_keeps_what_is_there_and_the_code_says_so():
    widget = explorer(methods=["gradient"])
    assert widget.run.wait(20)
    widget._stepper.is_watched = True
    widget.view.num_views = 1
    widget.num_samples = 1000
    widget.methods = ["gradient", "smoothgrad"]
    deadline = time.monotonic() + 20
    while widget.run.num_taken < 2 and time.monotonic() < deadline:
        time.sleep(0.005)
    widget.run.stop()
    assert widget.run.wait(20) and widget.run.state in ("stopped", "done")
    known = widget.explanation(widget.images.subjects[0], "smoothgrad")
    if known is not None and known.done < known.total:
        assert f"on the screen: {known.done} of 1000 parts" in widget.code()
        assert f"{known.done} of 1000 samples" in widget.view.rows[0]["tiles"][2]["words"]


def test_an_objective_of_one_channel_or_unit_stands_in_the_fields_and_another_one_in_words():
    widget = finished(target=vw.unit("block2_conv1", (5, 2, 3)))
    assert (widget.kind, widget.layer, widget.channel) == ("unit", "block2_conv1", 5)
    assert (widget.unit_row, widget.unit_column) == (2, 3)
    widget.target = vw.channel("block1_conv1", 2)
    assert (widget.kind, widget.layer, widget.channel) == ("channel", "block1_conv1", 2)
    assert widget.run.wait(20)
    mixed = vw.class_score("cat") - vw.class_score("goat")
    widget.target = mixed
    assert widget.run.wait(20) and widget.kind == "objective"
    assert "vw.class_score" in widget.target_controls.given.value
    leaf = IMAGES[:1].clone().requires_grad_()
    scores = small_net()(leaf)[0]
    (scores[0] - scores[3]).backward()
    assert torch.allclose(widget.maps["gradient"][0], leaf.grad[0].abs().amax(0), rtol=1e-4)
    assert torch.allclose(names_of(widget)["gradient"].values, widget.maps["gradient"], rtol=1e-4)
    widget.target = None
    assert widget.run.wait(20) and widget.target is None and widget.kind == "class"


def test_a_model_that_returns_feature_maps_says_so_and_a_channel_can_be_explained():
    model = seeded(nn.Sequential(nn.Conv2d(3, 4, 3)))
    model.input_shape = (3, 16, 16)
    widget = finished(model)
    assert "a class score needs an output (N, classes)" in widget.bar.status.value
    widget.target_controls.kind.value = "channel"
    assert widget.run.wait(20) and widget.maps["gradient"].any()
    assert "failed" not in widget.bar.status.value


def test_classes_without_names_are_numbers():
    model = small_net()
    model.class_names = None
    widget = finished(model)
    best = int(small_net()(IMAGES[:1]).argmax())
    assert f"class {best}" in widget.target_controls.likely.options[0][0]
    widget.target_controls.other.value = "3"
    assert widget.run.wait(20) and widget.target == 3
    assert torch.allclose(widget.maps["gradient"][0], by_autograd(IMAGES[:1], 3), rtol=1e-4)
    widget.class_name = "9"
    assert widget.run.wait(20) and "class must be in 0..3" in widget.bar.status.value
