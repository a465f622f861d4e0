"""The ascent explorer without a browser, on a network of a few weights."""

import json
import threading
import time

import numpy as np
import pytest
import torch
from torch import nn

from vizwidgets.core.ascent import maximize
from vizwidgets.core.objectives import Objective
from vizwidgets.core.replay import replay
from vizwidgets.core.verdict import Verdict
from vizwidgets.models.wrapping import wrap
from vizwidgets.widgets.ascent import AscentExplorer

CLASSES = ("sheep", "goat", "water ouzel")


@pytest.fixture
def model():
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Conv2d(4, 6, 3), nn.Flatten(), nn.Linear(6 * 12 * 12, 3)
    )
    return wrap(net, input_shape=(1, 16, 16), class_names=CLASSES)


@pytest.fixture
def featureless():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Conv2d(4, 6, 3))
    net.input_shape = (1, 16, 16)
    net.no_classes = "this network ends before its classifier; 'efficientnet_lite0' has classes."
    return net


def wait_for_step(explorer, number, seconds=10):
    end = time.monotonic() + seconds
    while explorer.run.num_taken < number:
        assert time.monotonic() < end, (explorer.run.state, explorer.run.error)
        time.sleep(0.002)


def status(explorer):
    return explorer.bar.status.value


# -- target ------------------------------------------------------------------------------------------


def test_the_default_target_is_the_last_layer_with_filters(featureless):
    explorer = AscentExplorer(featureless)
    assert (explorer.layer, explorer.channel, explorer.kind) == ("2", 0, "channel")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(layer="9"), "no layer named '9'"),
        (dict(layer="2", channel=6), r"channel must be in 0\.\.5 for layer '2'; got 6"),
        (dict(layer="2", unit=(12, 0)), r"row must be in 0\.\.11"),
        (dict(class_name="shep"), "did you mean 'sheep'"),
        (dict(class_name=3), r"class must be in 0\.\.2; got 3"),
        (dict(class_name="goat", channel=1), "not both"),
        (dict(num_steps=0), "num_steps must be a whole number of 1 or more"),
        (dict(preset="lucit"), "preset must be one of lucid"),
        (dict(size=0), "size must be a whole number"),
    ],
)
def test_bad_arguments_are_answered_in_words(model, arguments, message):
    with pytest.raises(ValueError, match=message):
        AscentExplorer(model, **arguments)


def test_unknown_settings_and_what_is_no_model_are_refused(model):
    with pytest.raises(TypeError, match="no setting named 'num_step'; did you mean 'num_steps'"):
        AscentExplorer(model, num_step=3)
    with pytest.raises(TypeError, match="model must be a torch.nn.Module, got str"):
        AscentExplorer("vgg16")


def test_in_python_a_bad_value_raises_and_nothing_changes(model):
    explorer = AscentExplorer(model, "2", 1)
    for name, bad in (("layer", "conv9"), ("channel", 6), ("class_name", "cow"), ("lr", 0.0)):
        before = getattr(explorer, name)
        with pytest.raises(ValueError):
            setattr(explorer, name, bad)
        assert getattr(explorer, name) == before
    with pytest.raises(Exception, match="tv_weight"):
        explorer.tv_weight = -1.0


def test_on_the_page_a_bad_value_is_answered_in_the_status_line(model):
    explorer = AscentExplorer(model, class_name="goat")
    explorer.target.class_name.value = "gaot"
    assert "did you mean &#x27;goat&#x27;" in status(explorer)
    assert explorer.class_name == explorer.target.class_name.value == "goat"


def test_a_model_without_classes_says_why(featureless):
    explorer = AscentExplorer(featureless)
    explorer.target.kind.value = "class"
    assert explorer.kind == "channel"
    assert explorer.target.class_name.disabled
    assert "efficientnet_lite0" in explorer.target.note.value
    assert "efficientnet_lite0" in status(explorer)


def test_the_class_is_found_by_a_typed_name_or_number(model):
    explorer = AscentExplorer(model, class_name="Water Ouzel", num_steps=2)
    assert (explorer.kind, explorer.class_name) == ("class", "water ouzel")
    assert tuple(explorer.target.class_name.options) == CLASSES
    explorer.target.class_name.value = "1"
    assert explorer.class_name == "goat"
    explorer.run_to_end()
    assert explorer.run.state == "done"
    assert "class_score('goat')" in explorer.code()


def test_layers_are_picked_by_block_and_a_smaller_layer_narrows_the_channel(model):
    explorer = AscentExplorer(model, "2", 5)
    explorer.layer = "0"
    assert explorer.channel == 3
    assert (explorer.target.layer.value, explorer.target.channel.max) == ("0", 3)
    explorer.target.layer.value = "2"
    assert (explorer.layer, explorer.target.channel.max) == ("2", 5)


