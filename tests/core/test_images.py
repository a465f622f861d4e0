"""Images: what is accepted, and the two ways to represent an image under optimization."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from vizwidgets.core.images import COLOR_MATRIX, Fourier, Pixels, check_image, start_images

# tensorflow/lucid, lucid/optvis/param/color.py
LUCID = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])


def noise(*shape: int, low: float = 0.05, high: float = 0.95) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0)) * (high - low) + low


@pytest.mark.parametrize("shape", [(2, 3, 8, 8), (1, 3, 7, 9), (1, 1, 12, 5), (1, 3, 1, 1), (1, 4, 6, 6)])
@pytest.mark.parametrize("decorrelate", [True, False])
def test_a_fourier_image_starts_as_the_image_it_was_given(shape: Any, decorrelate: bool) -> None:
    start = noise(*shape)
    assert torch.allclose(Fourier(start, decorrelate=decorrelate).image(), start, atol=2e-5)


def test_a_fourier_image_of_black_and_white_is_within_a_thousandth() -> None:
    board = (torch.arange(64) % 3 == 0).float().reshape(1, 1, 8, 8)
    assert float((Fourier(board).image().detach() - board).abs().max()) < 2e-3


@pytest.mark.parametrize("size", [(8, 8), (7, 10)])
def test_a_fourier_image_is_a_sum_of_waves_through_a_sigmoid(size: tuple[int, int]) -> None:
    height, width = size
    parameters = Fourier(torch.full((1, 1, *size), 0.5))
    row, column, strength = 2, 1, 0.7
    with torch.no_grad():
        parameters.values[0, 0, row, column, 0] = strength
    frequency = math.hypot(row / height, column / width)
    amplitude = 2 * strength / (4 * frequency) / math.sqrt(height * width)  # 2: its mirrored twin
    image = parameters.image().detach()
    for y in range(height):
        for x in range(width):
            wave = amplitude * math.cos(2 * math.pi * (row * y / height + column * x / width))
            expected = 1 / (1 + math.exp(-wave))
            assert float(image[0, 0, y, x]) == pytest.approx(expected, abs=1e-5)


def test_a_fourier_image_stays_inside_zero_and_one_however_far_its_values_go() -> None:
    parameters = Fourier(noise(1, 3, 8, 8))
    with torch.no_grad():
        parameters.values.normal_(generator=torch.Generator().manual_seed(0)).mul_(1e4)
    image = parameters.image().detach()
    assert 0 <= float(image.min()) < 0.01 and 0.99 < float(image.max()) <= 1


def test_the_colours_of_a_decorrelated_image_covary_as_in_natural_images() -> None:
    wanted = LUCID / LUCID.norm(dim=0).max()
    assert torch.allclose(COLOR_MATRIX, wanted)
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(400, 3, 8, 5, 2, generator=generator)

    def covariance(decorrelate: bool) -> Tensor:
        parameters = Fourier(torch.full((400, 3, 8, 8), 0.5), decorrelate=decorrelate)
        with torch.no_grad():
            parameters.values.copy_(drawn)
        colours = torch.logit(parameters.image().detach()).movedim(1, 0).flatten(1)
        return torch.cov(colours)

    together, apart = covariance(True), covariance(False)
    scale = float(apart.diagonal().mean())
    assert torch.allclose(apart / scale, torch.eye(3), atol=0.06)
    assert torch.allclose(together / scale, wanted @ wanted.T, atol=0.06)
    assert (
        float(together[0, 1] / (together[0, 0] * together[1, 1]).sqrt()) > 0.9
    )  # natural images are grayish


def test_low_frequencies_of_a_fourier_image_move_more_than_high_ones() -> None:
    moves = []
    for column in (1, 2, 4):
        parameters = Fourier(torch.full((1, 1, 16, 16), 0.5))
        with torch.no_grad():
            parameters.values[0, 0, 0, column, 0] = 0.01
        moves.append(float((parameters.image() - 0.5).detach().norm()))
    assert moves[0] / moves[1] == pytest.approx(2, rel=1e-3)
    assert moves[1] / moves[2] == pytest.approx(2, rel=1e-3)


def test_smoothing_a_fourier_image_is_a_circular_gaussian_blur_of_its_logits() -> None:
    side, sigma = 24, 1.5
    start = noise(1, 1, side, side, low=0.2, high=0.8)
    parameters = Fourier(start)
    parameters.smooth(sigma)
    logits = torch.logit(start)[0, 0].double()
    offsets = torch.arange(-12, 12)
    kernel = torch.exp(-0.5 * (offsets.double() / sigma) ** 2)
    kernel = kernel / kernel.sum()
    rows = sum(weight * logits.roll(int(by), 0) for by, weight in zip(offsets, kernel, strict=True))
    both = sum(weight * rows.roll(int(by), 1) for by, weight in zip(offsets, kernel, strict=True))
    assert torch.allclose(parameters.image()[0, 0].double(), torch.sigmoid(both), atol=1e-3)


def test_pixels_are_put_back_into_the_range_and_unbounded_ones_are_not() -> None:
    for is_bounded in (True, False):
        parameters = Pixels(torch.full((1, 1, 2, 2), 0.5), is_bounded)
        with torch.no_grad():
            parameters.values += torch.tensor([[-2.0, -0.1], [0.1, 2.0]])
        parameters.project()
        expected = [0.0, 0.4, 0.6, 1.0] if is_bounded else [-1.5, 0.4, 0.6, 2.5]
        assert parameters.image().flatten().tolist() == pytest.approx(expected)


@pytest.mark.parametrize("kind", [Pixels, Fourier])
def test_a_parameterization_does_not_touch_its_start_image(kind: Any) -> None:
    start = noise(1, 3, 8, 8)
    before = start.clone()
    parameters = kind(start.expand(2, -1, -1, -1))
    with torch.no_grad():
        parameters.values.add_(1.0)
    parameters.smooth(2.0)
    parameters.project()
    assert torch.equal(start, before) and not start.requires_grad


def test_start_images_are_gray_with_noise_and_the_first_is_the_same_in_any_batch() -> None:
    one = start_images((1, 3, 40, 40), torch.Generator().manual_seed(4), 0.05)
    many = start_images((3, 3, 40, 40), torch.Generator().manual_seed(4), 0.05)
    assert torch.equal(one[0], many[0]) and not torch.equal(many[0], many[1])
    assert float(many.mean()) == pytest.approx(0.5, abs=0.005)
    assert float(many.std()) == pytest.approx(0.05, abs=0.005)


def test_good_images_come_back_as_float_batches_with_their_values() -> None:
    image = noise(3, 4, 5)
    for given in (image, image[None], image.numpy(), image.double()):
        checked = check_image(given, 3)
        assert checked.dtype == torch.float32 and torch.equal(checked, image[None])
    barely = check_image(torch.tensor([[[-5e-5, 1 + 5e-5]]]))
    assert barely.flatten().tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("image", "error", "words"),
    [
        ("cat.png", TypeError, "got str. vw.photo"),
        (None, TypeError, "got NoneType"),
        ([[0.1, 0.2]], TypeError, "got list"),
        (torch.zeros(3, 8, 8, dtype=torch.uint8), TypeError, r"got uint8. Write image / 255"),
        (torch.zeros(3, 8, 8, dtype=torch.int64).numpy(), TypeError, "got int64"),
        (torch.zeros(3, 8, 8, dtype=torch.bool), TypeError, "got bool"),
        (torch.zeros(3, 8, 8, dtype=torch.complex64), TypeError, "got complex64"),
        (torch.zeros(8, 8), ValueError, r"got \(8, 8\)"),
        (torch.zeros(1, 1, 3, 8, 8), ValueError, r"got \(1, 1, 3, 8, 8\)"),
        (torch.zeros(8, 8, 3), ValueError, r"3 channels \(RGB\); got shape .*permute\(2, 0, 1\)"),
        (torch.zeros(1, 8, 8), ValueError, r"3 channels \(RGB\); got shape \(1, 1, 8, 8\)"),
        (torch.zeros(4, 8, 8), ValueError, "3 channels"),
        (torch.zeros(0, 3, 8, 8), ValueError, "empty"),
        (torch.zeros(3, 0, 8), ValueError, "empty"),
        (torch.full((3, 8, 8), 128.0), ValueError, r"got 128\.\.128 \(divide by 255\)"),
        (torch.linspace(-1, 1, 192).reshape(3, 8, 8), ValueError, r"got -1\.\.1 \(the model normalizes"),
        (torch.full((3, 8, 8), float("nan")), ValueError, "NaN or infinity"),
        (torch.full((3, 8, 8), float("inf")), ValueError, "NaN or infinity"),
        (torch.zeros(1).expand(3, 30_000, 30_000), ValueError, "30000 × 30000 pixels.*make it smaller"),
        (torch.zeros(1).double().expand(3, 30_000, 30_000), ValueError, "30000 × 30000 pixels"),
    ],
)
def test_what_is_not_a_picture_is_refused_in_words(image: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        check_image(image, 3)


def test_a_gray_model_refuses_a_colour_image() -> None:
    with pytest.raises(ValueError, match=r"takes 1 channel \(gray\)"):
        check_image(torch.zeros(3, 28, 28), 1)


def test_an_image_that_hangs_on_a_graph_is_taken_without_it() -> None:
    weights = torch.rand(1, 3, 4, 4, requires_grad=True)
    assert not check_image(weights * 1).requires_grad
