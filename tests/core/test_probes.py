"""Linear probes: against scikit-learn on the same features, and on data whose answer is known."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from tests.core.nets import Burst, small_net
from vizwidgets.core.features import layer_features
from vizwidgets.core.logistic import LinearClassifier, logistic_regression
from vizwidgets.core.probes import linear_probe, probe_layers

Pairs = tuple[Tensor, Tensor]


def clouds(count: int, features: int, classes: int = 3, spread: float = 1.5) -> Pairs:
    """Return overlapping clouds of points, with features of very different scale."""
    centres = torch.randn(classes, features, generator=torch.Generator().manual_seed(1))
    labels = torch.arange(count) % classes
    scale = torch.logspace(-3, 3, features)
    return (centres[labels] + spread * torch.randn(count, features)) * scale + 10 * scale, labels


def blobs(count: int, seed: int = 0) -> Pairs:
    """Return images with one bright corner, which is the class: 0 to 3; noisy."""
    generator = torch.Generator().manual_seed(seed)
    images = 0.6 * torch.rand(count, 3, 16, 16, generator=generator)
    labels = torch.arange(count) % 4
    for image, label in zip(images, labels.tolist(), strict=True):
        row, column = 8 * (label // 2), 8 * (label % 2)
        image[:, row : row + 8, column : column + 8] += 0.08
    return images.clamp(0, 1), labels


@pytest.mark.parametrize("shape", [(90, 5), (40, 300)], ids=["many images", "more features than images"])
@pytest.mark.parametrize("l2", [1.0, 30.0])
def test_the_classifier_is_scikit_learns(shape: tuple[int, int], l2: float) -> None:
    features, labels = clouds(*shape)
    new, _ = clouds(200, shape[1])
    scaler = StandardScaler().fit(features.double().numpy())
    peer = LogisticRegression(C=1 / l2, tol=1e-10, max_iter=100_000)
    peer.fit(scaler.transform(features.double().numpy()), labels.numpy())
    ours = logistic_regression(features, labels, 3, l2)
    size = float(ours.weight.abs().max())
    assert torch.allclose(ours.weight, torch.from_numpy(peer.coef_), atol=2e-2 * size)
    expected = torch.from_numpy(peer.predict(scaler.transform(new.double().numpy())))
    assert float((ours.predictions(new) == expected).float().mean()) >= 0.99
    chances = torch.from_numpy(peer.predict_proba(scaler.transform(new.double().numpy())))
    assert torch.allclose(ours.scores(new).softmax(dim=1), chances, atol=1e-2)


def loss_of(classifier: LinearClassifier, pairs: Pairs, weight: Tensor, bias: Tensor) -> float:
    """Return the sum of the formula, image by image and weight by weight."""
    total = 0.0
    for row, label in zip(pairs[0].double(), pairs[1].tolist(), strict=True):
        scores = weight @ ((row - classifier.mean) / classifier.spread) + bias
        total -= float(scores[label] - scores.exp().sum().log())
    return total + sum(float(value) ** 2 for value in weight.flatten()) / 2


@pytest.mark.parametrize("shape", [(30, 4), (12, 20)])
def test_whatever_is_changed_the_penalized_loss_rises(shape: tuple[int, int]) -> None:
    pairs = clouds(*shape)
    found = logistic_regression(*pairs, 3)
    least = loss_of(found, pairs, found.weight, found.bias)
    for _ in range(20):
        weight = found.weight + 0.05 * torch.randn_like(found.weight)
        bias = found.bias + 0.05 * torch.randn_like(found.bias)
        assert loss_of(found, pairs, weight, bias) > least


def test_what_is_constant_but_for_rounding_is_left_alone() -> None:
    features, labels = clouds(60, 4)
    dead = torch.full((60, 1), 0.1) + torch.tensor([0.0, 1e-9]).repeat(30)[:, None]
    without, joined = (
        logistic_regression(rows, labels, 3) for rows in (features, torch.cat([features, dead], dim=1))
    )
    assert torch.allclose(joined.weight[:, :4], without.weight, atol=1e-4)
    assert float(joined.spread[4]) == 1


@pytest.mark.parametrize("scale", [1e-20, 1e-9, 1e9])
def test_the_size_of_all_features_does_not_matter(scale: float) -> None:
    features, labels = clouds(60, 4)
    plain, scaled = (logistic_regression(rows, labels, 3) for rows in (features, scale * features.double()))
    assert torch.allclose(scaled.weight, plain.weight, atol=1e-3)
    assert torch.equal(scaled.predictions(scale * features.double()), plain.predictions(features))


def test_a_probe_is_scikit_learns_on_the_same_features_of_a_network() -> None:
    net, train, test = small_net(), blobs(80), blobs(200, seed=1)
    probe = linear_probe(net, train, test, "block1_conv1")
    seen, new = (layer_features(net, images, ["0"])["0"].double().numpy() for images, _ in (train, test))
    scaler = StandardScaler().fit(seen)
    peer = LogisticRegression(tol=1e-8, max_iter=100_000).fit(scaler.transform(seen), train[1].numpy())
    assert probe.accuracy == pytest.approx(peer.score(scaler.transform(new), test[1].numpy()), abs=0.011)
    agree = torch.from_numpy(peer.predict(scaler.transform(new))) == probe.predictions
    assert float(agree.float().mean()) >= 0.99
    assert probe.train_accuracy == pytest.approx(
        peer.score(scaler.transform(seen), train[1].numpy()), abs=0.02
    )
    assert probe.num_features == seen.shape[1] == 96
    assert 0.5 < probe.accuracy


def test_the_same_images_give_the_same_probe() -> None:
    net, train, test = small_net(), blobs(40), blobs(40, seed=1)
    torch.manual_seed(5)
    first = linear_probe(net, train, test, "3")
    torch.manual_seed(6)
    state = torch.get_rng_state()
    second = linear_probe(net, train, test, "3")
    assert torch.equal(first.predictions, second.predictions) and first == second
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_a_probe_learns_also_where_gradients_are_off(mode: Any) -> None:
    net, train, test = small_net(), blobs(40), blobs(40, seed=1)
    with mode():
        off = linear_probe(net, train, test, "3")
    assert off == linear_probe(net, train, test, "3")


def test_layers_are_probed_from_the_image_to_the_output_beside_pixels_and_guessing() -> None:
    net, train, test = small_net(), blobs(80), blobs(100, seed=1)
    uneven = test[0][:70], test[1][:70]
    found = probe_layers(net, train, uneven)
    assert found.layers == ("block1_conv1", "block2_conv1", "7")
    for probe in found.probes:
        assert probe == linear_probe(net, train, uneven, probe.layer)
    assert found.accuracies == tuple(probe.accuracy for probe in found.probes)
    assert found.best.accuracy == max(found.accuracies)
    assert found.guess == pytest.approx(float((uneven[1] == 0).float().mean()))
    # the pixels of 16 x 16 are taken as they are
    peer = LogisticRegression(max_iter=10_000)
    scaler = StandardScaler().fit(train[0].flatten(1).numpy())
    peer.fit(scaler.transform(train[0].flatten(1).numpy()), train[1].numpy())
    expected = peer.score(scaler.transform(uneven[0].flatten(1).numpy()), uneven[1].numpy())
    assert found.pixels.accuracy == pytest.approx(expected, abs=0.03)
    assert found.pixels.num_features == 768
    assert probe_layers(net, train, test, ["7", "0", "7"]).layers == ("7", "0")


def test_guessing_the_commonest_class_of_the_training_images_is_counted_on_the_test_images() -> None:
    images, _ = blobs(60)
    train = images[:30], torch.tensor([2] * 20 + [1] * 10)
    test = images[30:], torch.tensor([2] * 6 + [1] * 24)
    assert probe_layers(small_net(), train, test, ["7"]).guess == pytest.approx(0.2)


def test_classes_need_not_be_the_models_own() -> None:
    net, (images, labels) = small_net(), blobs(80)  # the model has four classes
    strange = torch.tensor([3, 70, 5, 1000])[labels]
    probe = linear_probe(net, (images, strange), (images, strange), "0")
    plain = linear_probe(net, (images, labels), (images, labels), "0")
    assert probe.accuracy == plain.accuracy and set(probe.predictions.tolist()) <= {3, 70, 5, 1000}


def test_large_images_are_averaged_down_before_the_pixels_are_probed() -> None:
    net: Any = nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(12, 2))
    images, labels = torch.rand(6, 3, 100, 60), torch.arange(6) % 2
    assert probe_layers(net, (images, labels), (images, labels)).pixels.num_features == 3 * 32 * 32


def test_the_model_is_untouched() -> None:
    net, train = small_net().train(), blobs(20)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    probe_layers(net, train, train)
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
    assert all(module.training for module in net.modules())
    assert all(weight.requires_grad and weight.grad is None for weight in net.parameters())


def test_the_table_says_everything() -> None:
    train = blobs(20)
    found = probe_layers(small_net(), train, train)
    lines = str(found).splitlines()
    assert lines[0].startswith("linear probes: 4 classes, 20 training images")
    assert lines[2].split()[:4] == ["always", "the", "commonest", "class"] and "25.0 %" in lines[2]
    assert [line.split()[0] for line in lines[3:]] == ["pixels", "block1_conv1", "block2_conv1", "7"]
    assert f"{100 * found.accuracies[0]:.1f} %" in lines[4]
    assert found._repr_html_().count("<tr>") == 6


def test_bad_data_is_answered_in_words() -> None:
    net, (images, labels) = small_net(), blobs(20)
    data = images, labels
    with pytest.raises(ValueError, match="train has images of class 0 only; a probe tells classes apart"):
        linear_probe(net, (images, torch.zeros_like(labels)), data, "0")
    with pytest.raises(ValueError, match="test has images of class 9, of which train has none"):
        linear_probe(net, data, (images, torch.full_like(labels, 9)), "0")
    with pytest.raises(ValueError, match="labels of test must be 0 or more; got -1"):
        linear_probe(net, data, (images, labels - 1), "0")
    with pytest.raises(ValueError, match="train needs one label per image"):
        linear_probe(net, (images, labels[:5]), data, "0")
    with pytest.raises(ValueError, match="test is empty"):
        linear_probe(net, data, (images[:0], labels[:0]), "0")
    with pytest.raises(ValueError, match="no layer named 'conv7'"):
        linear_probe(net, data, data, "conv7")
    with pytest.raises(TypeError, match="layers must be a list of names"):
        linear_probe(net, data, data, 3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no layer with weights"):
        probe_layers(nn.Sequential(nn.Flatten()), data, data)
    with pytest.raises(ValueError, match="takes 3 channels"):
        linear_probe(net, (images[:, :1], labels), data, "0")
    with pytest.raises(TypeError, match="must be a torch.nn.Module"):
        probe_layers(None, data, data)  # type: ignore[arg-type]


def test_features_that_are_not_numbers_are_answered_in_words() -> None:
    net = nn.Sequential(nn.Conv2d(3, 2, 1), Burst(-9.0), nn.Flatten(), nn.Linear(512, 2))
    with pytest.raises(ValueError, match="layer '0': NaN or infinity for 20 of 20 images, first for image 0"):
        linear_probe(net, blobs(20), blobs(20), "0")
