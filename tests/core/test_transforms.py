"""The network's view of an image, against roll, a pixel loop and the geometry of a known picture."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Generator, Tensor

from vizwidgets.core.transforms import View, blur


def noise(*shape: int) -> Tensor:
    return torch.rand(*shape, generator=Generator().manual_seed(0))


def draws(seed: int) -> list[float]:
    """The four numbers in -1..1 that a view draws: rows, columns, angle, size."""
    return (torch.rand(4, generator=Generator().manual_seed(seed), dtype=torch.float64) * 2 - 1).tolist()


def spot(height: int, width: int, row: float, column: float, sigma: float = 2.0) -> Tensor:
    """One bright spot on black."""
    rows, columns = torch.arange(height)[:, None], torch.arange(width)[None]
    return torch.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * sigma**2))[None, None].float()


def where(image: Tensor) -> tuple[float, float]:
    """Centre of mass (row, column)."""
    mass = image[0, 0].double()
    rows, columns = torch.arange(mass.shape[0]).double(), torch.arange(mass.shape[1]).double()
    return float((mass.sum(1) * rows).sum() / mass.sum()), float((mass.sum(0) * columns).sum() / mass.sum())


def test_jitter_alone_is_a_roll_of_whole_pixels_within_its_limit() -> None:
    image = noise(2, 3, 9, 11)
    shifts = set()
    for seed in range(60):
        seen = View(jitter=2)(image, Generator().manual_seed(seed))
        found = [
            (dy, dx)
            for dy in range(-2, 3)
            for dx in range(-2, 3)
            if torch.equal(seen, image.roll((dy, dx), (2, 3)))
        ]
        assert len(found) == 1
        shifts.update(found)
    assert {dy for dy, _ in shifts} == {dx for _, dx in shifts} == {-2, -1, 0, 1, 2}


def test_no_transform_is_the_image_itself() -> None:
    image = noise(1, 3, 8, 8)
    assert View()(image, Generator().manual_seed(1)) is image


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("size", [(60, 80), (81, 65)])
def test_a_spot_moves_as_a_turned_scaled_and_shifted_picture_does(seed: int, size: tuple[int, int]) -> None:
    height, width = size
    view = View(jitter=5, rotate=10, scale=0.1)
    rows, columns, turn, grow = draws(seed)
    angle, zoom = math.radians(turn * 10), 1 + grow * 0.1
    middle = ((height - 1) / 2, (width - 1) / 2)
    dy, dx = 4.0, -5.0
    seen = view(spot(height, width, middle[0] + dy, middle[1] + dx), Generator().manual_seed(seed))
    # the view looks up, for each of its places p, the place R(angle) p / zoom - shift of the image
    dy, dx = dy + round(rows * 5), dx + round(columns * 5)
    moved_row = zoom * (math.cos(angle) * dy - math.sin(angle) * dx)
    moved_column = zoom * (math.sin(angle) * dy + math.cos(angle) * dx)
    found = where(seen)
    assert found[0] - middle[0] == pytest.approx(moved_row, abs=0.05)
    assert found[1] - middle[1] == pytest.approx(moved_column, abs=0.05)
    before = spot(height, width, *middle)
    assert float(seen.sum() / before.sum()) == pytest.approx(zoom**2, rel=0.03)


def test_a_moved_view_is_bilinear_and_mirrors_at_the_border() -> None:
    image = noise(1, 1, 9, 12)
    seed = 3
    rows, columns, turn, grow = draws(seed)
    shift, angle, zoom = (round(rows * 4), round(columns * 4)), math.radians(turn * 40), 1 + grow * 0.3
    seen = View(jitter=4, rotate=40, scale=0.3)(image, Generator().manual_seed(seed))

    def mirrored(place: float, length: int) -> float:
        place = (place + 0.5) % (2 * length)
        return min(place if place <= length else 2 * length - place, length) - 0.5

    def pixel(row: int, column: int) -> float:
        return float(image[0, 0, min(max(row, 0), 8), min(max(column, 0), 11)])

    for y in range(9):
        for x in range(12):
            up, right = y - 4.0, x - 5.5
            row = (math.cos(angle) * up + math.sin(angle) * right) / zoom - shift[0] + 4.0
            column = (math.cos(angle) * right - math.sin(angle) * up) / zoom - shift[1] + 5.5
            row, column = (min(max(mirrored(p, n), 0), n - 1) for p, n in ((row, 9), (column, 12)))
            top, left = math.floor(row), math.floor(column)
            fy, fx = row - top, column - left
            expected = (1 - fy) * ((1 - fx) * pixel(top, left) + fx * pixel(top, left + 1))
            expected += fy * ((1 - fx) * pixel(top + 1, left) + fx * pixel(top + 1, left + 1))
            assert float(seen[0, 0, y, x]) == pytest.approx(expected, abs=1e-4), (y, x)


def test_a_rotated_view_without_jitter_keeps_the_centre_and_a_flat_image() -> None:
    view = View(rotate=30, scale=0.3)
    centred = view(spot(31, 31, 15, 15), Generator().manual_seed(5))
    assert where(centred) == (pytest.approx(15, abs=0.01), pytest.approx(15, abs=0.01))
    flat = view(torch.full((1, 3, 20, 30), 0.3), Generator().manual_seed(5))
    assert torch.allclose(flat, torch.full_like(flat, 0.3))


def test_each_image_of_a_batch_is_seen_with_the_same_motion() -> None:
    image = noise(1, 3, 16, 16)
    for view in (View(3), View(3, 20, 0.2)):
        seen = view(torch.cat([image, image]), Generator().manual_seed(7))
        assert torch.equal(seen[0], seen[1])
        assert torch.equal(seen[:1], view(image, Generator().manual_seed(7)))


def test_the_seed_decides_the_view() -> None:
    image, view = noise(1, 1, 16, 16), View(4, 10, 0.1)
    seen = [view(image, Generator().manual_seed(seed)) for seed in (1, 1, 2)]
    assert torch.equal(seen[0], seen[1]) and not torch.equal(seen[0], seen[2])


def test_the_global_random_numbers_are_left_alone() -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    View(4, 10, 0.1)(noise(1, 1, 8, 8), Generator().manual_seed(0))
    assert torch.equal(torch.rand(2), expected)


@pytest.mark.parametrize("kind", [View(3), View(3, 20, 0.2)])
def test_the_gradient_travels_back_through_the_view(kind: View) -> None:
    image = noise(1, 1, 12, 12).double().requires_grad_()
    weights = torch.rand(1, 1, 12, 12, dtype=torch.float64, generator=Generator().manual_seed(9))

    def score(values: Tensor) -> Tensor:
        return (kind(values, Generator().manual_seed(2)) * weights).sum()

    score(image).backward()
    assert image.grad is not None
    direction = torch.rand(1, 1, 12, 12, dtype=torch.float64, generator=Generator().manual_seed(8))
    with torch.no_grad():
        slope = (score(image + 1e-3 * direction) - score(image - 1e-3 * direction)) / 2e-3
    assert float((image.grad * direction).sum()) == pytest.approx(float(slope), rel=1e-6)


@pytest.mark.parametrize("sigma", [0.3, 1.0, 2.5])
def test_blur_is_the_double_loop_with_the_border_repeated(sigma: float) -> None:
    image = noise(1, 2, 7, 9)
    radius = math.ceil(3 * sigma)
    weights = [math.exp(-0.5 * (place / sigma) ** 2) for place in range(-radius, radius + 1)]
    total = sum(weights)
    blurred = blur(image, sigma)
    assert blurred.shape == image.shape
    for y, x in ((0, 0), (3, 4), (6, 8), (0, 5)):
        expected = 0.0
        for i, down in enumerate(weights):
            for j, right in enumerate(weights):
                row = min(max(y + i - radius, 0), 6)
                column = min(max(x + j - radius, 0), 8)
                expected += down * right / total**2 * float(image[0, 1, row, column])
        assert float(blurred[0, 1, y, x]) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    "wrong", [{"jitter": -1}, {"rotate": -1.0}, {"scale": -0.1}, {"scale": 1.0}, {"rotate": math.nan}]
)
def test_an_impossible_view_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        View(**wrong)  # type: ignore[arg-type]
