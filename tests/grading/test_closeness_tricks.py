"""close where an answer, or a cell above, is made to look right: it is seen through."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np
import pytest
import torch
from torch.overrides import TorchFunctionMode

from vizwidgets.grading import close


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


class Iterable(list[float]):
    """A list that shows other numbers than it has."""

    def __iter__(self) -> Any:
        return iter([1.0, 2.0])


class Pair(tuple[float, ...]):
    """A tuple that shows other numbers than it has."""

    def __iter__(self) -> Any:
        return iter([1.0, 2.0])


class Answering(torch.Tensor):
    """A tensor that answers for its own values."""

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if function is torch.Tensor.tolist:
            return [1.0, 2.0]
        return super().__torch_function__(function, types, args, kwargs or {})


class Items(np.ndarray):
    """An array with items of its own."""

    def __getitem__(self, at: Any) -> Any:
        return 1.0 + np.arange(2)[at]


class Text(str):
    """A text that equals every other."""

    def __eq__(self, other: object) -> bool:
        return True

    def __str__(self) -> str:
        return "a"

    __hash__ = str.__hash__


class Pretender:
    """What says that it is a list."""

    __class__ = list  # type: ignore[assignment]

    def __iter__(self) -> Any:
        return iter([1.0, 2.0])


@pytest.mark.parametrize(
    "got",
    [
        Iterable([0.0, 0.0]),
        Pair([0.0, 0.0]),
        torch.zeros(2).as_subclass(Answering),
        np.zeros(2).view(Items),
        np.array([Chameleon(0.0), Chameleon(0.0)], dtype=object),
        [Chameleon(0.0), Chameleon(0.0)],
        Pretender(),
    ],
)
def test_a_subclass_with_answers_of_its_own_is_seen_through(got: Any) -> None:
    assert close(got, [1.0, 2.0]) is False
    assert close([got], [[1.0, 2.0]]) is False


def test_a_text_that_equals_every_other_is_seen_through() -> None:
    assert Text("b") == "a"
    assert not close(Text("b"), "a")
    assert close(Text("b"), "b")


def test_a_mode_that_answers_for_all_tensors_does_not_help() -> None:
    class Mode(TorchFunctionMode):
        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            return [1.0, 2.0] if function is torch.Tensor.tolist else function(*args, **kwargs or {})

    zeros = torch.zeros(2)
    with Mode():
        assert zeros.tolist() == [1.0, 2.0]
        assert not close(zeros, [1.0, 2.0])


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
