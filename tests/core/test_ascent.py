"""Ascents as a whole: seeds, batches, starts, shapes, and what happens when numbers burst."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import vizwidgets as vw
from tests.core.nets import Burst, FunctionalNet, linear_net, seeded, small_net

FAST: dict[str, Any] = {"num_steps": 6, "precision": "float32"}
STILL: dict[str, Any] = {"jitter": 0, "rotate": 0.0, "scale": 0.0}


def bursting(headroom: float) -> Any:
    """A layer that becomes NaN where it is so much larger than on gray."""
    net: Any = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), Burst(0.0))
    net.input_shape = (1, 10, 10)
    seeded(net)
    with torch.no_grad():
        net[0].bias.zero_()
        net[0].weight[1] = -net[0].weight[1].abs()  # only channel 0 comes near the limit
        net[1].limit = float(net[0](torch.full((1, 1, 10, 10), 0.5)).max()) + headroom
    return net.eval()


def test_the_image_of_a_linear_layer_is_the_closed_form() -> None:
    """In one step of plain ascent, x = x0 + lr · n · w / sum |w|, w the gradient of a linear h."""
    net, start = linear_net(), torch.full((1, 1, 8, 8), 0.5)
    slope = torch.zeros(8, 8)
    kernel = net[0].weight.detach()[1, 0]
    for row in range(6):
        for column in range(6):
            slope[row : row + 3, column : column + 3] += kernel / 36
    result = vw.maximize(
        net, vw.channel("0", 1), start=start, optimizer="gradient", parameterization="pixels",
        num_steps=1, lr=0.02, **STILL, precision="float32",
    )  # fmt: skip
    expected = 0.5 + 0.02 * 64 * slope / slope.abs().sum()
    assert torch.allclose(result.image[0, 0], expected, atol=1e-5)


@pytest.mark.parametrize("preset", ["lucid", "keras-vis", "lecture"])
def test_the_same_seed_gives_the_same_image_bit_for_bit_and_another_seed_does_not(preset: str) -> None:
    net = small_net()
    images = [
        vw.maximize(net, vw.channel("3", 1), preset=preset, seed=seed, **FAST).image for seed in (3, 3, 4)
    ]
    assert torch.equal(images[0], images[1])
    assert float((images[0] - images[2]).abs().max()) > 0.01


def test_an_ascent_neither_uses_nor_moves_the_global_random_numbers() -> None:
    net = small_net()
    first = vw.maximize(net, vw.channel("3", 1), **FAST).image
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    assert torch.equal(vw.maximize(net, vw.channel("3", 1), **FAST).image, first)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("preset", ["lucid", "keras-vis", "lecture"])
@pytest.mark.parametrize("layer", ["0", "3"])
def test_a_batch_of_channels_is_the_single_runs_side_by_side(preset: str, layer: str) -> None:
    net = small_net()
    penalties = vw.total_variation(0.2) + vw.p_norm(6, 0.3)
    together = vw.maximize(net, vw.channel(layer, [5, 0, 2]) - penalties, preset=preset, **FAST)
    assert len(together.image) == 3
    for number, one in enumerate((5, 0, 2)):
        alone = vw.maximize(net, vw.channel(layer, one) - penalties, preset=preset, **FAST)
        assert float((together.image[number] - alone.image[0]).abs().max()) < 2e-3
        assert float(together.steps[-1].activation[number]) == pytest.approx(
            float(alone.steps[-1].activation), rel=1e-3, abs=1e-4
        )
        assert together.verdicts[number].name == alone.verdict.name
    assert float((together.image[0] - together.image[1]).abs().max()) > 0.02


def test_several_starts_differ_and_the_first_is_the_single_run() -> None:
    net = small_net()
    many = vw.maximize(net, vw.channel("3", 1), num_images=3, **FAST)
    alone = vw.maximize(net, vw.channel("3", 1), **FAST)
    assert len(many.image) == 3
    assert torch.allclose(many.image[0], alone.image[0], atol=1e-4)
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert float((many.image[one] - many.image[other]).abs().max()) > 5e-3


@pytest.mark.parametrize(
    "objective",
    [
        vw.channel("3", 2),
        vw.unit("3", (1, 2, 2)),
        vw.unit("0", (1,)),
        vw.class_score("goat"),
        -vw.channel("3", 2),
    ],
    ids=repr,
)
def test_the_activation_rises_and_the_image_stays_inside_zero_and_one(objective: Any) -> None:
    net = small_net()
    result = vw.maximize(net, objective, num_steps=40, precision="float32", **STILL)
    run = vw.AscentRun(net, objective, vw.AscentSettings(precision="float32", **STILL))
    before, after = float(run.measure(result.steps[0].image)), float(run.measure(result.image))
    assert after > before + 0.1
    assert float(result.steps[-1].activation) == pytest.approx(after, rel=1e-3, abs=1e-3)
    assert 0 <= float(result.image.min()) and float(result.image.max()) <= 1


def test_the_opposite_objective_lowers_the_activation() -> None:
    net = small_net()
    run = vw.AscentRun(net, vw.channel("3", 2), vw.AscentSettings(precision="float32"))
    start = run.image
    down = vw.maximize(net, -1.0 * vw.channel("3", 2), num_steps=30, precision="float32", **STILL)
    assert float(run.measure(down.image)) < float(run.measure(start)) - 0.1


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 8, 8), (3, 9, 40), (3, 40, 9), (4, 16, 16), (1, 5, 5)])
def test_gray_tiny_odd_and_oblong_models_are_climbed(shape: tuple[int, int, int]) -> None:
    net: Any = torch.nn.Sequential(torch.nn.Conv2d(shape[0], 4, 3, padding=1), torch.nn.ReLU())
    net.input_shape = shape
    seeded(net)
    result = vw.maximize(net, vw.channel("0", 1), num_steps=60, precision="float32", jitter=1, scale=0.05)
    assert result.image.shape == (1, *shape)
    with torch.no_grad():
        before, after = (net[0](step.image)[:, 1].mean() for step in (result.steps[0], result.steps[-1]))
    assert float(after) > float(before) + 0.01


def test_a_size_may_differ_from_that_of_the_model_and_need_not_be_square() -> None:
    image = vw.maximize(small_net(), vw.channel("3", 1), size=(20, 33), **FAST).image
    assert image.shape == (1, 3, 20, 33)


@pytest.mark.parametrize("inplace", [True, False])
def test_functional_relus_give_the_same_image_in_place_or_not(inplace: bool) -> None:
    images = [
        vw.maximize(FunctionalNet(kind), vw.channel("second", 1), **FAST).image for kind in (inplace, False)
    ]
    assert torch.equal(images[0], images[1])


def test_ascend_yields_the_start_and_every_step_with_its_own_image() -> None:
    net = small_net()
    steps = list(vw.ascend(net, vw.channel("3", 1), **FAST))
    assert [step.step for step in steps] == list(range(7))
    images = [step.image for step in steps]
    for image, following in zip(images, images[1:], strict=False):
        assert image is not None and not torch.equal(image, following)
    result = vw.maximize(net, vw.channel("3", 1), **FAST)
    assert torch.equal(result.image, images[-1])
    assert all(torch.equal(one.image, other.image) for one, other in zip(steps, result.steps, strict=True))


def test_a_start_image_is_where_the_ascent_starts_and_is_left_alone() -> None:
    net, start = small_net(), torch.rand(3, 16, 16) * 0.8 + 0.1
    before = start.clone()
    for parameterization in ("fourier", "pixels"):
        result = vw.maximize(net, vw.channel("3", 1), start=start, parameterization=parameterization, **FAST)
        assert torch.allclose(result.steps[0].image[0], before, atol=1e-4)
        assert torch.equal(start, before)
    assert vw.maximize(net, vw.channel("3", [1, 2]), start=start, **FAST).image.shape[0] == 2


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (torch.zeros(1, 16, 16), "3 channels"),
        (torch.full((3, 16, 16), 3.0), "divide by 255"),
        (torch.zeros(2, 3, 16, 16), "asks for 3 images, but start has 2"),
        (torch.zeros(1).expand(3, 30_000, 30_000), "30000 × 30000 pixels"),
    ],
)
def test_a_start_image_that_does_not_fit_is_refused(start: torch.Tensor, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        vw.maximize(small_net(), vw.channel("3", [1, 2, 3]), start=start, **FAST)


def test_blurring_every_few_steps_smooths_the_image() -> None:
    net = linear_net(side=16)
    rough = []
    for every in (0, 2):
        image = vw.maximize(
            net, vw.unit("0", (1,)), num_steps=12, blur_sigma=1.0, blur_every=every, precision="float32",
            parameterization="pixels", optimizer="gradient", spread=0.2, **STILL,
        ).image  # fmt: skip
        rough.append(float((image[..., 1:] - image[..., :-1])[..., 0:4].square().mean()))
    assert rough[1] < 0.05 * rough[0]


def test_a_heavier_total_variation_gives_a_smoother_image() -> None:
    net = small_net()
    rough = []
    for weight in (0.0, 20.0):
        objective = vw.channel("3", 1) - vw.total_variation(weight)
        image = vw.maximize(
            net, objective, parameterization="pixels", num_steps=30, precision="float32"
        ).image
        rough.append(float((image[..., 1:] - image[..., :-1]).square().mean()))
    assert rough[1] < 0.5 * rough[0]


def test_nan_ends_the_steps_and_the_last_good_image_is_kept() -> None:
    net = bursting(0.15)
    run = vw.AscentRun(net, vw.channel("1", 0), vw.AscentSettings(precision="float32", **STILL))
    good = run.image
    with pytest.raises(FloatingPointError, match="NaN or infinity in step .*smaller learning rate than 0.05"):
        for _ in range(60):
            good = run.step().image
    assert run.num_taken >= 1
    assert torch.equal(run.image, good) and bool(torch.isfinite(good).all())
    assert len(run.steps) == run.num_taken + 1
    with pytest.raises(FloatingPointError, match="has diverged"):
        run.step()
    run.rewind(run.num_taken)
    assert torch.equal(run.image, good)
    result = vw.maximize(net, vw.channel("1", 0), num_steps=50, precision="float32", **STILL)
    assert torch.equal(result.image, good) and len(result.steps) == run.num_taken + 1 < 51


def test_a_run_that_burst_goes_on_with_a_smaller_lr_after_a_rewind() -> None:
    net = bursting(0.15)
    run = vw.AscentRun(net, vw.channel("1", 0), vw.AscentSettings(precision="float32", lr=3.0, **STILL))
    with pytest.raises(FloatingPointError):
        for _ in range(20):
            run.step()
    run.rewind(0)
    run.update(lr=0.01)
    before = float(run.steps[0].activation)
    for _ in range(5):
        run.step()
    assert float(run.steps[-1].activation) > before


def test_a_step_that_the_network_cannot_take_leaves_the_run_as_it_was() -> None:
    run = vw.AscentRun(small_net(), vw.channel("3", 1), vw.AscentSettings(precision="float32"))
    run.step()
    twin = vw.AscentRun(small_net(), vw.channel("3", 1), vw.AscentSettings(precision="float32"))
    for _ in range(4):
        twin.step()
    body = run._probe._model[0]
    forward, body.forward = body.forward, None  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        run.step()
    body.forward = forward  # type: ignore[assignment]
    for _ in range(3):
        run.step()
    assert torch.equal(run.image, twin.image)


def test_a_frame_is_the_picture_of_its_step_in_bytes() -> None:
    run = vw.AscentRun(small_net(), vw.channel("3", [1, 2]), vw.AscentSettings(precision="float32"))
    images = [run.image] + [run.step().image for _ in range(3)]
    for number, image in enumerate(images):
        frame = run.frame(number)
        assert frame.shape == (2, 16, 16, 3) and str(frame.dtype) == "uint8"
        assert image is not None
        for i, row, column, color in ((0, 0, 0, 0), (1, 5, 9, 2), (1, 15, 1, 1)):
            wanted = 255 * float(image[i, color, row, column])
            assert abs(int(frame[i, row, column, color]) - wanted) <= 0.51
    with pytest.raises(ValueError, match=r"0\.\.3.*got 4"):
        run.frame(4)


def test_activation_reads_a_batch_of_images_without_transforms() -> None:
    from vizwidgets.core.ascent import activation

    net, images = small_net(), torch.rand(3, 3, 16, 16)
    with torch.no_grad():
        expected = net[:4](images)[:, 2].mean(dim=(1, 2))
    assert torch.allclose(activation(net, vw.channel("3", 2), images), expected, atol=1e-5)


def test_a_run_that_keeps_no_past_says_how_to_keep_one() -> None:
    run = vw.AscentRun(small_net(), vw.channel("0", 1), vw.AscentSettings(num_steps=3), can_rewind=False)
    run.step()
    with pytest.raises(ValueError, match="can_rewind=True"):
        run.rewind(0)
    with pytest.raises(ValueError, match="pictures are kept"):
        run.frame(1)
