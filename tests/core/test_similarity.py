"""How alike maps are: against scipy, scikit-image and loops."""

from __future__ import annotations

import math

import pytest
import torch
from skimage.filters import sobel
from skimage.metrics import structural_similarity as ssim_of_skimage
from torch import Tensor

from vizwidgets.core.edges import edge_map
from vizwidgets.core.random_maps import random_map
from vizwidgets.core.similarity import rank_correlation, shown, structural_similarity, unit_ranks


def looped_correlation(first: list[float], second: list[float]) -> float:
    """Rank each value by counting: those below it, and half of those that equal it."""

    def ranks(values: list[float]) -> list[float]:
        return [sum((other < one) + 0.5 * (other == one) for other in values) for one in values]

    a, b = ranks(first), ranks(second)
    middle = len(a) / 2
    product = sum((x - middle) * (y - middle) for x, y in zip(a, b, strict=True))
    squares = [math.sqrt(sum((x - middle) ** 2 for x in one)) for one in (a, b)]
    return product / (squares[0] * squares[1])


@pytest.mark.parametrize("levels", [1000, 3], ids=["hardly any ties", "many ties"])
def test_the_rank_correlation_is_that_of_counting_pixel_by_pixel(levels: int) -> None:
    first = (torch.rand(4, 3, 5, 6) * levels).round()
    second = ((first + torch.rand(4, 3, 5, 6) * levels) / 2).round()
    found = rank_correlation(first, second)
    for number in range(4):
        expected = looped_correlation(first[number].flatten().tolist(), second[number].flatten().tolist())
        assert float(found[number]) == pytest.approx(expected, abs=1e-12)
        assert 0.1 < expected < 0.95


def test_the_rank_correlation_is_scipys_on_large_maps() -> None:
    stats = pytest.importorskip("scipy.stats")
    first = torch.randn(2, 120, 90).relu()  # half of the pixels are 0
    second = (first + torch.randn(2, 120, 90)).clamp(min=0)
    for number, found in enumerate(rank_correlation(first, second)):
        expected = stats.spearmanr(first[number].flatten(), second[number].flatten()).statistic
        assert float(found) == pytest.approx(expected, abs=1e-12)


def test_only_the_order_counts() -> None:
    values = torch.rand(3, 9, 9) + 0.1
    assert torch.allclose(rank_correlation(values, values.exp() * 1e6), torch.ones(3).double())
    assert torch.allclose(rank_correlation(values, -values), -torch.ones(3).double())


def test_a_constant_map_is_like_nothing_and_breaks_nothing() -> None:
    constant, other = torch.full((1, 12, 12), 0.3), torch.rand(1, 12, 12)
    for pair in ((constant, other), (other, constant), (constant, constant)):
        assert rank_correlation(*pair).tolist() == [0.0]
    assert not unit_ranks(constant).any()
    assert torch.isfinite(structural_similarity(torch.zeros(1, 12, 12), other)).all()
    assert structural_similarity(torch.zeros(1, 12, 12), torch.zeros(1, 12, 12)).tolist() == [1.0]


@pytest.mark.parametrize("size", [(11, 11), (40, 23), (64, 64)])
def test_the_structural_similarity_is_scikit_images(size: tuple[int, int]) -> None:
    first = torch.rand(3, *size)
    second = (first + torch.tensor([0.05, 0.4, 3.0]).view(3, 1, 1) * torch.rand(3, *size)) / 2
    found = structural_similarity(first, second)
    pairs = zip(shown(first).double().numpy(), shown(second).double().numpy(), strict=True)
    expected = [
        ssim_of_skimage(a, b, data_range=1.0, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
        for a, b in pairs
    ]
    assert found.tolist() == pytest.approx(expected, abs=1e-6)
    assert expected[0] > 0.9 and expected[2] < 0.8


def test_a_map_smaller_than_the_window_is_compared_in_a_smaller_one() -> None:
    first, second = torch.rand(1, 5, 20), torch.rand(1, 5, 20)
    assert float(structural_similarity(first, first)) == pytest.approx(1)
    assert float(structural_similarity(first, second)) < 0.7


def test_maps_are_shown_by_their_99th_percentile() -> None:
    ramp = torch.arange(200.0).view(1, 10, 20)
    expected = (ramp / sorted(ramp.flatten().tolist())[197]).clamp(max=1)
    assert torch.allclose(shown(ramp), expected)
    lonely = torch.zeros(1, 20, 20)
    lonely[0, 3, 4] = 5.0
    assert float(shown(lonely).max()) == 1.0 and float(shown(lonely).sum()) == 1.0
    assert not shown(torch.zeros(1, 4, 4)).any()


@pytest.mark.parametrize("compare", [rank_correlation, structural_similarity])
def test_maps_that_cannot_be_compared_are_answered_in_words(compare) -> None:
    with pytest.raises(ValueError, match=r"both need one shape.*\(1, 4, 4\) and \(1, 4, 5\)"):
        compare(torch.rand(1, 4, 4), torch.rand(1, 4, 5))
    with pytest.raises(ValueError, match="both need one shape, and pixels"):
        compare(torch.rand(0, 4, 4), torch.rand(0, 4, 4))
    with pytest.raises(ValueError, match="holds NaN"):
        compare(torch.rand(1, 2, 2), torch.tensor([[[1.0, float("nan")], [0.0, 1.0]]]))
    with pytest.raises(ValueError, match="holds infinity"):
        structural_similarity(torch.rand(1, 2, 2), torch.tensor([[[1.0, float("inf")], [0.0, 1.0]]]))
    with pytest.raises(ValueError, match=r"compares maps \(N, H, W\)"):
        structural_similarity(torch.rand(1, 3, 4, 4), torch.rand(1, 3, 4, 4))


@pytest.mark.parametrize("channels", [1, 3])
def test_the_edges_are_scikit_images_sobel_of_the_strongest_channel(channels: int) -> None:
    images = torch.rand(2, channels, 9, 7)
    each = [[torch.from_numpy(sobel(channel.double().numpy())) for channel in image] for image in images]
    expected = torch.stack([torch.stack(channels_of_one).amax(dim=0) for channels_of_one in each])
    assert torch.allclose(edge_map(images).double(), expected, atol=1e-6)
    assert torch.equal(edge_map(images[0]), edge_map(images)[:1])
    assert not edge_map(torch.full((1, 3, 5, 5), 0.4)).any()
    with pytest.raises(ValueError, match="must be in .0, 1."):
        edge_map(images * 255)


def rolled(values: Tensor, rows: int, columns: int) -> list[list[float]]:
    height, width = values.shape
    grid = values.tolist()
    return [[grid[(r - rows) % height][(c - columns) % width] for c in range(width)] for r in range(height)]


def test_a_random_map_is_the_same_map_at_another_place() -> None:
    values = torch.arange(30.0).view(1, 5, 6)
    moves = [rolled(values[0], rows, columns) for rows in range(5) for columns in range(6)]
    found = [random_map(values, seed)[0].tolist() for seed in range(300)]
    assert all(one in moves for one in found)
    assert all(move in found for move in moves)  # each of the 30 places is met
    assert torch.equal(random_map(values, 7), random_map(values, 7))
    with pytest.raises(ValueError, match="seed must be a whole number"):
        random_map(values, -1)
