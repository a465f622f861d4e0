"""Dead ReLUs are woken, however the ReLU is written; the plain gradient leaves them dead."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import vizwidgets as vw
from vizwidgets.core.rectifiers import revived_relus


class Dying(nn.Module):
    """A channel whose inputs are all off: the plain gradient is zero everywhere."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.first = nn.Conv2d(1, 4, 3, padding=1)
        self.second = nn.Conv2d(4, 2, 3, padding=1)
        self.input_shape = (1, 10, 10)
        self.module = {"ReLU6": nn.ReLU6(), "ReLU6 in-place": nn.ReLU6(inplace=True)}.get(
            kind, nn.ReLU(inplace="in-place" in kind)
        )
        generator = torch.Generator().manual_seed(0)
        with torch.no_grad():
            self.first.weight.copy_(0.4 + 0.2 * torch.rand(4, 1, 3, 3, generator=generator))
            self.first.bias.fill_(-3.2)  # white gives about 4.5, gray half of it
            self.second.weight.copy_(torch.rand(2, 4, 3, 3, generator=generator))
            self.second.bias.fill_(-1.0)

    def rectify(self, values: Tensor) -> Tensor:
        if self.kind in ("module", "module in-place", "ReLU6", "ReLU6 in-place", "reused"):
            return self.module(values)
        if self.kind == "module in-place, result dropped":
            self.module(values)
            return values
        if self.kind == "method in-place, result dropped":
            values.relu_()
            return values
        if self.kind == "functional, result dropped":
            functional.relu(values, inplace=True)
            return values
        return {
            "functional": lambda: functional.relu(values),
            "functional in-place": lambda: functional.relu(values, inplace=True),
            "functional by keyword": lambda: functional.relu(input=values),
            "torch.relu": lambda: torch.relu(values),
            "torch.relu_": lambda: torch.relu_(values),
            "method": lambda: values.relu(),
            "functional relu6": lambda: functional.relu6(values),
            "hardtanh": lambda: functional.hardtanh(values, 0.0, 6.0),
        }[self.kind]()

    def forward(self, image: Tensor) -> Tensor:
        inner = self.second(self.rectify(self.first(image)))
        return self.rectify(inner) if self.kind == "reused" else functional.relu(inner)


KINDS = [
    "module", "module in-place", "reused", "functional", "functional in-place", "functional by keyword",
    "torch.relu", "torch.relu_", "method", "ReLU6", "ReLU6 in-place", "functional relu6", "hardtanh",
    "module in-place, result dropped", "method in-place, result dropped", "functional, result dropped",
]  # fmt: skip
STILL: dict[str, Any] = {"precision": "float32", "jitter": 0, "rotate": 0.0, "scale": 0.0, "spread": 0.05}


@pytest.mark.parametrize("kind", KINDS)
def test_a_dead_channel_moves_and_the_plain_gradient_leaves_it_dead(kind: str) -> None:
    net = Dying(kind).eval()
    objective = vw.channel("second", 1)
    plain = vw.maximize(net, objective, num_steps=4, rescue_steps=0, **STILL)
    assert torch.equal(plain.image, plain.steps[0].image)
    assert plain.verdict.name == "dead from the start"
    rescued = vw.maximize(net, objective, num_steps=40, **STILL)
    with torch.no_grad():
        assert float(net.second(net.first(rescued.image).relu())[:, 1].mean()) > 0
    assert float(rescued.steps[-1].activation) > float(rescued.steps[0].activation) == pytest.approx(-1.0)
    assert rescued.verdict.name in ("worked", "saturated")


def test_the_rescue_ends_after_its_steps_and_only_helps_where_nothing_else_pulls() -> None:
    net = Dying("module").eval()
    run = vw.AscentRun(net, vw.channel("second", 1), vw.AscentSettings(rescue_steps=1, lr=1e-6, **STILL))
    run.step()
    once = run.image
    run.step()
    assert torch.allclose(once, run.image, atol=1e-5)
    assert (
        float(run.steps[0].gradient_norms["activation"])
        > 0
        == float(run.steps[1].gradient_norms["activation"])
    )

    awake = Dying("module").eval()
    nn.init.constant_(awake.first.bias, -2.0)  # some units are on
    images = [
        vw.maximize(awake, vw.channel("second", 1), num_steps=5, rescue_steps=steps, **STILL).image
        for steps in (0, 16)
    ]
    assert torch.equal(images[0], images[1])


@pytest.mark.parametrize("kind", KINDS)
def test_reviving_leaves_the_values_of_the_forward_pass_alone(kind: str) -> None:
    net = Dying(kind).eval()
    nn.init.constant_(net.first.bias, -1.5)
    image = torch.rand(2, 1, 10, 10, generator=torch.Generator().manual_seed(0))
    plain = net(image)
    with revived_relus():
        assert torch.allclose(net(image), plain, atol=1e-6)
    assert float(plain.detach().abs().max()) > 0


@pytest.mark.parametrize("cap", [None, 6.0])
def test_a_revived_relu_passes_only_gradients_that_bring_a_unit_back_to_its_range(cap: float | None) -> None:
    values = torch.tensor([-2.0, -2.0, 3.0, 3.0, 9.0, 9.0], requires_grad=True)
    wishes = torch.tensor([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
    with revived_relus():
        output = functional.relu(values) if cap is None else functional.relu6(values)
    output.backward(wishes)
    assert values.grad is not None
    expected = [1.0, 0.0, 1.0, -1.0, 1.0 if cap is None else 0.0, -1.0]
    assert values.grad.tolist() == expected


def test_outside_of_the_block_a_relu_is_a_relu_again() -> None:
    with pytest.raises(ZeroDivisionError), revived_relus():
        raise ZeroDivisionError
    values = torch.tensor([-1.0, 1.0], requires_grad=True)
    functional.relu(values).sum().backward()
    assert values.grad is not None and values.grad.tolist() == [0.0, 1.0]


def test_of_a_batch_only_the_dead_images_are_rescued() -> None:
    net = Dying("functional").eval()
    dark, bright = torch.full((1, 10, 10), 0.4), torch.full((1, 10, 10), 0.95)
    start = torch.stack([dark, bright])
    nn.init.constant_(net.first.bias, -3.0)
    together = vw.AscentRun(net, vw.channel("second", 1), vw.AscentSettings(**STILL), start)
    norms = together.steps[0].gradient_norms["activation"]
    plain = vw.AscentRun(net, vw.channel("second", 1), vw.AscentSettings(rescue_steps=0, **STILL), start)
    assert plain.steps[0].gradient_norms["activation"].tolist()[0] == 0 < float(norms[0])
    assert torch.equal(plain._now.gradient[1], together._now.gradient[1])
