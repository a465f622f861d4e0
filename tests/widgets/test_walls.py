"""FilterWall without a browser: tiny models, a cache folder of its own."""

import io
import json
import os

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from vizwidgets.core.ascent import maximize
from vizwidgets.core.wall import RowAscent, recipe_from
from vizwidgets.core.wall_plan import plan_wall
from vizwidgets.data import wall_cache
from vizwidgets.widgets.walls import FilterWall


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path))
    return tmp_path


def small_model(seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Conv2d(6, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36 * 36, 4)
    )
    model.input_shape = (3, 40, 40)
    model.aliases = {"0": "block1_conv1", "2": "block2_conv1"}
    return model.eval()


def quick_wall(model=None, **changes):
    options = {"channels": 3, "num_steps": 8, "precision": "float32", **changes}
    return FilterWall(small_model() if model is None else model, **options)


def finished(wall):
    wall.run_to_end()
    return wall


def results(wall):
    return wall._stepper.results


# -- plan ---------------------------------------------------------------------------------------------


def test_the_default_rows_are_the_last_convolution_of_each_block():
    model = small_model()
    model.aliases = {"0": "block1_conv1", "2": "block1_conv2"}
    assert [row.title for row in plan_wall(model)] == ["block1_conv2"]


def test_without_blocks_up_to_five_convolutions_are_spread_over_the_depth():
    model = nn.Sequential(*(nn.Conv2d(1 if i == 0 else 2, 2, 3, padding=1) for i in range(12)))
    model.input_shape = (1, 16, 16)
    assert [row.title for row in plan_wall(model)] == ["1", "4", "6", "9", "11"]


def test_channels_are_drawn_by_seed_and_by_layer_name_only():
    rows = [plan_wall(small_model(seed), channels=3, seed=5) for seed in (0, 1)]
    assert [row.channels for row in rows[0]] == [row.channels for row in rows[1]]
    seeds = {plan_wall(small_model(), "block2_conv1", 3, seed=seed)[0].channels for seed in range(5)}
    assert len(seeds) > 1
    assert all(len(set(row.channels)) == 3 for row in rows[0])


def test_a_layer_with_fewer_channels_than_asked_for_shows_all():
    assert plan_wall(small_model(), "block1_conv1", 10)[0].channels == tuple(range(6))


def test_the_wall_of_vgg16_has_the_filters_of_the_lecture():
    model = nn.Sequential(nn.Conv2d(3, 512, 1), nn.Conv2d(512, 512, 1))
    model.input_shape, model.aliases = (3, 32, 32), {"0": "block4_conv3", "1": "block5_conv3"}
    fourth, fifth = plan_wall(model)
    assert fourth.channels[:2] == (266, 421)
    assert fifth.channels[:5] == (2, 100, 266, 330, 421)
    assert len(set(fourth.channels)) == len(set(fifth.channels)) == 10


def test_channels_can_be_given_layer_by_layer():
    rows = plan_wall(small_model(), channels={"block2_conv1": [7, 0], "0": [1]})
    assert [(row.title, row.channels) for row in rows] == [("block2_conv1", (7, 0)), ("block1_conv1", (1,))]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"layers": []}, "layers is empty"),
        ({"layers": ["block9_conv1"]}, "no layer named 'block9_conv1'; did you mean"),
        ({"channels": []}, "one at least"),
        ({"channels": 0}, "channels must be 1 or more"),
        ({"channels": 2.5}, "channels must be 1 or more"),
        ({"channels": [6]}, "channel must be in 0..5 for layer 'block1_conv1'; got 6"),
        ({"channels": [0.5]}, "whole numbers"),
        ({"channels": "3"}, "must be numbers"),
        (
            {"channels": {"block1_conv1": [0]}, "layers": ["block2_conv1"]},
            "no entry for layer 'block2_conv1'",
        ),
        ({"channels": {}}, "layers is empty"),
        ({"tv_weight": -1.0}, "weight"),
        ({"num_images": 3}, "one picture per channel"),
        ({"num_steps": 0}, "num_steps must be"),
        ({"size": 0}, "size must be"),
    ],
)
def test_what_can_not_be_shown_is_refused_in_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        quick_wall(**arguments)


