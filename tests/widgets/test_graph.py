"""AutodiffGraph without a browser: steps there and back, live values, expressions that are refused."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
import time

import pytest

from vizwidgets.core.autodiff import ExpressionError
from vizwidgets.widgets.graph import AutodiffGraph
from vizwidgets.widgets.graph_presets import PRESETS


@pytest.fixture
def make():
    made = []

    def graph(*args, **kwargs) -> AutodiffGraph:
        made.append(AutodiffGraph(*args, **kwargs))
        return made[-1]

    yield graph
    for each in made:
        each.close()


def rest(graph: AutodiffGraph) -> AutodiffGraph:
    assert graph.run.wait_for_orders(10)
    return graph


def numbers(graph: AutodiffGraph, kind: str) -> dict[str, str]:
    """Return what is written at each box, by the box's name (of an input its label)."""
    boxes = rest(graph).view.scene["boxes"]
    return {box["name"] or box["label"]: box[kind] for box in boxes}


# -- stepping -----------------------------------------------------------------------------------------


def test_it_begins_with_the_lectures_function_and_its_classic_values(make):
    graph = make()
    assert graph.expression == "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))"
    assert graph.values == {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}
    assert [round(each, 2) for each in graph.gradient.values()] == [-0.2, 0.39, -0.39, -0.59, 0.2]


def test_the_lectures_function_is_known_however_its_spaces_are_set(make):
    graph = make("1/(1 + exp(-(w0 * x0 + w1 * x1 + w2)))")
    assert graph.values == make().values
    assert graph.controls.preset.value == "lecture"


def test_each_step_makes_one_more_number_known(make):
    graph = make("x * y + x", {"x": 3, "y": -2})
    assert numbers(graph, "value") == {"x": "3", "y": "−2", "v1": "", "f": ""}
    graph.run.step()
    assert numbers(graph, "value") == {"x": "3", "y": "−2", "v1": "−6", "f": ""}
    graph.run.step()
    assert numbers(graph, "value")["f"] == "−3"
    assert set(numbers(graph, "gradient").values()) == {""}
    graph.run.step()
    assert numbers(graph, "gradient") == {"x": "", "y": "", "v1": "", "f": "∂ 1"}
    graph.run.step()
    assert numbers(graph, "gradient") == {"x": "∂ 1 + …", "y": "", "v1": "∂ 1", "f": "∂ 1"}
    graph.run.step()
    assert numbers(graph, "gradient") == {"x": "∂ −1", "y": "∂ 3", "v1": "∂ 1", "f": "∂ 1"}
    assert graph.run.state == "done"


def test_the_node_at_work_its_wires_and_its_rule_are_shown(make):
    graph = make("x * y + x", {"x": 3, "y": -2})
    graph.run_to_end()
    scene = graph.view.scene
    assert [box["name"] for box in scene["boxes"] if box["current"]] == ["v1"]
    assert [wire["active"] for wire in scene["wires"]] == ["backward", "backward", "", ""]
    assert "other factor" in scene["words"]
    assert scene["formulas"][1] == "∂f/∂y = ∂f/∂v1 · x = 1 · 3 = 3"
    assert scene["heading"] == "backward 3 of 3"
    assert scene["words"] in graph.view.alt


def test_one_can_go_back_to_any_step_and_on_from_there(make):
    graph = make()
    graph.run_to_end()
    for number in (16, 3, 0, 9):
        graph.run.rewind(number)
        assert rest(graph).view.scene["step"] == number
        fresh = make()
        for _ in range(number):
            fresh.run.step()
        assert rest(fresh).view.scene == graph.view.scene
    graph.run.step()
    assert rest(graph).view.scene["step"] == 10
    assert graph.run.furthest == 17


def test_back_button_and_arrow_keys_go_from_node_to_node(make):
    graph = make("x * x + x")
    assert graph.bar.back.disabled
    for key, number in [
        ("ArrowRight", 1),
        ("ArrowRight", 2),
        ("ArrowLeft", 1),
        ("ArrowRight", 2),
        ("Home", 0),
    ]:
        graph.bar.press(key)
        assert rest(graph).view.scene["step"] == number
    graph.bar.press("ArrowLeft")  # nothing is before the start
    assert rest(graph).view.scene["step"] == 0
    graph.bar.press("ArrowRight")
    graph.bar.press("ArrowRight")
    rest(graph).bar.back.click()
    assert rest(graph).view.scene["step"] == 1
    graph.bar.press("Escape")
    assert rest(graph).view.scene["step"] == 1


def test_a_key_after_the_end_is_harmless(make):
    graph = make("x")
    graph.run_to_end()
    graph.bar.press("ArrowRight")
    assert graph.run.state == "done" and graph.run.error == ""


@pytest.mark.parametrize("wrong", ["x", [1.0], 3.0])
def test_values_that_are_no_mapping_are_refused_in_words(make, wrong):
    with pytest.raises(TypeError, match="values are a mapping such as {'x': 2.0}; got"):
        make("x * y", wrong)


