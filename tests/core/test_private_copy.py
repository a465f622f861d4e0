"""A private copy computes what the model computes, and nothing reaches the model through it."""

from __future__ import annotations

import functools
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.core.nets import seeded, small_net
from tests.core.test_saliency import assert_same, state
from vizwidgets.core.private_copy import private_copy
from vizwidgets.core.saliency import saliency_map


class Closed(nn.Module):
    """Keeps a function that calls its own layers."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)
        self.way: Any
        if way == "lambda":
            self.way = lambda values: self.norm(self.conv(values))
        elif way == "list":
            self.way = [lambda values: self.norm(self.conv(values))]
        else:
            self.way = functools.partial(self.inner)
        seeded(self)

    def inner(self, values: Tensor) -> Tensor:
        return self.norm(self.conv(values))

    def forward(self, images: Tensor) -> Tensor:
        way = self.way[0] if isinstance(self.way, list) else self.way
        return way(images).mean(dim=(2, 3))


@pytest.mark.parametrize("way", ["lambda", "list"])
def test_a_function_that_calls_back_into_the_model_is_refused(way: str) -> None:
    net = Closed(way).train()
    before = state(net)
    with pytest.raises(ValueError, match=r"keeps a function that calls back into the model \('way'\)"):
        saliency_map(net, torch.rand(2, 3, 8, 8), 1)
    assert_same(before, state(net))


def test_a_replaced_forward_is_refused_by_name() -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten())
    original = net[0].forward
    net[0].forward = lambda values: original(values).float()  # type: ignore[method-assign]
    with pytest.raises(ValueError, match=r"layer '0' keeps a function .* \('forward'\)"):
        private_copy(net)


def test_methods_partials_and_free_functions_come_along() -> None:
    net = Closed("partial").train()
    before, images = state(net), torch.rand(2, 3, 8, 8)
    copied = private_copy(net)
    copied.conv.weight = nn.Parameter(torch.zeros(4, 3, 3, 3))
    assert not torch.allclose(copied(images), private_copy(net)(images))
    assert_same(before, state(net))
    free = nn.Sequential(nn.Conv2d(3, 4, 3))
    free.activation = lambda values: values.relu()
    assert torch.equal(private_copy(free)(images), free(images))


class Watcher:
    """What Grad-CAM classes look like: it keeps what passes by."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def keep(self, module: nn.Module, inputs: Any, output: Tensor) -> None:
        self.seen.append(output)


def test_hooks_that_keep_activations_are_no_obstacle() -> None:
    net, watcher, image = small_net(), Watcher(), torch.rand(1, 3, 16, 16)
    expected = saliency_map(net, image, 1).attribution
    net[0].register_forward_hook(watcher.keep)
    net(image)
    assert watcher.seen[0].grad_fn is not None
    assert torch.equal(saliency_map(net, image, 1).attribution, expected)


@pytest.mark.parametrize("method", ["gradient", "guided"])
def test_hooks_on_the_way_back_change_nothing(method: str) -> None:
    net, image = small_net(inplace=True), torch.rand(1, 3, 16, 16)
    expected = saliency_map(net, image, 1, method).attribution
    called: list[int] = []
    for module in net:
        module.register_full_backward_hook(lambda *arguments: called.append(1))
    assert torch.equal(saliency_map(net, image, 1, method).attribution, expected)
    assert not called