def test_an_unknown_setting_is_answered_with_the_nearest():
    with pytest.raises(TypeError, match="num_steps"):
        quick_wall(num_stps=3)


def test_a_model_without_convolutions_is_refused_in_words():
    model = nn.Sequential(nn.Flatten(), nn.Linear(48, 3))
    model.input_shape = (3, 4, 4)
    with pytest.raises(ValueError, match="has no convolution"):
        FilterWall(model)


def test_units_of_a_linear_layer_can_be_shown_when_named():
    wall = finished(quick_wall(layers=["5"], channels=[1]))
    assert results(wall)[0].pictures.shape == (1, 40, 40, 3)


# -- pictures -----------------------------------------------------------------------------------------


def test_a_row_is_what_maximize_gives():
    model = small_model()
    (row,) = plan_wall(model, "block1_conv1", [4, 1], size=24)
    recipe = recipe_from(num_steps=6, precision="float32", lr=0.05)
    ascent = RowAscent(model, row, recipe)
    while not ascent.is_done:
        ascent.step()
    expected = maximize(
        model, recipe.objective("block1_conv1", (4, 1)), size=24, num_steps=6, precision="float32"
    )
    assert (
        np.abs(ascent.pictures / 255.0 - expected.image.permute(0, 2, 3, 1).numpy()).max() < 0.5 / 255 + 1e-6
    )


def test_a_preset_brings_its_own_step_size():
    assert recipe_from().settings.lr == 0.08
    assert recipe_from(preset="keras-vis").settings.lr is None
    assert recipe_from(lr=0.02).settings.lr == 0.02


def test_the_numbers_are_the_activations_of_the_pictures():
    model = small_model()
    wall = finished(quick_wall(model, layers=["block1_conv1"], channels=[2]))
    (result,) = results(wall)
    picture = torch.from_numpy(result.pictures).permute(0, 3, 1, 2) / 255.0
    with torch.no_grad():
        expected = float(model[0](picture)[0, 2].mean())
    assert result.after[0] == pytest.approx(expected, abs=0.02)


def test_the_model_comes_back_unchanged():
    model = small_model().train()
    before = {name: values.clone() for name, values in model.state_dict().items()}
    finished(quick_wall(model))
    assert model.training and not any(module._forward_hooks for module in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(values, before[name]) for name, values in model.state_dict().items())


def test_the_same_seed_gives_the_same_wall():
    pictures = [results(finished(quick_wall(use_cache=False)))[0].pictures for _ in range(2)]
    assert np.array_equal(*pictures)


def test_nan_ends_the_row_with_a_verdict_and_its_last_good_pictures():
    wall = finished(quick_wall(lr=1e30, layers=["block2_conv1"], parameterization="unbounded pixels"))
    assert {verdict.name for verdict in results(wall)[0].verdicts} == {"diverged"}
    assert wall.run.state == "done"
    assert wall.view.rows[0]["tiles"][0]["failed"]


# -- run ----------------------------------------------------------------------------------------------


def test_a_wall_computes_its_rows_on_the_worker_and_ends():
    wall = quick_wall()
    assert wall.run.state == "idle" and "6 pictures to compute" in wall.view.status
    wall.run.start()
    assert wall.run.wait(60)
    assert wall.run.state == "done" and wall.view.progress == 1.0
    assert [row["state"] for row in wall.view.rows] == ["done", "done"]
    assert all(Image.open(io.BytesIO(strip)).format == "PNG" for strip in wall.view.strips)


def test_pause_holds_with_the_unfinished_row_and_start_goes_on():
    wall = quick_wall(num_steps=400)
    wall.run.start()
    while not wall.run.num_taken:
        pass
    wall.run.pause()
    assert wall.run.wait(20)
    assert wall.view.rows[0]["state"] == "unfinished" and wall.view.strips[0]
    assert "paused" in wall.view.status
    taken = wall.run.num_taken
    wall.run.start()
    wall.run.stop()
    assert wall.run.wait(20)
    assert wall.run.num_taken >= taken and wall.run.state == "stopped"


