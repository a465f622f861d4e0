"""The gradient of the whole objective, against finite differences."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Generator, Tensor

import vizwidgets as vw
from tests.core.nets import seeded, small_net
from vizwidgets.core.evaluation import evaluate, total_activation, unit_of
from vizwidgets.core.network import Probe
from vizwidgets.core.objectives import Objective
from vizwidgets.core.transforms import View


def smooth_net() -> Any:
    """No kinks, so that finite differences are exact enough in float32."""
    net: Any = torch.nn.Sequential(
        torch.nn.Conv2d(3, 5, 3, padding=1), torch.nn.Tanh(), torch.nn.Conv2d(5, 4, 3), torch.nn.Flatten(),
        torch.nn.Linear(4 * 100, 3),
    )  # fmt: skip
    net.input_shape = (3, 12, 12)
    return seeded(net, spread=0.3).eval()


PENALTIES = (
    vw.total_variation(0.5) + vw.total_variation(0.3, beta=1.2) + vw.p_norm(4, 0.6) + vw.p_norm(2, 1.0, 0.1)
)
OBJECTIVES = {
    "channels": vw.channel("2", [1, 3]),
    "unit": vw.unit("2", (0, 4, 7)),
    "class": vw.class_score([2, 0]),
    "sum": 0.7 * vw.channel("2", 1) - 2 * vw.unit("0", (1,)) + vw.class_score(1) / 5,
}


@pytest.mark.parametrize("kind", OBJECTIVES)
@pytest.mark.parametrize("view", [View(), View(3), View(2, 15, 0.1)])
def test_the_direction_is_the_gradient_of_the_objective_that_is_shown(kind: str, view: View) -> None:
    net = smooth_net()
    objective = (OBJECTIVES[kind] - PENALTIES).bind(net)
    probe = Probe(net)
    image = torch.rand(2, 3, 12, 12, generator=Generator().manual_seed(0))
    scale = unit_of(evaluate(probe, objective, image, view, Generator().manual_seed(7), False))

    def shown(at: Tensor) -> Tensor:
        look = evaluate(probe, objective, at, view, Generator().manual_seed(7), False)
        return look.as_step(0, objective, scale).objective.double()

    direction = evaluate(probe, objective, image, view, Generator().manual_seed(7), False).direction(
        objective, scale
    )
    for seed in range(3):
        way = torch.randn(image.shape, generator=Generator().manual_seed(seed)).sign()
        slope = (shown(image + 3e-3 * way) - shown(image - 3e-3 * way)) / 6e-3
        expected = (direction * way).sum(dim=(1, 2, 3)).double()
        assert torch.allclose(slope, expected, rtol=0.02, atol=2e-3 * float(direction.abs().sum() / 2) + 1e-4)


def test_the_unit_is_the_sum_of_the_absolute_gradient_so_any_layer_pulls_with_one() -> None:
    net = smooth_net()
    for factor in (1.0, 1000.0):
        objective = (factor * vw.channel("2", 1)).bind(net)
        image = torch.rand(2, 3, 12, 12, generator=Generator().manual_seed(0))
        look = evaluate(Probe(net), objective, image, View(), Generator(), False)
        leaf = image.clone().requires_grad_()
        (factor * net[:3](leaf)[:, 1].mean()).backward()
        assert leaf.grad is not None
        expected = 2 * leaf.grad.abs().sum(dim=(1, 2, 3))  # the mean was over two images
        assert unit_of(look).tolist() == pytest.approx(expected.tolist(), rel=1e-4)
        assert float(look.direction(objective, unit_of(look)).abs().sum()) == pytest.approx(2.0, rel=1e-4)


def test_the_terms_of_a_step_are_weighted_and_signed_and_sum_to_the_objective() -> None:
    net = small_net()
    objective = (
        vw.channel("3", 1) - vw.total_variation(0.5) - vw.total_variation(0.25, beta=1) - vw.p_norm(6, 0.2)
    )
    run = vw.AscentRun(
        net, objective, vw.AscentSettings(jitter=0, rotate=0.0, scale=0.0, precision="float32")
    )
    step = run.step()
    image = step.image
    assert image is not None
    values = {name: sum(w * m.value(image, {}) for w, m in objective.terms[1:] if m.kind == name)
              for name in ("total_variation", "p_norm")}  # fmt: skip
    for name, value in values.items():
        assert float(step.terms[name]) == pytest.approx(float(value), rel=1e-5)
        assert float(step.terms[name]) < 0
    with torch.no_grad():
        h = float(net[:4](image)[:, 1].mean())
    assert float(step.activation) == pytest.approx(h, rel=1e-4)
    assert float(step.terms["activation"]) == pytest.approx(h / float(run.scale), rel=1e-4)
    assert float(step.objective) == pytest.approx(
        sum(float(value) for value in step.terms.values()), rel=1e-5
    )


def test_the_gradient_norms_of_a_step_are_those_of_its_weighted_terms() -> None:
    net = small_net()
    objective = vw.channel("3", 1) - vw.total_variation(0.5)
    run = vw.AscentRun(
        net, objective, vw.AscentSettings(jitter=0, rotate=0.0, scale=0.0, precision="float32")
    )
    step = run.step()
    assert step.image is not None
    leaf = step.image.clone().requires_grad_()
    (h,) = torch.autograd.grad(net[:4](leaf)[:, 1].mean(), leaf)
    (tv,) = torch.autograd.grad(0.5 * objective.terms[1][1].value(leaf, {}).sum(), leaf)
    assert float(step.gradient_norms["activation"]) == pytest.approx(float(h.norm() / run.scale), rel=1e-3)
    assert float(step.gradient_norms["total_variation"]) == pytest.approx(float(tv.norm()), rel=1e-4)


def test_the_spread_is_the_deviation_among_the_channels_weighted() -> None:
    net = smooth_net()
    image = torch.rand(1, 3, 12, 12, generator=Generator().manual_seed(0))
    objective: Objective = (2 * vw.channel("2", 1) - 3 * vw.unit("0", (1,))).bind(net)
    look = evaluate(Probe(net), objective, image, View(), Generator(), False)
    with torch.no_grad():
        means = net[:3](image).mean(dim=(2, 3)).flatten()
        entries = net[0](image).flatten()
    expected = 2 * means.double().var(correction=0).sqrt() + 3 * entries.double().var(correction=0).sqrt()
    assert look.spread == pytest.approx(float(expected), rel=1e-4)
    outputs = Probe(net)(image, objective.layer_names)
    assert float(total_activation(objective, image, outputs)) == pytest.approx(
        float(look.activation), rel=1e-5
    )
