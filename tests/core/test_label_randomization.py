"""Networks that learned permuted labels by heart, beside those that learned the true ones."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.core.nets import seeded
from tests.core.test_saliency import assert_same, state, well_used_net
from vizwidgets.core.label_randomization import (
    MEMORIZED,
    label_randomization_test,
    memorize,
    permuted_training,
)
from vizwidgets.core.metrics import accuracy
from vizwidgets.core.saliency import saliency_map
from vizwidgets.core.similarity import rank_correlation
from vizwidgets.core.training import train


def halves(count: int = 24) -> tuple[Tensor, Tensor]:
    """Class 1 is bright above, class 0 beneath; the noise is what can be learned by heart."""
    labels = torch.arange(count) % 2
    images = torch.rand(count, 3, 8, 8) * 0.6
    images[labels == 1, :, :4] += 0.4
    images[labels == 0, :, 4:] += 0.4
    return images, labels


def dense() -> Any:
    net: Any = seeded(
        nn.Sequential(nn.Flatten(), nn.Linear(192, 16), nn.ReLU(), nn.Linear(16, 2)), spread=0.1
    )
    net.input_shape = (3, 8, 8)
    return net.eval()


def trained() -> Any:
    net = dense()
    list(train(net, halves(), epochs=20, batch_size=8))
    return net


def test_the_copy_learns_permuted_labels_by_heart_from_fresh_weights() -> None:
    net, (images, labels) = trained(), halves()
    training = permuted_training(net, (images, labels), epochs=200, batch_size=8, lr=0.01)
    assert sorted(training.labels.tolist()) == sorted(labels.tolist())
    assert not torch.equal(training.labels, labels) and torch.equal(training.images, images)
    fresh = training.model[1].weight.detach().clone()
    assert not torch.equal(fresh, net[1].weight) and float(fresh.abs().max()) <= 192**-0.5
    known = memorize(training)
    assert known == accuracy(training.model, (images, training.labels)) >= MEMORIZED
    assert training.num_taken % training.steps_per_epoch == 0 and not training.is_done


def test_the_maps_of_both_networks_are_compared_for_the_same_classes() -> None:
    net, data = trained(), halves()
    test = label_randomization_test(net, data, data[0][:5], epochs=200, batch_size=8, lr=0.01, reduce="l2")
    first = saliency_map(net, data[0][:5], reduce="l2")
    second = saliency_map(test.network, data[0][:5], first.target, reduce="l2")
    assert torch.allclose(test.trained.values, first.values)
    assert torch.allclose(test.permuted.values, second.values)
    assert torch.equal(test.permuted.target, first.target)
    expected = rank_correlation(first.values, second.values)
    assert torch.allclose(test.similarity.rank_correlation, expected)
    assert test.remaining == pytest.approx(float(expected.mean()))
    assert test.outcome == "follows the labels"
    assert "in a network that knows permuted labels by heart little of the map is left" in str(test)


def test_another_network_is_taken_as_it_is() -> None:
    net, images = trained(), halves()[0]
    same = label_randomization_test(net, None, images, other=net)
    assert same.network is net and same.memorized is None
    assert same.verdict.startswith("does not follow the labels: in the other network the map is still like")


def test_what_was_not_learned_by_heart_is_not_judged() -> None:
    test = label_randomization_test(trained(), halves(), halves()[0], epochs=1, batch_size=8, lr=1e-6)
    assert test.memorized is not None and test.memorized < MEMORIZED
    assert test.outcome == "cannot be judged"
    assert f"knows only {test.memorized:.0%} of the permuted labels by heart" in test.verdict


def test_the_same_seed_gives_the_same_network() -> None:
    net, data = trained(), halves()
    first, again, other = (
        permuted_training(net, data, seed=seed, epochs=1, batch_size=8) for seed in (1, 1, 2)
    )
    assert torch.equal(first.labels, again.labels) and not torch.equal(first.labels, other.labels)
    for training in (first, again, other):
        list(training)
    assert torch.equal(first.model[1].weight, again.model[1].weight)
    assert not torch.equal(first.model[1].weight, other.model[1].weight)


def test_the_model_and_the_random_numbers_stay_as_they_were() -> None:
    net = well_used_net()
    before, random_state = state(net), torch.get_rng_state()
    data = torch.linspace(0, 1, 8 * 192).view(8, 3, 8, 8), torch.arange(8) % 3
    label_randomization_test(net, data, data[0], epochs=2, batch_size=4)
    assert_same(before, state(net))
    assert torch.equal(torch.get_rng_state(), random_state)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (dict(method="magic"), "method must be one of gradient"),
        (dict(reduce="median"), "reduce must be one of max"),
        (
            dict(data=(torch.rand(4, 3, 8, 8), torch.zeros(4).long()), batch_size=2),
            "training needs two classes",
        ),
        (dict(data=(torch.rand(4, 3, 8, 8), torch.arange(4) + 1), batch_size=2), "labels of data must be in"),
        (dict(seed=-1), "seed must be a whole number"),
        (dict(epochs=0), "epochs must be a whole number of 1 or more"),
    ],
)
def test_what_does_not_fit_is_answered_in_words(changes: dict[str, Any], words: str) -> None:
    given: dict[str, Any] = {"data": halves(), "images": halves()[0][:1], "batch_size": 8}
    with pytest.raises(ValueError, match=words):
        label_randomization_test(dense(), **{**given, **changes})
    with pytest.raises(TypeError, match="must be a torch.nn.Module"):
        label_randomization_test(dense(), None, given["images"], other="vgg16")  # type: ignore[arg-type]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_a_network_in_another_precision_is_compared_too(dtype: torch.dtype) -> None:
    net, (images, labels) = dense().to(dtype), halves(8)
    test = label_randomization_test(net, (images, labels), images, epochs=2, batch_size=8)
    assert net[1].weight.dtype == dtype and test.network[1].weight.dtype == torch.float32
    exact = saliency_map(dense(), images, test.trained.target).values
    assert torch.allclose(test.trained.values.float(), exact, rtol=0.05, atol=1e-4)


def test_there_may_be_fewer_images_than_make_a_usual_batch() -> None:
    images, labels = halves(6)
    test = label_randomization_test(dense(), (images, labels), images, epochs=2)
    assert test.memorized is not None
    assert permuted_training(dense(), (images, labels)).steps_per_epoch == 1
