"""Each method of saliency, against its formula written out; and the pieces in which it is found."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from torch import Generator, Tensor, nn

import vizwidgets as vw
from tests.core.nets import DictNet, FunctionalNet, seeded, small_net
from vizwidgets.core.explainer import METHODS, Explainer
from vizwidgets.core.saliency import saliency_map


class Quadratic(nn.Module):
    """h(x) = sum of w x²: gradients and integrals have a closed form."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.linspace(-1, 2, 3 * 4 * 5).view(3, 4, 5))

    def forward(self, images: Tensor) -> Tensor:
        first = (self.weight * images.square()).sum(dim=(1, 2, 3))
        return torch.stack([first, 3 * first], dim=1)


def test_smoothgrad_is_the_mean_gradient_over_copies_with_the_stated_noise() -> None:
    net, images = small_net(), 0.2 + 0.5 * torch.rand(2, 3, 16, 16)
    found = saliency_map(net, images, 2, "smoothgrad", num_samples=5, noise=0.3, seed=7).attribution
    generator = Generator().manual_seed(7)
    noise = [torch.randn(3, 16, 16, generator=generator) for _ in range(5)]
    for image, attribution in zip(images, found, strict=True):
        sigma = 0.3 * float(image.max() - image.min())
        total = torch.zeros(3, 16, 16)
        for one in noise:
            leaf = (image + sigma * one).requires_grad_()
            net(leaf[None])[0, 2].backward()
            assert leaf.grad is not None
            total += leaf.grad
        assert torch.allclose(attribution, total / 5, rtol=1e-5, atol=1e-7)


def test_smoothgrad_without_noise_is_the_gradient_and_a_seed_gives_the_same_map() -> None:
    net, image = small_net(), torch.rand(1, 3, 16, 16)
    calm = saliency_map(net, image, 1, "smoothgrad", noise=0.0).attribution
    assert torch.allclose(calm, saliency_map(net, image, 1).attribution, atol=1e-7)
    same, again, other = (
        saliency_map(net, image, 1, "smoothgrad", seed=seed).attribution for seed in (3, 3, 4)
    )
    assert torch.equal(same, again) and not torch.allclose(same, other, rtol=0.01)


def test_integrated_gradients_of_a_quadratic_are_w_x_squared() -> None:
    net, images = Quadratic(), torch.rand(2, 3, 4, 5)
    found = saliency_map(net, images, 1, "integrated", num_steps=4).attribution
    assert torch.allclose(found, 3 * net.weight.detach() * images.square(), atol=1e-6)
    start = torch.rand(3, 4, 5)
    moved = saliency_map(net, images, 0, "integrated", num_steps=4, baseline=start).attribution
    assert torch.allclose(moved, net.weight.detach() * (images.square() - start.square()), atol=1e-6)


@pytest.mark.parametrize("baseline", [0.0, 0.5])
def test_integrated_gradients_add_up_to_the_difference_of_the_scores(baseline: float) -> None:
    net, images = small_net(), torch.rand(3, 3, 16, 16)
    found = saliency_map(net, images, [0, 3, 1], "integrated", num_steps=400, baseline=baseline)
    with torch.no_grad():
        rise = (net(images) - net(torch.full_like(images, baseline))).gather(1, found.target[:, None])[:, 0]
    assert torch.allclose(found.attribution.sum(dim=(1, 2, 3)), rise, rtol=2e-3, atol=2e-3)
    assert float(rise.abs().min()) > 0.01


def test_grad_cam_before_a_global_mean_weights_each_channel_by_its_class_weight() -> None:
    """With h = sum over k of v_k mean(A_k) the gradient is v_k / (h w), whatever the image."""
    net, images = small_net(), torch.rand(2, 3, 16, 16)
    found = saliency_map(net, images, 3, "gradcam", "l2")
    with torch.no_grad():
        maps = net[:5](images)
        small = torch.einsum("k,nkij->nij", net[7].weight[3], maps) / maps[0, 0].numel()
    large = nn.functional.interpolate(small[:, None], (16, 16), mode="bilinear", align_corners=False)
    assert torch.allclose(found.attribution, large, atol=1e-6)
    assert torch.allclose(found.values, large[:, 0].clamp(min=0), atol=1e-6)
    assert float(large.min()) < 0 < float(large.max())


