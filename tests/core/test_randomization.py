"""Networks that have forgotten layers: by the layers' own law, on copies only."""

from __future__ import annotations

import copy
import math
import threading
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.core.test_saliency import assert_same, state, well_used_net
from vizwidgets.core.layer_groups import LayerGroup, layer_groups
from vizwidgets.core.randomization import Forgetting, forget, own_copy


def trained_net() -> Any:
    """Weights, shifts and statistics that no initialization gives."""
    net: Any = nn.Sequential(
        nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(288, 50)
    )
    with torch.no_grad():
        for values in [*net.parameters(), *net.buffers()]:
            if values.is_floating_point():
                values.copy_(3 + torch.rand(values.shape))
    return net.eval()


def test_a_layer_becomes_what_its_own_initialization_gives() -> None:
    net = own_copy(trained_net())
    forget(net, ["4"], seed=0)
    bound = 1 / math.sqrt(288)  # nn.Linear: uniform in -1/sqrt(inputs)..1/sqrt(inputs)
    assert float(net[4].weight.abs().max()) <= bound and float(net[4].bias.abs().max()) <= bound
    assert float(net[4].weight.std()) == pytest.approx(bound / math.sqrt(3), rel=0.02)
    assert abs(float(net[4].weight.mean())) < 0.02 * bound
    assert torch.equal(net[0].weight, net[0].weight.clamp(min=3))


def test_a_batch_normalization_forgets_its_statistics_too() -> None:
    net = own_copy(trained_net())
    forget(net, ["1"], seed=0)
    fresh = nn.BatchNorm2d(8)
    assert all(torch.equal(values, fresh.state_dict()[name]) for name, values in net[1].state_dict().items())


class Bare(nn.Module):
    """Weights of its own, without a law of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(4, 4)
        self.scale = nn.Parameter(torch.arange(60.0))

    def forward(self, images: Tensor) -> Tensor:
        return self.inner(images.flatten(1)[:, :4]) * self.scale[:4]


def test_weights_without_a_law_of_their_own_are_shuffled() -> None:
    model = Bare()
    net = own_copy(model)
    forget(net, [""], seed=0)
    assert torch.equal(net.scale.sort().values, model.scale) and not torch.equal(net.scale, model.scale)
    assert torch.equal(net.inner.weight, model.inner.weight)


def test_weights_behind_a_parametrization_are_forgotten_too() -> None:
    model = nn.Sequential(nn.Flatten(), nn.utils.parametrizations.weight_norm(nn.Linear(12, 5)))
    groups = layer_groups(model, torch.rand(1, 3, 2, 2))
    ((_, net),) = Forgetting(groups, True, 0).copies(model)
    assert float((net[1].weight - model[1].weight).detach().abs().mean()) > 0.05
    assert not torch.equal(net[1].bias, model[1].bias)


def test_a_shared_weight_stays_shared() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    model[1].weight = model[0].weight
    net = own_copy(model)
    forget(net, ["0"], seed=0)
    assert net[0].weight is net[1].weight and not torch.equal(net[0].weight, model[0].weight)


GROUPS = (LayerGroup("b", ("4",)), LayerGroup("a", ("0", "1")))


def test_cascading_adds_up_and_independent_starts_anew_with_the_same_numbers() -> None:
    model = trained_net()
    cascading, independent = (
        [(name, copy.deepcopy(net.state_dict())) for name, net in Forgetting(GROUPS, kind, 5).copies(model)]
        for kind in (True, False)
    )
    assert [name for name, _ in cascading] == [name for name, _ in independent] == ["b", "a"]
    first, last = cascading[0][1], cascading[1][1]
    alone = independent[1][1]
    for name, trained in dict(model.named_parameters()).items():
        is_upper = name.startswith("4")
        assert torch.equal(first[name], trained) != is_upper
        assert torch.equal(last[name], first[name] if is_upper else alone[name])
        assert torch.equal(alone[name], trained) == is_upper


def test_the_seed_decides_and_nothing_else() -> None:
    def weight(seed: int) -> Tensor:
        net = own_copy(trained_net())
        forget(net, ["4"], seed)
        return net[4].weight

    first = weight(1)
    torch.rand(3)
    assert torch.equal(weight(1), first) and not torch.equal(weight(2), first)
    net, before = own_copy(trained_net()), torch.get_rng_state()
    forget(net, ["0", "1", "4"], 3)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_model_itself_stays_bit_by_bit() -> None:
    model = well_used_net()
    before = state(model)
    groups = layer_groups(model, torch.rand(1, 3, 8, 8))
    with torch.inference_mode():
        for _, net in Forgetting(groups, True, 0).copies(model):
            assert not any(weight.is_inference() for weight in net.parameters())
    assert_same(before, state(model))


class Told(nn.Module):
    """Wants to be told how its weights begin."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.arange(60.0))

    def reset_parameters(self, std: float) -> None:
        nn.init.normal_(self.weight, std=std)


def test_weights_whose_law_wants_arguments_are_shuffled() -> None:
    net = own_copy(Told())
    forget(net, [""], seed=0)
    assert torch.equal(net.weight.sort().values, torch.arange(60.0))
    assert not torch.equal(net.weight, torch.arange(60.0))


class Meddling(nn.Linear):
    """While it begins anew, another thread draws."""

    drawn: list[Tensor] = []

    def reset_parameters(self) -> None:
        thread = threading.Thread(target=lambda: Meddling.drawn.append(torch.rand(3)))
        thread.start()
        thread.join()
        super().reset_parameters()


def test_a_thread_that_draws_meanwhile_neither_disturbs_nor_is_disturbed() -> None:
    quiet, meddling = nn.Sequential(nn.Linear(6, 5)), nn.Sequential(Meddling(6, 5))
    forget(quiet, ["0"], seed=3)
    torch.manual_seed(1)
    expected = torch.rand(6)
    torch.manual_seed(1)
    Meddling.drawn.clear()
    forget(meddling, ["0"], seed=3)
    assert torch.equal(meddling[0].weight, quiet[0].weight)
    assert torch.equal(torch.cat([Meddling.drawn[0], torch.rand(3)]), expected)
