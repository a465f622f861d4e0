"""Each verdict is reached by a real small run, and by the evidence at both sides of its limit."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn

import vizwidgets as vw
from tests.core.nets import Burst, seeded, small_net
from vizwidgets.core.verdict import Evidence, judge, worst

STILL: dict[str, Any] = {"jitter": 0, "rotate": 0.0, "scale": 0.0, "precision": "float32"}


def clear_net() -> Any:
    """On gray all channels are near zero, so that a pattern stands out."""
    net: Any = small_net()
    with torch.no_grad():
        for module in (net[0], net[3]):
            module.weight -= module.weight.mean(dim=(1, 2, 3), keepdim=True)
            module.bias.zero_()
    return net


def dead_net() -> Any:
    net: Any = small_net()
    nn.init.constant_(net[0].bias, -1e4)
    return net


def test_a_run_that_climbs_has_worked() -> None:
    result = vw.maximize(clear_net(), vw.channel("3", 1), num_steps=60, lr=0.02, **STILL)
    assert result.verdict.name == "worked" and result.verdict.is_good
    gain = float(result.steps[-1].activation - result.steps[0].activation)
    assert f"rose by {gain:.3g}" in result.verdict.reason
    assert result.verdict.remedy == {}


def test_a_network_that_is_off_is_dead_from_the_start() -> None:
    result = vw.maximize(dead_net(), vw.channel("3", 1), num_steps=5, rescue_steps=0, **STILL)
    assert result.verdict.name == "dead from the start" and not result.verdict.is_good
    assert torch.equal(result.image, result.steps[0].image)


def test_the_remedy_of_a_dead_start_is_another_start() -> None:
    for seed in (0, 1):
        settings = {"num_steps": 3, "rescue_steps": 0, "seed": seed, **STILL}
        verdict = vw.maximize(dead_net(), vw.channel("3", 1), **settings).verdict
        assert verdict.remedy["seed"] != seed and verdict.remedy["spread"] > vw.AscentSettings().spread


def test_a_heavy_regularizer_dominates_and_a_quarter_of_it_again_and_again_does_not() -> None:
    weight, names = 2000.0, []
    while True:
        objective = vw.channel("3", 1) - vw.total_variation(weight)
        verdict = vw.maximize(
            clear_net(), objective, num_steps=60, spread=0.1, parameterization="pixels", lr=0.01, **STILL
        ).verdict
        names.append(verdict.name)
        if verdict.name != "a regularizer dominates":
            break
        assert verdict.remedy == {"total_variation": 0.25}
        assert "total_variation pulled" in verdict.reason
        weight *= verdict.remedy["total_variation"]
    assert len(names) > 1 and names[-1] in ("worked", "saturated")


def test_nan_is_diverged_and_the_remedy_helps() -> None:
    net: Any = seeded(nn.Sequential(nn.Conv2d(1, 2, 3), Burst(0.0)))
    net.input_shape = (1, 10, 10)
    with torch.no_grad():
        net[0].bias.zero_()
        net[0].weight[1] = 0
        net[1].limit = float(net[0](torch.full((1, 1, 10, 10), 0.5)).max()) + 0.15
    result = vw.maximize(net, vw.channel("1", 0), num_steps=8, lr=1.0, **STILL)
    assert result.verdict.name == "diverged" and "NaN" in result.verdict.reason
    assert result.verdict.remedy == {"lr": 0.25}
    assert bool(torch.isfinite(result.image).all())


def test_steps_that_overshoot_the_top_are_diverged() -> None:
    class Hill(nn.Module):
        """Highest where the image is a little brighter than gray."""

        def forward(self, image: torch.Tensor) -> torch.Tensor:
            height = -(image - 0.55).square()
            return torch.cat([height, height + 1e-4], dim=1)

    net: Any = nn.Sequential(Hill())
    net.input_shape = (1, 8, 8)
    settings = vw.preset("lecture").changed(lr=0.01, precision="float32")
    run = vw.AscentRun(net, vw.channel("0", 0), settings, torch.full((1, 8, 8), 0.5))
    for _ in range(20):
        run.step()
    assert run.verdict().name == "worked"
    run.update(lr=0.2)
    for _ in range(20):
        run.step()
    assert run.verdict().name == "diverged" and "fell back" in run.verdict().reason
    run.rewind(20)
    run.update(**run.verdict().remedy)
    assert run.verdict().name == "worked"


def test_an_activation_that_fell_from_the_start_is_not_told_to_step_further() -> None:
    falling = judge(evidence(activations=[5.0 - step for step in range(40)]))
    assert falling.name == "not yet" and falling.remedy["lr"] < 0.08
    assert "fell by 37" in falling.reason


def test_black_and_white_is_saturated() -> None:
    result = vw.maximize(clear_net(), vw.channel("3", 1), num_steps=120, lr=0.5, **STILL)
    share = float(((result.image < 0.02) | (result.image > 0.98)).float().mean())
    assert share > 0.4
    assert result.verdict.name == "saturated" and f"{share:.0%}" in result.verdict.reason
    assert result.verdict.remedy["lr"] == 0.25


def test_too_few_small_steps_are_not_yet_enough() -> None:
    short = vw.maximize(clear_net(), vw.channel("3", 1), num_steps=3, lr=1e-4, **STILL).verdict
    assert short.name == "not yet" and not short.is_good and short.remedy_words == "more steps"
    assert short.remedy["num_steps"] > 3
    long = vw.maximize(clear_net(), vw.channel("3", 1), num_steps=40, lr=1e-4, **STILL).verdict
    assert long.name == "not yet" and long.remedy == {"lr": 2e-4}


def test_of_several_images_each_has_its_verdict_and_the_worst_speaks() -> None:
    net = clear_net()
    with torch.no_grad():
        net[3].weight[2] = 0  # this channel does not see the image at all
    result = vw.maximize(net, vw.channel("3", [1, 2]), num_steps=60, lr=0.02, **STILL)
    assert [verdict.name for verdict in result.verdicts] == ["worked", "dead from the start"]
    assert result.verdict == result.verdicts[1]


def test_after_another_activation_is_chosen_the_verdict_is_about_that_one() -> None:
    net = clear_net()
    nn.init.constant_(net[3].bias, 1e3)  # high, which has nothing to do with the image
    run = vw.AscentRun(net, vw.channel("0", 1), vw.AscentSettings(lr=0.02, **STILL))
    for _ in range(60):
        run.step()
    run.update(objective=vw.channel("3", 1))
    before = float(run.measure(run.image))
    assert run.verdict().name == "not yet"
    for _ in range(60):
        run.step()
    said = float(run.verdict().reason.split("rose by ")[1].replace(" only", "").split(",")[0])
    assert said == pytest.approx(float(run.measure(run.image)) - before, rel=0.01)
    run.rewind(10)
    assert run.verdict().name == "not yet"  # seen from here, the new activation has not moved


def evidence(**changes: Any) -> Evidence:
    climb = [float(step) for step in range(40)]
    usual: dict[str, Any] = {
        "activations": climb,
        "gradient_norms": {"activation": [1.0] * 40, "p_norm": [0.5] * 40},
        "spread": 1.0,
        "image": torch.full((3, 10, 10), 0.5),
        "has_diverged": False,
        "lr": 0.08,
    }
    return Evidence(**{**usual, **changes})


def split_image(share: float) -> torch.Tensor:
    image = torch.full((1, 10, 10), 0.5)
    image.view(-1)[: round(share * 100)] = 1.0
    return image


FALLEN = [0.0, *[10.0] * 19, *[4.9] * 20]
HELD = [0.0, *[10.0] * 19, *[5.1] * 20]
ONE_LUCKY_VIEW = [0.0, *[5.0] * 19, 30.0, *[5.0] * 19]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "worked"),
        ({"spread": 18.4}, "worked"),  # the last five average 37: 2 · 18.4 = 36.8
        ({"spread": 18.6}, "not yet"),
        ({"image": split_image(0.39)}, "worked"),
        ({"image": split_image(0.41)}, "saturated"),
        ({"image": torch.full((1, 4, 4), 0.021)}, "worked"),
        ({"image": torch.full((1, 4, 4), 0.019)}, "saturated"),
        ({"activations": FALLEN}, "diverged"),
        ({"activations": ONE_LUCKY_VIEW}, "worked"),
        ({"activations": HELD}, "worked"),
        ({"activations": FALLEN, "spread": 5.1}, "not yet"),  # what was lost had not counted
        ({"has_diverged": True}, "diverged"),
        ({"activations": [3.0] * 40, "gradient_norms": {"activation": [0.0] * 40}}, "dead from the start"),
        ({"activations": [3.0] * 40, "gradient_norms": {"activation": [0.0] * 39 + [0.1]}}, "not yet"),
        (
            {"activations": [3.0] * 40, "gradient_norms": {"activation": [1.0] * 40, "p_norm": [1.1] * 40}},
            "a regularizer dominates",
        ),
        (
            {"activations": [3.0] * 40, "gradient_norms": {"activation": [1.0] * 40, "p_norm": [0.9] * 40}},
            "not yet",
        ),
        ({"gradient_norms": {"activation": [1.0] * 40, "p_norm": [9.0] * 40}}, "worked"),
        (
            # what pulled at the start does not count, only the last ten steps do
            {
                "activations": [3.0] * 40,
                "gradient_norms": {"activation": [1.0] * 40, "p_norm": [99.0] * 30 + [0.5] * 10},
            },
            "not yet",
        ),
        ({"activations": [0.0], "gradient_norms": {"activation": [1.0]}}, "not yet"),
        ({"activations": [5.0] * 40, "spread": 0.0}, "not yet"),
        ({"activations": [5.0 - step for step in range(40)]}, "not yet"),
    ],
)
def test_the_rules_are_those_that_the_module_states(changes: dict[str, Any], name: str) -> None:
    assert judge(evidence(**changes)).name == name


def test_a_layer_of_one_channel_has_not_worked_before_it_has_moved() -> None:
    net: Any = seeded(nn.Sequential(nn.Conv2d(3, 1, 3)))
    net.input_shape = (3, 12, 12)
    run = vw.AscentRun(net, vw.channel("0", 0), vw.AscentSettings(lr=1e-6, **STILL))
    assert run.verdict().name == "not yet"
    for _ in range(3):
        run.step()
    assert run.verdict().name == "not yet"
    done = vw.maximize(net, vw.channel("0", 0), num_steps=80, **STILL)
    assert done.verdict.name in ("worked", "saturated")


def test_the_worst_verdict_is_the_one_that_asks_most_for_attention() -> None:
    good, slow = judge(evidence()), judge(evidence(spread=50.0))
    burnt, burst = judge(evidence(image=split_image(1))), judge(evidence(has_diverged=True))
    assert worst([good, burnt]) == burnt and worst([burnt, slow, good]) == slow
    assert worst([slow, burst, good]) == burst


def test_reasons_hold_no_nan_and_no_infinity() -> None:
    for changes in ({"spread": 0.0}, {"spread": math.ulp(0.0)}, {"activations": [0.0] * 40, "spread": 0.0}):
        reason = judge(evidence(**changes)).reason
        assert "nan" not in reason and "inf" not in reason
