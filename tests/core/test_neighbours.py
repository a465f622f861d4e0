"""Nearest neighbours: against a double loop, with ties, zeros and very different sizes."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from vizwidgets.core import neighbours
from vizwidgets.core.neighbours import nearest_neighbours


def looped(features: Tensor, queries: Tensor, k: int) -> tuple[list[list[int]], list[list[float]]]:
    """Compare each query with each image, number by number."""

    def cosine(a: list[float], b: list[float]) -> float:
        lengths = [math.sqrt(sum(x * x for x in each)) for each in (a, b)]
        return (
            sum(x * y for x, y in zip(a, b, strict=True)) / (lengths[0] * lengths[1]) if all(lengths) else 0.0
        )

    known = features.double().flatten(1).tolist()
    indices, values = [], []
    for query in queries.double().flatten(1).tolist():
        found = [round(cosine(row, query), 9) for row in known]
        order = sorted(range(len(known)), key=lambda index: (-found[index], index))[:k]
        indices.append(order)
        values.append([found[index] for index in order])
    return indices, values


@pytest.mark.parametrize("shape", [(7,), (3, 2, 2)], ids=["vectors", "maps"])
def test_neighbours_are_those_of_a_double_loop(shape: tuple[int, ...], monkeypatch: Any) -> None:
    monkeypatch.setattr(neighbours, "QUERIES", 4)
    features, queries = torch.randn(30, *shape), torch.randn(9, *shape)
    features[5] = 3 * features[2]  # another length, the same direction
    features[11] = features[2]
    queries[3] = features[2]
    features[8] = queries[4] = 0
    indices, similarities = nearest_neighbours(features, queries, k=30)
    expected = looped(features, queries, 30)
    assert indices.tolist() == expected[0]
    assert similarities.tolist() == [pytest.approx(row, abs=1e-8) for row in expected[1]]
    assert indices[3, :3].tolist() == [2, 5, 11]


def test_ties_go_to_the_lower_index_whatever_the_rounding() -> None:
    row = torch.randn(50)
    features = torch.stack([row * scale for scale in (0.1, 7.0, 1 / 3, 1e-3, 123.0)]).repeat(20, 1)
    indices, similarities = nearest_neighbours(features, row[None] * 0.7, k=100)
    assert indices[0].tolist() == list(range(100))
    assert similarities.tolist() == [[1.0] * 100]


def test_zeros_are_like_nothing_and_do_not_come_before_what_is_alike() -> None:
    features = torch.tensor([[0.0, 0.0], [-1.0, 0.0], [1.0, 0.1]])
    indices, similarities = nearest_neighbours(features, torch.tensor([[2.0, 0.0], [0.0, 0.0]]), k=3)
    assert indices.tolist() == [[2, 0, 1], [0, 1, 2]]
    assert similarities[0, 1:].tolist() == [0, -1] and similarities[1].tolist() == [0, 0, 0]


def test_very_large_and_very_small_features_have_a_direction_too() -> None:
    features = torch.tensor([[1e-300, 1e-300], [1e200, 0.0]], dtype=torch.float64)
    _, similarities = nearest_neighbours(features, torch.tensor([[1e300, 1e300]], dtype=torch.float64), k=2)
    assert similarities[0].tolist() == pytest.approx([1, math.sqrt(0.5)], abs=1e-8)


def test_features_are_not_changed() -> None:
    features = torch.randn(4, 3)
    before = features.clone()
    nearest_neighbours(features, features, k=1)
    assert torch.equal(features, before)


@pytest.mark.parametrize("k", [0, 6, -1, 2.0, True, "3", None])
def test_a_number_of_neighbours_that_can_not_be_is_answered_in_words(k: Any) -> None:
    with pytest.raises(ValueError, match=r"k must be a whole number in 1\.\.5, the number of images; got"):
        nearest_neighbours(torch.rand(5, 2), torch.rand(1, 2), k)


def test_features_that_do_not_fit_are_answered_in_words() -> None:
    rows = torch.rand(5, 4)
    with pytest.raises(ValueError, match="of one layer; got 4 and 3 numbers per image"):
        nearest_neighbours(rows, torch.rand(2, 3), 1)
    with pytest.raises(ValueError, match="queries: NaN or infinity for 1 of 2 images, first for image 1"):
        nearest_neighbours(rows, torch.tensor([[1.0] * 4, [1.0, float("nan"), 1.0, 1.0]]), 1)
    with pytest.raises(ValueError, match=r"queries must be \(N, features\).*features\[None\]"):
        nearest_neighbours(rows, rows[0], 1)
    with pytest.raises(TypeError, match="features must be a tensor of floats.*got list"):
        nearest_neighbours([[1.0]], rows, 1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="features must be .* not empty"):
        nearest_neighbours(rows[:0], rows, 1)
