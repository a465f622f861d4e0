"""How far weights have moved: number by number, for frozen, trained, new and normalized layers."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest
import torch
from torch import nn

from tests.core.nets import small_net
from vizwidgets.core.weight_change import weight_change


def looped(before: list[float], after: list[float]) -> tuple[float, float]:
    moved = math.sqrt(sum((b - a) ** 2 for a, b in zip(before, after, strict=True)))
    lengths = [math.sqrt(sum(x * x for x in each)) for each in (before, after)]
    return moved / lengths[0], sum(a * b for a, b in zip(before, after, strict=True)) / lengths[0] / lengths[
        1
    ]


def numbers_of(module: nn.Module) -> list[float]:
    return [value for weight in module.parameters() for value in weight.flatten().tolist()]


def test_each_layer_is_measured_over_all_its_numbers() -> None:
    before, after = small_net(), small_net()
    with torch.no_grad():
        after[3].weight += torch.rand_like(after[3].weight)
        after[3].bias *= 2
        after[7].weight *= 3
        after[7].bias *= 3
    found = weight_change(before, after)
    assert found.layers == ("block1_conv1", "block2_conv1", "7")
    change, cosine = looped(numbers_of(before[3]), numbers_of(after[3]))
    assert found.changes[1].change == pytest.approx(change, rel=1e-6)
    assert found.changes[1].cosine == pytest.approx(cosine, rel=1e-6)
    assert found.changes[2].change == pytest.approx(2) and found.changes[2].cosine == pytest.approx(1)
    assert [each.num_weights for each in found.changes] == [6 * 28, 8 * 55, 36]
    assert [each.state for each in found.changes] == ["as before", "changed", "changed"]


def test_frozen_layers_are_as_before_bit_by_bit() -> None:
    before, after = small_net(), small_net()
    for weight in after[:6].parameters():
        weight.requires_grad_(False)
    optimizer = torch.optim.SGD([weight for weight in after.parameters() if weight.requires_grad], lr=0.1)
    after(torch.rand(4, 3, 16, 16)).square().sum().backward()
    optimizer.step()
    found = weight_change(before, after)
    assert [(each.change, each.cosine) for each in found.changes[:2]] == [(0.0, 1.0)] * 2
    assert found.unchanged == ("block1_conv1", "block2_conv1") and found.changes[2].change > 0
    with torch.no_grad():
        after[0].weight[0, 0, 0, 0] += 1e-7  # the smallest change is one
    assert weight_change(before, after).unchanged == ("block2_conv1",)


def test_a_head_of_another_shape_is_new() -> None:
    before, after = small_net(), small_net()
    after[7] = nn.Linear(8, 9)
    found = weight_change(before, after)
    assert found.new == ("7",) and found.changes[2].num_weights == 81
    assert math.isnan(found.changes[2].change) and math.isnan(found.changes[2].cosine)
    assert str(found).splitlines()[-1].split() == ["7", "81", "new"]
    after.add_module("more", nn.Linear(9, 2))
    assert weight_change(before, after).new == ("7", "more")


def test_normalization_goes_with_its_convolution_and_blocks_can_be_named() -> None:
    before: Any = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Sequential(nn.Conv2d(2, 2, 1)))
    after = copy.deepcopy(before)
    with torch.no_grad():
        after[1].weight += 1
    after[1].running_mean += 5  # not learned
    found = weight_change(before, after)
    assert found.layers == ("0", "2.0")
    change, _ = looped(
        numbers_of(before[0]) + numbers_of(before[1]), numbers_of(after[0]) + numbers_of(after[1])
    )
    assert found.changes[0].change == pytest.approx(change, rel=1e-6)
    assert found.unchanged == ("2.0",)
    named = weight_change(before, after, ["1", "2"])
    assert named.layers == ("1", "2")
    assert named.changes[0].change == pytest.approx(looped(numbers_of(before[1]), numbers_of(after[1]))[0])


def test_weights_that_were_zero_have_moved_infinitely_far() -> None:
    before, after = nn.Sequential(nn.Linear(2, 2)), nn.Sequential(nn.Linear(2, 2))
    for weight in before.parameters():
        nn.init.zeros_(weight)
    assert math.isinf(weight_change(before, after).changes[0].change)
    assert weight_change(before, before).changes[0].change == 0
    assert weight_change(after, before).changes[0].change == 1


def test_weights_that_are_shared_are_not_new() -> None:
    def tied() -> Any:
        net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
        net[1].weight = net[0].weight
        return net

    before = tied()
    found = weight_change(before, copy.deepcopy(before), ["0", "1"])
    assert found.unchanged == ("0", "1")


def test_what_can_not_be_compared_is_answered_in_words() -> None:
    net = small_net()
    with pytest.raises(ValueError, match="no layer named 'conv5'"):
        weight_change(net, net, ["conv5"])
    with pytest.raises(ValueError, match=r"layer '1' \(ReLU\) has no weights that could change"):
        weight_change(net, net, ["1"])
    with pytest.raises(TypeError, match="layers must be a list of names"):
        weight_change(net, net, "0")
    with pytest.raises(ValueError, match="no weights"):
        weight_change(net, nn.Sequential(nn.ReLU()))
    with pytest.raises(TypeError, match="must be a torch.nn.Module"):
        weight_change(net, None)  # type: ignore[arg-type]
    broken = small_net()
    with torch.no_grad():
        broken[3].bias[0] = float("nan")
    with pytest.raises(ValueError, match="weight '3.bias' holds NaN or infinity"):
        weight_change(net, broken)
