"""Measures and regularizers, against double loops and closed forms."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.core.nets import small_net
from vizwidgets.core.evaluation import total_activation
from vizwidgets.core.network import Probe
from vizwidgets.core.objectives import Objective, channel, class_score, unit
from vizwidgets.core.regularizers import p_norm, total_variation


def penalty(objective: Objective, image: Tensor) -> Tensor:
    ((weight, measure),) = objective.terms
    return weight * measure.value(image, {})


def activation(net: Any, objective: Objective, image: Tensor) -> Tensor:
    bound = objective.bind(net)
    with torch.no_grad():
        return total_activation(bound, image, Probe(net)(image, bound.layer_names))


def looped_total_variation(image: Tensor, beta: float) -> float:
    channels, height, width = image.shape
    total = 0.0
    for c in range(channels):
        for row in range(height):
            for column in range(width):
                here = float(image[c, row, column])
                dy = float(image[c, row + 1, column]) - here if row + 1 < height else 0.0
                dx = float(image[c, row, column + 1]) - here if column + 1 < width else 0.0
                total += (dx * dx + dy * dy) ** (beta / 2)
    return total / (channels * height * width)


@pytest.mark.parametrize("beta", [2.0, 1.0, 3.0])
@pytest.mark.parametrize("shape", [(3, 5, 7), (1, 4, 3), (2, 1, 6)])
def test_total_variation_is_the_double_loop_over_pixels(beta: float, shape: tuple[int, int, int]) -> None:
    image = torch.rand(2, *shape, generator=torch.Generator().manual_seed(1))
    values = penalty(total_variation(weight=0.3, beta=beta), image)
    assert values.tolist() == pytest.approx(
        [0.3 * looped_total_variation(one, beta) for one in image], rel=1e-4
    )


def test_total_variation_of_a_ramp_is_its_slope_to_the_power_beta() -> None:
    ramp = torch.linspace(0, 1, 11).expand(1, 1, 6, 11)
    for beta in (1.0, 2.0):
        value = float(penalty(total_variation(weight=1, beta=beta), ramp))
        assert value == pytest.approx(0.1**beta * 10 / 11, rel=1e-4)


@pytest.mark.parametrize("p", [1.0, 2.0, 6.0])
@pytest.mark.parametrize("center", [0.5, 0.0, 0.2])
def test_the_p_norm_is_a_power_mean_by_the_double_loop(p: float, center: float) -> None:
    image = torch.rand(2, 3, 4, 5, generator=torch.Generator().manual_seed(2))
    largest = max(center, 1 - center)
    expected = []
    for one in image:
        total = sum((abs(value - center) / largest) ** p for value in one.flatten().tolist())
        expected.append(0.7 * total / one.numel())
    assert penalty(p_norm(p, weight=0.7, center=center), image).tolist() == pytest.approx(expected, rel=1e-4)


def test_the_infinite_p_norm_is_the_largest_contrast_and_the_limit_of_large_p() -> None:
    image = torch.rand(1, 1, 6, 6, generator=torch.Generator().manual_seed(3))
    largest = float((image - 0.5).abs().max()) * 2
    assert float(penalty(p_norm(math.inf, weight=1), image)) == pytest.approx(largest)
    assert float(penalty(p_norm(60, weight=1), image)) ** (1 / 60) == pytest.approx(largest, rel=0.08)


@pytest.mark.parametrize("p", [1.0, 2.0, 6.0, math.inf])
def test_a_black_and_white_image_has_norm_one_and_a_gray_one_zero(p: float) -> None:
    board = (torch.arange(16) % 2).float().reshape(1, 1, 4, 4)
    assert float(penalty(p_norm(p, weight=1), board)) == pytest.approx(1.0)
    assert float(penalty(p_norm(p, weight=1), torch.full((1, 1, 4, 4), 0.5))) == 0


@pytest.mark.parametrize(
    "objective",
    [total_variation(1), total_variation(1, beta=1), p_norm(1), p_norm(6), p_norm(math.inf)],
)
def test_the_gradient_of_a_regularizer_is_finite_on_a_flat_image(objective: Objective) -> None:
    for level in (0.0, 0.5, 1.0):
        image = torch.full((1, 3, 5, 5), level, requires_grad=True)
        penalty(objective, image).sum().backward()
        assert image.grad is not None and bool(torch.isfinite(image.grad).all())


def test_a_channel_is_the_mean_of_its_map_before_the_relu() -> None:
    net = small_net()
    image = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        before_relu = net[:4](image)
    assert (before_relu < 0).any()
    expected = [float(before_relu[i, 5].double().sum() / before_relu[i, 5].numel()) for i in range(2)]
    for name in ("3", "block2_conv1", "4"):  # a layer that is a ReLU counts with its input
        assert activation(net, channel(name, 5), image).tolist() == pytest.approx(expected, abs=1e-5)


def test_of_a_list_each_image_gets_its_own_channel() -> None:
    net = small_net()
    image = torch.rand(3, 3, 16, 16)
    together = activation(net, channel("3", [7, 0, 2]), image)
    for number, one in enumerate((7, 0, 2)):
        alone = activation(net, channel("3", one), image[number : number + 1])
        assert float(together[number]) == pytest.approx(float(alone), abs=1e-5)


def test_a_unit_is_one_entry_of_the_map_row_before_column() -> None:
    net = small_net(height=16, width=24)
    image = torch.rand(1, 3, 16, 24, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        maps = net[:4](image)[0]
    assert maps.shape == (8, 6, 10)
    for place in ((1, 0, 9), (7, 5, 0), (3, 2, 4)):
        assert float(activation(net, unit("3", place), image)) == pytest.approx(float(maps[place]), abs=1e-5)
    assert float(activation(net, unit("3", (4,)), image)) == pytest.approx(float(maps[4, 3, 5]), abs=1e-5)
    assert float(activation(net, unit("3", 4), image)) == pytest.approx(float(maps[4, 3, 5]), abs=1e-5)


def test_the_unit_of_a_vector_is_its_entry() -> None:
    net = small_net()
    image = torch.rand(1, 3, 16, 16)
    with torch.no_grad():
        scores = net(image)[0]
    assert float(activation(net, unit("7", (2,)), image)) == pytest.approx(float(scores[2]), abs=1e-5)
    assert float(activation(net, channel("7", 2), image)) == pytest.approx(float(scores[2]), abs=1e-5)


def test_a_class_score_is_the_logit_before_softmax() -> None:
    net = small_net()
    image = torch.rand(2, 3, 16, 16)
    with torch.no_grad():
        logits = net(image)
    assert activation(net, class_score("water ouzel"), image).tolist() == pytest.approx(
        logits[:, 2].tolist(), rel=1e-4
    )
    both = activation(net, class_score(["Goat", 0]), image)
    assert both.tolist() == pytest.approx([float(logits[0, 3]), float(logits[1, 0])], rel=1e-4)


def test_the_activation_of_a_sum_is_the_weighted_sum_of_its_parts() -> None:
    net = small_net()
    image = torch.rand(1, 3, 16, 16)
    parts = [channel("0", 1), unit("3", (2, 1, 1)), class_score(3)]
    values = [float(activation(net, part, image)) for part in parts]
    whole = 0.8 * parts[0] - parts[1] / 4 + -(2 * parts[2]) - total_variation(0.5)
    expected = 0.8 * values[0] - values[1] / 4 - 2 * values[2]
    assert float(activation(net, whole, image)) == pytest.approx(expected, rel=1e-5)