def test_grad_cam_takes_the_layer_that_is_asked_for_and_an_objective() -> None:
    net, image = small_net(inplace=True), torch.rand(1, 3, 16, 16)
    first = saliency_map(net, image, vw.unit("3", (2, 1, 1)), "gradcam", layer="block1_conv1")
    with torch.enable_grad():
        maps = net[0](image).detach().requires_grad_()
        net[3](net[2](torch.relu(maps)))[0, 2, 1, 1].backward()
    assert maps.grad is not None
    small = (maps.grad.mean(dim=(2, 3), keepdim=True) * maps).sum(dim=1)
    assert torch.allclose(first.attribution[:, 0], small.detach(), atol=1e-6)


def test_occlusion_is_the_mean_fall_of_the_score_over_the_windows_on_a_pixel() -> None:
    net, images = small_net(height=12, width=14), torch.rand(2, 3, 12, 14)
    found = saliency_map(net, images, 1, "occlusion", window=(5, 4), stride=(3, 4), baseline=0.2).attribution
    total, times = torch.zeros(2, 1, 12, 14), torch.zeros(12, 14)
    with torch.no_grad():
        whole = net(images)[:, 1]
        for top in (0, 3, 6, 9):  # the last window reaches over the lower edge
            for left in (0, 4, 8, 12):
                covered = images.clone()
                covered[:, :, top : top + 5, left : left + 4] = 0.2
                fall = whole - net(covered)[:, 1]
                total[:, :, top : top + 5, left : left + 4] += fall[:, None, None, None]
                times[top : top + 5, left : left + 4] += 1
    assert torch.allclose(found, total / times, atol=1e-5)


@pytest.mark.parametrize("target", [vw.unit("3", (2, 1, 1)), vw.channel("3", 5), 0.5 * vw.class_score("dog")])
def test_any_objective_is_explained_by_finite_differences(target: Any) -> None:
    net, image = small_net(height=8, width=8), torch.rand(1, 3, 8, 8)
    found = saliency_map(net, image, target)
    rate = 3e-4
    for place in ((0, 2, 3), (2, 5, 4), (1, 3, 5)):
        nudge = torch.zeros_like(image)
        nudge[(0, *place)] = rate
        above, below = (float(vw.activation(net, target, (image + sign * nudge))) for sign in (1, -1))
        assert float(found.attribution[(0, *place)]) == pytest.approx((above - below) / (2 * rate), abs=3e-3)
    assert float(found.values.max()) > 0.03
    assert repr(found.target) == repr(target.bind(net))


def test_a_unit_does_not_react_to_what_it_does_not_see() -> None:
    net, image = small_net(), torch.rand(1, 3, 16, 16)
    rows, columns = vw.list_layers(net)[3].field.seen((1, 4), (16, 16))
    for method in ("gradient", "smoothgrad", "integrated"):
        values = saliency_map(net, image, vw.unit("3", (0, 1, 4)), method).values[0]
        inside = torch.zeros(16, 16, dtype=torch.bool)
        inside[rows, columns] = True
        assert float(values[~inside].max()) == 0 < float(values[inside].max())


@pytest.mark.filterwarnings("ignore:the map.* is 0 everywhere")
@pytest.mark.parametrize("method", METHODS)
def test_the_last_piece_is_the_whole_however_it_is_cut(method: str) -> None:
    net, images = small_net(), torch.rand(5, 3, 16, 16) ** 0.5
    whole = saliency_map(net, images, [0, 1, 2, 3, 0], method)
    explainer = Explainer(net)
    for at_once in (1, 2, 7, 1000):
        pieces = list(explainer.explain(images, [0, 1, 2, 3, 0], method, at_once=at_once))
        assert torch.allclose(pieces[-1].attribution, whole.attribution, atol=1e-5)
        assert pieces[-1].done == pieces[-1].total
        done = [piece.done for piece in pieces]
        assert done == sorted(set(done)) and all(piece.attribution.shape[0] == 5 for piece in pieces)


