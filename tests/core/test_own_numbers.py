"""Random numbers of one's own, against a seeded generator of torch and beside another thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from vizwidgets.core.own_numbers import OwnNumbers


def fresh(*shape: int) -> Tensor:
    return torch.zeros(*shape)


DRAWN: dict[str, Callable[[], Any]] = {
    "rand": lambda: torch.rand(3, 4),
    "randn": lambda: torch.randn((3, 4), dtype=torch.float64),
    "randint": lambda: torch.randint(0, 1000, (9,)),
    "randperm": lambda: torch.randperm(50),
    "normal": lambda: torch.normal(fresh(5), 1.0),
    "multinomial": lambda: torch.multinomial(torch.ones(50), 9),
    "rand_like": lambda: torch.rand_like(fresh(4, 5)),
    "randn_like": lambda: torch.randn_like(fresh(4, 5), dtype=torch.float64),
    "uniform_": lambda: fresh(7).uniform_(2, 3),
    "random_": lambda: fresh(7).random_(0, 999),
    "bernoulli_": lambda: fresh(64).bernoulli_(0.5),
    "init.uniform_": lambda: nn.init.uniform_(fresh(7), 2, 3),
    "init.normal_": lambda: nn.init.normal_(fresh(7), std=2),
    "trunc_normal_": lambda: nn.init.trunc_normal_(fresh(7)),
    "kaiming_uniform_": lambda: nn.init.kaiming_uniform_(fresh(4, 4), a=2),
    "kaiming_normal_": lambda: nn.init.kaiming_normal_(fresh(4, 4)),
    "xavier_uniform_": lambda: nn.init.xavier_uniform_(fresh(4, 4)),
    "orthogonal_": lambda: nn.init.orthogonal_(fresh(4, 4)),
    "a layer": lambda: nn.LSTM(3, 4).weight_hh_l0.detach(),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())
def test_what_is_drawn_is_that_of_a_seeded_torch_and_torchs_own_numbers_stay(draw: Any) -> None:
    before = torch.get_rng_state()
    with OwnNumbers(5):
        found = [draw(), draw()]
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(5)
    assert torch.equal(found[0], draw()) and torch.equal(found[1], draw())


def test_a_generator_that_is_given_is_kept() -> None:
    with OwnNumbers(5):
        found = torch.rand(3, generator=torch.Generator().manual_seed(1))
    assert torch.equal(found, torch.rand(3, generator=torch.Generator().manual_seed(1)))


def test_another_thread_draws_what_it_would_draw_alone() -> None:
    torch.manual_seed(1)
    alone = torch.rand(3)
    torch.manual_seed(1)
    with OwnNumbers(5):
        others: list[Tensor] = []
        thread = threading.Thread(target=lambda: others.append(torch.rand(3)))
        thread.start()
        thread.join()
        own = torch.rand(3)
    assert torch.equal(others[0], alone)
    assert torch.equal(own, torch.rand(3, generator=torch.Generator().manual_seed(5)))
