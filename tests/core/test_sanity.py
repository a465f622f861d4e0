"""The randomization test: on networks whose maps are known, and on the methods' own."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.core.nets import Halves, seeded, small_net
from tests.core.test_saliency import assert_same, state, well_used_net
from vizwidgets.core.edges import edge_map
from vizwidgets.core.objectives import channel, unit
from vizwidgets.core.random_maps import random_map
from vizwidgets.core.randomization import forget
from vizwidgets.core.saliency import saliency_map
from vizwidgets.core.sanity import randomization_steps, randomization_test, summarize
from vizwidgets.core.sanity_report import AS_TRAINED
from vizwidgets.core.sanity_verdict import ALIKE, FOLLOWS, IGNORES, Finding
from vizwidgets.core.similarity import rank_correlation, structural_similarity


def bottleneck() -> nn.Module:
    """One hidden unit: the upper layer only scales the map, the lower one draws it."""
    return seeded(nn.Sequential(nn.Flatten(), nn.Linear(3 * 144, 1), nn.Linear(1, 2)))


def test_a_map_that_the_output_layer_only_scales_does_not_follow_the_weights() -> None:
    test = randomization_test(bottleneck(), torch.rand(2, 3, 12, 12), method="gradient")
    assert test.layers == ("2", "1") and test.upper == ("2",)
    assert test.rank_correlation[0].tolist() == pytest.approx([1, 1], abs=1e-9)
    assert test.structural_similarity[0].tolist() == pytest.approx([1, 1], abs=1e-5)
    assert test.rank_correlation[1].abs().max() < 0.25
    assert test.outcome == "does not follow the weights"
    assert "with the output layers random (2) the map is still like the original, r = 1.00" in test.verdict


def test_a_map_that_the_output_layer_draws_follows_the_weights() -> None:
    net = seeded(nn.Sequential(nn.Flatten(), nn.Linear(3 * 144, 2)))
    test = randomization_test(net, torch.rand(1, 3, 12, 12), method="gradient")
    assert test.rank_correlation.abs().max() < 0.25
    assert test.verdict.startswith("follows the weights: with the output layers random (1) little of the map")


@pytest.mark.filterwarnings("ignore:the map of image")
@pytest.mark.parametrize("kind", ["cascading", "independent"])
@pytest.mark.parametrize("method", ["gradient", "guided", "gradcam"])
def test_each_step_is_the_map_of_a_copy_that_was_made_random_by_hand(kind: str, method: str) -> None:
    net, images = small_net(), torch.rand(2, 3, 16, 16)
    trained = saliency_map(net, images, method=method, reduce="l2")
    steps = list(randomization_steps(net, images, method, kind=kind, reduce="l2", seed=4))
    assert [step.layer for step in steps] == [AS_TRAINED, "7", "block2_conv1", "block1_conv1"]
    assert [(step.done, step.total) for step in steps] == [(0, 3), (1, 3), (2, 3), (3, 3)]
    copied = copy.deepcopy(net)
    for step, module in zip(steps[1:], ["7", "3", "0"], strict=True):
        copied = copy.deepcopy(net) if kind == "independent" else copied
        forget(copied, [module], seed=4)
        expected = saliency_map(copied, images, trained.target, method, reduce="l2")
        assert torch.allclose(step.map.values, expected.values, rtol=1e-4, atol=1e-9)
        assert torch.equal(step.map.target, trained.target)
        pairs = {
            "rank_correlation": rank_correlation(trained.values, step.map.values),
            "signed_rank_correlation": rank_correlation(trained.attribution, step.map.attribution),
            "structural_similarity": structural_similarity(trained.values, step.map.values),
        }
        for name, found in pairs.items():
            assert torch.allclose(getattr(step, name), found, atol=1e-9)


def test_the_baselines_are_those_of_the_first_map() -> None:
    images = torch.rand(2, 3, 16, 16)
    test = randomization_test(small_net(), images, method="gradient")
    assert torch.equal(test.images, images) and test.method == "gradient"
    assert torch.allclose(test.edges.rank_correlation, rank_correlation(test.maps[0], edge_map(images)))
    third = random_map(test.maps[0], seed=3)
    assert torch.allclose(test.random.rank_correlation[3], rank_correlation(test.maps[0], third))
    assert torch.allclose(test.random.structural_similarity[3], structural_similarity(test.maps[0], third))
    assert test.random.rank_correlation.shape == (10, 2)


def test_guided_backpropagation_keeps_its_map_where_the_gradient_loses_it() -> None:
    generator = torch.Generator().manual_seed(2)
    net: Any = nn.Sequential(
        nn.Conv2d(1, 16, 5), nn.ReLU(), nn.Conv2d(16, 16, 5), nn.ReLU(), nn.Flatten(), nn.Linear(16 * 256, 3)
    )
    with torch.no_grad():
        for weight in net.parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator) / weight[0].numel() ** 0.5)
    images = torch.rand(6, 1, 24, 24, generator=generator)
    guided, plain = (randomization_test(net, images, method=method) for method in ("guided", "gradient"))
    assert float(guided.rank_correlation[0].mean()) > float(plain.rank_correlation[0].mean()) + 0.1
    assert float(guided.signed_rank_correlation[0].mean()) > 0.5
    assert abs(float(plain.signed_rank_correlation[0].mean())) < 0.5


@pytest.mark.parametrize(
    ("order", "structure", "outcome"),
    [
        (FOLLOWS, 1.0, "follows the weights"),
        (FOLLOWS + 0.01, 1.0, "in between"),
        (IGNORES, ALIKE, "does not follow the weights"),
        (IGNORES, ALIKE - 0.01, "in between"),
        (IGNORES - 0.01, 1.0, "in between"),
        (-1.0, -1.0, "follows the weights"),
        (float("nan"), float("nan"), "cannot be judged"),
    ],
)
def test_the_thresholds_are_those_that_are_stated(order: float, structure: float, outcome: str) -> None:
    finding = Finding(order, structure, 0.0, "weights")
    assert finding.outcome == outcome
    assert finding.verdict("with all random").startswith(f"{outcome}: ")
    assert "edges" in Finding(order, structure, 0.6, "weights").verdict("") or outcome == "cannot be judged"


class Silent(nn.Module):
    """Its ReLU is off, so its map is 0 everywhere, whatever its weights."""

    def __init__(self, shift: float) -> None:
        super().__init__()
        self.layer, self.shift = nn.Linear(432, 2), shift

    def forward(self, images: Tensor) -> Tensor:
        return self.layer((images.flatten(1) - self.shift).relu())


def test_a_map_of_zeros_cannot_be_judged_and_gives_no_nan() -> None:
    images = torch.rand(2, 3, 12, 12)
    test = randomization_test(Silent(2.0), images, method="gradient")
    assert test.is_flat.all()
    reason = "the maps are flat (all pixels equal, mostly 0), so there is nothing to compare."
    assert test.verdict == f"cannot be judged: {reason}"
    for values in (test.rank_correlation, test.signed_rank_correlation, test.structural_similarity):
        assert torch.isfinite(values).all()
    assert "flat map" in str(test)


@pytest.mark.parametrize("size", [(8, 8), (9, 7), (1, 1)])
@pytest.mark.parametrize("method", ["gradient", "smoothgrad"])
def test_maps_whose_pixels_are_all_equal_cannot_be_judged(size: tuple[int, int], method: str) -> None:
    pooled = seeded(nn.Sequential(nn.Conv2d(3, 6, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3)))
    test = randomization_test(pooled, torch.rand(2, 3, *size), method=method)
    assert test.outcome == "cannot be judged" and "flat map" in str(test)


def test_a_blank_map_among_others_is_left_out_of_the_verdict() -> None:
    images = torch.stack([torch.zeros(3, 12, 12), torch.rand(3, 12, 12)])
    test = randomization_test(Silent(0.0), images, method="gradient")
    assert test.is_flat[:, 0].all() and not test.is_flat[:, 1].any()
    assert test.remaining == pytest.approx(float(test.rank_correlation[0, 1]))


def test_a_unit_inside_is_tested_with_the_layers_beneath_it() -> None:
    images = torch.rand(1, 3, 16, 16)
    for objective in (unit("block2_conv1", (2, 3, 3)), channel("block2_conv1", 2)):
        test = randomization_test(small_net(), images, "gradient", objective)
        assert test.layers == ("block2_conv1", "block1_conv1")


def test_layers_may_be_chosen_and_are_taken_from_the_output_down() -> None:
    test = randomization_test(small_net(), torch.rand(1, 3, 16, 16), layers=["block1_conv1", "7"])
    assert test.layers == ("7", "block1_conv1")


def test_steps_that_are_there_so_far_make_a_test() -> None:
    images = torch.rand(1, 3, 16, 16)
    steps = list(randomization_steps(small_net(), images, "gradient"))
    begun = summarize(steps[:1], images)
    assert begun.verdict == "cannot be judged: no layer was made random yet."
    assert begun.rank_correlation.shape == (0, 1) and "random map" in str(begun)
    assert summarize(steps[:2], images).upper == ("7",)
    assert summarize(steps, images).upper == ("7", "block2_conv1")  # two of three
    with pytest.raises(ValueError, match="the first step must be that of the trained network"):
        summarize(steps[1:], images)


def test_the_table_holds_the_means() -> None:
    test = randomization_test(small_net(), torch.rand(3, 3, 16, 16), method="guided")
    lines = str(test).splitlines()
    assert lines[0] == f"guided {test.verdict}"
    row = next(line for line in lines if line.startswith("block2_conv1"))
    means = (test.rank_correlation, test.signed_rank_correlation, test.structural_similarity)
    assert row.split()[1:] == [f"{float(values[1].mean()):.2f}" for values in means]
    assert repr(test) == str(test) and lines[-1].startswith("a random map") and "±" in lines[-1]


@pytest.mark.parametrize("with_inference", [True, False])
def test_the_model_comes_back_bit_by_bit(with_inference: bool) -> None:
    net = well_used_net()
    before, images, random_state = state(net), torch.rand(1, 3, 8, 8), torch.get_rng_state()
    with torch.inference_mode(with_inference):
        test = randomization_test(net, images, method="guided")
    assert_same(before, state(net))
    assert torch.equal(torch.get_rng_state(), random_state)
    assert len(test.steps) == 3


def test_the_model_comes_back_when_the_test_is_left_half_way() -> None:
    net = well_used_net()
    before = state(net)
    steps = randomization_steps(net, torch.rand(1, 3, 8, 8), "gradient")
    next(steps), next(steps)
    steps.close()
    assert_same(before, state(net))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (dict(method="magic"), "method must be one of gradient.*got 'magic'"),
        (dict(kind="both"), "kind must be one of cascading, independent; got 'both'"),
        (dict(reduce="median"), "reduce must be one of max, mean, l2; got 'median'"),
        (dict(target=9), "class must be in 0..3; got 9"),
        (dict(seed=-1), "seed must be a whole number"),
        (dict(layers=["block7"]), "no layer named 'block7'"),
        (dict(image=torch.rand(1, 16, 16)), "3 channels"),
        (
            dict(model=nn.Sequential(nn.AvgPool2d(4), nn.Flatten())),
            "no weights, so nothing can be made random",
        ),
        (dict(num_samples=3), "has no option 'num_samples'"),
    ],
)
def test_what_does_not_fit_is_answered_before_the_first_step(changes: dict[str, Any], words: str) -> None:
    arguments: dict[str, Any] = {"model": small_net(), "image": torch.rand(3, 16, 16), "method": "gradient"}
    with pytest.raises(ValueError, match=words):
        randomization_steps(**{**arguments, **changes})
    with pytest.raises(TypeError, match="must be a torch.nn.Module"):
        randomization_steps("vgg16", arguments["image"])  # type: ignore[arg-type]


def test_a_network_with_a_part_called_network_is_tested_as_a_whole() -> None:
    test = randomization_test(Halves(), torch.rand(1, 3, 8, 8), method="gradient")
    assert test.layers == ("head", "network.0")


@pytest.mark.filterwarnings("ignore:`torch.jit")
def test_torchscript_is_refused_in_words() -> None:
    images = torch.rand(1, 3, 16, 16)
    with pytest.raises(TypeError, match="give the network itself"):
        randomization_test(torch.jit.trace(small_net(), images), images)