def test_a_piece_tells_what_is_known_so_far() -> None:
    net, image = small_net(), torch.rand(1, 3, 16, 16)
    work = Explainer(net).explain(image, 1, "smoothgrad", at_once=1, num_samples=9)
    for piece in work:
        if piece.done == 4:
            break
    assert torch.is_grad_enabled()
    four = saliency_map(net, image, 1, "smoothgrad", num_samples=4).attribution
    assert piece.total == 9 and torch.allclose(piece.attribution, four, atol=1e-7)


def test_an_abandoned_explanation_leaves_torch_as_it_was() -> None:
    for method in METHODS:
        work = Explainer(small_net()).explain(torch.rand(2, 3, 16, 16), 1, method, at_once=1)
        next(work)
        assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()


@pytest.mark.parametrize("method", METHODS)
def test_a_map_of_zeros_stays_zero_and_says_why(method: str) -> None:
    net: Any = small_net()
    net[3].weight.data.zero_()  # every unit of the second convolution is off
    net[3].bias.data.fill_(-1)
    with pytest.warns(UserWarning, match="the map is 0 everywhere: no pixel moves this score"):
        found = saliency_map(net, torch.rand(1, 3, 16, 16), 1, method)
    assert torch.equal(found.values, torch.zeros(1, 16, 16))
    with pytest.warns(UserWarning, match="the map of image 0, 1 is 0 everywhere"):
        saliency_map(net, torch.rand(2, 3, 16, 16), 1, method)


@pytest.mark.parametrize(
    ("method", "options", "words"),
    [
        ("gradient", {"seed": 1}, "method 'gradient' has no option 'seed'; it has no options"),
        ("smoothgrad", {"samples": 4}, "no option 'samples'; its options are num_samples, noise, seed"),
        ("smoothgrad", {"num_samples": 0}, "num_samples must be a whole number of 1 or more; got 0"),
        ("smoothgrad", {"num_samples": 2.5}, "num_samples must be a whole number .* got 2.5"),
        ("smoothgrad", {"noise": -0.1}, r"noise must be a number in 0..10; got -0.1"),
        ("smoothgrad", {"noise": float("nan")}, "noise must be a number in 0..10; got nan"),
        ("smoothgrad", {"seed": -1}, "seed"),
        ("integrated", {"num_steps": True}, "num_steps must be a whole number of 1 or more; got True"),
        ("integrated", {"baseline": 2.0}, "baseline must be a number in 0..1; got 2.0"),
        ("integrated", {"baseline": torch.rand(3, 4, 4)}, r"image \(3, 16, 16\); got shape \(1, 3, 4, 4\)"),
        ("gradcam", {"layer": "block9"}, "no layer named 'block9'"),
        ("gradcam", {"layer": "7"}, r"gives no feature map \(N, C, H, W\)"),
        ("occlusion", {"window": 0}, "window must be a whole number of pixels above 0"),
        ("occlusion", {"window": (3, 4, 5)}, r"or \(height, width\); got \(3, 4, 5\)"),
        ("occlusion", {"window": 17}, "at most as large as the image, 16 pixels; got 17"),
        ("occlusion", {"window": 4, "stride": 5}, "at least as large as its stride"),
        ("occlusion", {"baseline": "gray"}, "baseline must be a number in 0..1; got 'gray'"),
        ("integrated", {"baseline": None}, "baseline must be a number in 0..1; got None"),
        ("gradcam", {"layer": ""}, "no layer named ''"),
        ("gradcam", {"at_once": -1}, "at_once must be a whole number of 1 or more; got -1"),
    ],
)
def test_options_that_do_not_fit_are_answered_in_words(
    method: str, options: dict[str, Any], words: str
) -> None:
    with pytest.raises((ValueError, TypeError), match=words):
        saliency_map(small_net(), torch.rand(1, 3, 16, 16), 1, method, **options)


