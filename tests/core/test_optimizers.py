"""A whole ascent against a loop of plain PyTorch, written by hand for each optimizer."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

import vizwidgets as vw
from tests.core.nets import small_net
from vizwidgets.core.images import COLOR_MATRIX
from vizwidgets.core.optimizers import Climber

STILL: dict[str, Any] = {"jitter": 0, "rotate": 0.0, "scale": 0.0, "precision": "float32", "rescue_steps": 0}


def start_image(*shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(5)) * 0.4 + 0.3


def by_hand(net: Any, image: Tensor) -> Tensor:
    """2 · (mean of channel 1 of layer 3) - (unit of layer 0)."""
    return 2 * net[:4](image)[:, 1].mean(dim=(1, 2)) - net[0](image)[:, 2, 3, 4]


OBJECTIVE = 2 * vw.channel("3", 1) - vw.unit("0", (2, 3, 4))


def variation(image: Tensor) -> Tensor:
    across, down = torch.zeros_like(image), torch.zeros_like(image)
    across[..., :-1] = image[..., 1:] - image[..., :-1]
    down[..., :-1, :] = image[..., 1:, :] - image[..., :-1, :]
    return (across**2 + down**2).mean(dim=(1, 2, 3))


def contrast(image: Tensor) -> Tensor:
    return ((2 * image - 1) ** 6).mean(dim=(1, 2, 3))


class Loop:
    """Gradient of h(x) / sum |∇h(x0)| - 0.4 · TV(x) - 0.7 · |contrast|^6 in the parameters of an image."""

    def __init__(self, net: Any, start: Tensor) -> None:
        self.net = net
        image = start.clone().requires_grad_()
        (slope,) = torch.autograd.grad(by_hand(net, image).sum(), image)
        self.pull = slope.abs().sum(dim=(1, 2, 3))

    def value(self, image: Tensor) -> Tensor:
        return by_hand(self.net, image) / self.pull - 0.4 * variation(image) - 0.7 * contrast(image)

    def gradient(self, image: Tensor, leaf: Tensor) -> Tensor:
        return torch.autograd.grad(self.value(image).sum(), leaf)[0]


def ours(net: Any, start: Tensor, **settings: Any) -> Any:
    objective = OBJECTIVE - vw.total_variation(0.4) - vw.p_norm(6, weight=0.7)
    return vw.maximize(net, objective, start=start, **STILL, **settings)


def test_plain_gradient_ascent_is_x_plus_lr_times_the_gradient_kept_in_the_range() -> None:
    net, start = small_net(), start_image(2, 3, 16, 16)
    loop, x = Loop(net, start), start.clone()
    for _ in range(12):
        x.requires_grad_()
        step = 0.1 * x[0].numel() * loop.gradient(x, x)
        x = (x.detach() + step).clamp(0, 1)
    result = ours(net, start, parameterization="pixels", optimizer="gradient", lr=0.1, num_steps=12)
    assert float((x == 0).float().mean() + (x == 1).float().mean()) > 0.01  # the range did bind
    assert torch.allclose(result.image, x, atol=2e-4)


def test_the_first_step_of_plain_ascent_moves_the_average_pixel_by_lr() -> None:
    net = small_net()
    for size in (12, 16, 24):
        start = start_image(1, 3, size, size)
        result = vw.maximize(
            net, vw.channel("3", 1), start=start, optimizer="gradient", parameterization="pixels",
            lr=0.01, num_steps=1, **STILL,
        )  # fmt: skip
        assert float((result.image - start).abs().mean()) == pytest.approx(0.01, rel=1e-3)


def test_adam_climbs_as_torch_adam_descends_the_negative() -> None:
    net, start = small_net(), start_image(2, 3, 16, 16)
    loop = Loop(net, start)
    x = start.clone().requires_grad_()
    adam = torch.optim.Adam([x], lr=0.03)
    for _ in range(12):
        adam.zero_grad()
        (-loop.value(x).sum()).backward()
        adam.step()
        with torch.no_grad():
            x.clamp_(0, 1)
    result = ours(net, start, parameterization="pixels", optimizer="adam", lr=0.03, num_steps=12)
    assert torch.allclose(result.image, x.detach(), atol=2e-3)


def test_rmsprop_climbs_along_the_gradient_scaled_to_root_mean_square_one() -> None:
    net, start = small_net(), start_image(2, 3, 16, 16)
    loop, x, average = Loop(net, start), start.clone(), torch.zeros_like(start)
    for _ in range(12):
        x.requires_grad_()
        slope = loop.gradient(x, x)
        slope = slope / (slope**2).mean(dim=(1, 2, 3), keepdim=True).sqrt()
        average = 0.95 * average + 0.05 * slope**2
        x = x.detach() + 0.004 * slope / (average.sqrt() + 1e-8)
    result = ours(
        net, start, parameterization="unbounded pixels", optimizer="rmsprop", lr=0.004, num_steps=12
    )
    assert torch.allclose(result.image, x, atol=1e-3)


@pytest.mark.parametrize("size", [(16, 16), (11, 14)])
def test_adam_on_the_spectrum_is_the_same_loop_with_the_spectrum_as_its_leaf(size: tuple[int, int]) -> None:
    net, start = small_net(), start_image(1, 3, *size)
    loop = Loop(net, start)
    rows, columns = torch.fft.fftfreq(size[0])[:, None], torch.fft.rfftfreq(size[1])[None]
    gain = 0.25 / torch.hypot(rows, columns).clamp(min=1 / max(size))
    logits = torch.linalg.solve(COLOR_MATRIX, torch.logit(start)[0].flatten(1)).reshape(1, 3, *size)
    spectrum = torch.fft.rfft2(logits, norm="ortho") / gain
    real, imaginary = spectrum.real.clone().requires_grad_(), spectrum.imag.clone().requires_grad_()

    def image() -> Tensor:
        waves = torch.fft.irfft2(torch.complex(real, imaginary) * gain, s=size, norm="ortho")
        return torch.sigmoid((COLOR_MATRIX @ waves[0].flatten(1)).reshape(1, 3, *size))

    adam = torch.optim.Adam([real, imaginary], lr=0.05)
    for _ in range(10):
        adam.zero_grad()
        (-loop.value(image()).sum()).backward()
        adam.step()
    result = ours(net, start, lr=0.05, num_steps=10)
    assert torch.allclose(result.image, image().detach(), atol=2e-3)
    assert float((result.image - start).abs().mean()) > 0.05


@pytest.mark.parametrize("name", ["adam", "rmsprop", "gradient"])
def test_a_restored_climber_takes_the_same_steps_again_bit_for_bit(name: str) -> None:
    values = torch.zeros(2, 3, requires_grad=True)
    climber = Climber(values, name)
    slopes = torch.randn(6, 2, 3, generator=torch.Generator().manual_seed(0))
    for slope in slopes[:3]:
        climber.step(slope, 0.1)
    state = climber.state()
    ends = []
    for _ in range(2):
        for slope in slopes[3:]:
            climber.step(slope, 0.05)
        ends.append(values.detach().clone())
        climber.restore(state)
    assert torch.equal(ends[0], ends[1])
    assert torch.equal(values.detach(), state["values"]) and not torch.equal(ends[0], state["values"])


@pytest.mark.parametrize("name", ["adam", "rmsprop", "gradient"])
def test_a_zero_gradient_moves_nothing_and_makes_no_nan(name: str) -> None:
    values = torch.ones(2, 3, requires_grad=True)
    Climber(values, name).step(torch.zeros(2, 3), 0.1)
    assert torch.equal(values.detach(), torch.ones(2, 3))
