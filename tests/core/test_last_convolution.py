"""Of the last convolution only the filters that are asked for are computed; the numbers stay the same."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

import vizwidgets as vw
from tests.core.nets import seeded, small_net
from vizwidgets.core.evaluation import evaluate, total_activation
from vizwidgets.core.last_convolution import LastConvolution, is_separable
from vizwidgets.core.network import Probe
from vizwidgets.core.transforms import View

OBJECTIVES = {
    "one channel for all": vw.channel("3", 5),
    "a channel for each": vw.channel("3", [7, 0, 2]),
    "a channel twice": vw.channel("3", [7, 0, 7]),
    "units": vw.unit("3", [(1, 2, 3), (4, 0, 5), (1, 5, 0)]),
    "centre": vw.unit("3", (6,)),
    "two of one layer": 0.7 * vw.channel("3", 1) - 2 * vw.unit("3", (2,)),
}


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("kind", OBJECTIVES)
def test_value_and_gradient_are_those_of_the_whole_layer(kind: str, precision: str) -> None:
    net = small_net()
    probe, objective = Probe(net, precision), OBJECTIVES[kind].bind(net)
    image = torch.rand(3, 3, 16, 16, generator=Generator().manual_seed(0), requires_grad=True)
    values = total_activation(objective, image, probe(image, ("3",)))
    (gradient,) = torch.autograd.grad(values.sum(), image)
    sparing = probe.sparing(image, ("3",))
    assert isinstance(sparing["3"], LastConvolution)
    spared = total_activation(objective, image, sparing)
    (spared_gradient,) = torch.autograd.grad(spared.sum(), image)
    tolerance = 1e-5 if precision == "float32" else 0.03
    for exact, other in ((values, spared), (gradient, spared_gradient)):
        assert float((exact - other).detach().norm() / exact.detach().norm()) < tolerance


@pytest.mark.parametrize("padding_mode", ["zeros", "reflect", "circular"])
def test_stride_dilation_and_padding_are_kept(padding_mode: str) -> None:
    convolution = nn.Conv2d(3, 5, 3, stride=2, dilation=2, padding=2, padding_mode=padding_mode, bias=False)
    net: Any = seeded(nn.Sequential(convolution, nn.ReLU())).eval()
    net.input_shape = (3, 14, 15)
    image = torch.rand(2, 3, 14, 15, generator=Generator().manual_seed(0))
    with torch.no_grad():
        maps = Probe(net).sparing(image, ("0",))["0"]
        assert isinstance(maps, LastConvolution)
        assert torch.allclose(maps.whole(), net[0](image), atol=1e-5)
        assert torch.allclose(maps.maps((4, 1))[1], net[0](image)[1, 1], atol=1e-5)


def test_the_spread_is_still_that_of_all_channels() -> None:
    net = small_net()
    objective = vw.channel("3", 5).bind(net)
    image = torch.rand(1, 3, 16, 16, generator=Generator().manual_seed(0))
    look = evaluate(Probe(net), objective, image, View(), Generator(), False)
    with torch.no_grad():
        expected = net[:4](image).mean(dim=(2, 3)).std(unbiased=False)
    assert look.spread == pytest.approx(float(expected), rel=1e-4)


def test_what_is_more_than_a_plain_convolution_is_computed_whole() -> None:
    class Doubled(nn.Conv2d):
        def forward(self, values: Tensor) -> Tensor:
            return 2 * super().forward(values)

    hooked, normed = nn.Conv2d(3, 4, 3), nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 4, 3))
    hooked.register_forward_hook(lambda module, inputs, output: -output)
    for module in (Doubled(3, 4, 3), hooked, normed, nn.Conv2d(4, 4, 3, groups=2), nn.Linear(3, 4)):
        assert not is_separable(module)
    net: Any = seeded(nn.Sequential(hooked))
    net.input_shape = (3, 8, 8)
    image = torch.rand(1, 3, 8, 8)
    output = Probe(net).sparing(image, ("0",))["0"]
    assert isinstance(output, Tensor) and torch.allclose(output, net(image), atol=1e-5)