def test_numbers_of_numpy_and_torch_are_numbers() -> None:
    net, image = small_net(), torch.rand(1, 3, 16, 16)
    expected = saliency_map(net, image, 1, "integrated", baseline=0.5, num_steps=3).attribution
    for baseline in (np.float32(0.5), torch.tensor(0.5)):
        found = saliency_map(net, image, 1, "integrated", baseline=baseline, num_steps=np.int64(3))
        assert torch.equal(found.attribution, expected)


def test_objectives_that_ask_for_more_than_a_number_are_refused() -> None:
    net, image = small_net(), torch.rand(1, 3, 16, 16)
    with pytest.raises(ValueError, match="explains one number per image, but the objective asks for 2"):
        saliency_map(net, image, vw.channel("3", [1, 2]))
    with pytest.raises(ValueError, match=re.escape("a regularizer (total_variation)")):
        saliency_map(net, image, vw.channel("3", 1) - vw.total_variation(weight=0.1))
    with pytest.raises(ValueError, match="does not come by layer '3'; choose an earlier"):
        saliency_map(net, image, vw.channel("0", 1), "gradcam", layer="3")


def test_grad_cam_of_a_network_without_feature_maps_is_answered_in_words() -> None:
    dense = nn.Sequential(nn.Flatten(), nn.Linear(12, 4), nn.ReLU(), nn.Linear(4, 2))
    pixelwise = nn.Sequential(nn.Identity(), nn.ReLU(), nn.Flatten(), nn.Linear(12, 2))
    for net in (dense, pixelwise):
        with pytest.raises(ValueError, match="Grad-CAM needs a feature map .* has none; method=.gradient"):
            saliency_map(net, torch.rand(1, 3, 2, 2), 1, "gradcam")


class Twice(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, images: Tensor) -> Tensor:
        return self.conv(self.conv(images).relu()).mean(dim=(2, 3))


def test_grad_cam_refuses_a_layer_that_is_used_twice() -> None:
    with pytest.raises(ValueError, match="layer 'conv': it is used more than once"):
        saliency_map(Twice(), torch.rand(1, 3, 8, 8), 1, "gradcam")


def test_maps_of_a_network_with_functional_relus_and_a_residual_are_found_by_every_method() -> None:
    class Headed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = FunctionalNet(inplace=False)

        def forward(self, images: Tensor) -> Tensor:
            return self.body(images).mean(dim=(2, 3))

    for method in METHODS:
        found = saliency_map(Headed(), torch.rand(2, 3, 12, 12), 1, method)
        assert found.values.shape == (2, 12, 12) and bool(torch.isfinite(found.values).all())


def test_an_output_that_is_no_tensor_is_answered_in_words() -> None:
    with pytest.raises(ValueError, match="dict.*not a tensor of class scores"):
        saliency_map(DictNet(), torch.rand(1, 3, 12, 12), 1)


class NormalizesInPlace(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, images: Tensor) -> Tensor:
        return self.inner(images.sub_(0.5).div_(0.25))


class Normalizes(NormalizesInPlace):
    def forward(self, images: Tensor) -> Tensor:
        return self.inner((images - 0.5) / 0.25)


@pytest.mark.parametrize("method", METHODS)
def test_a_model_may_normalize_in_place(method: str) -> None:
    images = torch.rand(2, 3, 16, 16)
    kept = images.clone()
    found = saliency_map(NormalizesInPlace(small_net()), images, 1, method).attribution
    expected = saliency_map(Normalizes(small_net()), images, 1, method).attribution
    assert torch.allclose(found, expected, atol=1e-6) and torch.equal(images, kept)