def test_a_unit_is_climbed_at_its_place(model):
    explorer = AscentExplorer(model, "2", 1, unit=(3, 4), num_steps=1)
    assert repr(explorer._stepper.ascent.first[0]).startswith("vw.unit('2', (1, 3, 4))")


# -- running -----------------------------------------------------------------------------------------


def test_run_to_end_gives_the_image_of_maximize(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=8, seed=3, tv_weight=0.1, p_norm_weight=0.0)
    explorer.run_to_end()
    objective, settings = explorer.order()
    result = maximize(model, objective, **vars(settings))
    assert torch.equal(explorer.image, result.image)


def test_live_and_in_the_foreground_it_is_the_same_image(model):
    live = AscentExplorer(model, "2", 1, num_steps=8)
    live.run.start()
    assert live.run.wait(10) and live.run.state == "done"
    here = AscentExplorer(model, "2", 1, num_steps=8)
    here.run_to_end()
    assert torch.equal(live.image, here.image)


def test_a_slider_acts_on_the_next_step(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=100_000, tv_weight=0.05)
    explorer.run.start()
    wait_for_step(explorer, 5)
    for control, name, value in (
        (explorer.controls["tv_weight"], "tv_weight", 20.0),
        (explorer.controls["lr"], "lr", 0.01),
        (explorer.controls["jitter"], "jitter", 1),
    ):
        control.value = value
        at = explorer.run.num_taken
        assert getattr(explorer, name) == value
        wait_for_step(explorer, at + 3)
    explorer.run.pause()
    assert explorer.run.wait(5)
    ascent = explorer._stepper.ascent
    assert (ascent.settings.lr, ascent.settings.jitter) == (0.01, 1)
    weights = [entry["weight"] for entry in ascent.objective.to_dict() if entry["kind"] == "total_variation"]
    assert weights == [-20.0]
    assert [sorted(change) for _, change in ascent.changes] == [["objective"], ["lr"], ["jitter"]]


def test_a_change_takes_effect_in_the_very_next_step(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=100)
    for _ in range(3):
        explorer.run.step()
    assert explorer.run.wait(5)
    explorer.lr = 0.2
    explorer.run.step()
    assert explorer.run.wait(5)
    assert explorer._stepper.ascent.changes == [(3, {"lr": 0.2})]


@pytest.mark.parametrize("name, value", [("channel", 2), ("seed", 5), ("size", 24), ("preset", "lecture")])
def test_another_target_or_start_begins_anew_and_goes_on_running(model, name, value):
    explorer = AscentExplorer(model, "2", 1, num_steps=100_000)
    explorer.run.start()
    wait_for_step(explorer, 10)
    before = explorer._stepper.ascent
    setattr(explorer, name, value)
    end = time.monotonic() + 5
    while explorer._stepper.ascent is before:
        assert time.monotonic() < end
        time.sleep(0.002)
    wait_for_step(explorer, 2)
    assert explorer.run.state == "running"
    explorer.run.stop()
    assert explorer.run.wait(5)


def test_at_rest_another_channel_shows_its_start_image(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=5)
    explorer.run_to_end()
    explorer.channel = 3
    assert explorer.run.wait(5)
    assert (explorer.run.state, explorer.run.num_taken, explorer.view.step) == ("idle", 0, 0)
    assert "channel 3" in explorer.view.alt


def test_a_preset_sets_its_recipe_and_keeps_size_and_seed(model):
    explorer = AscentExplorer(model, "2", 1, seed=7, size=20)
    explorer.preset = "keras-vis"
    assert (explorer.optimizer, explorer.parameterization) == ("rmsprop", "unbounded pixels")
    assert (explorer.num_steps, explorer.jitter, explorer.seed, explorer.size) == (200, 16, 7, 20)
    assert explorer.controls["jitter"].value == 16


def test_rewind_shows_the_stored_frame_and_the_run_goes_on_from_there(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=12)
    explorer.run_to_end()
    frames = [explorer._stepper.ascent.frame(step).copy() for step in range(13)]
    final = explorer.image.clone()
    for step in (4, 9, 2):
        explorer.bar.rewind.value = step
        assert explorer.run.wait(5)
        np.testing.assert_array_equal(explorer._picture()[..., 0], frames[step][0, ..., 0])
        assert (explorer.view.step, explorer.run.num_taken, explorer.bar.rewind.max) == (step, step, 12)
    explorer.run_to_end()
    assert torch.equal(explorer.image, final), "the same steps again give the same image"


def test_with_another_weight_after_a_rewind_the_later_steps_are_others(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=10)
    explorer.run_to_end()
    first = explorer.image.clone()
    explorer.run.rewind(5)
    explorer.tv_weight = 20.0
    explorer.run_to_end()
    assert explorer.run.num_taken == 10
    assert not torch.equal(explorer.image, first)
    assert len(explorer._stepper.curves) == 11


