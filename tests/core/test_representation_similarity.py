"""Linear CKA: against its definition by HSIC in loops, and by what it must not depend on."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import Tensor, nn

from tests.core.nets import Burst, seeded, small_net
from vizwidgets.core.features import layer_features
from vizwidgets.core.representation_similarity import compare_layers, linear_cka


def looped_hsic(a: list[list[float]], b: list[list[float]]) -> float:
    """Return (N - 1)^-2 tr(K H L H) with Gram matrices K, L and the centring matrix H, all in loops."""
    count = len(a)

    def centred_gram(rows: list[list[float]]) -> list[list[float]]:
        gram = [[sum(x * y for x, y in zip(one, other, strict=True)) for other in rows] for one in rows]
        means = [sum(row) / count for row in gram]
        mean = sum(means) / count
        return [[gram[i][j] - means[i] - means[j] + mean for j in range(count)] for i in range(count)]

    k, m = centred_gram(a), centred_gram(b)
    return sum(k[i][j] * m[j][i] for i in range(count) for j in range(count)) / (count - 1) ** 2


def looped_cka(a: Tensor, b: Tensor) -> float:
    first, second = a.double().tolist(), b.double().tolist()
    own = looped_hsic(first, first) * looped_hsic(second, second)
    return looped_hsic(first, second) / math.sqrt(own)


@pytest.mark.parametrize(
    ("features", "others"), [(3, 5), (40, 30), (2, 90)], ids=["features", "images", "one of each"]
)
def test_it_is_the_definition_by_centred_gram_matrices(features: int, others: int) -> None:
    a = torch.randn(12, features) + 5
    b = torch.cat([a[:, :2].sin(), torch.randn(12, others - 2)], dim=1) * 100
    expected = looped_cka(a, b)
    assert linear_cka(a, b) == pytest.approx(expected, abs=1e-9)
    assert linear_cka(b, a) == pytest.approx(expected, abs=1e-9)
    assert 0.01 < expected < 0.99


def rotation(size: int) -> Tensor:
    return torch.linalg.qr(torch.randn(size, size, dtype=torch.float64)).Q


@pytest.mark.parametrize("size", [4, 60])
def test_rotation_scale_shift_and_order_of_the_features_do_not_matter(size: int) -> None:
    a, b = torch.randn(20, size, dtype=torch.float64), torch.randn(20, 7, dtype=torch.float64)
    for changed in (a @ rotation(size), -1e-4 * a, a + torch.randn(size), a[:, torch.randperm(size)]):
        assert linear_cka(changed, b) == pytest.approx(linear_cka(a, b), abs=1e-9)
        assert linear_cka(changed, a) == pytest.approx(1, abs=1e-9)
    # but what is no rotation does, and so does the order of the images
    stretched = a * torch.logspace(0, 2, size)
    assert abs(linear_cka(stretched, b) - linear_cka(a, b)) > 1e-3
    assert linear_cka(a.flip(0), a) < 0.9


def test_the_same_images_must_be_compared_and_more_than_one() -> None:
    with pytest.raises(ValueError, match="features of the same images; got 5 and 6"):
        linear_cka(torch.rand(5, 2), torch.rand(6, 2))
    with pytest.raises(ValueError, match="a must be of 2 or more images"):
        linear_cka(torch.rand(1, 2), torch.rand(1, 2))
    with pytest.raises(ValueError, match="b: NaN or infinity for 1 of 2 images"):
        linear_cka(torch.rand(2, 2), torch.tensor([[1.0], [float("inf")]]))
    with pytest.raises(TypeError, match="a must be a tensor of floats"):
        linear_cka([[1.0]], torch.rand(2, 2))  # type: ignore[arg-type]


def test_a_layer_that_says_the_same_of_all_images_is_like_nothing() -> None:
    constant = torch.full((6, 3), 0.1)
    assert math.isnan(linear_cka(constant, torch.rand(6, 3)))
    assert math.isnan(linear_cka(torch.zeros(6, 3), torch.zeros(6, 3)))
    noisy = constant.clone()
    noisy[0, 0] += 1e-8  # the rounding of float32
    assert math.isnan(linear_cka(noisy, torch.rand(6, 3)))


def changed_net() -> nn.Module:
    net = copy.deepcopy(small_net())
    seeded(net[3], seed=7)
    return net


def test_layers_before_and_after_are_compared_by_what_they_hand_on() -> None:
    before, after, images = small_net(), changed_net(), torch.rand(30, 3, 16, 16)
    found = compare_layers(before, after, images)
    assert found.layers == ("block1_conv1", "block2_conv1", "7") and found.num_images == 30
    old, new = (layer_features(net, images, found.layers) for net in (before, after))
    expected = [looped_cka(old[name], new[name]) for name in found.layers]
    assert found.cka.tolist() == pytest.approx(expected, abs=1e-6)
    assert expected[0] == pytest.approx(1) and expected[1] < 0.99
    assert found.matrix is None


def test_the_matrix_compares_each_layer_with_each() -> None:
    before, after, images = small_net(), changed_net(), torch.rand(9, 3, 16, 16)
    found = compare_layers(before, after, images, ["0", "3"], matrix=True)
    old, new = (layer_features(net, images, ["0", "3"]) for net in (before, after))
    assert found.matrix is not None
    for row, first in enumerate(("0", "3")):
        for column, second in enumerate(("0", "3")):
            expected = looped_cka(old[first], new[second])
            assert float(found.matrix[row, column]) == pytest.approx(expected, abs=1e-6)
    assert torch.equal(found.cka, found.matrix.diagonal())
    assert torch.allclose(found.cka, compare_layers(before, after, images, ["0", "3"]).cka, atol=1e-9)
    assert str(found).splitlines()[1].split() == ["before", "\\", "after", "0", "3"]


def test_a_head_of_another_size_is_compared_too() -> None:
    before, after = small_net(), small_net()
    after[7] = nn.Linear(8, 9)
    assert compare_layers(before, after, torch.rand(9, 3, 16, 16)).layers[-1] == "7"


def test_models_are_untouched_and_a_dead_layer_shows_as_a_dash() -> None:
    before, after = small_net().train(), small_net().train()
    nn.init.zeros_(after[7].weight)
    kept = {key: value.clone() for key, value in before.state_dict().items()}
    found = compare_layers(before, after, torch.rand(5, 3, 16, 16))
    assert math.isnan(float(found.cka[-1])) and str(found).splitlines()[-1].split() == ["7", "–"]
    assert all(torch.equal(value, kept[key]) for key, value in before.state_dict().items())
    assert before.training and after.training


def test_networks_that_can_not_be_compared_are_answered_in_words() -> None:
    net, images = small_net(), torch.rand(5, 3, 16, 16)
    other = nn.Sequential()
    other.add_module("dense", nn.Sequential(nn.Flatten(), nn.Linear(768, 2)))
    with pytest.raises(ValueError, match=r"no layer of one name in common \(dense.1\)"):
        compare_layers(net, other, images)
    with pytest.raises(ValueError, match="no layer named 'conv5'"):
        compare_layers(net, net, images, ["conv5"])
    with pytest.raises(TypeError, match="layers must be a list"):
        compare_layers(net, net, images, "0")
    with pytest.raises(ValueError, match="2 or more images"):
        compare_layers(net, net, images[:1])
    broken = nn.Sequential(nn.Conv2d(3, 2, 1), Burst(-9.0), nn.Flatten(), nn.Linear(512, 2))
    with pytest.raises(ValueError, match="layer '0' after: NaN or infinity for 5 of 5 images"):
        compare_layers(nn.Sequential(nn.Conv2d(3, 2, 1)), broken, images, ["0"])
