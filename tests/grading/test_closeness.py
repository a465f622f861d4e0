"""close against numpy where answers are honest, and its reasons; fresh_seed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from vizwidgets.grading import close, fresh_seed
from vizwidgets.grading.closeness import refusal


@pytest.mark.parametrize("seed", range(5))
def test_it_agrees_with_numpy_on_random_numbers_near_the_bound(seed: int) -> None:
    random = np.random.default_rng(seed)
    wanted = random.normal(size=200)
    got = wanted * (1 + 1e-6 * random.choice([0.5, 0.9, 1.1, 2], size=200)) + random.choice(
        [0, 1e-9], size=200
    )
    mine = [close(one, other, rtol=1e-6, atol=1e-10) for one, other in zip(got, wanted, strict=True)]
    assert mine == np.isclose(got, wanted, rtol=1e-6, atol=1e-10).tolist()
    assert 0 < sum(mine) < 200


@pytest.mark.parametrize(
    ("got", "wanted"),
    [
        (1, 1.0),
        (np.float32(0.5), 0.5),
        (torch.tensor(2.0), 2),
        (torch.ones(2, 3, requires_grad=True), np.ones((2, 3))),
        ((1, [2, 3]), [1, [2, 3]]),
        (math.inf, math.inf),
        (True, torch.tensor(True)),
        (torch.zeros(0), []),
        (1j, 1j),
        (2**70, float(2**70)),
        (10**400, 10**400),
        ("a", "a"),
        (["cat", 1], ("cat", 1.0)),
        (np.array(["a", "b"]), ["a", "b"]),
        (torch.Size([2, 3]), (2, 3)),
        (torch.nn.Parameter(torch.ones(2)), [1, 1]),
        (torch.tensor(0.1, dtype=torch.float64), 0.1),
    ],
)
def test_equal_values_of_any_kind_are_close(got: Any, wanted: Any) -> None:
    assert close(got, wanted)


@pytest.mark.parametrize(
    ("got", "wanted"),
    [
        (1.0, 1.0 + 1e-7),
        (torch.ones(1), 1.0),
        (torch.ones(2, 1), torch.ones(1, 2)),
        ([1, [2]], [1, 2]),
        (math.nan, math.nan),
        (1.0, math.inf),
        (math.inf, -math.inf),
        (math.inf, 1.0),
        (True, 1.0),
        ("1", 1),
        (None, 0),
        (object(), 0),
        (torch.tensor(0.1), 0.1),  # float32 has seven digits
    ],
)
def test_unequal_values_shapes_and_kinds_are_not_close(got: Any, wanted: Any) -> None:
    assert close(got, wanted) is False


@pytest.mark.parametrize(
    ("got", "wanted", "reason"),
    [
        ("a", "b", "got 'a', wanted 'b'"),
        ("1", 1, "got '1' (a text), wanted a number"),
        (1, "1", "got 1 (a number), wanted a text"),
        (True, 1.0, "got True (a truth value), wanted a number"),
        ([1, "x"], [1, 2], "got 'x' (a text), wanted a number"),
        ({1: 2}, 1, "got dict (neither number nor text), wanted a number"),
        ({1: 2}, {1: 2}, "got dict; only numbers, texts and lists of them are compared"),
        (range(2), [0, 1], "got neither number nor text, wanted shape (2,)"),
        (torch.ones(3).to_sparse(), [1, 1, 1], "got neither number nor text, wanted shape (3,)"),
        (10**400, 1.0, "got a number beyond 1.8e308, wanted 1"),
        (1.0, 10**400, "got 1, wanted a number beyond 1.8e308"),
        (-(10**400), 10**400, "got a number beyond 1.8e308, wanted a number beyond 1.8e308"),
        (1e308 + 1e308j, -1e308j, "got (1e+308+1e+308j), wanted (-0-1e+308j)"),
    ],
)
def test_what_cannot_be_close_gets_a_reason_instead_of_an_exception(
    got: Any, wanted: Any, reason: str
) -> None:
    assert close(got, wanted) is False
    assert refusal.get() == reason


@pytest.mark.parametrize("wanted", [math.inf, -math.inf, complex(math.inf, 0)])
def test_nothing_finite_is_close_to_infinity_however_large_the_tolerance(wanted: Any) -> None:
    assert not close(1.0, wanted, rtol=1.0)
    assert not close(1.0, wanted, atol=math.inf)


def test_a_fresh_seed_differs_each_time_even_after_seeding(monkeypatch: pytest.MonkeyPatch) -> None:
    import random

    monkeypatch.delenv("VIZ_GRADE_SEED", raising=False)
    seeds = set()
    for _ in range(5):
        random.seed(0)
        torch.manual_seed(0)
        seeds.add(fresh_seed())
    assert len(seeds) == 5


def test_the_environment_pins_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIZ_GRADE_SEED", "42")
    assert fresh_seed() == 42
    for wrong in ("-1", "a", "1.5"):
        monkeypatch.setenv("VIZ_GRADE_SEED", wrong)
        with pytest.raises(ValueError, match="VIZ_GRADE_SEED must be a whole number"):
            fresh_seed()