def test_reset_forgets_the_steps(make):
    graph = make("x * x")
    graph.run_to_end()
    graph.run.reset()
    assert rest(graph).view.scene["step"] == 0
    assert graph.run.state == "idle" and graph.run.furthest == 0


def test_a_live_run_takes_its_time_and_can_be_paused(make):
    graph = make()
    graph.seconds_per_step = 0.05
    graph.run.start()
    deadline = time.monotonic() + 10
    while graph.run.num_taken < 3:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    graph.run.pause()
    assert graph.run.wait(10)
    assert 3 <= graph.run.num_taken < 17 and graph.run.state == "paused"
    graph.seconds_per_step = 10.0
    graph.run.start()
    graph.run_to_end()  # nobody waits here, however slow the pace
    assert graph.run.state == "done"


# -- values -------------------------------------------------------------------------------------------


def test_other_values_act_at_once_and_keep_the_place(make):
    graph = make("x * y + x", {"x": 3, "y": -2})
    for _ in range(4):
        graph.run.step()
    rest(graph)
    graph.values = {"y": 4}
    assert rest(graph).view.scene["step"] == 4
    assert graph.values == {"x": 3.0, "y": 4.0}
    assert numbers(graph, "value") == {"x": "3", "y": "4", "v1": "12", "f": "15"}
    graph.run_to_end()
    assert numbers(graph, "gradient")["x"] == "∂ 5"
    graph.values = {"y": 7}
    assert numbers(graph, "gradient")["x"] == "∂ 8"
    assert graph.run.state == "done"


def test_a_slider_sets_its_value_and_follows_it(make):
    graph = make("x * y", {"x": 3, "y": -2})
    sliders = graph.controls.inputs.sliders
    sliders["x"].value = 1.5
    assert graph.values["x"] == 1.5 and graph.gradient == {"x": -2.0, "y": 1.5}
    graph.values = {"x": 250.0}
    assert sliders["x"].value == 250.0 and sliders["x"].max == 1000.0
    assert graph.values["x"] == 250.0


def test_values_follow_while_it_runs(make):
    graph = make()
    graph.seconds_per_step = 0.05
    graph.run.start()
    for turn in range(20):
        graph.values = {"w0": turn / 10}
        time.sleep(0.005)
    assert graph.run.wait(20)
    assert graph.run.state == "done" and graph.run.error == ""
    assert numbers(graph, "value")["w0"] == "1.9"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"z": 1}, "no 'z'; its names are x, y"),
        ({"x": "three"}, "must be a number"),
        ({"x": math.inf}, "finite number"),
        ({"x": math.nan}, "finite number"),
    ],
)
def test_values_that_do_not_fit_are_refused_and_nothing_changes(make, values, words):
    graph = make("x * y", {"x": 3, "y": 4})
    with pytest.raises(ValueError, match=words):
        graph.values = values
    assert graph.values == {"x": 3.0, "y": 4.0}
    with pytest.raises(ValueError, match=words):
        AutodiffGraph("x * y", values)


def test_an_infinite_number_is_explained_and_nothing_fails(make):
    graph = make("log(x) / (x - y)", {"x": 2, "y": 2})
    graph.run_to_end()
    assert graph.run.state == "done"
    assert "f = 0.693 / 0 is ∞: it divides by zero" in graph.bar.status.value
    assert numbers(graph, "value")["f"] == "∞"
    assert graph.view.scene["rows"][0]["verdict"] == "none"
    graph.values = {"x": -1.0}
    rest(graph)
    assert "log needs a number above 0" in graph.bar.status.value
    assert graph.figure() is not None
    json.dumps(graph.view.scene, allow_nan=False)


# -- expressions --------------------------------------------------------------------------------------


def test_another_expression_begins_anew_and_keeps_the_values_of_its_names(make):
    graph = make("x * y", {"x": 3, "y": -2})
    graph.run_to_end()
    graph.expression = "x**2 + z"
    rest(graph)
    assert graph.values["x"] == 3.0 and set(graph.values) == {"x", "z"}
    assert graph.view.scene["step"] == 0 and graph.run.state == "idle"
    assert list(graph.controls.inputs.sliders) == ["x", "z"]
    assert graph.controls.preset.value == "your own"
    graph.run_to_end()
    assert numbers(graph, "gradient")["x"] == "∂ 6"


def test_a_refused_expression_is_answered_in_words_and_the_last_good_graph_stays(make):
    graph = make("x * y")
    graph.run_to_end()
    before = graph.view.scene
    graph.controls.expression.value = "1 + sine(x)"
    assert "did you mean &#x27;sin&#x27;" in graph.bar.status.value
    assert "        ^" in graph.controls.note.value and "last good one" in graph.controls.note.value
    assert graph.controls.expression.value == "1 + sine(x)"  # to be mended, not typed again
    assert rest(graph).view.scene == before and graph.expression == "x * y"
    graph.values = {"x": 5.0}  # the graph that stayed is alive
    assert numbers(graph, "gradient")["y"] == "∂ 5"
    graph.controls.expression.value = "1 + sin(x)"
    assert graph.expression == "1 + sin(x)"
    assert "sine" not in graph.controls.note.value


