"""Training: against a plain loop with torch's own optimizer, interrupted, diverging, and with wrong data."""

from __future__ import annotations

import copy
import math
import threading

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from tests.core.nets import NormalizingInPlace
from vizwidgets.core.metrics import accuracy, confusion, predictions
from vizwidgets.core.train_settings import TrainSettings
from vizwidgets.core.training import Training, flip, train


def net(seed: int = 0, dropout: float = 0.0) -> nn.Sequential:
    torch.manual_seed(seed)
    head = (nn.Flatten(), nn.Dropout(dropout), nn.Linear(3 * 16, 3))
    return nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(), *head).eval()


def blobs(num: int = 30, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Images whose class is told by which row is bright."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(num) % 3
    images = 0.3 * torch.rand(num, 1, 4, 4, generator=generator)
    images[torch.arange(num), 0, labels] += 0.5
    return images, labels


def weights(model: nn.Module) -> list[torch.Tensor]:
    return [value.clone() for value in model.state_dict().values()]


def same(one: list[torch.Tensor], other: list[torch.Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_steps_are_those_of_a_plain_loop_with_adam():
    images, labels = blobs()
    ours, plain = net(), net().train()
    taken = list(train(ours, (images, labels), epochs=2, batch_size=10, lr=0.01, schedule="constant", seed=3))
    adam, losses = torch.optim.Adam(plain.parameters(), lr=0.01), []
    for epoch in range(2):
        order = torch.randperm(30, generator=torch.Generator().manual_seed(3 * 1_000_003 + epoch))
        for start in range(0, 30, 10):
            chosen = order[start : start + 10]
            loss = cross_entropy(plain(images[chosen]), labels[chosen])
            adam.zero_grad()
            loss.backward()
            adam.step()
            losses.append(loss.item())
    assert [step.loss for step in taken] == pytest.approx(losses, rel=1e-5)
    for mine, theirs in zip(weights(ours), weights(plain), strict=True):
        torch.testing.assert_close(mine, theirs)


def test_every_epoch_goes_through_all_images_once_in_batches_of_nearly_one_size():
    images, labels = blobs(31)
    images[:, 0, 3, 3] = torch.arange(31) / 31
    seen: list[list[float]] = []

    def note(batch, generator):
        seen.append((batch[:, 0, 3, 3] * 31).round().tolist())
        return batch

    list(train(net(), (images, labels), epochs=2, batch_size=10, augment=note))
    assert sorted(sum(seen[:4], [])) == sorted(sum(seen[4:], [])) == list(range(31))
    assert seen[:4] != seen[4:]
    assert sorted(map(len, seen[:4])) == [7, 8, 8, 8]  # never a batch of one, which batch norm refuses


def test_it_learns_and_says_so():
    model = net()
    taken = list(train(model, blobs(90), epochs=12, batch_size=15, lr=0.02, test=blobs(30, seed=1)))
    assert taken[-1].accuracy == 1 and taken[-1].loss < taken[0].loss / 2
    assert [step.test_accuracy is not None for step in taken[:6]] == [False] * 5 + [True]
    assert taken[-1].test_accuracy == accuracy(model, blobs(30, seed=1)) == 1


def test_the_seed_decides_everything_dropout_too_and_the_global_generator_stays():
    torch.manual_seed(7)
    before = torch.get_rng_state()
    models = [copy.deepcopy(net(0, 0.5)) for _ in range(3)]
    torch.set_rng_state(before)
    for model, seed in zip(models, (1, 1, 2), strict=True):
        list(train(model, blobs(), epochs=2, batch_size=10, seed=seed, augment=flip))
        torch.randn(3)  # what others draw in between does not matter
    assert same(weights(models[0]), weights(models[1]))
    assert not same(weights(models[0]), weights(models[2]))
    torch.set_rng_state(before)
    list(train(models[0], blobs(), epochs=1, batch_size=10))
    assert torch.equal(torch.get_rng_state(), before)


def test_the_one_cycle_rises_and_falls_along_half_cosines():
    settings = TrainSettings(lr=2.0)
    rates = [settings.lr_at(step, 101) for step in range(1, 102)]
    assert rates[0] == pytest.approx(2.0 * 0.04) and rates[30] == max(rates) == pytest.approx(2.0)
    assert rates[65] == pytest.approx(1.0) and rates[100] == pytest.approx(0.0, abs=1e-12)
    assert settings.lr_at(1, 1) == 2.0


class Interrupting(nn.Module):
    """Raise at the n-th call, after batch norm has already moved its means."""

    def __init__(self, at: int, error: type[BaseException]):
        super().__init__()
        self.at, self.error, self.calls = at, error, 0

    def forward(self, x):
        self.calls += 1
        if self.calls == self.at:
            raise self.error
        return x


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_training_loses_nothing_and_goes_on(error):
    quiet, broken = net(), nn.Sequential(*net(), Interrupting(9, error))
    whole = list(train(quiet, blobs(), epochs=3, batch_size=10))
    training = train(broken, blobs(), epochs=3, batch_size=10)
    taken = []
    with pytest.raises(error):
        for step in training:
            taken.append(step)
    before = weights(broken)
    assert 0 < len(taken) < 9 and training.num_taken == len(taken)
    taken += list(training)
    assert taken == whole
    assert not same(before, weights(broken))
    assert same(weights(quiet), weights(broken))


@pytest.mark.parametrize("outside", [torch.no_grad, torch.inference_mode])
def test_it_trains_the_same_where_gradients_are_switched_off(outside):
    one, other = net(), net()
    list(train(one, blobs(), epochs=1, batch_size=10))
    training = train(other, blobs(), epochs=1, batch_size=10)
    with outside():
        list(training)
    assert same(weights(one), weights(other))


def test_modes_and_gradients_stay_as_they_are():
    model = net()
    model[0].train()
    model[0].weight.grad = torch.full_like(model[0].weight, 3.0)
    modes = [module.training for module in model.modules()]
    with torch.no_grad():
        list(train(model, blobs(), epochs=1, batch_size=10))
    assert [module.training for module in model.modules()] == modes
    assert model[0].weight.grad.unique().tolist() == [3.0]
    assert model[5].weight.grad is None


def test_frozen_weights_stay_to_the_bit():
    model = net()
    model[0].requires_grad_(False)
    before = weights(model[0])
    list(train(model, blobs(), epochs=2, batch_size=10, lr=0.1))
    assert same(before, weights(model[0]))
    for weight in model.parameters():
        weight.requires_grad_(False)
    with pytest.raises(ValueError, match="no weight of the model is trainable"):
        train(model, blobs(), batch_size=10)


def test_a_learning_rate_that_diverges_at_once_is_named_and_the_weights_are_the_first_ones():
    model = net()
    before = weights(model)
    training = train(model, blobs(), epochs=20, batch_size=10, lr=1e5, schedule="constant")
    with pytest.raises(FloatingPointError, match="diverged: the loss .* of the beginning.* 100000: 10000"):
        list(training)
    assert training.has_diverged and training.num_taken == 0 and same(before, weights(model))
    with pytest.raises(FloatingPointError, match=r"smaller update\(lr"):
        training.step()
    training.reset()
    assert not training.has_diverged
    training.update(lr=0.01)
    list(training)
    assert training.steps[-1].accuracy > 0.8


def test_after_a_divergence_on_the_way_it_goes_on_from_the_last_whole_epoch():
    quiet, model = net(), net()
    calm = list(train(quiet, blobs(), epochs=4, batch_size=10, lr=0.01, schedule="constant"))
    training = train(model, blobs(), epochs=4, batch_size=10, lr=0.01, schedule="constant")
    for _ in range(4):
        training.step()
    training.update(lr=1e5)
    with pytest.raises(FloatingPointError, match="end of epoch 1.* 0.01, with which it went well"):
        list(training)
    assert training.remedy_lr == 0.01 and training.steps == calm[:3]
    training.update(lr=0.01)
    assert list(training) == calm[3:]
    assert same(weights(quiet), weights(model))


def test_a_reset_forgets_everything_but_the_settings():
    training = train(net(), blobs(), epochs=3, batch_size=10, lr=0.01, test=blobs(12, 1), patience=1)
    list(training)
    training.update(epochs=2)
    training.reset()
    assert training.changes == [] and training.first.epochs == 2 and training.steps == []
    list(training)
    alone = train(net(), blobs(), epochs=2, batch_size=10, lr=0.01, test=blobs(12, 1), patience=1)
    assert list(alone) == training.steps and same(weights(alone.model), weights(training.model))


class Wide(nn.Module):
    """Large scores, as of a new head on large features, and a part that is not used."""

    def __init__(self):
        super().__init__()
        self.used, self.unused = nn.Linear(16, 3), nn.Linear(4, 4)

    def forward(self, x):
        return 60 * self.used(x.flatten(1))


class Detached(nn.Module):
    def forward(self, x):
        return x.detach()


def test_a_model_with_large_scores_or_an_unused_part_is_trained_too():
    torch.manual_seed(0)
    model = Wide()
    before = weights(model.unused)
    taken = list(train(model, blobs(), epochs=40, batch_size=10, lr=1e-3))
    assert taken[0].loss > 3 and taken[-1].loss < taken[0].loss / 5
    assert same(before, weights(model.unused))


def test_scores_that_are_not_finite_are_not_blamed_on_the_learning_rate():
    model = net()
    model[5].bias.data[0] = math.nan
    with pytest.raises(ValueError, match="before the first step: the model's scores are not finite"):
        list(train(model, blobs(), batch_size=10))
    with pytest.raises(ValueError, match="is forward under no_grad"):
        list(train(nn.Sequential(*net(), Detached()), blobs(), batch_size=10))


def test_frozen_batch_normalization_keeps_its_means():
    model = net()
    model[1].requires_grad_(False)
    before = weights(model[1])
    list(train(model, blobs(), epochs=2, batch_size=10, lr=0.1))
    assert same(before, weights(model[1]))
    other = net()
    list(train(other, blobs(), epochs=1, batch_size=10))
    assert not same(before, weights(other[1]))


def test_an_interrupt_after_the_weights_have_moved_takes_the_step_back(monkeypatch):
    from vizwidgets.core import tasks as module

    whole, broken = net(), net()
    calm = list(train(whole, blobs(), 3, 10, lr=0.01, test=blobs(1, 12)))
    ask, calls = module.class_scores_of, []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return ask(*arguments)

    monkeypatch.setattr(module, "class_scores_of", interrupted)
    training = train(broken, blobs(), 3, 10, lr=0.01, test=blobs(1, 12))
    with pytest.raises(KeyboardInterrupt):
        list(training)
    assert training.num_taken == 5
    list(training)
    assert training.steps == calm
    assert same(weights(whole), weights(broken))


def test_two_threads_may_change_two_settings():
    training = train(net(), blobs(), batch_size=10)
    changes = ({"lr": 0.5}, {"epochs": 9})
    threads = [threading.Thread(target=training.update, kwargs=change) for change in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (training.settings.lr, training.settings.epochs) == (0.5, 9)


def test_training_stops_early_with_the_best_weights():
    images, labels = blobs(30)
    turned = (labels + 1) % 3  # what is learned makes the test worse and worse
    model = net()
    training = train(model, (images, labels), 20, 10, lr=0.01, test=(images, turned), patience=2)
    taken = list(training)
    losses, probe = [], net()
    for _ in train(probe, (images, labels), 20, 10, lr=0.01):
        if len(losses) * 3 + 3 == _.step:
            with torch.no_grad():
                losses.append(float(cross_entropy(probe(images), turned)))
            if len(losses) == taken[-1].epoch:
                break
    best = losses.index(min(losses)) + 1
    assert training.has_stopped_early and taken[-1].epoch == best + 2 < 20
    with torch.no_grad():
        assert float(cross_entropy(model(images), turned)) == pytest.approx(min(losses), rel=1e-4)


def test_the_learning_rate_may_change_on_the_way_and_little_else():
    model, training = net(), None
    training = train(model, blobs(), epochs=1, batch_size=10, schedule="constant")
    training.step()
    training.update(lr=0.5, epochs=2)
    assert training.num_steps == 6 and training.changes == [(1, {"lr": 0.5, "epochs": 2})]
    with pytest.raises(ValueError, match="seed cannot change during a training"):
        training.update(seed=3)
    with pytest.raises(TypeError, match="did you mean 'epochs'"):
        training.update(epoch=3)
    with pytest.raises(ValueError, match="above 0"):
        training.update(lr=-1.0)
    assert training.settings.lr == 0.5


def test_a_dataset_of_torch_and_a_list_of_pairs_are_taken_as_well():
    images, labels = blobs()
    one, other, third = net(), net(), net()
    list(train(one, TensorDataset(images, labels), epochs=1, batch_size=10))
    list(train(other, (images, labels), epochs=1, batch_size=10))
    list(train(third, list(zip(images, labels.tolist(), strict=True)), epochs=1, batch_size=10))
    assert same(weights(one), weights(other)) and same(weights(one), weights(third))


IMAGES, LABELS = blobs()


@pytest.mark.parametrize(
    ("data", "settings", "words"),
    [
        ((IMAGES[:0], LABELS[:0]), {}, "data is empty"),
        (TensorDataset(IMAGES[:0], LABELS[:0]), {}, "data is empty"),
        ((IMAGES, torch.full_like(LABELS, 2)), {}, "two classes at least; all 30 labels are 2"),
        ((IMAGES, LABELS + 1), {}, r"labels of data must be in 0\.\.2, .* got 3"),
        ((IMAGES, LABELS - 1), {}, r"must be in 0\.\.2, .* got -1"),
        ((IMAGES, LABELS.float()), {}, "whole numbers"),
        ((IMAGES, LABELS[:-1]), {}, r"one label per image, \(30,\); got labels \(29,\)"),
        ((IMAGES[:, 0], LABELS), {}, r"\(N, C, H, W\); got \(30, 4, 4\)"),
        (((IMAGES * 255).byte(), LABELS), {}, "Write image / 255"),
        ((IMAGES[..., :3], LABELS), {}, r"does not take the images of data, \(1, 4, 3\)"),
        (
            (IMAGES, LABELS),
            {"batch_size": 31},
            r"batch_size must be in 1\.\.30, the number of images; got 31",
        ),
        ((IMAGES * 2, LABELS), {}, r"values must be in \[0, 1\]; got 0"),
        ((IMAGES.where(IMAGES < 0.5, math.nan), LABELS), {}, "contains NaN or infinity"),
        ((IMAGES, LABELS), {"batch_size": 1}, "batch normalization needs two images .* batch_size=2"),
        ((IMAGES, LABELS), {"seed": 2**32}, r"seed must be a whole number in 0\.\.4294967295"),
        ([(IMAGES[0], 0.5), (IMAGES[1], 1.5)], {}, "labels of data must be whole numbers"),
        ([(IMAGES[0], "a"), (IMAGES[1], "b")], {}, "each item of data must be"),
        ((IMAGES, LABELS), {"batch_size": 0}, "batch_size must be a whole number of 1 or more"),
        ((IMAGES, LABELS), {"epochs": 1.5}, "epochs must be a whole number"),
        ((IMAGES, LABELS), {"lr": math.nan}, "lr, the learning rate, must be above 0"),
        ((IMAGES, LABELS), {"patience": 2}, "give test images too"),
        ((IMAGES, LABELS), {"schedule": "cosine"}, "one-cycle, constant"),
        ((IMAGES, LABELS), {"test": (IMAGES, LABELS + 5)}, "labels of test"),
    ],
)
def test_wrong_data_and_settings_are_refused_in_words_before_anything_happens(data, settings, words):
    model = net()
    before = weights(model)
    with pytest.raises(ValueError, match=words):
        train(model, data, **{"batch_size": 10, **settings})
    assert same(before, weights(model))


def test_what_is_no_data_set_is_refused():
    with pytest.raises(TypeError, match=r"data must be \(images, labels\), or a Dataset"):
        train(net(), "digits")
    with pytest.raises(TypeError, match="Pass its dataset: loader.dataset"):
        train(net(), DataLoader(TensorDataset(*blobs())))
    with pytest.raises(TypeError, match="augment must be a function"):
        train(net(), blobs(), augment="flip")


def test_flip_mirrors_about_half_of_the_images_and_changes_no_other():
    images = torch.rand(400, 1, 2, 3)
    flipped = flip(images, torch.Generator().manual_seed(0))
    is_mirrored = [torch.equal(b, a.flip(2)) for a, b in zip(images, flipped, strict=True)]
    is_same = [torch.equal(b, a) for a, b in zip(images, flipped, strict=True)]
    assert 150 < sum(is_mirrored) < 250 and sum(is_mirrored) + sum(is_same) == 400


def test_metrics_agree_with_counting_by_hand():
    model, (images, labels) = net(), blobs(301, seed=2)
    list(train(model, blobs(), epochs=2, batch_size=10))
    with torch.no_grad():
        guesses = [int(model(image[None])[0].argmax()) for image in images]
    assert predictions(model, images).tolist() == guesses
    counts = confusion(model, (images, labels))
    for row in range(3):
        for column in range(3):
            wanted = sum(a == row and b == column for a, b in zip(labels.tolist(), guesses, strict=True))
            assert counts[row, column] == wanted
    right = sum(a == b for a, b in zip(labels.tolist(), guesses, strict=True))
    assert accuracy(model, (images, labels)) == pytest.approx(right / 301)


def test_a_training_is_an_iterator():
    training = Training(net(), blobs(), TrainSettings(epochs=1, batch_size=10))
    assert iter(training) is training
    assert len(training) == 3 and next(training).step == 1
    assert [step.step for step in training] == [2, 3] and training.is_done


@pytest.mark.parametrize("ask", [predictions, lambda model, images: accuracy(model, (images, LABELS))])
def test_images_that_the_model_does_not_take_are_refused_in_words(ask):
    with pytest.raises(ValueError, match=r"does not take .*\(1, 5, 4\)"):
        ask(net(), torch.rand(30, 1, 5, 4))
    with pytest.raises(ValueError, match="NaN"):
        ask(net(), torch.full((30, 1, 4, 4), math.nan))


def test_numbers_of_numpy_and_torch_are_numbers_too():
    settings = TrainSettings(epochs=torch.tensor(3), seed=torch.tensor(2))
    assert (settings.epochs, settings.seed) == (3, 2) and type(settings.epochs) is int


def test_a_network_that_normalizes_in_place_is_judged_and_trained_like_any_other():
    images, labels = torch.rand(6, 3, 16, 16), torch.arange(6) % 4
    before, model = images.clone(), NormalizingInPlace()
    expected = model.inner((images - 0.5) / 0.25).argmax(dim=1)
    assert torch.equal(predictions(model, images), expected)
    assert accuracy(model, (images, expected)) == 1
    assert int(confusion(model, (images, labels)).sum()) == 6
    training = Training(model, (images, labels), TrainSettings(epochs=1, batch_size=3))
    assert torch.equal(training.images, before) and torch.equal(images, before)


def test_a_number_of_steps_goes_through_the_images_as_often_as_it_takes_and_looks_eight_times():
    steps = list(train(net(), blobs(6), batch_size=3, num_steps=20, test=blobs(6, 1)))
    assert [step.step for step in steps] == list(range(1, 21))
    assert steps[-1].epoch == 10  # two batches an epoch
    assert [step.step for step in steps if step.test_accuracy is not None] == [3, 6, 9, 12, 15, 18, 20]


def test_groups_of_weights_move_as_torch_moves_them_with_rates_of_their_own():
    images, labels = blobs()
    ours, plain = net(), net().train()
    rates = [("backbone", 0.001), ("head", 0.01)]

    def groups(model):
        parts = {"backbone": [*model[0].parameters(), *model[1].parameters()], "head": model[5].parameters()}
        return [{"params": list(parts[name]), "lr": lr, "name": name} for name, lr in rates]

    list(train(ours, (images, labels), 1, 30, seed=2, schedule="constant", groups=groups(ours)))
    adam = torch.optim.Adam(groups(plain))
    order = torch.randperm(30, generator=torch.Generator().manual_seed(2 * 1_000_003))
    cross_entropy(plain(images[order]), labels[order]).backward()
    adam.step()
    for mine, theirs in zip(weights(ours), weights(plain), strict=True):
        torch.testing.assert_close(mine, theirs)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda model: [{"params": [model[5].weight], "lr": 0.1}], "leaves out '0.weight'"),
        (lambda model: [{"params": list(model.parameters()) * 2, "lr": 0.1}], "names twice '0.weight'"),
        (lambda model: [{"params": list(net().parameters()), "lr": 0.1}], "weights that are not the model's"),
        (lambda model: [{"params": list(model.parameters()), "lr": 0}], "a learning rate above 0"),
        (lambda model: [{"params": list(model.parameters())}], "a learning rate above 0"),
    ],
)
def test_groups_that_do_not_fit_the_model_are_refused_in_words(change, words):
    model = net()
    with pytest.raises(ValueError, match=words):
        train(model, blobs(), 1, 10, groups=change(model))
