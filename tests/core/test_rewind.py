"""Rewinding, live changes and replay are exact, bit for bit."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
import torch

import vizwidgets as vw
from tests.core.nets import Burst, seeded, small_net
from vizwidgets.core.replay import replay, replay_run

RECIPES: dict[str, dict[str, Any]] = {
    "lucid": {},
    "keras-vis": {"preset": "keras-vis"},
    "lecture": {"preset": "lecture"},
    "blurred, in bfloat16": {"blur_sigma": 0.5, "blur_every": 3, "precision": "bfloat16"},
}
PLAIN = vw.channel("3", 1) - vw.total_variation(0.2)
HEAVY = vw.channel("3", 1) - vw.total_variation(0.7) - vw.p_norm(6, 0.4)
OTHER = vw.unit("0", (2, 3, 3)) - vw.total_variation(0.2)


def new_run(name: str = "lucid", objective: Any = PLAIN, net: Any = None, **changes: Any) -> vw.AscentRun:
    from vizwidgets.core.settings import settings_from

    return vw.AscentRun(net or small_net(), objective, settings_from(**{**RECIPES[name], **changes}))


def take(run: vw.AscentRun, count: int) -> list[Any]:
    return [run.step() for _ in range(count)]


def assert_same_steps(some: list[Any], others: list[Any]) -> None:
    assert len(some) == len(others)
    for one, other in zip(some, others, strict=True):
        assert one.step == other.step
        assert torch.equal(one.activation, other.activation), one.step
        assert one.terms.keys() == other.terms.keys()
        for name, value in one.terms.items():
            assert torch.equal(value, other.terms[name]), (one.step, name)
            assert torch.equal(one.gradient_norms[name], other.gradient_norms[name]), (one.step, name)
        if one.image is not None and other.image is not None:
            assert torch.equal(one.image, other.image), one.step


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("back", [0, 5, 8, 13])
def test_after_a_rewind_the_same_steps_follow(recipe: str, back: int) -> None:
    run = new_run(recipe, seed=5)
    start = run.image
    steps = take(run, 14)
    run.rewind(back)
    assert run.num_taken == back
    assert torch.equal(run.image, steps[back - 1].image if back else start)
    assert_same_steps(take(run, 14 - back), steps[back:])


def test_rewinding_twice_and_forth_is_exact() -> None:
    run = new_run()
    steps = take(run, 12)
    for back in (11, 9, 3, 2):
        run.rewind(back)
        assert torch.equal(run.image, steps[back - 1].image)
    assert_same_steps(take(run, 10), steps[2:])


def test_a_rewind_forgets_later_frames_and_keeps_earlier_ones() -> None:
    run = new_run()
    take(run, 10)
    frames = [run.frame(number) for number in range(11)]
    run.rewind(4)
    assert len(run.steps) == 5
    assert all((run.frame(number) == frames[number]).all() for number in range(5))
    assert (frames[4] != frames[10]).any()
    for wrong in (-1, 5):
        with pytest.raises(ValueError, match=rf"step must be in 0\.\.4.*got {wrong}"):
            run.rewind(wrong)


CHANGES: dict[str, dict[str, Any]] = {
    "weights": {"objective": HEAVY},
    "lr": {"lr": 0.2},
    "view": {"jitter": 0, "rotate": 0.0, "scale": 0.0},
    "another layer": {"objective": OTHER},
    "all": {"objective": OTHER, "lr": 0.01, "blur_sigma": 1.0, "blur_every": 2},
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_acts_on_the_next_step_and_not_before(kind: str) -> None:
    steady, changed = new_run(), new_run()
    before = take(steady, 4)
    assert_same_steps(take(changed, 4), before)
    changed.update(**CHANGES[kind])
    assert torch.equal(changed.image, steady.image)
    one, other = steady.step().image, changed.step().image
    if kind == "view":  # the gradient through the old view was taken already
        one, other = steady.step().image, changed.step().image
    assert one is not None and other is not None
    assert float((one - other).abs().max()) > 1e-4


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("back", [2, 5, 6, 9])
def test_a_rewind_over_live_changes_comes_to_the_same_image(kind: str, back: int) -> None:
    run = new_run()
    start = run.image
    steps = take(run, 5)
    run.update(**CHANGES[kind])
    steps += take(run, 6)
    images = [start, *(step.image for step in steps)]
    run.rewind(back)
    assert torch.equal(run.image, images[back])
    settings = CHANGES[kind]
    assert run.settings.lr == settings.get("lr") and run.settings.jitter == settings.get("jitter", 8)
    if back >= 5:  # the change stays, so the same steps follow
        assert_same_steps(take(run, 11 - back), steps[back:])


def test_a_change_after_a_rewind_starts_from_the_old_image_with_the_new_settings() -> None:
    run = new_run()
    take(run, 3)
    run.update(lr=0.2)
    take(run, 5)
    run.rewind(2)
    twin = new_run()
    take(twin, 2)
    twin.update(lr=0.2)
    assert_same_steps(take(run, 4), take(twin, 4))
    assert run.changes == twin.changes == [(2, {"lr": 0.2})]


def test_a_change_to_what_is_already_so_is_no_change() -> None:
    run = new_run()
    take(run, 2)
    run.update(objective=PLAIN, jitter=8, lr=None)
    assert run.changes == []


def test_an_impossible_change_is_refused_and_changes_nothing() -> None:
    run, twin = new_run(), new_run()
    take(run, 3), take(twin, 3)
    wrong: list[tuple[type[Exception], dict[str, Any]]] = [
        (ValueError, {"size": 20}),
        (ValueError, {"seed": 3}),
        (ValueError, {"lr": -1}),
        (TypeError, {"learning_rate": 1}),
        (TypeError, {"objective": "3"}),
        (ValueError, {"objective": vw.channel("lost", 1)}),
        (ValueError, {"objective": vw.channel("3", [1, 2, 3])}),
        (ValueError, {"objective": vw.total_variation()}),
        (ValueError, {"objective": vw.channel("3", 1) + vw.total_variation()}),
        (ValueError, {"objective": vw.channel("3", 99), "lr": 0.3}),
    ]
    for error, change in wrong:
        with pytest.raises(error):
            run.update(**change)
    assert run.changes == [] and run.settings == twin.settings and run.objective == twin.objective
    assert_same_steps(take(run, 3), take(twin, 3))


def test_a_change_that_only_the_forward_pass_refuses_changes_nothing_either() -> None:
    net = small_net()
    del net.class_names
    run, twin = (new_run(net=net, size=12) for _ in range(2))
    take(run, 3), take(twin, 3)
    for objective in (vw.class_score(4), vw.unit("0", (1, 14, 14))):
        with pytest.raises(ValueError):
            run.update(objective=objective, lr=0.5)
    assert run.changes == [] and run.settings == twin.settings and run.objective == twin.objective
    assert_same_steps(take(run, 3), take(twin, 3))


def test_changes_from_another_thread_while_it_runs_are_recorded_at_their_steps() -> None:
    run = new_run()

    def turn_the_knob() -> None:
        for number in range(1, 30):
            run.update(lr=0.01 * number)

    knob = threading.Thread(target=turn_the_knob)
    knob.start()
    take(run, 30)
    knob.join()
    run.step()
    image = run.image
    assert len(run.changes) == 29
    repeated = replay_run(json.loads(json.dumps(run.record())), small_net())
    assert torch.equal(repeated.image, image)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_record_in_json_gives_the_same_image_bit_for_bit(recipe: str) -> None:
    run = new_run(recipe, objective=vw.channel("block2_conv1", [1, 4]) - vw.p_norm(weight=0.1), size=(14, 19))
    take(run, 9)
    record = json.loads(json.dumps(run.record(), allow_nan=False))
    result = replay(record, small_net())
    assert torch.equal(result.image, run.image)
    assert_same_steps(result.steps, run.steps)
    resolved = {**record["settings"], "precision": record["precision"]}  # "auto" is said plainly
    assert json.loads(json.dumps(result.record)) == {**record, "settings": resolved}
    assert [str(verdict) for verdict in result.verdicts] == [str(verdict) for verdict in run.verdicts()]


def test_a_record_holds_the_changes_the_rewinds_and_the_given_start() -> None:
    net, start = small_net(), torch.rand(3, 13, 17) * 0.8 + 0.1
    run = vw.AscentRun(net, PLAIN, vw.AscentSettings(precision="float32"), start)
    take(run, 3)
    run.update(objective=OTHER, lr=0.03)
    take(run, 4)
    run.update(objective=HEAVY)
    run.update(jitter=2)
    take(run, 6)
    run.rewind(10)
    run.update(rotate=0.0)
    take(run, 2)
    run.update(lr=0.5)  # after the last step
    record = json.loads(json.dumps(run.record()))
    again = replay_run(record, small_net())
    assert torch.equal(again.image, run.image)
    assert (again.settings, again.objective) == (run.settings, run.objective)
    assert json.loads(json.dumps(again.record())) == record
    assert torch.equal(again.step().image, run.step().image)
    assert record["curves"]["h"] == [step.activation.tolist() for step in run.steps[:-1]]


def test_a_record_of_a_run_that_burst_keeps_its_verdict() -> None:
    net: Any = seeded(torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), Burst(0.0)))
    net.input_shape = (1, 10, 10)
    with torch.no_grad():
        net[0].weight[1] = 0
        net[0].bias.zero_()
        net[1].limit = float(net[0](torch.full((1, 1, 10, 10), 0.5)).max()) + 0.15
    result = vw.maximize(net, vw.channel("1", 0), num_steps=60, precision="float32")
    assert result.verdict.name == "diverged"
    again = replay(json.loads(json.dumps(result.record)), net)
    assert torch.equal(again.image, result.image)
    assert again.verdict == result.verdict


def test_a_record_of_other_weights_is_refused_with_both_hashes() -> None:
    run = new_run()
    run.step()
    other = seeded(small_net(), seed=8)
    other.input_shape = (3, 16, 16)
    with pytest.raises(ValueError, match=f"weights {run.record()['weights_hash']} of 'Sequential'"):
        replay(run.record(), other)


@pytest.mark.parametrize("wrong", [None, "record.json", {}, {"format": "lucid"}, [1]])
def test_what_is_not_a_record_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="not a record of an ascent"):
        replay(wrong, small_net())


def test_any_change_of_a_weight_or_a_buffer_changes_the_hash() -> None:
    from vizwidgets.core.record import weights_hash

    net: Any = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
    seen = {weights_hash(net)}
    assert weights_hash(net) in seen
    for values in net.state_dict().values():
        values.view(-1)[-1] += 1
        assert weights_hash(net) not in seen
        seen.add(weights_hash(net))
