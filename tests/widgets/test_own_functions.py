"""The explorer with a regularizer of the student's own, on a network of a few weights."""

from __future__ import annotations

import json
import types
from typing import Any

import pytest
import torch
from torch import nn

import vizwidgets as vw
from vizwidgets.core.own_function import FunctionError
from vizwidgets.models.wrapping import wrap
from vizwidgets.widgets.ascent import AscentExplorer

GOOD = "def smooth(images):\n    return images.diff(dim=-1).square().flatten(1).mean(dim=1)\n"
OTHER = "def smooth(images):\n    return 40 * images.diff(dim=-2).square().flatten(1).mean(dim=1)\n"
BATCH = "def smooth(images):\n    return images.diff(dim=-1).square().mean()\n"
CRASH = "def smooth(images):\n    return images / missing\n"


@pytest.fixture
def model():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Conv2d(4, 6, 3))
    return wrap(net, input_shape=(1, 16, 16))


@pytest.fixture
def cell():
    """A notebook's namespace in which a cell can be run, again and again."""
    space = types.ModuleType("notebook").__dict__

    def run(source: str) -> Any:
        exec(compile(source, "<cell>", "exec"), space)
        return space["smooth"]

    return run


def status(explorer: AscentExplorer) -> str:
    return explorer.bar.status.value


def notes(explorer: AscentExplorer) -> list[str]:
    found, waiting = [], list(explorer.children)
    while waiting:
        one = waiting.pop(0)
        waiting += list(getattr(one, "children", ()))
        if "yours" in str(getattr(one, "value", "")):
            found.append(one.value.removeprefix('<span class="vw-subtitle">').removesuffix("</span>"))
    return found


def functions_of(explorer: AscentExplorer) -> list[Any]:
    """Return the student's function in the present run, and after each change of the objective."""
    return [each.regularizers[0][1].function for each in explorer._stepper.ascent.objectives]


def test_the_slider_is_the_weight_of_the_students_function(model, cell):
    explorer = AscentExplorer(model, "2", 1, num_steps=6, total_variation=cell(GOOD), p_norm_weight=0.0)
    explorer.controls["tv_weight"].value = 2.0
    explorer.run_to_end()
    objective = vw.channel("2", 1) - vw.regularizer(cell(GOOD), 2.0, name="total_variation")
    result = vw.maximize(model, objective, **vars(explorer.order()[1]))
    assert torch.equal(explorer.image, result.image)
    ours = AscentExplorer(model, "2", 1, num_steps=6, tv_weight=2.0, p_norm_weight=0.0)
    ours.run_to_end()
    assert not torch.equal(explorer.image, ours.image)
    assert explorer._curves()[0] == ("activation", "objective", "total_variation")


def test_the_explorer_says_whose_function_it_is(model, cell):
    nameless = lambda images: images.flatten(1).mean(dim=1)  # noqa: E731
    explorer = AscentExplorer(model, "2", 1, total_variation=cell(GOOD), p_norm=nameless)
    assert notes(explorer) == ["total variation: yours, smooth", "p-norm: yours, your_function"]
    assert "smooth" in explorer.controls["tv_weight"].tooltip
    assert "total variation: yours, smooth" in explorer._heading()
    assert notes(AscentExplorer(model, "2", 1)) == []
    assert "yours" not in AscentExplorer(model, "2", 1)._heading()


@pytest.mark.parametrize("argument", ["total_variation", "p_norm"])
def test_what_is_no_function_is_refused(model, argument):
    with pytest.raises(TypeError, match=rf"{argument} must be a function that takes images.*got 0\.5"):
        AscentExplorer(model, "2", 1, **{argument: 0.5})