@pytest.mark.filterwarnings("ignore:the map.* is 0 everywhere")
def test_images_do_not_depend_on_their_batch_where_batch_normalization_has_no_statistics() -> None:
    net = seeded(
        nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, track_running_stats=False), nn.ReLU(), nn.Flatten()
        )
    )
    images = torch.rand(3, 3, 6, 6)
    for method in ("gradient", "smoothgrad", "integrated", "occlusion"):
        together = saliency_map(net, images, 5, method).attribution
        alone = torch.cat([saliency_map(net, image, 5, method).attribution for image in images])
        assert torch.allclose(together, alone, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_the_callers_autocast_changes_nothing(method: str) -> None:
    net, image = small_net(), torch.rand(1, 3, 16, 16)
    expected = saliency_map(net, image, 1, method).attribution
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(saliency_map(net, image, 1, method).attribution, expected)


def test_smoothgrads_noise_does_not_depend_on_torchs_default_type() -> None:
    net, image = small_net(), torch.rand(1, 3, 16, 16)
    expected = saliency_map(net, image, 1, "smoothgrad").attribution
    torch.set_default_dtype(torch.float64)
    try:
        found = saliency_map(net, image, 1, "smoothgrad").attribution
    finally:
        torch.set_default_dtype(torch.float32)
    assert torch.allclose(found, expected, atol=1e-6)


def test_weights_that_are_not_numbers_are_answered_in_words() -> None:
    net = small_net()
    net[3].weight.data[0] = float("nan")
    for method in METHODS:
        with pytest.raises(ValueError, match="the map holds NaN or infinity: the network itself"):
            saliency_map(net, torch.rand(1, 3, 16, 16), 1, method)


def test_large_and_small_slopes_neither_overflow_nor_vanish_in_l2() -> None:
    for size in (1e-30, 1e30):
        net = nn.Sequential(nn.Flatten(), nn.Linear(12, 2, bias=False))
        net[1].weight.data.fill_(size)
        values = saliency_map(net, torch.rand(1, 3, 2, 2), 1, reduce="l2").values
        assert torch.allclose(values / size, torch.full((1, 2, 2), 3**0.5))


def test_images_take_the_type_of_the_first_weight_that_is_a_fraction() -> None:
    class Counted(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.times = nn.Parameter(torch.tensor(7), requires_grad=False)
            self.inner = small_net()

        def forward(self, images: Tensor) -> Tensor:
            return self.inner(images)

    image = torch.rand(1, 3, 16, 16)
    expected = saliency_map(small_net(), image, 1).attribution
    assert torch.equal(saliency_map(Counted(), image, 1).attribution, expected)


def test_threads_take_turns_at_one_explainer() -> None:
    explainer, image = Explainer(small_net(height=32, width=32)), torch.rand(1, 3, 32, 32)
    expected = {method: saliency_map(explainer.model, image, 1, method).attribution for method in METHODS}

    def ask(method: str) -> bool:
        found = [[*explainer.explain(image, 1, method)][-1].attribution for _ in range(8)]
        return all(torch.allclose(one, expected[method], atol=1e-5) for one in found)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(ask, ["gradient", "gradcam", "guided", "gradcam", "smoothgrad"]))


def test_the_explainer_is_for_the_weights_that_the_model_had() -> None:
    net, image = (
        nn.Sequential(nn.Flatten(), nn.Linear(12, 6), nn.ReLU(), nn.Linear(6, 2)),
        torch.rand(3, 2, 2),
    )
    explainer = Explainer(net)
    before = explainer.scores(image)
    with torch.no_grad():
        for weight in net.parameters():
            weight.add_(1)
    assert torch.equal(explainer.scores(image), before) and not torch.allclose(net(image[None]), before)


def test_an_explainer_of_new_weights_is_another_one() -> None:
    net, image = small_net(), torch.rand(1, 3, 16, 16)
    explainer = Explainer(net)
    assert torch.allclose(explainer.scores(image), net(image).detach(), atol=1e-6)
    assert torch.allclose(explainer.scores(image[0]), net(image).detach(), atol=1e-6)
    seeded(net, seed=5)
    renewed = [*Explainer(net).explain(image, 1)][-1].attribution
    assert torch.allclose(renewed, saliency_map(net, image, 1).attribution)
