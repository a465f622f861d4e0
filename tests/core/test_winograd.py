"""Winograd's convolution, against the direct one in double precision."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

import vizwidgets as vw
from tests.core.nets import seeded
from vizwidgets.core.network import Probe
from vizwidgets.core.winograd import WinogradConvolution, convolve, hasten, transformed


def relative(wrong: Tensor, right: Tensor) -> float:
    return float((wrong.double() - right).norm() / right.norm())


def wide_net(**changes: Any) -> Any:
    first = nn.Conv2d(3, 128, 3, padding=1)
    second = nn.Conv2d(128, 132, 3, **({"padding": 1} | changes))
    net: Any = seeded(nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), nn.Conv2d(132, 2, 1)), spread=0.1)
    net.input_shape = (3, 30, 29)
    return net.eval()


@pytest.mark.parametrize("size", [(8, 8), (9, 6), (1, 1), (5, 13)])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_it_is_the_convolution_with_zeros_around_for_any_size(size: tuple[int, int], layout: Any) -> None:
    generator = Generator().manual_seed(0)
    values = torch.randn(2, 5, *size, generator=generator).to(memory_format=layout)
    weight = torch.randn(7, 5, 3, 3, generator=generator)
    expected = nn.functional.conv2d(values.double(), weight.double(), padding=1)
    assert relative(convolve(values, transformed(weight)), expected) < 5e-6


def test_value_and_gradient_through_a_network_are_those_of_the_model() -> None:
    net = wide_net()
    image = torch.rand(2, 3, 30, 29, generator=Generator().manual_seed(0), requires_grad=True)
    output = Probe(net)(image, ("4",))["4"]
    (gradient,) = torch.autograd.grad(output[:, 1].sum(), image)
    exact_image = image.detach().double().requires_grad_()
    expected = net.double()(exact_image)
    (exact,) = torch.autograd.grad(expected[:, 1].sum(), exact_image)
    assert relative(output.detach(), expected.detach()) < 1e-5
    assert relative(gradient, exact) < 1e-5


def test_the_model_itself_is_not_touched() -> None:
    net = wide_net()
    run = vw.AscentRun(net, vw.channel("4", 1), vw.AscentSettings(precision="float32"))
    run.step()
    assert {type(module) for module in run._probe._model.modules()} >= {WinogradConvolution}
    assert type(net[2]) is nn.Conv2d and set(vars(net[2])) == set(vars(nn.Conv2d(1, 1, 1)))


@pytest.mark.parametrize(
    "changes", [{"stride": 2}, {"padding": 0}, {"dilation": 2}, {"groups": 4}, {"padding_mode": "reflect"}]
)
def test_other_convolutions_stay_as_they_are(changes: dict[str, Any]) -> None:
    net = wide_net(**changes).requires_grad_(False)
    hasten(net)
    assert type(net[2]) is nn.Conv2d


def test_a_convolution_whose_hook_gives_it_other_weights_goes_the_direct_way() -> None:
    net = wide_net()
    weight = net[2].weight.detach().clone()

    def scale(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        module.weight.data = weight * (1 + inputs[0].detach().mean())

    net[2].register_forward_pre_hook(scale)
    probe = Probe(net)
    for brightness in (1.0, 0.1):  # a second pass must not find what the first has prepared
        image = (brightness * torch.rand(1, 3, 30, 29)).requires_grad_()
        found, expected = probe(image, ("4",))["4"], net(image)
        assert relative(found.detach(), expected.detach()) < 1e-5


def test_bfloat16_and_measurements_without_a_gradient_go_the_direct_way() -> None:
    net, image = wide_net(), torch.rand(1, 3, 30, 29)
    rough, exact = Probe(net, "bfloat16")._model, Probe(net)._model
    assert not any(isinstance(module, WinogradConvolution) for module in rough.modules())
    with torch.no_grad():
        exact(image)
    assert exact[2]._ahead is None


def test_a_copy_makes_its_transformed_filters_itself() -> None:
    net = wide_net().requires_grad_(False)
    hasten(net)
    image = torch.rand(1, 3, 30, 29, requires_grad=True)
    expected = net(image)
    twin = copy.deepcopy(net)
    assert net[2]._ahead is not None and twin[2]._ahead is None
    assert torch.equal(twin(image), expected)


def test_a_brief_probe_goes_the_direct_way() -> None:
    net, image = wide_net(), torch.rand(1, 3, 30, 29, requires_grad=True)
    brief = Probe(net, is_brief=True)
    assert type(brief.module("2")) is nn.Conv2d
    exact = net.double()(image.double())
    assert relative(brief(image, ["output"])["output"].detach(), exact.detach()) < 1e-5