@pytest.mark.parametrize(
    ("source", "words"),
    [(BATCH, "one number for the whole batch"), (CRASH, "raised NameError: name &#x27;missing&#x27;")],
)
def test_a_fault_stands_in_the_status_line_and_a_reset_takes_up_the_mended_function(
    model, cell, source, words
):
    before = {name: values.clone() for name, values in model.state_dict().items()}
    explorer = AscentExplorer(model, "2", 1, num_steps=4, total_variation=cell(source))
    assert explorer.run.state == "failed" and explorer.run.num_taken == 0
    assert "your function smooth (as total_variation)" in status(explorer) and words in status(explorer)
    assert [name for name, each in explorer.bar.buttons.items() if not each.disabled] == ["reset"]
    assert "run its cell again; Reset takes it up" in explorer.readings._words.value
    explorer.bar.buttons["reset"].click()
    assert explorer.run.wait(10) and explorer.run.state == "failed" and words in status(explorer)
    cell(GOOD)
    explorer.bar.buttons["reset"].click()
    assert explorer.run.wait(10) and explorer.run.state == "idle" and words not in status(explorer)
    explorer.run_to_end()
    good = AscentExplorer(model, "2", 1, num_steps=4, total_variation=cell(GOOD))
    good.run_to_end()
    assert explorer.run.state == "done" and torch.equal(explorer.image, good.image)
    assert all(torch.equal(before[name], values) for name, values in model.state_dict().items())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_a_script_gets_the_fault_as_an_exception(model, cell):
    explorer = AscentExplorer(model, "2", 1, num_steps=4, total_variation=cell(BATCH))
    with pytest.raises(FunctionError, match="one number for the whole batch"):
        explorer.run_to_end()


def test_with_a_weight_of_zero_the_function_is_not_called(model, cell):
    explorer = AscentExplorer(model, "2", 1, num_steps=4, total_variation=cell(CRASH), tv_weight=0.0)
    assert explorer.run.state == "idle"
    explorer.run.step()
    assert explorer.run.wait(10) and explorer.run.state == "paused"
    explorer.tv_weight = 0.5
    explorer.run.step()
    assert explorer.run.wait(10) and explorer.run.state == "failed" and "missing" in status(explorer)
    assert explorer.run.num_taken == 1
    explorer.tv_weight = 0.0
    explorer.run.rewind(1)
    explorer.run_to_end()
    assert (explorer.run.state, explorer.run.num_taken) == ("done", 4)


def test_a_function_defined_anew_waits_for_a_new_run(model, cell):
    first = cell(GOOD)
    explorer = AscentExplorer(model, "2", 1, num_steps=100, total_variation=first)
    explorer.run.step()
    newer = cell(OTHER)
    explorer.tv_weight = 3.0
    explorer.run.step()
    assert explorer.run.wait(10)
    assert functions_of(explorer) == [first, first]
    explorer.run.reset()
    assert explorer.run.wait(10)
    assert functions_of(explorer) == [newer]
    newest = cell(GOOD)
    explorer.seed = 3
    assert explorer.run.wait(10)
    assert functions_of(explorer) == [newest]


def test_an_older_function_that_was_kept_is_not_exchanged(model, cell):
    first = cell(GOOD)
    cell(OTHER)
    explorer = AscentExplorer(model, "2", 1, total_variation=first)
    explorer.run.step(), explorer.run.reset()
    assert explorer.run.wait(10)
    assert explorer.functions["total_variation"] is first


def test_the_record_and_the_code_name_the_function(model, cell):
    smooth = cell(GOOD)
    explorer = AscentExplorer(model, "2", 1, num_steps=10, total_variation=smooth)
    for weight in (0.05, 1.0):
        explorer.tv_weight = weight
        explorer.run.step(), explorer.run.step()
    assert explorer.run.wait(10)
    record = json.loads(json.dumps(explorer.record()))
    assert record["functions"] == {"total_variation": "smooth"}
    with pytest.raises(ValueError, match=r"functions=\{'total_variation': the_function\}"):
        vw.replay(record, model)
    assert torch.equal(vw.replay(record, model, functions={"total_variation": smooth}).image, explorer.image)

    code = explorer.code()
    assert "# smooth is your function: run the cell that defines it first" in code
    names = {"model": model, "smooth": smooth}
    exec(code.replace("model = ...", "pass"), names)
    assert torch.equal(names["run"].image, explorer.image)