def test_reset_forgets_the_pictures_and_computes_them_anew():
    wall = finished(quick_wall())
    wall.run.reset()
    assert wall.run.wait(20)
    assert wall.view.strips == [b"", b""] and wall.view.rows[0]["state"] == "waiting"
    assert results(finished(wall))[0] is not None


def test_the_seconds_left_shrink_to_nothing():
    wall = quick_wall()
    assert wall._stepper.seconds_left is None
    for _ in range(3):
        wall._stepper.step()
    assert wall._stepper.seconds_left > 0
    wall.run_to_end()
    assert wall._stepper.seconds_left == pytest.approx(0.0, abs=1e-6)


# -- cache --------------------------------------------------------------------------------------------


def test_a_second_wall_is_there_at_once():
    first, second = finished(quick_wall()), quick_wall()
    assert second.run.state == "done" and "from the cache" in second.view.status
    assert np.array_equal(results(first)[1].pictures, results(second)[1].pictures)
    assert results(first)[1].verdicts == results(second)[1].verdicts


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"num_steps": 9},
        {"tv_weight": 2.0},
        {"size": 36},
        {"channels": 2},
        {"precision": "bfloat16"},
    ],
)
def test_other_settings_are_not_answered_from_the_cache(change):
    finished(quick_wall())
    assert quick_wall(**change).run.state == "idle"


def test_other_weights_and_another_normalization_are_not_answered_from_the_cache():
    finished(quick_wall())
    assert quick_wall(small_model(1)).run.state == "idle"
    twin = small_model()
    twin.append(nn.Identity())
    assert quick_wall(twin).run.state == "idle"


def test_weights_trained_after_the_wall_was_made_are_noticed_at_reset():
    model = small_model()
    wall = finished(quick_wall(model))
    with torch.no_grad():
        model[0].weight.copy_(model[0].weight.flip(0))
    wall.run.reset()
    finished(wall)
    assert quick_wall().run.state == "done" and quick_wall(model).run.state == "done"
    assert not np.array_equal(results(wall)[0].pictures, results(quick_wall())[0].pictures)


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied"])
def test_a_damaged_entry_is_computed_anew(home, damage):
    expected = results(finished(quick_wall()))[0].pictures
    for path in (home / "walls").glob("*.safetensors"):
        data = bytearray(path.read_bytes())
        if damage == "flipped":
            data[-10] ^= 255
        path.write_bytes({"cut": data[:-100], "flipped": data, "emptied": b""}[damage])
    wall = quick_wall()
    assert wall.run.state == "idle"
    assert np.array_equal(results(finished(wall))[0].pictures, expected)
    assert quick_wall().run.state == "done"


def test_a_cache_that_can_not_be_written_is_a_note_and_no_error(home, monkeypatch):
    (home / "file").write_text("")
    monkeypatch.setenv("VIZWIDGETS_HOME", str(home / "file" / "below"))
    wall = finished(quick_wall())
    assert wall.run.state == "done" and "not kept for next time" in wall.view.trouble


