"""A regularizer of one's own in an ascent: against closed forms and ours, and what its faults are told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

import vizwidgets as vw
from tests.core.nets import linear_net, small_net
from vizwidgets.core.ascent_run import AscentRun
from vizwidgets.core.objectives import Objective
from vizwidgets.core.own_function import FunctionError

FAST: dict[str, Any] = {"num_steps": 6, "precision": "float32"}
PLAIN: dict[str, Any] = {
    "optimizer": "gradient", "parameterization": "pixels", "jitter": 0, "rotate": 0.0, "scale": 0.0,
    "precision": "float32",
}  # fmt: skip


def brightness(images: Tensor) -> Tensor:
    return images.flatten(1).mean(dim=1)


def rough(images: Tensor) -> Tensor:
    """Total variation of gray images by two convolutions, with the picture continued at its ends."""
    right, down = torch.tensor([[[[-1.0, 1.0]]]]), torch.tensor([[[[-1.0], [1.0]]]])
    squares = [conv2d(images, kernel).square().flatten(1).sum(dim=1) for kernel in (right, down)]
    return (squares[0] + squares[1]) / images[0].numel()


def test_the_step_goes_down_the_gradient_of_the_function() -> None:
    """In one step of plain ascent x = x0 + lr · n · (w / sum |w| - weight · ∇f), ∇f of a mean being 1 / n."""
    net, start = linear_net(), torch.full((1, 1, 8, 8), 0.5)
    climb = vw.channel("0", 1)
    without = vw.maximize(net, climb, start=start, num_steps=1, lr=0.02, **PLAIN)
    objective = climb - vw.regularizer(brightness, weight=0.3)
    result = vw.maximize(net, objective, start=start, num_steps=1, lr=0.02, **PLAIN)
    assert torch.allclose(without.image - result.image, torch.full((8, 8), 0.02 * 0.3), atol=1e-6)
    assert float(result.steps[0].terms["brightness"]) == pytest.approx(-0.3 * 0.5)
    assert float(result.steps[0].gradient_norms["brightness"]) == pytest.approx(0.3 / 64 * 8)


def test_a_total_variation_written_in_another_way_gives_the_image_of_ours() -> None:
    net = linear_net()
    ours = vw.maximize(net, vw.channel("0", 1) - vw.total_variation(0.5), **FAST)
    own = vw.maximize(net, vw.channel("0", 1) - vw.regularizer(rough, 0.5), **FAST)
    bare = vw.maximize(net, vw.channel("0", 1), **FAST)
    assert torch.allclose(own.image, ours.image, atol=1e-4)
    assert float((bare.image - ours.image).abs().max()) > 0.01
    for one, other in zip(own.steps, ours.steps, strict=True):
        assert float(one.terms["rough"]) == pytest.approx(float(other.terms["total_variation"]), rel=1e-3)


def test_numbers_in_float64_and_of_several_images_are_taken() -> None:
    net = small_net()
    seen: list[tuple[int, ...]] = []

    def double(images: Tensor) -> Tensor:
        seen.append(tuple(images.shape))
        return images.double().square().mean(dim=(1, 2, 3))

    objective = vw.channel("3", [5, 0, 2]) - vw.regularizer(double, 0.3)
    together = vw.maximize(net, objective, **FAST)
    alone = vw.maximize(net, vw.channel("3", 0) - vw.regularizer(double, 0.3), **FAST)
    assert seen[0] == (3, 3, 16, 16) and seen[-1] == (1, 3, 16, 16)
    assert torch.allclose(together.image[1], alone.image[0], atol=1e-3)


# -- faults --------------------------------------------------------------------------------------------


def no_return(images: Tensor) -> None:
    images.mean()


def divides(images: Tensor) -> Tensor:
    gap = 0
    return images / (1 // gap)


def unfinished(images: Tensor) -> Tensor:
    raise NotImplementedError


def rooted(images: Tensor) -> Tensor:
    return (images - images).sqrt().flatten(1).mean(dim=1)


def in_place(images: Tensor) -> Tensor:
    images -= 0.5
    return images.flatten(1).mean(dim=1)


FAULTS: list[tuple[Callable[..., Any], str]] = [
    (lambda x: x.mean(), r"shape \(1, 3, 16, 16\).*1 number, one for each.*one number for the whole batch"),
    (lambda x: x.mean(dim=(2, 3)), r"tensor of shape \(1,\); got shape \(1, 3\).*flatten\(1\)"),
    (lambda x: x, r"got shape \(1, 3, 16, 16\)"),
    (no_return, r"your function no_return gets.*got None. Does it end with return\?"),
    (lambda x: ..., "got the dots of an exercise: it is not written yet"),
    (lambda x: 0.5, r"got float.*cut the gradient"),
    (lambda x: np.zeros(len(x)), r"got numpy.ndarray.*cut the gradient"),
    (lambda x: brightness(x).detach(), r"without a gradient \(torch.float32\).*\.detach\(\)"),
    (lambda x: brightness(x).round().long(), r"without a gradient \(torch.int64\)"),
    (lambda x: torch.zeros(len(x), requires_grad=True), "do not depend on the images"),
    (lambda x: brightness(x) * float("nan"), "gave NaN for image 0"),
    (lambda x: brightness(x) / 0, "gave infinity for image 0"),
    (rooted, r"gradient of your function rooted is NaN for image 0 \(768 of 768 values\).*small number"),
    (divides, r"divides raised ZeroDivisionError.*, in line \d+: return images / \(1 // gap\)\.$"),
    (unfinished, r"in line \d+: raise NotImplementedError\. It is not written yet\.$"),
    (in_place, r"in_place raised RuntimeError: .*in-place.*in line \d+: images -= 0.5"),
    (lambda: None, r"raised TypeError: .*takes 0 positional arguments"),
]


@pytest.mark.parametrize(("function", "words"), FAULTS)
def test_a_fault_of_the_function_is_told_with_what_was_wanted(function: Any, words: str) -> None:
    net = small_net()
    before = {name: values.clone() for name, values in net.state_dict().items()}
    with pytest.raises(FunctionError, match=words):
        vw.maximize(net, vw.channel("3", 1) - vw.regularizer(function), **FAST)
    assert all(torch.equal(before[name], values) for name, values in net.state_dict().items())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in net.modules())
    assert all(one.requires_grad and one.grad is None for one in net.parameters())


def test_the_line_that_is_told_is_the_deepest_of_the_functions_own_file() -> None:
    def inner(values: Tensor) -> Tensor:
        return torch.cat([values, "no tensor"])  # type: ignore[list-item]

    def outer(images: Tensor) -> Tensor:
        return inner(images)

    with pytest.raises(FunctionError, match=r"outer raised TypeError: .*: return torch\.cat") as refusal:
        vw.maximize(small_net(), vw.channel("3", 1) - vw.regularizer(outer), **FAST)
    assert isinstance(refusal.value.__cause__, TypeError)


def test_a_function_that_fails_later_leaves_the_run_as_it_was() -> None:
    net, calls = small_net(), []

    def moody(images: Tensor) -> Tensor:
        calls.append(1)
        return brightness(images) * (float("nan") if len(calls) == 4 else 1.0)

    run = AscentRun(net, vw.channel("3", 1) - vw.regularizer(moody), vw.AscentSettings(**FAST))
    run.step(), run.step()
    before = run.image.clone()
    with pytest.raises(FunctionError, match="gave NaN for image 0"):
        run.step()
    assert run.num_taken == 2 and torch.equal(run.image, before) and not run.has_diverged
    run.step()
    twin = AscentRun(net, vw.channel("3", 1) - vw.regularizer(brightness), vw.AscentSettings(**FAST))
    for _ in range(3):
        twin.step()
    assert torch.equal(run.image, twin.image)


def test_the_function_can_not_change_the_image_behind_the_ascents_back() -> None:
    def vandal(images: Tensor) -> Tensor:
        values = brightness(images)
        images.data.zero_()
        return values

    net, objective = small_net(), vw.channel("3", 1)
    expected = vw.maximize(net, objective - vw.regularizer(brightness), **FAST).image
    assert torch.equal(vw.maximize(net, objective - vw.regularizer(vandal), **FAST).image, expected)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((0.1,), TypeError, r"function must be a function that takes images.*got 0\.1"),
        ((vw.total_variation(0.1),), TypeError, r"got vw.total_variation\(weight=0.1\)"),
        ((nn.ReLU,), TypeError, "must be a function"),
        ((brightness, -1.0), ValueError, r"must be 0 or more; got -1.0.*objective - vw.regularizer"),
        ((brightness, float("nan")), ValueError, "must be 0 or more; got nan"),
        ((brightness, 1.0, "activation"), ValueError, "other than activation, objective, h"),
        ((brightness, 1.0, ""), ValueError, "name must be a word"),
    ],
)
def test_what_can_be_no_regularizer_is_refused_in_words(arguments: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        vw.regularizer(*arguments)


def test_added_instead_of_subtracted_it_is_refused() -> None:
    with pytest.raises(ValueError, match=r"rewarded.*objective - vw.regularizer\(brightness, weight=0.1\)"):
        (vw.channel("3", 1) + vw.regularizer(brightness)).bind(small_net())


def test_one_name_stands_for_one_regularizer_only() -> None:
    climb, net = vw.channel("3", 1), small_net()
    twice = vw.regularizer(brightness, 0.1) + vw.regularizer(brightness, 0.2)
    assert len((climb - twice).bind(net).regularizers) == 2
    for other in (vw.regularizer(rough, name="brightness"), vw.total_variation()):
        mine = vw.regularizer(brightness, name=other.terms[0][1].title)
        with pytest.raises(ValueError, match="two regularizers are called .*name='my_"):
            (climb - mine - other).bind(net)
    run = AscentRun(net, climb - vw.regularizer(brightness), vw.AscentSettings(**FAST))
    with pytest.raises(ValueError, match="two regularizers are called 'brightness'"):
        run.update(climb - vw.regularizer(rough, name="brightness"))
    assert run.changes == []


# -- what stays ----------------------------------------------------------------------------------------


def test_its_source_is_python_that_gives_it_again() -> None:
    for objective in (
        vw.channel("a", 1) - vw.regularizer(brightness, weight=1 / 3),
        vw.channel("a", 1) - vw.regularizer(rough, weight=0.0, name="total_variation"),
        2 * vw.regularizer(rough, weight=0.1),
    ):
        names = {"vw": vw, "brightness": brightness, "rough": rough}
        assert eval(repr(objective), names) == objective


def run_with_changes(net: Any) -> AscentRun:
    climb = vw.channel("3", 1)
    run = AscentRun(net, climb - vw.regularizer(brightness, 0.1), vw.AscentSettings(**FAST))
    for change in (climb - vw.regularizer(brightness, 2.0), climb - vw.regularizer(spread, 3.0, "p_norm")):
        run.step(), run.update(change), run.step()
    return run


def spread(images: Tensor) -> Tensor:
    return images.flatten(1).var(dim=1)


def test_the_record_names_the_functions_and_replays_with_them() -> None:
    net = small_net()
    run = run_with_changes(net)
    record = json.loads(json.dumps(run.record()))
    assert record["functions"] == {"brightness": "brightness", "p_norm": "spread"}
    again = vw.replay(record, net, functions={"brightness": brightness, "p_norm": spread})
    assert torch.equal(again.image, run.image)
    other = vw.replay(record, net, functions={"brightness": brightness, "p_norm": brightness})
    assert not torch.equal(other.image, run.image)


def test_a_replay_without_the_functions_is_refused_in_words() -> None:
    net = small_net()
    record = run_with_changes(net).record()
    for given, missing in ((None, "brightness"), ({"brightness": brightness}, "p_norm")):
        words = rf"as {missing} the run used.*functions=.*'{missing}': the_function"
        with pytest.raises(ValueError, match=words):
            vw.replay(record, net, functions=given)


def test_a_rewind_knows_the_functions_of_the_steps_before() -> None:
    climb = vw.channel("3", 1)
    run = AscentRun(small_net(), climb - vw.regularizer(brightness, 0.1), vw.AscentSettings(**FAST))
    images = [run.image]
    for function in (brightness, spread, spread, brightness):
        run.update(climb - vw.regularizer(function, 3.0))
        run.step()
        images.append(run.image)
    run.rewind(2)
    assert torch.equal(run.image, images[2])
    assert run.objectives[-1] == climb - vw.regularizer(brightness, 3.0), "it acts from here on"
    run.update(climb - vw.regularizer(spread, 3.0))
    run.step()
    assert torch.equal(run.image, images[3])


def test_a_record_of_ours_replays_in_a_fresh_process(tmp_path: Any) -> None:
    net = linear_net()
    result = vw.maximize(net, vw.channel("0", 1) - vw.total_variation(0.1) - vw.p_norm(), **FAST)
    (tmp_path / "record.json").write_text(json.dumps(result.record))
    torch.save(net, tmp_path / "net.pt")
    code = (
        "import json, sys, torch, vizwidgets as vw\n"
        "net = torch.load('net.pt', weights_only=False)\n"
        "image = vw.replay(json.load(open('record.json')), net).image\n"
        "sys.stdout.write(str(float(image.double().sum())))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == pytest.approx(float(result.image.double().sum()), abs=1e-4)


def test_a_measure_that_is_not_known_is_named() -> None:
    with pytest.raises(ValueError, match="knows no measure 'entropy'"):
        Objective.from_dict([{"kind": "entropy", "weight": 1.0}])