@pytest.mark.parametrize("text", ["<b>x</b>", "(" * 5000, "+".join("x" * 10_000), "__import__('os')", ""])
def test_hostile_text_is_refused_in_the_field_and_in_python(make, text):
    graph = make("x * y")
    graph.controls.expression.value = text
    assert graph.expression == "x * y"
    assert "<b>x" not in graph.controls.note.value
    with pytest.raises(ExpressionError):
        graph.expression = text
    with pytest.raises(ExpressionError):
        AutodiffGraph(text)


@pytest.mark.parametrize("name", PRESETS)
def test_every_example_runs_to_its_end_and_agrees_with_pytorch(make, name):
    graph = make()
    graph.controls.preset.value = name
    assert rest(graph).values == PRESETS[name].values
    graph.run_to_end()
    verdicts = {row["verdict"] for row in graph.view.scene["rows"]}
    assert verdicts == ({"none"} if name == "trouble" else {"agree"})
    assert graph.controls.preset.value == name
    assert graph.controls.expression.value == PRESETS[name].expression


def test_an_expression_and_its_values_change_as_one_or_not_at_all(make):
    graph = make("x * y", {"x": 3, "y": 4})
    with pytest.raises(ValueError, match="no value for 'b'"):
        graph.use("a * b", {"a": 1})
    assert graph.expression == "x * y" and graph.graph.names == ("x", "y")
    graph.use("a * b", {"a": 1, "b": 2})
    assert rest(graph).gradient == {"a": 2.0, "b": 1.0}


def test_many_inputs_have_sliders_for_the_first_ones(make):
    graph = make(" + ".join(f"x{number}" for number in range(40)))
    assert len(graph.controls.inputs.sliders) == 24
    assert "24 of 40" in graph.controls.note.value
    graph.values = {"x39": 2.5}
    assert graph.values["x39"] == 2.5


def test_sliders_and_expressions_from_two_threads_do_no_harm(make):
    graph = make("x * y")
    graph.run.start()
    failures = []

    def slide() -> None:
        for turn in range(60):
            try:
                graph.values = {"x": turn / 10}
            except Exception as failure:
                failures.append(failure)

    thread = threading.Thread(target=slide)
    thread.start()
    for turn in range(20):
        graph.expression = ["x * y", "x + y * x", "sin(x) - y"][turn % 3]
    thread.join()
    graph.run_to_end()
    assert failures == [] and graph.run.error == ""
    assert graph.view.scene["step"] == graph.run.num_taken == 2 * len(graph.graph.operations) + 1


# -- table, code, record, picture ---------------------------------------------------------------------


def test_the_table_gives_away_nothing_before_the_graph_has_found_it(make):
    graph = make("x * y + x", {"x": 3, "y": -2})
    for number in range(5):
        assert {row["verdict"] for row in rest(graph).view.scene["rows"]} == {""}, number
        assert graph.view.scene["rows"][0]["numbers"] == ["…"] * 3
        graph.run.step()
    rows = rest(graph).view.scene["rows"]
    assert [row["numbers"] for row in rows] == [["−1.00000"] * 3, ["3.00000"] * 3]


def test_of_a_name_alone_the_table_waits_for_the_backward_pass(make):
    graph = make("x")
    assert graph.view.scene["rows"][0]["verdict"] == ""
    graph.run_to_end()
    assert graph.view.scene["rows"][0]["numbers"] == ["1.00000"] * 3


def test_the_code_is_plain_pytorch_that_runs(make):
    graph = make()
    out = subprocess.run([sys.executable, "-c", graph.code()], capture_output=True, text=True, check=True)
    printed = [float(line.replace(" =", ":").rpartition(":")[2]) for line in out.stdout.splitlines()]
    assert printed[0] == pytest.approx(1 / (1 + math.exp(-1)))
    assert printed[1:] == pytest.approx(list(graph.gradient.values()))


def test_the_record_is_json_with_expression_values_place_and_gradient(make):
    graph = make("x * y", {"x": 3, "y": -2})
    graph.run.step()
    record = json.loads(json.dumps(graph.record()))
    assert record["expression"] == "x * y" and record["values"] == {"x": 3.0, "y": -2.0}
    assert record["num_taken"] == 1 and record["gradient"] == {"x": -2.0, "y": 3.0}
    assert record["pytorch"] == record["gradient"]


def test_it_leaves_a_picture_without_a_browser(make):
    graph = make("x * y", {"x": 3, "y": -2})
    first = graph._repr_mimebundle_()
    assert first["text/plain"] == "AutodiffGraph(compute graph of f = x * y, 1 operation)"
    graph.run_to_end()
    assert graph._repr_mimebundle_()["image/png"] != first["image/png"]
    texts = [text.get_text() for text in graph.figure().axes[0].texts]
    assert "∂ −2" in texts and any(text.startswith("backward 2 of 2") for text in texts)
    assert graph.snapshot().data[:4] == b"\x89PNG"


def test_a_closed_graph_ends_its_run(make):
    graph = make()
    graph.run.start()
    graph.close()
    assert graph.run.wait(10)
    assert graph.run.state == "stopped"
