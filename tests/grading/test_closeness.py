"""close and fresh_seed: against numpy where it is honest, and where a cell has patched everything."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np
import pytest
import torch

from vizwidgets.grading import close, fresh_seed


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
    ],
)
def test_unequal_values_shapes_and_kinds_are_not_close(got: Any, wanted: Any) -> None:
    assert close(got, wanted) is False


class Chameleon(float):
    """A number that claims to be every other."""

    def __eq__(self, other: object) -> bool:
        return True

    def __sub__(self, other: float) -> float:
        return 0.0

    def __float__(self) -> float:
        return 4.0

    __rsub__ = __radd__ = __add__ = __sub__
    __hash__ = float.__hash__


def test_a_number_with_an_arithmetic_of_its_own_is_seen_through() -> None:
    assert Chameleon(3.0) == 4.0
    assert not close(Chameleon(3.0), 4.0)


def test_patched_comparisons_of_torch_numpy_and_python_do_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    def yes(*args: Any, **options: Any) -> bool:
        return True

    for place, name in [
        *((torch, name) for name in ("allclose", "isclose", "equal")),
        *((np, name) for name in ("allclose", "isclose", "array_equal")),
        *((torch.Tensor, name) for name in ("__eq__", "allclose", "equal")),
        *((math, name) for name in ("isclose", "isfinite")),
    ]:
        monkeypatch.setattr(place, name, yes)
    monkeypatch.setattr(torch.Tensor, "tolist", lambda self: [4.0])
    with monkeypatch.context() as patch:
        patch.setattr(builtins, "abs", lambda value: 0.0)
        patch.setattr(builtins, "zip", lambda *args, **options: [])
        results = close(torch.tensor([3.0]), torch.tensor([4.0])), close(3.0, 4.0), close([3.0], [4.0])
    assert results == (False, False, False)


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