def test_a_full_disk_leaves_no_half_written_entry(home, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    wall = finished(quick_wall())
    assert "No space left" in wall.view.trouble
    assert [path for path in (home / "walls").rglob("*") if path.is_file()] == []


def test_what_is_kept_says_what_it_is(home):
    wall = finished(quick_wall(layers=["block1_conv1"]))
    (path,) = (home / "walls").glob("*.safetensors")
    with wall_cache.safe_open(path, framework="np") as file:
        facts = json.loads(file.metadata()["facts"])
    assert facts["recipe"]["settings"]["precision"] == "float32"
    assert facts["objective"][0] == {
        "kind": "channel",
        "weight": 1.0,
        "layer": "0",
        "channels": list(wall._stepper.rows[0].channels),
    }


# -- what is shown ------------------------------------------------------------------------------------


def test_every_picture_has_a_name_with_layer_channel_and_verdict():
    wall = finished(quick_wall(layers=["block1_conv1"], channels=[4]))
    (tile,) = wall.view.rows[0]["tiles"]
    verdict = results(wall)[0].verdicts[0]
    assert tile["label"] == f"block1_conv1 channel 4: {verdict.name}"
    assert tile["reason"] == verdict.reason and tile["failed"] != verdict.is_good
    assert wall.view.rows[0]["subtitle"] == "sees 3 × 3 px"


def test_select_shows_a_picture_large_and_refuses_what_is_not_there():
    wall = quick_wall(channels=[0, 5])
    wall.select("block2_conv1", 5)
    assert wall.view.selected == [1, 1]
    with pytest.raises(ValueError, match="channel 3 of '0' is not on this wall"):
        wall.select("0", 3)


def test_one_explorer_at_a_time_opens_with_the_recipe_of_the_wall():
    wall = quick_wall(channels=[0, 5], seed=3)
    wall.view._receive(None, {"type": "open", "row": 1, "index": 0}, None)
    first = wall.explorer
    assert (first.layer, first.channel, first.seed) == ("block2_conv1", 0, 3)
    assert first.tv_weight == wall.recipe.tv_weight and first.num_steps == 8
    second = wall.explore("block1_conv1", 5)
    assert wall.explorer is second and first.comm is None
    wall.close()


def test_the_figure_has_every_row_and_marks_failures():
    wall = quick_wall(channels=[0, 1], lr=1e-9)
    empty = wall.figure()
    finished(wall)
    assert all(not verdict.is_good for verdict in results(wall)[0].verdicts)
    assert wall.figure().size == empty.size
    colors = {color for _, color in wall.figure().getcolors(1 << 24)}
    assert (166, 61, 0) in colors and (166, 61, 0) not in {color for _, color in empty.getcolors(1 << 24)}


def test_two_walls_stand_side_by_side_with_the_filters_that_both_have():
    one, other = finished(quick_wall()), finished(quick_wall(small_model(1), channels=[0, 5]))
    three, pair = one.figure(beside=one), one.figure(beside=other)
    assert pair.height == three.height == one.figure().height
    assert pair.width < three.width < 2 * one.figure().width
    left, right = (
        np.asarray(pair)[:, part] for part in (slice(0, pair.width // 2), slice(pair.width // 2, None))
    )
    assert (left != 255).any() and (right != 255).any()


def test_walls_without_a_common_layer_are_refused_side_by_side():
    one, other = quick_wall(layers=["block1_conv1"]), quick_wall(layers=["block2_conv1"])
    with pytest.raises(ValueError, match="only if they have a layer in common"):
        one.figure(beside=other)


def test_save_writes_one_png_and_refuses_other_kinds(tmp_path):
    wall = finished(quick_wall())
    path = wall.save(tmp_path / "pictures" / "wall.png")
    assert Image.open(path).size == wall.figure().size
    with pytest.raises(ValueError, match="name the file 'wall.png'"):
        wall.save("wall.jpg")


def test_the_bundle_has_a_picture_and_a_text_that_stays_the_same():
    bundle = finished(quick_wall())._repr_mimebundle_()
    assert bundle["text/plain"] == "FilterWall(Sequential: 6 filters of block1_conv1, block2_conv1)"
    assert bundle["image/png"] and "application/vnd.jupyter.widget-view+json" in bundle


def test_code_and_record_say_how_to_make_it_again():
    wall = finished(quick_wall(seed=2))
    assert "vw.FilterWall(model, channels=3, num_steps=8, precision='float32', seed=2)" in wall.code()
    record = json.loads(json.dumps(wall.record()))
    assert record["rows"][0]["layer"] == "block1_conv1" and len(record["rows"][0]["after"]) == 3
    again = FilterWall(small_model(), **record["arguments"])
    assert again.run.state == "done"


def test_one_channel_of_a_gray_model_makes_a_wall():
    model = nn.Sequential(nn.Conv2d(1, 2, 3))
    model.input_shape = (1, 12, 12)
    wall = finished(FilterWall(model, channels=[1], num_steps=2))
    assert results(wall)[0].pictures.shape == (1, 12, 12, 1)
    assert Image.open(io.BytesIO(wall.view.strips[0])).mode == "RGB"