def test_more_steps_make_a_finished_run_resumable(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=4)
    explorer.run_to_end()
    explorer.num_steps = 6
    assert explorer.run.state == "paused"
    explorer.run_to_end()
    assert (explorer.run.state, explorer.run.num_taken) == ("done", 6)


def test_the_model_comes_back_unchanged(model):
    model.train()
    before = {name: values.clone() for name, values in model.state_dict().items()}
    explorer = AscentExplorer(model, "2", 1, num_steps=3)
    explorer.run_to_end()
    assert model.training and all(parameter.requires_grad for parameter in model.parameters())
    assert all(torch.equal(before[name], values) for name, values in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_commands_may_come_from_another_thread(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=100_000)
    thread = threading.Thread(target=explorer.bar.buttons["start"].click)
    thread.start()
    thread.join()
    wait_for_step(explorer, 3)
    thread = threading.Thread(target=explorer.bar.buttons["pause"].click)
    thread.start()
    thread.join()
    assert explorer.run.wait(5) and explorer.run.state == "paused"


# -- what is shown -----------------------------------------------------------------------------------


def test_buttons_are_disabled_where_they_are_not_possible(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=3)
    enabled = lambda: {name for name, each in explorer.bar.buttons.items() if not each.disabled}  # noqa: E731
    assert enabled() == {"start", "step"}
    explorer.bar.buttons["step"].click()
    assert explorer.run.wait(5)
    assert enabled() == {"start", "step", "reset", "stop"}
    explorer.run_to_end()
    assert enabled() == {"reset"}


def test_each_button_and_control_has_a_name_and_a_tooltip(model):
    explorer = AscentExplorer(model)
    for each in [*explorer.bar.buttons.values(), *explorer.controls.values(), explorer.bar.rewind]:
        assert each.description and each.tooltip


def test_curves_show_the_objective_and_each_term(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=4, tv_weight=0.5, p_norm_weight=0.5)
    explorer.run_to_end()
    names, values, panels = explorer._curves()
    assert set(names) == {"activation", "objective", "total_variation", "p_norm"}
    by_name = dict(zip(names, values, strict=True))
    total = by_name["activation"] + by_name["total_variation"] + by_name["p_norm"]
    np.testing.assert_allclose(by_name["objective"], total, rtol=1e-5)
    activations = [float(step.activation) for step in explorer._stepper.ascent.steps]
    np.testing.assert_allclose(by_name["activation"], activations, rtol=1e-4)
    assert [title for title, _ in panels] == ["activation h(x)", "regularizers"]


def test_the_three_numbers_are_activations_measured_anew(model):
    best = torch.rand(1, 16, 16)
    explorer = AscentExplorer(model, "2", 1, num_steps=5, best_real=best, preset="keras-vis")
    explorer.run_to_end()
    layer = model.network[:3]
    measure = lambda image: float(layer(model.normalize(image))[0, 1].mean().detach())  # noqa: E731
    numbers = explorer.readings.numbers
    shown = torch.from_numpy(explorer._picture()[..., :1]).permute(2, 0, 1)[None] / 255
    assert numbers["raw image"] == pytest.approx(measure(explorer.image), rel=1e-4)
    assert numbers["shown picture"] == pytest.approx(measure(shown), rel=1e-4)
    assert numbers["best real image"] == pytest.approx(measure(best[None]), rel=1e-4)


def test_a_best_activation_holds_only_for_its_target(model):
    explorer = AscentExplorer(model, "2", 1, best_real=22.0)
    assert explorer.readings.numbers["best real image"] == 22
    explorer.channel = 2
    assert explorer.run.wait(5)
    assert np.isnan(explorer.readings.numbers["best real image"])


def test_the_verdict_offers_its_remedy_and_the_button_applies_it(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=4, lr=0.08, tv_weight=8.0)
    explorer.run_to_end()
    remedy = {"lr": 0.02, "total_variation": 0.25}
    explorer.readings.show({}, Verdict("diverged", "it fell back.", remedy, "a smaller step"), "")
    assert "diverged" in explorer.readings._words.value
    assert explorer.readings.remedy.description == "Try a smaller step"
    explorer.readings.remedy.click()
    assert (explorer.lr, explorer.tv_weight) == (0.02, 2.0)
    assert explorer.run.wait(10) and explorer.run.state == "done"
    assert explorer._stepper.ascent.first[1].lr == 0.02, "it began anew"


def test_more_steps_as_a_remedy_goes_on_from_where_it_is(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=4)
    explorer.run_to_end()
    first = explorer._stepper.ascent
    explorer.apply(Verdict("not yet", "", {"num_steps": 8}, "more steps"))
    assert explorer.run.wait(10)
    assert (explorer.run.num_taken, explorer._stepper.ascent) == (12, first)


def test_divergence_is_a_readable_status_and_keeps_the_last_good_image(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=50, optimizer="gradient", lr=1e38,
                              parameterization="unbounded pixels")  # fmt: skip
    explorer.run_to_end()
    assert explorer.run.state == "failed"
    assert "NaN or infinity in step" in status(explorer)
    assert explorer.readings.verdict.name == "diverged"
    assert torch.isfinite(explorer.image).all()


def test_an_exception_in_a_step_is_a_readable_status(model, monkeypatch):
    explorer = AscentExplorer(model, "2", 1, num_steps=50)
    monkeypatch.setattr(explorer._stepper, "step", lambda: 1 / 0)
    explorer.run.start()
    assert explorer.run.wait(5)
    assert "ZeroDivisionError: division by zero" in status(explorer)
    assert not explorer.bar.buttons["reset"].disabled


def test_the_status_line_is_renewed_at_most_twice_a_second_while_running(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=100_000)
    seen = []
    explorer.bar.status.observe(lambda change: seen.append(time.monotonic()), "value")
    explorer.run.start()
    time.sleep(1.2)
    explorer.run.pause()
    assert explorer.run.wait(5)
    assert explorer.run.num_taken > 20 and len(seen) <= 6  # start, two or three on the way, pause, rest


# -- what stays --------------------------------------------------------------------------------------


def test_the_record_replays_to_the_same_image_with_changes_on_the_way(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=10)
    for weight in (0.05, 1.0, 5.0):
        explorer.tv_weight = weight
        explorer.run.step()
        explorer.run.step()
    assert explorer.run.wait(5)
    record = json.loads(json.dumps(explorer.record()))
    assert [at for at, _ in record["changes"]] == [2, 4]
    assert torch.equal(replay(record, model).image, explorer.image)


def test_the_record_of_an_earlier_step_gives_that_step(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=10)
    explorer.run_to_end()
    frame = explorer._stepper.ascent.frame(4)
    explorer.run.rewind(4)
    record = explorer.record()
    again = replay(record, model)
    assert (record["num_taken"], len(record["curves"]["h"])) == (4, 5)
    np.testing.assert_array_equal((again.image * 255).round().byte().permute(0, 2, 3, 1).numpy(), frame)


@pytest.mark.parametrize("with_change", [False, True])
def test_the_code_gives_the_image(model, with_change):
    import vizwidgets as vw

    explorer = AscentExplorer(model, "2", 1, num_steps=6, seed=2, tv_weight=0.2)
    explorer.run.step()
    if with_change:
        explorer.lr = 0.01
    explorer.run_to_end()
    source = explorer.code()
    names = {"vw": vw}
    lines = source.replace("model = ...", "model = given").splitlines()
    exec("\n".join(lines[:-1]), {**names, "given": model}, scope := {**names, "given": model})
    assert torch.equal(eval(lines[-1], scope), explorer.image)
    assert Objective.from_dict(explorer.record()["objective"]).size == 1


def test_the_bundle_has_a_stable_text_and_the_picture_of_the_moment(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=3)
    before = explorer._repr_mimebundle_()
    explorer.run_to_end()
    after = explorer._repr_mimebundle_()
    assert before["text/plain"] == after["text/plain"] == "AscentExplorer(2, channel 1)"
    assert before["image/png"] != after["image/png"]
    assert "application/vnd.jupyter.widget-view+json" in after


def test_the_figure_shows_image_curves_and_caption(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=3)
    explorer.run_to_end()
    figure = explorer.figure()
    assert len(figure.axes) == 3
    assert "channel 1, step 3, seed 0" in figure._supxlabel.get_text()


def test_at_rest_the_view_holds_the_picture(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=3)
    revision = explorer.view.revision
    explorer.run_to_end()
    assert explorer.view.revision > revision
    assert (explorer.view.step, explorer.view.last) == (3, 3)
    assert explorer.view.snapshot.startswith(b"\x89PNG")


def test_while_running_frames_are_pushed_only_if_a_browser_looks(model, monkeypatch):
    explorer = AscentExplorer(model, "2", 1, num_steps=30)
    frames = []
    monkeypatch.setattr(type(explorer.view), "send", lambda _, content, buffers=None: frames.append(content))
    explorer.run_to_end()
    assert not [frame for frame in frames if frame.get("type") == "frame"]
    explorer.view._receive(None, {"type": "view", "delta": 1}, None)
    explorer.run.reset()
    explorer.run_to_end()
    assert [frame for frame in frames if frame.get("type") == "frame"]


def test_closing_an_explorer_ends_its_run(model):
    explorer = AscentExplorer(model, "2", 1, num_steps=100_000)
    explorer.run.start()
    wait_for_step(explorer, 2)
    explorer.close()
    assert explorer.run.wait(5) and explorer.run.state == "stopped"
